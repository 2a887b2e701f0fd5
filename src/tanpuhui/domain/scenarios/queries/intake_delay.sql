-- Seconds from the act to its posting, among the acts of a provider's last few batches.
select percentile_disc(array[0.5, 0.95]) within group (order by found.delay_s), count(*)
from (
  select extract(epoch from b.received_at - a.occurred_at)::bigint as delay_s
  from (
    select journal_id, received_at from scenarios_batch
    where provider_id = %(provider_id)s and journal_id is not null
    order by id desc limit 3
  ) as b
  join lateral (
    select occurred_at from scenarios_act where journal_id = b.journal_id limit 1000
  ) as a on true
) as found

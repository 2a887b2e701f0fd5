-- Seconds from the act to its posting, among the acts of each provider's last three batches.
select wanted.provider_id,
  percentile_disc(array[0.5, 0.95]) within group (order by found.delay_s), count(found.delay_s)
from unnest(%(provider_ids)s::bigint[]) as wanted(provider_id)
left join lateral (
  select extract(epoch from b.received_at - a.occurred_at)::bigint as delay_s
  from (
    select journal_id, received_at from scenarios_batch
    where provider_id = wanted.provider_id and journal_id is not null
    order by id desc limit 3
  ) as b
  join lateral (
    select occurred_at from scenarios_act where journal_id = b.journal_id limit 300
  ) as a on true
) as found on true
group by wanted.provider_id

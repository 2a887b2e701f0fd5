-- What came in by provider and day of arrival: batches, records, refused, counted, mg, last.
select b.provider_id, (b.received_at at time zone %(zone)s)::date as day, count(*),
  sum(b.records)::bigint, sum(r.refused)::bigint, sum(r.counted)::bigint,
  sum(b.reduction_mg)::bigint, max(b.received_at)
from scenarios_batch as b
cross join lateral (
  select coalesce(sum(value::bigint) filter (where key = any(%(codes)s)), 0) as refused,
    coalesce(sum(value::bigint) filter (where key = 'counted'), 0) as counted
  from jsonb_each_text(b.counts)
) as r
where b.received_at >= %(since)s and b.received_at < %(until)s
  and (%(provider_id)s::bigint is null or b.provider_id = %(provider_id)s)
group by 1, 2
order by 1, 2

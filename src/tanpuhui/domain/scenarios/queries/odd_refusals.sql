-- Records and refused records by provider and day of arrival.
select b.provider_id, (b.received_at at time zone %(zone)s)::date as day,
  sum(b.records)::bigint, sum(r.refused)::bigint
from scenarios_batch as b
cross join lateral (
  select coalesce(sum(value::bigint), 0) as refused
  from jsonb_each_text(b.counts) where key = any(%(codes)s)
) as r
where b.received_at >= %(since)s and b.received_at < %(until)s
group by 1, 2
order by 1, 2

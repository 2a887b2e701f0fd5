-- Why records of recent batches were refused or not counted.
select key, sum(value::bigint)::bigint
from scenarios_batch as b, jsonb_each_text(b.counts)
where b.received_at >= %(since)s and b.received_at < %(until)s and key <> 'counted'
  and (%(provider_id)s::bigint is null or b.provider_id = %(provider_id)s)
group by 1
order by 2 desc

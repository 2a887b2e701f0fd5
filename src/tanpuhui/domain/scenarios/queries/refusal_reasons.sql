-- Refusals of a provider's batches that arrived in a span, by day of arrival and reason.
select (batch.received_at at time zone %(zone)s)::date, refusal.reason_no, count(*),
  max(batch.id)
from scenarios_batch as batch join scenarios_refusal as refusal on refusal.batch_id = batch.id
where batch.provider_id = %(provider_id)s
  and batch.received_at >= %(since)s and batch.received_at < %(until)s
group by 1, 2
order by 1 desc, 3 desc

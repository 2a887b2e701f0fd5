-- What became of a provider's item numbers: the act in force, or the last refusal of that number.
with asked as (
  select distinct unnest(%(items)s::text[]) collate "C" as item_no
), act as (
  select distinct on (act.item_no) act.item_no, act.reason_no, act.reduction_mg
  from asked join scenarios_act as act
    on act.provider_id = %(provider_id)s and act.item_no = asked.item_no
  order by act.item_no, act.revision desc
), refusal as (
  select distinct on (refusal.item_no) refusal.item_no, refusal.reason_no, refusal.batch_id
  from scenarios_refusal as refusal
  join scenarios_batch as batch on batch.id = refusal.batch_id
  where batch.provider_id = %(provider_id)s and batch.received_at >= %(since)s
    and refusal.item_no in (select item_no from asked)
  order by refusal.item_no, refusal.id desc
)
select asked.item_no, act.reason_no, act.reduction_mg, refusal.reason_no, refusal.batch_id
from asked left join act using (item_no) left join refusal using (item_no)
order by asked.item_no

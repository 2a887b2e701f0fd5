-- A provider's acts in force of one day and scenario with one reason, in the order of their time.
select item_no, occurred_at, reduction_mg, points, note
from scenarios_act as act
where provider_id = %(provider_id)s and occurred_on = %(day)s
  and scenario_no = %(scenario_no)s and reason_no = %(reason_no)s
  and not exists (
    select 1 from scenarios_act as later
    where later.provider_id = act.provider_id and later.item_no = act.item_no
      and later.revision > act.revision)
order by occurred_at, item_no
offset %(offset)s limit %(limit)s

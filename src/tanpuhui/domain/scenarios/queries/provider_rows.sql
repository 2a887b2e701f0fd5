-- A provider's acts in force of one day and scenario with one reason, in the order of their time.
select item_no, occurred_at, reduction_mg, points, note
from scenarios_act as act
where provider_id = %(provider_id)s and occurred_on = %(day)s
  and scenario_no = %(scenario_no)s and reason_no = %(reason_no)s
  and {{in_force}}
  and starts_with(item_no, %(begins)s)
order by
  case %(order)s when 'mass' then reduction_mg end,
  case %(order)s when '-mass' then reduction_mg end desc,
  case %(order)s when 'item' then item_no end,
  case %(order)s when '-item' then item_no end desc,
  case %(order)s when '-at' then occurred_at end desc,
  occurred_at, item_no
offset %(offset)s limit %(limit)s

-- Acts in force behind an account's ledger lines; corrected and withdrawn forms show once.
select act.provider_id, act.item_no, act.occurred_on, act.occurred_at, act.scenario_no,
  act.reduction_mg, act.points, act.reason_no, act.note
from unnest(%(journal_ids)s::bigint[], %(days)s::date[], %(scenario_nos)s::smallint[])
  as line(journal_id, day, scenario_no)
join scenarios_act as act
  on act.journal_id = line.journal_id and act.account_id = %(account_id)s
  and act.occurred_on = line.day and act.scenario_no = line.scenario_no
where act.occurred_on between %(from)s and %(to)s
  and {{in_force_of_account}}
order by act.occurred_at desc, act.item_no

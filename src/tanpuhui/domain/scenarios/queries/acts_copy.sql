-- Acts in force behind an account's book lines with what was received, for its owner's copy.
select act.journal_id, act.provider_id, act.item_no, act.occurred_at, act.scenario_no, act.filing_id, act.inputs,
  act.reduction_mg, act.points, act.reason_no, act.note
from unnest(%(journal_ids)s::bigint[], %(days)s::date[]) as line(journal_id, day)
join scenarios_act as act
  on act.journal_id = line.journal_id and act.account_id = %(account_id)s
  and act.occurred_on = line.day
where act.occurred_on between %(from)s and %(to)s
  and {{in_force_of_account}}
order by act.occurred_at, act.item_no

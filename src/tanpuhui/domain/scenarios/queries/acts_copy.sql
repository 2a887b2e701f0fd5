-- Acts in force behind an account's book lines with what was received, for its owner's copy.
select act.journal_id, act.provider_id, act.item_no, act.occurred_at, act.scenario_no, act.filing_id, act.inputs,
  act.reduction_mg, act.points, act.reason_no, act.note
from unnest(%(journal_ids)s::bigint[], %(days)s::date[]) as line(journal_id, day)
join scenarios_act as act
  on act.journal_id = line.journal_id and act.account_id = %(account_id)s
  and act.occurred_on = line.day
where act.occurred_on between %(from)s and %(to)s
  and not exists (
    select 1 from scenarios_act as later
    where later.provider_id = act.provider_id and later.item_no = act.item_no
      and later.account_id = act.account_id and later.revision > act.revision)
order by act.occurred_at, act.item_no

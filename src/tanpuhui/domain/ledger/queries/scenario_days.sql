-- What each scenario's source account has given by day, over the journals that a reader has seen.
select e.occurred_on, e.scenario_no, -sum(e.acts)::bigint, -sum(e.reduction_mg)::bigint,
  -sum(e.points)::bigint
from ledger_entry as e
where e.account_id between -999 and -1 and e.scenario_no > 0
  and (e.journal_id <= %(floor)s or e.journal_id = any(%(journal_ids)s))
group by 1, 2

-- One account's month, oldest first, with the running balances after each line.
with opening as (
  select coalesce(sum(reduction_mg), 0) as mg, coalesce(sum(points), 0) as points
  from ledger_entry where account_id = %(account_id)s and occurred_on < %(first)s
)
select e.occurred_on, e.journal_id, j.kind, e.scenario_no, e.reduction_mg, e.points, e.acts,
  (opening.mg + sum(e.reduction_mg) over w)::bigint,
  (opening.points + sum(e.points) over w)::bigint
from opening, ledger_entry as e
join ledger_journal as j on j.id = e.journal_id
where e.account_id = %(account_id)s and e.occurred_on >= %(first)s and e.occurred_on < %(last)s
  and (e.reduction_mg <> 0 or e.points <> 0)
window w as (order by e.occurred_on, e.journal_id, e.scenario_no)
order by e.occurred_on, e.journal_id, e.scenario_no

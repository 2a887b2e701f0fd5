-- Journals whose lines are not the sums of their evidence: per account, day and scenario, both
-- assets and the number of counted acts. Withdrawn revisions belong to reversals and give nothing.
with evidence as (
  select journal_id, account_id, occurred_on, scenario_no,
    sum(reduction_mg) as reduction_mg, sum(points) as points,
    count(*) filter (where reason_no = 0) as acts
  from scenarios_act where reason_no <> %(withdrawn)s
  group by journal_id, account_id, occurred_on, scenario_no
), line as (
  select e.journal_id, e.account_id, e.occurred_on, e.scenario_no,
    e.reduction_mg, e.points, e.acts
  from ledger_entry as e
  join ledger_journal as j on j.id = e.journal_id and j.kind = any(%(kinds)s)
  where e.account_id > 0
)
select distinct coalesce(line.journal_id, evidence.journal_id)
from line
full join evidence using (journal_id, account_id, occurred_on, scenario_no)
where line.journal_id is null or evidence.journal_id is null
  or line.reduction_mg <> evidence.reduction_mg or line.points <> evidence.points
  or line.acts <> evidence.acts
order by 1 limit 100

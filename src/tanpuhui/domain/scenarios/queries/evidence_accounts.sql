-- Accounts that do not hold what their acts in force give, less what is still to be clawed back.
-- A revision is in force unless the next one exists; only few items have a second one.
with given as (
  select account_id, occurred_on, scenario_no, reduction_mg, points, (reason_no = 0)::int as acts
  from scenarios_act
  union all
  select old.account_id, old.occurred_on, old.scenario_no,
    -old.reduction_mg, -old.points, -(old.reason_no = 0)::int
  from scenarios_act as later
  join scenarios_act as old on old.provider_id = later.provider_id
    and old.item_no = later.item_no and old.revision = later.revision - 1
  where later.revision > 0
  union all
  select e.account_id, e.occurred_on, e.scenario_no, -e.reduction_mg, -e.points, -e.acts
  from ledger_entry as e
  join ledger_journal as j on j.id = e.journal_id and j.kind = any(%(kinds)s)
  where e.account_id > 0
  union all
  select account_id, occurred_on, scenario_no, reduction_mg, points, 0
  from ledger_clawback where settled_journal_id is null
)
select distinct account_id from (
  select account_id from given group by account_id, occurred_on, scenario_no
  having sum(reduction_mg) <> 0 or sum(points) <> 0 or sum(acts) <> 0
) as off
order by 1 limit 100

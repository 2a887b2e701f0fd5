-- Counted acts of some accounts by month and scenario, over the journals up to `floor` and those
-- listed: what a reader of journals has seen, whatever has been committed since.
select {packed}
from (
  select e.account_id, date_trunc('month', e.occurred_on)::date as month, e.scenario_no,
    sum(e.acts) as acts
  from unnest(%(account_ids)s::bigint[]) as wanted(account_id)
  join ledger_entry as e on e.account_id = wanted.account_id
  where e.scenario_no > 0
    and (e.journal_id <= %(floor)s or e.journal_id = any(%(journal_ids)s))
  group by 1, 2, 3
) as sums
where acts <> 0

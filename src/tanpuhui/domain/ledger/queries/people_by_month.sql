-- Holders with at least one counted act in a month and scenario, over the journals seen.
select month, scenario_no, count(*)
from (
  select e.account_id, date_trunc('month', e.occurred_on)::date as month, e.scenario_no
  from ledger_entry as e
  join ledger_account as account on account.id = e.account_id and account.kind = 'person'
  where e.scenario_no > 0
    and (e.journal_id <= %(floor)s or e.journal_id = any(%(journal_ids)s))
  group by 1, 2, 3
  having sum(e.acts) > 0
) as present
group by 1, 2

-- The lines of each account in its window [first, last]: one index descent an account. The fence
-- (offset 0) keeps the planner from reading whole months when its statistics lag behind a load.
select {packed}
from unnest(%(account_id)s::bigint[], %(first)s::bigint[], %(last)s::bigint[])
  as w(account_id, first, last)
cross join lateral (
  select e.account_id, e.occurred_on, e.journal_id, e.scenario_no, e.acts, e.reduction_mg
  from ledger_entry as e
  where e.account_id = w.account_id
    and e.occurred_on between date '1970-01-01' + w.first::int and date '1970-01-01' + w.last::int
    and e.occurred_on
      between date '1970-01-01' + %(from)s::int and date '1970-01-01' + %(to)s::int
    and e.scenario_no = any(%(scenario_no)s)
  offset 0
) as e

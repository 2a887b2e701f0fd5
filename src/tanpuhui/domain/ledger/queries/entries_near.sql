-- Lines with counted acts of the given scenarios, for each account and window [first, last].
select w.position, e.account_id, e.journal_id, e.occurred_on, e.scenario_no
from unnest(
  %(position)s::bigint[], %(account_id)s::bigint[], %(first)s::date[], %(last)s::date[]
) as w(position, account_id, first, last)
join ledger_entry as e
  on e.account_id = w.account_id and e.occurred_on between w.first and w.last
where e.occurred_on between %(from)s and %(to)s
  and e.scenario_no = any(%(scenario_nos)s) and e.acts > 0

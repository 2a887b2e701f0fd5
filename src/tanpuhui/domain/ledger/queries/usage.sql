-- What the book already holds for each (account, scenario) in each window [first, last).
select w.position, coalesce(sum(e.acts), 0), coalesce(sum(e.reduction_mg), 0)
from unnest(
  %(position)s::bigint[], %(account_id)s::bigint[], %(scenario_no)s::bigint[],
  %(first)s::date[], %(last)s::date[]
) as w(position, account_id, scenario_no, first, last)
join ledger_entry as e
  on e.account_id = w.account_id
  and e.occurred_on >= w.first and e.occurred_on < w.last
  and e.scenario_no = w.scenario_no
where e.occurred_on >= %(from)s and e.occurred_on < %(to)s
group by w.position

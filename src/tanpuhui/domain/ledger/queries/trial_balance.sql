-- Both assets by kind of account: holders' sums and their counter-accounts; each total is zero.
select coalesce(account.kind, case when e.account_id = -1000 then 'spent' else 'source' end),
  case when e.account_id < 0 then -e.account_id end,
  sum(e.reduction_mg)::bigint, sum(e.points)::bigint, count(*)
from ledger_entry as e
left join ledger_account as account on account.id = e.account_id
group by 1, 2 order by 1, 2

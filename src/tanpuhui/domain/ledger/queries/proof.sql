-- Holders whose balance is not the sum of their entries.
with sums as (
  select account_id, sum(reduction_mg) as reduction_mg, sum(points) as points
  from ledger_entry where account_id > 0 group by account_id
)
select coalesce(account.id, sums.account_id)
from ledger_account as account
full join sums on sums.account_id = account.id
where coalesce(account.id, 1) > 0
  and (account.id is null
    or account.reduction_mg <> coalesce(sums.reduction_mg, 0)
    or account.points <> coalesce(sums.points, 0))
order by 1 limit 100

update ledger_account as account
set reduction_mg = account.reduction_mg + given.reduction_mg,
    points = account.points + given.points
from unnest(
  %(account_id)s::bigint[], %(reduction_mg)s::bigint[], %(points)s::bigint[]
) as given(id, reduction_mg, points)
where account.id = given.id

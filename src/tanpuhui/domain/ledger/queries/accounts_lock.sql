-- Lock in id order: two batches over the same people queue instead of deadlocking.
select {packed}
from (
  select id, (state = 'open')::int as is_open, reduction_mg, points - held_points as free_points
  from ledger_account
  where id = any(%(ids)s)
  order by id
  for update
) as locked

-- Lock in id order: two batches over the same people queue instead of deadlocking.
select id, state = 'open', reduction_mg, points - held_points
from ledger_account
where id = any(%(ids)s::bigint[])
order by id
for update

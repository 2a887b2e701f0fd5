-- One call more in its row. The count may be lost with the machine, so nobody waits for the disk.
with quick as materialized (select set_config('synchronous_commit', 'off', true))
insert into intake_callcount as kept
  (provider_id, hour, key_id, door, operation, code, bucket, status, calls, last_at)
select %(provider_id)s, %(hour)s, %(key_id)s, %(door)s, %(operation)s, %(code)s, %(bucket)s,
  %(status)s, 1, %(now)s
from quick
on conflict (provider_id, hour, key_id, door, operation, code, bucket)
do update set calls = kept.calls + 1, last_at = greatest(kept.last_at, excluded.last_at)

-- A provider's calls since an hour, by operation, outcome and class of duration.
select operation, code, status, bucket, sum(calls)::bigint, max(last_at)
from intake_callcount
where provider_id = %(provider_id)s and hour >= %(since)s and door = any(%(doors)s)
group by 1, 2, 3, 4

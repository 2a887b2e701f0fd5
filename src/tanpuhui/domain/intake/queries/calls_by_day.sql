-- A provider's calls since an hour, by day of the city: all, and those that failed on our side.
select (hour at time zone %(zone)s)::date, sum(calls)::bigint,
  coalesce(sum(calls) filter (where status >= 500), 0)::bigint
from intake_callcount
where provider_id = %(provider_id)s and hour >= %(since)s and door = any(%(doors)s)
group by 1
order by 1

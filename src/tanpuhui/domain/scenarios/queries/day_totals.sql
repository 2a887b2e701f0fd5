-- A provider's recent days: acts in force, counted and not, and what they gave.
select occurred_on,
  count(*) filter (where reason_no = 0),
  count(*) filter (where reason_no <> 0),
  coalesce(sum(reduction_mg), 0)::bigint,
  coalesce(sum(points), 0)::bigint
from (
  select occurred_on, reason_no, reduction_mg, points
  from scenarios_act as act
  where provider_id = %(provider_id)s and occurred_on >= %(first)s
    and {{in_force}}
) as act
group by occurred_on
order by occurred_on desc

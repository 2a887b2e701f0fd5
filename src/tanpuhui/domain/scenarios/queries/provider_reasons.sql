-- A provider's acts in force by day, scenario and reason: how many, and what they gave.
select occurred_on, scenario_no, reason_no, count(*),
  coalesce(sum(reduction_mg), 0)::bigint, coalesce(sum(points), 0)::bigint
from (
  select occurred_on, scenario_no, reason_no, reduction_mg, points
  from scenarios_act as act
  where provider_id = %(provider_id)s and occurred_on between %(first)s and %(last)s
    and {{in_force}}
) as act
group by 1, 2, 3
order by 1 desc, 2, 3

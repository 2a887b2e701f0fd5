-- Acts in force and counted milligrams by city day and by the last part of the item number.
select occurred_on, reverse(split_part(reverse(item_no), '#', 1)), count(*), sum(reduction_mg)
from (
  select *
  from scenarios_act as act
  where provider_id = %(provider_id)s
    and occurred_on between %(first_day)s and %(last_day)s
    and item_no like %(item_like)s
    and {{in_force}}
) as act
where occurred_at >= %(since)s and occurred_at < %(until)s and reason_no = 0
group by 1, 2
order by 1, 2

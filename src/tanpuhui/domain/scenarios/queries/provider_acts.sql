-- A provider's acts in force in a window, newest first, with their total number.
select count(*) over (), item_no, account_id, scenario_no, occurred_at, filing_id, inputs,
  reduction_mg, points, reason_no
from (
  select *
  from scenarios_act as act
  where provider_id = %(provider_id)s
    and occurred_on between %(first_day)s and %(last_day)s
    and item_no like %(item_like)s
    and {{in_force}}
) as act
where occurred_at >= %(since)s and occurred_at < %(until)s
  and (%(person_id)s::bigint is null or account_id = %(person_id)s)
  and (%(scenario_nos)s::smallint[] is null or scenario_no = any(%(scenario_nos)s))
order by occurred_at desc, item_no
offset %(offset)s limit %(limit)s

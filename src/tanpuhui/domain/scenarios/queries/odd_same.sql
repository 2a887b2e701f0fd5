-- The same quantities many times on one day from one provider, among quantified acts.
select provider_id, scenario_no, occurred_on, same, acts, people, inputs
from (
  select provider_id, scenario_no, occurred_on, inputs, count(*) as same,
    count(distinct account_id) as people,
    sum(count(*)) over (partition by provider_id, scenario_no, occurred_on)::bigint as acts
  from scenarios_act
  where occurred_on between %(first)s and %(last)s and quantified_mg > 0 and reason_no = 0
    and scenario_no = any(%(scenario_nos)s::smallint[])
  group by 1, 2, 3, 4
) as found
where same >= %(least)s and same * 100 >= acts * %(percent)s
order by same desc
limit 100

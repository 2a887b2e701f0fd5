-- People with counted acts from many providers on one day.
select account_id, occurred_on, count(distinct provider_id), count(*), sum(reduction_mg)::bigint
from scenarios_act
where occurred_on between %(first)s and %(last)s and reason_no = 0
group by 1, 2
having count(distinct provider_id) >= %(least)s
order by 3 desc, 4 desc
limit 100

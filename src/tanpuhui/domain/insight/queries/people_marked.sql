-- How many bits are set for each period and scenario.
select span, first_on, scenario_no, sum(bit_count(bits))::bigint
from insight_people group by 1, 2, 3

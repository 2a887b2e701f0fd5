insert into insight_people as kept (span, first_on, scenario_no, block, bits)
select span, date '1970-01-01' + first_on::int, scenario_no, block, bits
from unnest(%(span)s::bigint[], %(first_on)s::bigint[], %(scenario_no)s::bigint[],
  %(block)s::bigint[], %(bits)s::bytea[]) as given(span, first_on, scenario_no, block, bits)
on conflict (span, first_on, scenario_no, block) do update set bits = excluded.bits

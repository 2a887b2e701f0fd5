-- The bits of some blocks of people; those that do not exist yet are absent.
select given.place, kept.bits
from unnest(%(span)s::bigint[], %(first_on)s::bigint[], %(scenario_no)s::bigint[],
  %(block)s::bigint[]) with ordinality as given(span, first_on, scenario_no, block, place)
join insight_people as kept
  on kept.span = given.span and kept.first_on = date '1970-01-01' + given.first_on::int
  and kept.scenario_no = given.scenario_no and kept.block = given.block

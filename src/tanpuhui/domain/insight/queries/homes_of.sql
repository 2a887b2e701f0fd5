-- The bits of some blocks of people by district.
select given.place, kept.region, kept.bits
from unnest(%(span)s::bigint[], %(first_on)s::bigint[], %(block)s::bigint[])
  with ordinality as given(span, first_on, block, place)
join insight_home as kept
  on kept.span = given.span and kept.first_on = date '1970-01-01' + given.first_on::int
  and kept.block = given.block

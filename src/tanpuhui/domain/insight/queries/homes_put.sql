insert into insight_home as kept (span, first_on, block, region, bits)
select span, date '1970-01-01' + first_on::int, block, region, bits
from unnest(%(span)s::bigint[], %(first_on)s::bigint[], %(block)s::bigint[], %(region)s::text[],
  %(bits)s::bytea[]) as given(span, first_on, block, region, bits)
on conflict (span, first_on, block, region) do update set bits = excluded.bits

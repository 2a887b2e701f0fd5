insert into insight_period as kept (span, first_on, scenario_no, region,
  people, acts, uncounted, reduction_mg, points)
select span, date '1970-01-01' + first_on::int, scenario_no, region,
  people, acts, uncounted, reduction_mg, points
from unnest(%(span)s::bigint[], %(first_on)s::bigint[], %(scenario_no)s::bigint[],
  %(region)s::text[], %(people)s::bigint[], %(acts)s::bigint[], %(uncounted)s::bigint[],
  %(reduction_mg)s::bigint[], %(points)s::bigint[])
  as given(span, first_on, scenario_no, region, people, acts, uncounted, reduction_mg, points)
on conflict (span, first_on, scenario_no, region) do update
set people = kept.people + excluded.people,
    acts = kept.acts + excluded.acts,
    uncounted = kept.uncounted + excluded.uncounted,
    reduction_mg = kept.reduction_mg + excluded.reduction_mg,
    points = kept.points + excluded.points

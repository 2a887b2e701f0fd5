insert into insight_day as kept (occurred_on, scenario_no, region, provider_id,
  acts, capped, overlapped, empty, withdrawn, reduction_mg, points)
select date '1970-01-01' + day::int, scenario_no, region, provider_id,
  acts, capped, overlapped, empty, withdrawn, reduction_mg, points
from unnest(%(day)s::bigint[], %(scenario_no)s::bigint[], %(region)s::text[],
  %(provider_id)s::bigint[], %(acts)s::bigint[], %(capped)s::bigint[], %(overlapped)s::bigint[],
  %(empty)s::bigint[], %(withdrawn)s::bigint[], %(reduction_mg)s::bigint[], %(points)s::bigint[])
  as given(day, scenario_no, region, provider_id, acts, capped, overlapped, empty, withdrawn,
    reduction_mg, points)
on conflict (occurred_on, scenario_no, region, provider_id) do update
set acts = kept.acts + excluded.acts,
    capped = kept.capped + excluded.capped,
    overlapped = kept.overlapped + excluded.overlapped,
    empty = kept.empty + excluded.empty,
    withdrawn = kept.withdrawn + excluded.withdrawn,
    reduction_mg = kept.reduction_mg + excluded.reduction_mg,
    points = kept.points + excluded.points

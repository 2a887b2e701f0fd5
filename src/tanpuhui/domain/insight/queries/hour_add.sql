insert into insight_hour as kept (started_at, acts, reduction_mg)
select to_timestamp(started_s), acts, reduction_mg
from unnest(%(started_s)s::bigint[], %(acts)s::bigint[], %(reduction_mg)s::bigint[])
  as given(started_s, acts, reduction_mg)
on conflict (started_at) do update
set acts = kept.acts + excluded.acts, reduction_mg = kept.reduction_mg + excluded.reduction_mg

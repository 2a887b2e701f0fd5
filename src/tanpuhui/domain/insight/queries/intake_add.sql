insert into insight_intake as kept (started_at, provider_id, journals, acts)
select to_timestamp(started_s), provider_id, journals, acts
from unnest(%(started_s)s::bigint[], %(provider_id)s::bigint[], %(journals)s::bigint[],
  %(acts)s::bigint[]) as given(started_s, provider_id, journals, acts)
on conflict (started_at, provider_id) do update
set journals = kept.journals + excluded.journals, acts = kept.acts + excluded.acts

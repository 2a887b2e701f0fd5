-- Consents to a provider that came and went, by scenario and month of the city.
select scenario_no, month, sum(granted)::bigint, sum(withdrawn)::bigint
from (
  select scenario_no, date_trunc('month', granted_at at time zone %(zone)s)::date as month,
    count(*) as granted, 0 as withdrawn
  from parties_consent
  where provider_id = %(provider_id)s and purpose = 'quantify'
  group by 1, 2
  union all
  select scenario_no, date_trunc('month', withdrawn_at at time zone %(zone)s)::date,
    0, count(*)
  from parties_consent
  where provider_id = %(provider_id)s and purpose = 'quantify' and withdrawn_at is not null
  group by 1, 2
) as change
group by 1, 2
order by 1, 2

-- Every person × every scenario; an active consent stays as it was given.
insert into parties_consent
  (provider_id, person_id, scenario_no, purpose, text_version, granted_at)
select %(provider_id)s, person_id, scenario_no, %(purpose)s, %(text_version)s, %(now)s
from unnest(%(person_ids)s::bigint[]) as p(person_id),
     unnest(%(scenario_nos)s::smallint[]) as s(scenario_no)
on conflict do nothing

-- The link's mask is the or of the active consents' bits.
update parties_subjectlink as link
set scenario_mask = coalesce((
  select bit_or(1::bigint << consent.scenario_no)
  from parties_consent as consent
  where consent.provider_id = link.provider_id
    and consent.person_id = link.person_id
    and consent.purpose = 'quantify'
    and consent.withdrawn_at is null
), 0)
where link.provider_id = %(provider_id)s and link.person_id = any(%(person_ids)s)

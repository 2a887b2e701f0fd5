-- What a link's person agrees to now: bit n for scenario n of this provider; bit 0, which no
-- scenario has, for points, to which people agree towards the platform.
select bit_or(1::bigint << consent.scenario_no)
from parties_consent as consent
where consent.person_id = {link}.person_id and consent.withdrawn_at is null
  and ((consent.purpose = 'quantify' and consent.provider_id = {provider} and consent.scenario_no > 0)
    or (consent.purpose = 'points' and consent.provider_id = 0 and consent.scenario_no = 0))

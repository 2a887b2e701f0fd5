select key.organisation_id, organisation.code, key.algorithm, key.secret_sealed, key.public_key,
  key.is_sandbox, key.expires_at
from parties_providerkey as key
join parties_organisation as organisation on organisation.party_id = key.organisation_id
where key.key_id = %(key_id)s and key.revoked_at is null

"""Every change of parties: people, organisations, staff, links and consents."""

from tanpuhui.domain.parties.services.consents import (
    consent_withdraw,
    consents_grant_many,
    link_bind_self,
    links_bind_many,
)
from tanpuhui.domain.parties.services.organisations import (
    organisation_open,
    provider_key_issue,
    provider_key_revoke,
)
from tanpuhui.domain.parties.services.people import people_open_many, person_open, public_id
from tanpuhui.domain.parties.services.staff import staff_add

__all__ = [
    "consent_withdraw",
    "consents_grant_many",
    "link_bind_self",
    "links_bind_many",
    "organisation_open",
    "people_open_many",
    "person_open",
    "provider_key_issue",
    "provider_key_revoke",
    "public_id",
    "staff_add",
]

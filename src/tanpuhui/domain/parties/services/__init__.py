"""Every change of parties: people, organisations, staff, links and consents."""

from tanpuhui.domain.parties.services.children import child_open
from tanpuhui.domain.parties.services.consents import (
    consent_withdraw,
    consents_grant_many,
    link_bind_self,
    links_bind_many,
)
from tanpuhui.domain.parties.services.external import (
    external_login_link,
    sign_in_allow,
    subject_index,
    ticket_issue,
    ticket_use,
)
from tanpuhui.domain.parties.services.identity import identity_check
from tanpuhui.domain.parties.services.organisations import (
    organisation_open,
    provider_key_issue,
    provider_key_revoke,
    provider_key_rotate,
)
from tanpuhui.domain.parties.services.people import people_open_many, person_open, public_id
from tanpuhui.domain.parties.services.sign_in import (
    code_check,
    code_issue,
    person_sign_up,
    phone_read,
)
from tanpuhui.domain.parties.services.staff import staff_add

__all__ = [
    "child_open",
    "code_check",
    "code_issue",
    "consent_withdraw",
    "consents_grant_many",
    "external_login_link",
    "identity_check",
    "link_bind_self",
    "links_bind_many",
    "organisation_open",
    "people_open_many",
    "person_open",
    "person_sign_up",
    "phone_read",
    "provider_key_issue",
    "provider_key_revoke",
    "provider_key_rotate",
    "public_id",
    "sign_in_allow",
    "staff_add",
    "subject_index",
    "ticket_issue",
    "ticket_use",
]

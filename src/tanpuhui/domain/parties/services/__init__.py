"""Every change of parties: people, organisations, staff, links and consents."""

from tanpuhui.domain.parties.services.applications import (
    application_decide,
    application_submit,
    document_read,
    token_mac,
)
from tanpuhui.domain.parties.services.children import child_open
from tanpuhui.domain.parties.services.closing import person_close
from tanpuhui.domain.parties.services.coming_of_age import child_hand_over
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
from tanpuhui.domain.parties.services.own_data import (
    consents_withdraw_all,
    person_correct,
    person_export,
    phone_change,
)
from tanpuhui.domain.parties.services.people import people_open_many, person_open, public_id
from tanpuhui.domain.parties.services.sign_in import (
    code_check,
    code_issue,
    person_sign_up,
    phone_read,
)
from tanpuhui.domain.parties.services.staff import (
    invitation_accept,
    invitation_read,
    invitation_withdraw,
    staff_add,
    staff_invite,
    staff_set_active,
    staff_set_role,
)
from tanpuhui.domain.parties.services.unmasking import person_unmask

__all__ = [
    "application_decide",
    "application_submit",
    "child_hand_over",
    "child_open",
    "code_check",
    "code_issue",
    "consent_withdraw",
    "consents_grant_many",
    "consents_withdraw_all",
    "document_read",
    "external_login_link",
    "identity_check",
    "invitation_accept",
    "invitation_read",
    "invitation_withdraw",
    "link_bind_self",
    "links_bind_many",
    "organisation_open",
    "people_open_many",
    "person_close",
    "person_correct",
    "person_export",
    "person_open",
    "person_sign_up",
    "person_unmask",
    "phone_change",
    "phone_read",
    "provider_key_issue",
    "provider_key_revoke",
    "provider_key_rotate",
    "public_id",
    "sign_in_allow",
    "staff_add",
    "staff_invite",
    "staff_set_active",
    "staff_set_role",
    "subject_index",
    "ticket_issue",
    "ticket_use",
    "token_mac",
]

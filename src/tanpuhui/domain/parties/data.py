from dataclasses import dataclass
from datetime import date, datetime

PLATFORM = 0  # provider id and scenario number of what concerns the platform itself


@dataclass(frozen=True)
class ProviderKeyView:
    """What the door needs to check a signature."""

    provider_id: int
    provider_code: str
    key_id: str
    algorithm: str
    secret: bytes
    public_key: str
    is_sandbox: bool = False


@dataclass(frozen=True)
class KeyView:
    """A provider's key as its owner sees it: never the secret.

    state: active, ending (an overlap runs), ended or revoked.
    """

    key_id: str
    algorithm: str
    label: str
    is_sandbox: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    public_key: str
    state: str


@dataclass(frozen=True)
class OrganisationView:
    """An organisation as other contexts see it."""

    party_id: int
    code: str
    kind: str
    title: str
    scenario_mask: int


@dataclass(frozen=True)
class PersonView:
    """A person without identity."""

    party_id: int
    public_id: str
    nickname: str
    region: str


@dataclass(frozen=True)
class ConsentView:
    """One consent, active or withdrawn."""

    provider_id: int
    provider_title: str
    scenario_no: int
    purpose: str
    text_version: str
    granted_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class MemberView:
    """A person as one provider that registered them may see them: masked."""

    person_id: int
    subject: str
    name_masked: str
    phone_masked: str
    linked_at: datetime


@dataclass(frozen=True)
class StaffView:
    """A login's organisation and role."""

    organisation: OrganisationView
    role: str
    user_id: int = 0
    username: str = ""
    added_at: datetime | None = None
    deactivated_at: datetime | None = None


@dataclass(frozen=True)
class TicketView:
    """A fresh ticket, in plain text this once."""

    ticket: str
    expires_at: datetime


@dataclass(frozen=True)
class ChildView:
    """A child's account as its guardian sees it."""

    party_id: int
    public_id: str
    nickname: str
    child_until: date


@dataclass(frozen=True)
class LinkView:
    """A provider's pseudonym for a person, as the person may see it."""

    provider_id: int
    provider_title: str
    subject: str
    linked_at: datetime


@dataclass(frozen=True)
class OwnData:
    """All that parties holds of one person, in plain text, for that person."""

    public_id: str
    nickname: str
    region: str
    phone: str
    name: str
    identity_masked: str
    opened_at: datetime
    identity_checked_at: datetime | None
    links: tuple[LinkView, ...]
    city_apps: tuple[str, ...]
    consents: tuple[ConsentView, ...]


@dataclass(frozen=True)
class HeldView:
    """What is held of a person, masked where it says who they are."""

    nickname: str
    region: str
    phone_masked: str
    name_masked: str
    identity_masked: str
    links: int
    city_apps: int
    opened_at: datetime


@dataclass(frozen=True)
class InvitationView:
    """What an invitation is for."""

    organisation_title: str
    role: str
    role_title: str
    expires_at: datetime
    public_id: str = ""
    state: str = ""


@dataclass(frozen=True)
class ApplicationForm:
    """What an organisation fills in."""

    kind: str
    title: str
    credit_code: str
    contact: str
    phone: str
    email: str
    scenarios: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class DocumentView:
    """A file of an application, without its content."""

    public_id: str
    media_type: str
    bytes: int
    added_at: datetime


@dataclass(frozen=True)
class DocumentContent:
    """A file of an application."""

    media_type: str
    content: bytes


@dataclass(frozen=True)
class ApplicationView:
    """An application with its contact in plain text: for its applicant and for who decides."""

    public_id: str
    state: str
    state_title: str
    form: ApplicationForm
    submitted_at: datetime
    decided_at: datetime | None
    reason: str
    documents: tuple[DocumentView, ...]
    organisation_id: int | None

from tanpuhui.kernel.errors import DomainError


class PhoneTaken(DomainError):
    """The phone already opened an account."""

    code = "parties.phone_taken"
    status = 409


class UnknownOrganisation(DomainError):
    """No organisation has this code."""

    code = "parties.unknown_organisation"
    status = 404


class SubjectTaken(DomainError):
    """The provider's subject is linked to another person."""

    code = "parties.subject_taken"
    status = 409


class NoLink(DomainError):
    """No such link of a provider's subject to a person."""

    code = "parties.no_link"
    status = 404


class PhoneMalformed(DomainError):
    """The text is no mainland mobile number."""

    code = "sign_in.phone_malformed"
    status = 422


class TooOften(DomainError):
    """Asked too often; `retry_after_s` says when to come back."""

    code = "sign_in.too_often"
    status = 429


class WrongCode(DomainError):
    """The one-time code is wrong, outlived, used, or tried too often."""

    code = "sign_in.wrong_code"
    status = 422


class NoticeMissing(DomainError):
    """An account opens only after its notice was agreed to."""

    code = "sign_in.notice_missing"
    status = 422


class WrongTicket(DomainError):
    """The ticket is unknown, outlived or used."""

    code = "sign_in.wrong_ticket"
    status = 410


class SignInNotAllowed(DomainError):
    """The organisation's app may not open sessions."""

    code = "sign_in.not_allowed"
    status = 403


class NotAChild(DomainError):
    """Not under 14, or not opened by a grown-up."""

    code = "parties.not_a_child"
    status = 422


class TooManyChildren(DomainError):
    """A guardian has opened as many accounts as may be."""

    code = "parties.too_many_children"
    status = 409


class IdentityMalformed(DomainError):
    """Name or identity number is not well-formed."""

    code = "identity.malformed"
    status = 422


class IdentityMismatch(DomainError):
    """Name and identity number do not belong together."""

    code = "identity.mismatch"
    status = 422


class IdentityTaken(DomainError):
    """The identity number has another account."""

    code = "identity.taken"
    status = 409


class IdentityUnavailable(DomainError):
    """The checking service cannot be asked now."""

    code = "identity.unavailable"
    status = 503


class UnknownKey(DomainError):
    """No such key of this provider that still signs."""

    code = "parties.unknown_key"
    status = 404


class KeyRefused(DomainError):
    """A key that cannot be issued."""

    code = "parties.key_refused"


class DetailsRefused(DomainError):
    """A detail of a person cannot be kept as given."""

    code = "parties.details_refused"
    status = 422


class AlreadyClosed(DomainError):
    """The account was closed before."""

    code = "parties.already_closed"
    status = 409


class ChildrenFirst(DomainError):
    """A guardian's account closes after the children's."""

    code = "parties.children_first"
    status = 409


class RoleUnfit(DomainError):
    """The organisation's kind has no such role."""

    code = "staff.role_unfit"
    status = 422


class InvitationGone(DomainError):
    """Used, withdrawn, outlived or unknown."""

    code = "staff.invitation_gone"
    status = 410


class ResetGone(DomainError):
    """A link for a new password that was used, outlived or never made."""

    code = "staff.reset_gone"
    status = 410


class UsernameTaken(DomainError):
    """Another login has this name."""

    code = "staff.username_taken"
    status = 409


class PasswordWeak(DomainError):
    """The password does not meet the rules."""

    code = "staff.password_weak"
    status = 422


class UnknownLogin(DomainError):
    """No login has this name."""

    code = "staff.unknown_login"
    status = 404


class OwnLogin(DomainError):
    """Nobody changes their own role or locks themselves out."""

    code = "staff.own_login"
    status = 409


class ApplicationFlawed(DomainError):
    """Something in an application is missing or wrong."""

    code = "application.flawed"
    status = 422


class ApplicationDecided(DomainError):
    """Decided already, or its code is taken."""

    code = "application.decided"
    status = 409


class UnknownApplication(DomainError):
    """No such application or file."""

    code = "application.unknown"
    status = 404


class DocumentRefused(DomainError):
    """The file is missing, too large or of another kind."""

    code = "application.document_refused"
    status = 422


class UnmaskRefused(DomainError):
    """A sealed field is not shown: no reason given, or nothing held."""

    code = "parties.unmask_refused"
    status = 422

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

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

from tanpuhui.kernel.errors import DomainError


class UnknownChange(DomainError):
    """No change request has this number."""

    code = "supervision.unknown_change"
    status = 404


class UnknownTicket(DomainError):
    """No ticket has this number, or it is somebody else's."""

    code = "supervision.unknown_ticket"
    status = 404


class UnknownFinding(DomainError):
    """No finding has this number."""

    code = "supervision.unknown_finding"
    status = 404


class UnknownAnnouncement(DomainError):
    """No announcement has this number."""

    code = "supervision.unknown_announcement"
    status = 404


class SamePerson(DomainError):
    """Whoever proposed a change may not decide on it."""

    code = "supervision.same_person"
    status = 403


class StepRefused(DomainError):
    """The lifecycle has no such step."""

    code = "supervision.step_refused"
    status = 409


class ReasonMissing(DomainError):
    """A reason, opinion or answer is needed."""

    code = "supervision.reason_missing"
    status = 422


class PayloadRefused(DomainError):
    """What is to be changed cannot be understood or does not exist."""

    code = "supervision.payload_refused"
    status = 422


class RatingRefused(DomainError):
    """A rating is 1 to 5, given once the ticket is answered."""

    code = "supervision.rating_refused"
    status = 422

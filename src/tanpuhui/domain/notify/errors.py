from tanpuhui.kernel.errors import DomainError


class UnknownMessage(DomainError):
    """No message has this number, or it is somebody else's."""

    code = "notify.unknown_message"
    status = 404


class HoursRefused(DomainError):
    """Quiet hours are whole hours from 0 to 23."""

    code = "notify.hours_refused"
    status = 422

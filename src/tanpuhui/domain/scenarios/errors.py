from tanpuhui.kernel.errors import DomainError


class UnknownAct(DomainError):
    """No such act for this account."""

    code = "scenarios.unknown_act"
    status = 404


class UnknownBatch(DomainError):
    """No such batch of this provider."""

    code = "scenarios.unknown_batch"
    status = 404


class RuleRefused(DomainError):
    """A change of caps or pauses that could not be applied exactly."""

    code = "scenarios.rule_refused"
    status = 422

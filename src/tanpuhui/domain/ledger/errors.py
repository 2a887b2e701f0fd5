from tanpuhui.kernel.errors import DomainError


class UnknownAccount(DomainError):
    """No account has this id."""

    code = "ledger.unknown_account"
    status = 404


class AccountNotOpen(DomainError):
    """The account is frozen or closed."""

    code = "ledger.account_not_open"
    status = 409


class InsufficientBalance(DomainError):
    """The account holds less than is asked for."""

    code = "ledger.insufficient_balance"
    status = 409


class StateRefused(DomainError):
    """The lifecycle has no such step."""

    code = "ledger.state_refused"
    status = 409


class KeyConflict(DomainError):
    """The idempotency key was used for something else."""

    code = "ledger.key_conflict"
    status = 409


class AmountRefused(DomainError):
    """An amount that is not greater than zero."""

    code = "ledger.amount_refused"
    status = 422

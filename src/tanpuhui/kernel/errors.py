"""Refusals that a person or a partner can understand."""

from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError

# The database restarts, is overloaded or was told to end a session: to be tried again later.
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class DomainError(Exception):
    """An expected refusal.

    Attributes:
        code: stable, dotted, listed in docs/errors.md.
        message: one Chinese sentence: what happened, why, what to do.
        status: the HTTP status that interfaces answer with.
        detail: machine-readable facts that help to mend the request.
    """

    code = "error"
    status = 422

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class NotPermitted(DomainError):
    """The actor may not do this."""

    code = "permission.denied"
    status = 403

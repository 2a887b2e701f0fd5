"""Refusals that a person or a partner can understand."""

import re
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError

# The database restarts, is overloaded or was told to end a session: to be tried again later.
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
PLACE = re.compile(r"\{(\w+)\}")


def filled(sentence: str, facts: Mapping[str, Any]) -> str:
    """The sentence with its `{places}` filled; a brace that names no fact is left as it stands."""
    return PLACE.sub(lambda found: str(facts.get(found[1], found[0])), sentence)


class DomainError(Exception):
    """An expected refusal.

    Attributes:
        code: stable, dotted, listed in docs/errors.md.
        sentence: one Chinese sentence: what happened, why, what to do. Facts that people read
            stand in it as `{name}` and come from `detail`, so that a page can say the same in
            another language.
        message: the sentence with its facts.
        status: the HTTP status that interfaces answer with.
        detail: machine-readable facts that help to mend the request.
    """

    code = "error"
    status = 422

    def __init__(self, sentence: str, **detail: Any) -> None:
        self.sentence = sentence
        self.detail = detail
        self.message = filled(sentence, detail)
        super().__init__(self.message)


class NotPermitted(DomainError):
    """The actor may not do this."""

    code = "permission.denied"
    status = 403

"""Signed-in citizens, without the way in."""

from typing import Any


def session_of(person_id: int) -> str:
    """The key of a new session of this person."""
    from django.contrib.sessions.backends.db import SessionStore

    from tanpuhui.web.shared.guards import SESSION_PERSON

    session = SessionStore()
    session[SESSION_PERSON] = person_id
    session.create()
    return str(session.session_key)


def browser_of(session: str) -> Any:
    """Django's test client with the cookie of a session."""
    from django.test import Client

    browser = Client()
    browser.cookies["sessionid"] = session
    return browser

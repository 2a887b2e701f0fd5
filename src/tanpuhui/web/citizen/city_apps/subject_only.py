"""Of what an app could tell about a person, the platform takes one number and nothing else."""

import json
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialToken
from django.http import HttpRequest
from requests import RequestException

from tanpuhui.web.citizen.city_apps.refusals import AnswerUnclear, ServiceAway

SUBJECT = "subject"
SUBJECT_LENGTH_MAX = 128
OK = 200


def asked(method: str, address: str, **content: Any) -> str:
    """What the app's server answers to a request.

    Raises:
        ServiceAway: no answer in time, or one that says that the server is not well.
        AnswerUnclear: not UTF-8.
    """
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.request(method, address, allow_redirects=False, **content)
    except RequestException as error:
        # Its text holds the address, and that holds the secret.
        raise ServiceAway(type(error).__name__) from None
    if answer.status_code != OK:
        raise ServiceAway(f"status {answer.status_code}")
    try:
        return str(answer.content.decode())
    except UnicodeDecodeError:
        raise AnswerUnclear("no UTF-8") from None


def json_object(text: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        AnswerUnclear: something else.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise AnswerUnclear("no JSON")
    return found


def subject_of(answer: dict[str, Any], name: str) -> dict[str, str]:
    """The person's number alone, of all that the app said.

    Raises:
        AnswerUnclear: it is missing.
    """
    subject = answer.get(name)
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH_MAX:
        raise AnswerUnclear(f"no {name}")
    return {SUBJECT: subject}


class SubjectOnlyAdapter:
    """For allauth's adapters: no token is kept, no profile is asked for."""

    get_provider: Any

    def parse_token(self, data: dict[str, str]) -> SocialToken:
        """None."""
        del data
        return SocialToken()

    def complete_login(
        self, request: HttpRequest, _app: Any, _token: Any, *, response: dict[str, str]
    ) -> Any:
        """The number is the whole identity."""
        return self.get_provider().sociallogin_from_response(request, response)


class SubjectOnlyProvider:
    """For allauth's providers: visitors do not change what is asked for by words in the address."""

    app: Any
    get_scope: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = self.app.name  # as the person knows it

    def extract_uid(self, data: dict[str, str]) -> str:
        """The person's number at the app."""
        return data[SUBJECT]

    def extract_extra_data(self, data: dict[str, str]) -> dict[str, str]:
        """Nothing."""
        del data
        return {}

    def extract_common_fields(self, data: dict[str, str]) -> dict[str, str]:
        """Nothing."""
        del data
        return {}

    def get_scope_from_request(self, request: HttpRequest) -> Any:
        """The configured one."""
        del request
        return self.get_scope()

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """None beyond the protocol's own."""
        del request, action
        return {}

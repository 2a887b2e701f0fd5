"""`python manage.py openapi_write`: after a change of the API, write its document anew."""

from typing import Any

from django.core.management.base import BaseCommand

from tanpuhui.httpapi import api


class Command(BaseCommand):
    """Writes src/tanpuhui/httpapi/openapi.json, which a test compares with the code."""

    help = "Write the committed OpenAPI document anew."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Write and name the file."""
        api.DOCUMENT.write_text(api.document())
        self.stdout.write(str(api.DOCUMENT))

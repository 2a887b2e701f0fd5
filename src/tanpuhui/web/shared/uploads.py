"""Files from browsers: kept on disk while they arrive, given up where they are too large."""

from collections.abc import Mapping
from typing import IO, Any, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

FORM_BYTES = 64 * 1024  # what the rest of a form may take
TOO_LARGE = "upload_too_large"


class LimitedFiles(TemporaryFileUploadHandler):
    """Leaves a file out, unread, where the whole request is larger than a file may be."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: Mapping[str, str],  # noqa: N803 - Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Judge by the announced length before anything is read."""
        del input_data, META, boundary, encoding
        self.is_too_large = content_length > settings.UPLOAD_BYTES_MAX + FORM_BYTES
        if self.request is not None:
            setattr(self.request, TOO_LARGE, self.is_too_large)

    def new_file(self, *args: Any, **named: Any) -> None:
        """Begin a file, or skip it."""
        if self.is_too_large:
            raise SkipFile
        super().new_file(*args, **named)


def uploaded(request: HttpRequest, name: str) -> "UploadedFile[Any] | None":
    """The file of a form field, or None where there is none."""
    found = request.FILES.get(name)
    return found if isinstance(found, UploadedFile) else None


def is_too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was left out for its size; known once the form is read."""
    request.POST.get("")  # reads the form
    return bool(getattr(request, TOO_LARGE, False))


File: TypeAlias = "UploadedFile[Any]"


def limit_mb() -> int:
    """How large a file may be."""
    return int(settings.UPLOAD_BYTES_MAX) >> 20

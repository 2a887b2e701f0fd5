"""What a file is, read from its content: its name and the sender's word are not believed."""

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

from tanpuhui.domain.parties import errors

DOCUMENT_BYTES_MAX = 10 << 20
TAIL = 1024


@dataclass(frozen=True)
class DocumentKind:
    """A kind that is taken: PDF, JPEG or PNG."""

    media_type: str
    suffix: str


PDF = DocumentKind("application/pdf", ".pdf")
JPEG = DocumentKind("image/jpeg", ".jpg")
PNG = DocumentKind("image/png", ".png")


def document_kind(content: bytes) -> DocumentKind:
    """The kind of a document.

    Raises:
        DocumentRefused: too large, empty, or of another kind; whole formats only, so that a page
            or an archive with a picture's first bytes does not pass as one.
    """
    if not content:
        raise errors.DocumentRefused("文件是空的，请重新选择。")
    if len(content) > DOCUMENT_BYTES_MAX:
        raise errors.DocumentRefused("单份文件不能超过 10 MB，请压缩后再传。")
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-TAIL:]:
        return PDF
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0").endswith(b"\xff\xd9"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-16:]:
        return PNG
    raise errors.DocumentRefused("只接受 PDF、JPG、PNG 文件，请换一种格式。")


def digest(content: bytes) -> str:
    """SM3 of the content (GB/T 32905-2016), in hex."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(content)
    return sm3.finalize().hex()

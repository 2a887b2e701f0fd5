"""Log lines without personal data: what looks like it is masked before any handler sees it."""

import logging
import re

# Mainland mobile and identity numbers, e-mail addresses, tickets and other secrets in addresses.
PATTERNS = (
    (re.compile(r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9])"), "[手机号]"),
    (re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])"), "[证件号]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[邮箱]"),
    (re.compile(r"(/(?:ticket|invitation|apply)/)[A-Za-z0-9_-]{16,}"), r"\1[口令]"),
    (re.compile(r"(?i)((?:password|code|token|secret|phone)=)[^&\s\"']+"), r"\1[略]"),
)


def masked(text: str) -> str:
    """The text with everything that looks personal replaced by what it is."""
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


class Masking(logging.Formatter):
    """Masks the whole finished line, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as it is written."""
        return masked(super().format(record))

"""Text for spreadsheet programs, which run what looks like a formula."""

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - they run too


def harmless(value: object) -> object:
    """The value, quoted where a spreadsheet would run it as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def unquoted(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(RISKY) else text

"""Public ids: nothing can be read from one, and the next cannot be guessed."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
LENGTH = 12


def fresh(prefix: str) -> str:
    """A prefix and 60 random bits, short enough to be read out on the telephone."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

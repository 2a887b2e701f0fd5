"""A number by which anybody may check that an act stands in the book, and what it says.

The number is where the act lies (journal, account, a tag of the item), sealed in one SM4 block:
looking it up needs no index and no row of its own, it cannot be guessed or counted through, and
it says nothing to anybody without our key. A correction writes a new act with a new number; the
old one keeps leading to the history.
"""

import hashlib
import re
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tanpuhui.domain.scenarios.data import ActStanding
from tanpuhui.domain.scenarios.models import Act
from tanpuhui.domain.scenarios.reasons import BY_NO, number
from tanpuhui.kernel import crypto

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
ALIKE = str.maketrans("ILO", "110")
DIGITS = 26
GROUP = 4
PLACE_BYTES, TAG_BYTES = 6, 4


def act_number(journal_id: int, account_id: int, provider_id: int, item_no: str) -> str:
    """The number of one act as it was written by one journal: seven groups of characters."""
    block = (
        journal_id.to_bytes(PLACE_BYTES)
        + account_id.to_bytes(PLACE_BYTES)
        + _tag(provider_id, item_no)
    )
    sealer = _cipher().encryptor()
    value = int.from_bytes(sealer.update(block) + sealer.finalize())
    digits = "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(DIGITS)))
    return "-".join(digits[at : at + GROUP] for at in range(0, DIGITS, GROUP))


def act_standing(text: str) -> ActStanding | None:
    """What stands in the book under a number; None for a number that was never given.

    Nothing personal: scenario, day, milligrams, and what became of the act.
    """
    place = _opened(text)
    if place is None:
        return None
    journal_id, account_id, tag = place
    rows = Act.objects.filter(journal_id=journal_id, account_id=account_id)
    act = next((row for row in rows if _tag(row.provider_id, row.item_no) == tag), None)
    if act is None:
        return None
    last = (
        Act.objects.filter(provider_id=act.provider_id, item_no=act.item_no)
        .order_by("-revision")
        .first()
    )
    assert last is not None
    return ActStanding(
        state=_state(act, last),
        scenario_no=last.scenario_no,
        occurred_on=last.occurred_on,
        reduction_mg=last.reduction_mg,
        points=last.points,
        reason=BY_NO[last.reason_no].sentence,
        revision=last.revision + 1,
        journal_id=last.journal_id,
    )


def _state(act: Act, last: Act) -> str:
    if last.reason_no == number("act.withdrawn"):
        return "withdrawn"
    if last.revision != act.revision:
        return "corrected"
    return "counted" if last.reason_no == 0 else "not_counted"


def _opened(text: str) -> tuple[int, int, bytes] | None:
    """Journal, account and tag of a number; None where it is no number of ours at all."""
    plain = re.sub(r"[\s-]", "", text).upper().translate(ALIKE)
    if len(plain) != DIGITS or not set(plain) <= set(ALPHABET):
        return None
    value = 0
    for sign in plain:
        value = value << 5 | ALPHABET.index(sign)
    if value >> 128:
        return None
    opener = _cipher().decryptor()
    block = opener.update(value.to_bytes(16)) + opener.finalize()
    journal_id = int.from_bytes(block[:PLACE_BYTES])
    account_id = int.from_bytes(block[PLACE_BYTES : 2 * PLACE_BYTES])
    return journal_id, account_id, block[-TAG_BYTES:]


def _tag(provider_id: int, item_no: str) -> bytes:
    return hashlib.blake2b(f"{provider_id}\x00{item_no}".encode(), digest_size=TAG_BYTES).digest()


@lru_cache(maxsize=1)
def _cipher() -> "Cipher[modes.ECB]":
    """One block, sealed alone: it holds 48 bits that never repeat for the same act."""
    key = bytes.fromhex(crypto.blind_index("key", context="scenarios.act_number"))[:16]
    return Cipher(algorithms.SM4(key), modes.ECB())  # noqa: S305 - a permutation of one block

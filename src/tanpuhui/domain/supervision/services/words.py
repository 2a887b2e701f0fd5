"""What people must say, checked in one place."""

from tanpuhui.domain.supervision import errors
from tanpuhui.kernel import audit
from tanpuhui.kernel.models import REASON_MAX

REASON_MIN = 4
BODY_MAX = 2000


def reason_of(text: str, what: str = "理由") -> str:
    """A reason without surrounding space.

    Raises:
        ReasonMissing: too short to mean anything, or too long.
        ReasonRefused: with characters that are no text.
    """
    said = text.strip()
    if len(said) < REASON_MIN:
        message = "请写明{what}，至少 {least} 个字；它会写入审计记录。"
        raise errors.ReasonMissing(message, what=what, least=REASON_MIN)
    if len(said) > REASON_MAX:
        message = "{what}太长，请控制在 {most} 字以内。"
        raise errors.ReasonMissing(message, what=what, most=REASON_MAX)
    audit.reason_check(said)
    return said


def body_of(text: str) -> str:
    """The words of a message.

    Raises:
        ReasonMissing: empty or too long.
    """
    said = text.strip()
    if not said:
        raise errors.ReasonMissing("内容是空的，请写下要说的话。")
    if len(said) > BODY_MAX:
        raise errors.ReasonMissing("内容太长，请控制在 {most} 字以内。", most=BODY_MAX)
    return said

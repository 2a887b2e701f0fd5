"""Lifecycles.

Change: draft → submitted → approved → applied | rejected | withdrawn.
Ticket: open → answered → open | closed. Anomaly: open → cleared | confirmed.
"""

from django.db.models import TextChoices


class ChangeKind(TextChoices):
    """What two people may decide together."""

    CAP = "cap", "调整上限"
    PAUSE = "pause", "暂停场景"
    RESUME = "resume", "恢复场景"
    INTAKE_STOP = "intake_stop", "停止接入"
    INTAKE_START = "intake_start", "恢复接入"
    ACTS_WITHDRAW = "acts_withdraw", "冲正行为"
    ACTS_CORRECT = "acts_correct", "更正行为"
    ACCOUNT_FREEZE = "account_freeze", "冻结账户"
    ACCOUNT_RELEASE = "account_release", "解冻账户"


class ChangeState(TextChoices):
    """Where a change stands."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待复核"
    APPROVED = "approved", "已同意"
    APPLIED = "applied", "已执行"
    REJECTED = "rejected", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


CHANGE_MOVES = {
    (ChangeState.DRAFT, ChangeState.SUBMITTED),
    (ChangeState.DRAFT, ChangeState.WITHDRAWN),
    (ChangeState.SUBMITTED, ChangeState.APPROVED),
    (ChangeState.SUBMITTED, ChangeState.REJECTED),
    (ChangeState.SUBMITTED, ChangeState.WITHDRAWN),
    (ChangeState.APPROVED, ChangeState.APPLIED),
}


class TicketKind(TextChoices):
    """Why somebody wrote."""

    HELP = "help", "咨询"
    APPEAL = "appeal", "申诉"
    COMPLAINT = "complaint", "投诉"


class TicketState(TextChoices):
    """Whose turn it is."""

    OPEN = "open", "待处理"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已办结"


TICKET_MOVES = {
    (TicketState.OPEN, TicketState.ANSWERED),
    (TicketState.OPEN, TicketState.CLOSED),
    (TicketState.ANSWERED, TicketState.OPEN),
    (TicketState.ANSWERED, TicketState.ANSWERED),
    (TicketState.ANSWERED, TicketState.CLOSED),
}


class Outcome(TextChoices):
    """How an appeal ended."""

    NONE = "", "未定"
    UPHELD = "upheld", "申诉成立"
    REFUSED = "refused", "维持原结果"


class AnomalyState(TextChoices):
    """What became of a finding."""

    OPEN = "open", "待核查"
    CLEARED = "cleared", "已排除"
    CONFIRMED = "confirmed", "已确认"


class AnnouncementState(TextChoices):
    """Whether people see it."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤下"

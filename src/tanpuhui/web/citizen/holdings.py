"""What is held about a citizen: one entry for each table that declares personal data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Holding:
    """A kind of data, why it is held, how long, and what becomes of it on closing.

    Attributes:
        model: the table that declares it (`Personal data held` in its docstring).
        title: what it is.
        why: what it is needed for.
        until: how long it is kept.
        on_closing: erased | kept without identity.
    """

    model: str
    title: str
    why: str
    until: str
    is_erased: bool


HOLDINGS = (
    Holding(
        "parties.Person",
        "手机号、昵称、区县；实名后还有姓名和身份证号（均加密）",
        "确认是您本人、按区县汇总、发放需实名的权益",
        "到注销",
        is_erased=True,
    ),
    Holding(
        "parties.SubjectLink",
        "各场景企业对您的编号",
        "把企业发来的记录记到您的账户",
        "到注销",
        is_erased=True,
    ),
    Holding(
        "parties.ExternalLogin",
        "城市应用的登录绑定（只存不可还原的摘要）",
        "让您从城市应用直接登录",
        "到注销",
        is_erased=True,
    ),
    Holding(
        "parties.Consent",
        "您的每一次同意和撤回，以及当时的文本版本",
        "证明接收数据得到过您的同意",
        "长期；注销后不含身份",
        is_erased=False,
    ),
    Holding(
        "scenarios.Act",
        "每条低碳行为的时间、数量和核算结果",
        "核算减排量、防止重复、供核查",
        "长期；注销后不含身份",
        is_erased=False,
    ),
    Holding(
        "insight.PeopleBlock",
        "统计去重用的内部编号",
        "数清每月有多少人参与",
        "长期；注销后不含身份",
        is_erased=False,
    ),
    Holding(
        "insight.HomeBlock",
        "按内部编号记下的所在区县",
        "按区县汇总",
        "长期；注销后不含身份",
        is_erased=False,
    ),
    Holding(
        "supervision.AnomalyFinding",
        "数据异常的核查记录（只写内部编号）",
        "防止虚报和重复",
        "长期；注销后不含身份",
        is_erased=False,
    ),
    Holding(
        "supervision.ChangeRequest",
        "冻结、更正等变更单（只写内部编号）",
        "两人复核、留痕备查",
        "长期；注销后不含身份",
        is_erased=False,
    ),
    Holding(
        "scenarios.Refusal",
        "被拒收的记录原文（您已同意的企业发来的）",
        "便于企业更正后重发",
        "到更正完成或注销",
        is_erased=True,
    ),
    Holding(
        "notify.Message",
        "发给您的消息",
        "告诉您账户里发生的事",
        "到注销",
        is_erased=True,
    ),
    Holding(
        "notify.Preference",
        "消息设置",
        "按您的意愿发消息",
        "到注销",
        is_erased=True,
    ),
    Holding(
        "notify.Outgoing",
        "待发短信的号码和内容（加密）",
        "发出短信",
        "发出即清空",
        is_erased=True,
    ),
    Holding(
        "supervision.Ticket",
        "您提交的咨询、申诉和投诉",
        "答复您",
        "到注销；用时和评分作为统计保留",
        is_erased=True,
    ),
    Holding(
        "supervision.TicketMessage",
        "工单里您写的话（加密）",
        "答复您",
        "到注销",
        is_erased=True,
    ),
)
# Tables that declare data of others than citizens, or of nobody in particular.
NOT_CITIZENS = frozenset(
    {
        "parties.Invitation",
        "parties.StaffMember",
        "parties.Application",
        "parties.ApplicationDocument",
    }
)

"""How far a provider is on its way in."""

from django.db.models import Max, Sum

from tanpuhui.domain.intake.data import Step
from tanpuhui.domain.intake.models import CallCount, OwnProfile, Statement, Trial, Upload
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios import selectors as scenarios

STEPS = (
    ("apply", "申请通过", "运营机构核对单位材料，并开通可报送的场景。"),
    ("keys", "领取密钥", "在页面上自己签发；密文只显示一次，请存进贵方的密钥库。"),
    ("sandbox", "沙箱里第一次签名调用", "与正式接口同样的规则和回执，不会入账，可随便试。"),
    (
        "mapping",
        "字段映射",
        "把贵方文件的列对应到场景的数据项，前 20 行立刻可见。只用接口的可跳过。",
    ),
    ("batch", "第一批正式数据", "用正式地址报送，或上传文件导入；逐条给出结果和原因。"),
    ("reconcile", "对账", "提交贵方的每日合计，与平台的账逐日并列，差异按原因说明。"),
)


def steps(provider_id: int, *, has_key: bool) -> list[Step]:
    """The six steps; the first one not done is next. A live batch makes the mapping optional."""
    has_batch = bool(scenarios.batches(provider_id, limit=1))
    done = {
        "apply": parties.organisation_by_id(provider_id).scenario_mask != 0,
        "keys": has_key,
        "sandbox": Trial.objects.filter(provider_id=provider_id).exists(),
        "mapping": OwnProfile.objects.filter(provider_id=provider_id).exists()
        or Upload.objects.filter(provider_id=provider_id, state=Upload.State.DONE).exists()
        or has_batch,
        "batch": has_batch,
        "reconcile": Statement.objects.filter(provider_id=provider_id).exists(),
    }
    found, is_next = [], True
    for key, title, text in STEPS:
        state = "done" if done[key] else "next" if is_next else "later"
        is_next = is_next and done[key]
        found.append(Step(key, title, text, state))
    return found


def sandbox_refusals(provider_id: int) -> list[tuple[str, int]]:
    """(code, calls) of sandbox calls that were refused as a whole, the latest first."""
    rows = (
        CallCount.objects.filter(provider_id=provider_id, door="sandbox")
        .exclude(code="ok")
        .values("code")
        .annotate(number=Sum("calls"), last=Max("last_at"))
        .order_by("-last")
    )
    return [(row["code"], row["number"]) for row in rows[:5]]

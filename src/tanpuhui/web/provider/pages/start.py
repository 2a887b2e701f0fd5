"""接入向导: the six steps from an approved application to a reconciled day."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tanpuhui.domain.intake import selectors as intake
from tanpuhui.domain.intake.data import Step
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.web.provider import frame
from tanpuhui.web.shared import scenes
from tanpuhui.web.shared.guards import Provider, provider_only

DOORS = {
    "apply": ("provider:documents", "看接口文档"),
    "keys": ("provider:keys", "管理密钥"),
    "sandbox": ("provider:sandbox", "去沙箱"),
    "mapping": ("provider:mappings", "管理映射"),
    "batch": ("provider:imports", "上传文件"),
    "reconcile": ("provider:reconciliation", "去对账"),
}
STATES = {"done": ("已完成", "ok"), "next": ("下一步", "work"), "later": ("待办", "off")}


@dataclass(frozen=True)
class Door:
    """A step with where it is done."""

    step: Step
    href: str
    action: str
    word: str
    tone: str


@provider_only
def start(request: HttpRequest, provider: Provider) -> HttpResponse:
    """The steps with their state."""
    keys = parties.provider_keys(provider.provider_id)
    has_key = any(one.state in {"active", "ending"} for one in keys)
    steps = intake.steps(provider.provider_id, has_key=has_key)
    doors = [
        Door(step, reverse(DOORS[step.key][0]), DOORS[step.key][1], *STATES[step.state])
        for step in steps
    ]
    mask = provider.organisation.scenario_mask
    return frame.show(
        request,
        provider,
        "start.html",
        "start",
        doors=doors,
        done=sum(step.state == "done" for step in steps),
        scenarios=[one for one in scenes.scenarios_in_order() if mask >> one.no & 1],
        refusals=intake.sandbox_refusals(provider.provider_id),
    )

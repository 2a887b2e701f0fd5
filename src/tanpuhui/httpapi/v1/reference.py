"""What a provider may ask: what to send for each scenario, and whether a subject has consented."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from tanpuhui.domain.parties import selectors as parties
from tanpuhui.engine.methodologies import Input
from tanpuhui.engine.rounding import display_text
from tanpuhui.httpapi import admission, answers, fields, openapi
from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.v1 import sandbox
from tanpuhui.kernel.cityrules import pack
from tanpuhui.packs import Scenario

router = Router()


class Field(Struct):
    """一个数据项。"""

    name: str
    label: str
    is_required: bool
    unit: Annotated[str | None, Meta(description="约定单位；选项没有单位")]
    places: Annotated[int | None, Meta(description="小数位数")]
    minimum: Annotated[str | None, Meta(description="下限，十进制文本")]
    maximum: Annotated[str | None, Meta(description="上限，十进制文本")]
    choices: Annotated[list[str], Meta(description="可选值；为空表示数值")]


class ScenarioGuide(Struct):
    """一个场景：报什么、怎么算。"""

    id: str
    title: str
    summary: str
    is_permitted: Annotated[bool, Meta(description="本机构是否已开通")]
    is_points_only: Annotated[bool, Meta(description="只记积分，不计减排量")]
    methodology: Annotated[str | None, Meta(description="今天适用的方法学版本")]
    late_days: Annotated[int, Meta(description="补报期限，天")]
    fields: list[Field]


class ScenarioGuides(Struct):
    """全部场景。"""

    city: str
    scenarios: list[ScenarioGuide]


class ConsentState(Struct):
    """一个场景的授权。"""

    scenario: str
    purpose: str
    text_version: Annotated[str, Meta(description="授权文本版本")]
    granted_at: str
    withdrawn_at: Annotated[str | None, Meta(description="撤回时间；为空表示有效")]


class Consents(Struct):
    """一个用户标识对本机构的授权。"""

    subject: str
    consents: list[ConsentState]


STRUCTS: list[type] = [ScenarioGuides, Consents]


@router.get(
    "/scenarios",
    summary="场景清单：每个场景报什么",
    openapi_extra=openapi.operation(response=ScenarioGuides),
)
def scenarios(request: HttpRequest) -> HttpResponse:
    """Every scenario with its fields of today."""
    caller = admission.admit(request, None)
    mask = parties.organisation_by_id(caller.provider_id).scenario_mask
    city = pack()
    guides = [_guide(scenario, mask) for scenario in city.scenarios.values()]
    return answers.json_response(ScenarioGuides(city.title, guides))


def _guide(scenario: Scenario, mask: int) -> ScenarioGuide:
    methodology = fields.methodology_key(scenario.id)
    return ScenarioGuide(
        id=scenario.id,
        title=scenario.title,
        summary=scenario.summary,
        is_permitted=bool(mask >> scenario.no & 1),
        is_points_only=scenario.points is not None,
        methodology=methodology,
        late_days=scenario.late_days,
        fields=[_field(declared) for declared in fields.accepted(scenario.id).values()],
    )


def _field(declared: Input) -> Field:
    is_number = not declared.choices
    return Field(
        name=declared.name,
        label=declared.label,
        is_required=declared.required,
        unit=declared.unit.text if declared.unit else None,
        places=declared.places if is_number else None,
        minimum=display_text(declared.minimum) if is_number else None,
        maximum=display_text(declared.maximum) if is_number else None,
        choices=list(declared.choices),
    )


@router.get(
    "/consents",
    summary="查询一个用户标识的授权",
    openapi_extra=openapi.operation(response=Consents, refusals=(404, 422)),
)
def consents(request: HttpRequest, subject: str) -> HttpResponse:
    """The subject's consents to this provider, withdrawn ones included."""
    caller = admission.admit(request, None)
    with sandbox.undone(caller, [subject]):
        return answers.json_response(_consents(caller.provider_id, subject))


def _consents(provider_id: int, subject: str) -> Consents:
    person_id = parties.subject_person(provider_id, subject)
    if person_id is None:
        raise RequestRefused("subject.not_found")
    titles = {scenario.no: scenario.id for scenario in pack().scenarios.values()}
    states = [
        ConsentState(
            scenario=titles.get(consent.scenario_no, ""),
            purpose=consent.purpose,
            text_version=consent.text_version,
            granted_at=consent.granted_at.isoformat(),
            withdrawn_at=consent.withdrawn_at.isoformat() if consent.withdrawn_at else None,
        )
        for consent in parties.consents(person_id)
        if consent.provider_id == provider_id
    ]
    return Consents(subject, states)

"""One act down to its last figure: computed again by the exact evaluator, as it was filed."""

from datetime import date
from fractions import Fraction

from tanpuhui.domain.methodology import selectors as methodology
from tanpuhui.domain.methodology.data import FilingView
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.domain.scenarios.data import ActExplained, FactorView, InputView, StepView
from tanpuhui.domain.scenarios.models import Act
from tanpuhui.domain.scenarios.reasons import BY_NO
from tanpuhui.domain.scenarios.selectors.acts import act_revisions, act_view
from tanpuhui.domain.scenarios.selectors.rules import caps_on
from tanpuhui.domain.scenarios.selectors.standing import act_number
from tanpuhui.engine.evaluation import evaluate
from tanpuhui.engine.methodologies import Input, Methodology
from tanpuhui.engine.rounding import display_text
from tanpuhui.engine.traces import Outcome, ParameterTrace
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack

PER = {"day": "每日", "month": "每月", "year": "每年"}


def act_explained(account_id: int, token: str) -> ActExplained:
    """Inputs, formula in words and numbers, factors with sources, caps, history.

    Raises:
        UnknownAct: no such act of this account.
    """
    return _explained(act_revisions(account_id, token))


def act_explained_by_item(account_id: int, provider_id: int, item_no: str) -> ActExplained | None:
    """The same for a provider's item number, for staff; None where it is not this account's."""
    rows = Act.objects.filter(provider_id=provider_id, item_no=item_no, account_id=account_id)
    revisions = list(rows.order_by("-revision"))
    return _explained(revisions) if revisions else None


def _explained(revisions: list[Act]) -> ActExplained:
    act = revisions[0]
    filing = methodology.filing(act.filing_id)
    values = _values(act, filing)
    outcome = _outcome(filing, values, act.occurred_on)
    version = filing.methodology
    return ActExplained(
        act=act_view(act),
        provider_title=parties.organisation_by_id(act.provider_id).title,
        item_no=act.item_no,
        receipt=act_number(act.journal_id, act.account_id, act.provider_id, act.item_no),
        journal_id=act.journal_id,
        quantified_mg=act.quantified_mg,
        inputs=[_input_view(declared, value) for declared, value in values],
        methodology_title=version.title if version else "",
        methodology_key=filing.methodology_key,
        methodology_level=version.level if version else "",
        methodology_status=version.status if version else "",
        provisional=bool(version and version.has_provisional),
        steps=_steps(outcome),
        factors=[_factor(figure, _reason(version, figure.name)) for figure in outcome.parameters]
        if outcome
        else [],
        caps=_caps(act.scenario_no, act.occurred_on),
        history=[_history(row) for row in revisions[1:]],
    )


def _values(act: Act, filing: FilingView) -> list[tuple[Input, Fraction | str]]:
    declared = dict(pack().scenarios[filing.scenario].fields)
    if filing.methodology:
        declared |= filing.methodology.inputs
    return [
        (declared[name], declared[name].restored(stored))
        for name, stored in zip(filing.inputs, act.inputs, strict=False)
        if stored is not None and name in declared
    ]


def _outcome(
    filing: FilingView, values: list[tuple[Input, Fraction | str]], day: date
) -> Outcome | None:
    if filing.methodology is None:
        return None
    wanted = filing.methodology.inputs
    sent = {declared.name: value for declared, value in values if declared.name in wanted}
    return evaluate(filing.methodology, sent, day)


def _input_view(declared: Input, value: Fraction | str) -> InputView:
    unit = declared.unit.label if declared.unit else ""
    text = declared.words.get(value, value) if isinstance(value, str) else display_text(value)
    return InputView(declared.label, text, unit)


def _steps(outcome: Outcome | None) -> list[StepView]:
    if outcome is None:
        return []
    return [
        StepView(step.label, step.in_words, step.substituted, display_text(step.value), step.unit)
        for step in outcome.steps
    ]


def _reason(version: Methodology | None, name: str) -> str:
    """Why a figure is provisional."""
    if version is None:
        return ""
    declared = version.parameters.get(name) or version.tables.get(name)
    return declared.reason if declared else ""


def _factor(figure: ParameterTrace, reason: str) -> FactorView:
    sources = [pack().source(reference) for reference in figure.source.split("；") if reference]
    return FactorView(
        label=figure.label,
        value=display_text(figure.value),
        unit=figure.unit,
        source_title="；".join(source.title for source in sources),
        source_url=next((source.url for source in sources if source.url), ""),
        valid_from=figure.valid_from,
        provisional=figure.provisional,
        reason=reason,
    )


def _caps(scenario_no: int, day: date) -> list[str]:
    """The caps that held on the day of the act, and since when where they were changed."""
    found = []
    for cap in caps_on(scenario_no, day):
        kilograms = display_text(Fraction(cap.limit, 1000))
        most = f"{cap.limit} 次" if cap.of == "acts" else f"{kilograms} kg"
        note = "（暂定）" if cap.is_provisional else ""
        if cap.since is not None:
            note = f"（{cap.since} 起调整，变更单 {cap.request}）"
        found.append(f"{PER[cap.per]}最多 {most}{note}")
    return found


def _history(act: Act) -> str:
    grams = display_text(Fraction(act.reduction_mg, 1000))
    reason = BY_NO[act.reason_no]
    at = act.occurred_at.astimezone(clock.city_zone())
    state = f"{grams} 克" if reason.no == 0 else reason.sentence
    return f"第 {act.revision + 1} 版（{at:%Y-%m-%d %H:%M} 的行为）：{state}"

"""Writing approved changes of the rules; who approves them is the business of supervision."""

from datetime import date, timedelta

from django.db import connection, transaction

from tanpuhui.domain.scenarios import errors
from tanpuhui.domain.scenarios.models import RuleOverride
from tanpuhui.kernel import audit, clock
from tanpuhui.kernel.actors import Actor
from tanpuhui.kernel.cityrules import pack
from tanpuhui.kernel.locking import Space, lock
from tanpuhui.kernel.permissions import permit

PERS, OFS = ("day", "month", "year"), ("acts", "mass_g")
LIMIT_MAX = 10**12


def cap_check(
    *, scenario_no: int, per: str, of: str, limit: int | None, effective_from: date
) -> None:
    """Refuse a change of a cap that could not be applied exactly.

    Raises:
        RuleRefused: unknown scenario or period, a limit out of bounds, a day that has begun, or
            a day inside the period (a period has one limit, so that what it holds is certain).
    """
    _scenario_check(scenario_no)
    if per not in PERS or of not in OFS:
        raise errors.RuleRefused("上限的周期或单位不对，请重新选择。")
    if limit is not None and not 0 < limit <= LIMIT_MAX:
        raise errors.RuleRefused("上限必须是大于 0 的整数；要停止计入，请改为暂停场景。")
    _day_check(effective_from)
    if per == "month" and effective_from.day != 1:
        raise errors.RuleRefused("每月上限只能从某月 1 日起调整，请改选生效日期。")
    if per == "year" and (effective_from.month, effective_from.day) != (1, 1):
        raise errors.RuleRefused("每年上限只能从某年 1 月 1 日起调整，请改选生效日期。")


def pause_check(*, scenario_no: int, effective_from: date) -> None:
    """Refuse a pause or resumption of a scenario that does not exist or that looks back.

    Raises:
        RuleRefused: as said.
    """
    _scenario_check(scenario_no)
    _day_check(effective_from)


def _scenario_check(scenario_no: int) -> None:
    if scenario_no not in {scenario.no for scenario in pack().scenarios.values()}:
        raise errors.RuleRefused("没有这个场景，请从场景清单重新进入。")


def _day_check(effective_from: date) -> None:
    if effective_from <= clock.today():
        first = clock.today() + timedelta(days=1)
        raise errors.RuleRefused(f"生效日期最早为明天（{first}），已经发生的行为按原规则核算。")


def rule_override(
    *,
    actor: Actor,
    kind: str,
    request_id: str,
    effective_from: date,
    scenario_no: int = 0,
    provider_id: int = 0,
    per: str = "",
    of: str = "",
    limit: int | None = None,
    reason: str = "",
) -> None:
    """Add an approved change; the next batch of every process counts by it.

    Raises:
        RuleRefused: the day has begun meanwhile, or the change cannot be applied exactly.
    """
    permit(actor, "scenarios.rules")
    if kind == RuleOverride.Kind.CAP:
        cap_check(
            scenario_no=scenario_no, per=per, of=of, limit=limit, effective_from=effective_from
        )
    elif scenario_no:
        pause_check(scenario_no=scenario_no, effective_from=effective_from)
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock(cursor, Space.RULES, 0)
        RuleOverride.objects.create(
            kind=kind,
            scenario_no=scenario_no,
            provider_id=provider_id,
            per=per,
            of=of,
            limit=limit,
            effective_from=effective_from,
            request_id=request_id,
            reason=reason[:400],
            recorded_at=clock.now(),
        )
        audit.record(
            actor,
            f"scenarios:rule:{kind}",
            f"scenario:{scenario_no}" if scenario_no else f"provider:{provider_id}",
            reason=reason[:400],
            after={
                "per": per,
                "of": of,
                "limit": limit,
                "effective_from": str(effective_from),
                "request": request_id,
            },
        )

"""Reading what was sent: a value is taken exactly as it is or refused with a code."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from tanpuhui.engine.errors import EngineError
from tanpuhui.engine.methodologies import Input
from tanpuhui.engine.numbers import to_fraction
from tanpuhui.engine.rounding import display_text

Sent = Decimal | Fraction | int | str


def read(declared: Input, value: Sent) -> Fraction | str:
    """A checked number in the input's unit, or a checked choice.

    Raises:
        EngineError: ``input_not_a_choice``, ``input_not_a_number``, ``input_below_minimum``,
            ``input_above_maximum`` or ``input_too_many_places``.
    """
    if declared.choices:
        return _choice(declared, value)
    if isinstance(value, str | bool) or not isinstance(value, Decimal | Fraction | int):
        raise EngineError(
            "input_not_a_number",
            f"“{declared.label}”应当是数，收到“{value}”；请只填数字，不带单位。",
        )
    if isinstance(value, Decimal) and not value.is_finite():
        raise EngineError("input_not_a_number", f"“{declared.label}”不是有限的数；请填实际数值。")
    number = to_fraction(value)
    unit = declared.unit.label if declared.unit else ""
    shown = f"{display_text(number)} {unit}"
    if number < declared.minimum:
        least = display_text(declared.minimum)
        raise EngineError(
            "input_below_minimum",
            f"“{declared.label}”为 {shown}，低于下限 {least} {unit}；不予计算。",
        )
    if number > declared.maximum:
        most = display_text(declared.maximum)
        raise EngineError(
            "input_above_maximum",
            f"“{declared.label}”为 {shown}，超过上限 {most} {unit}；请核对数值与单位。",
        )
    if (number * 10**declared.places).denominator != 1:
        raise EngineError(
            "input_too_many_places",
            f"“{declared.label}”最多 {declared.places} 位小数；请按此精度报送。",
        )
    return number


def _choice(declared: Input, value: Sent) -> str:
    text = str(value)
    if text not in declared.choices:
        known = "、".join(declared.choices)
        raise EngineError(
            "input_not_a_choice", f"“{declared.label}”不能是“{text}”；可选：{known}。"
        )
    return text


def read_all(inputs: Mapping[str, Input], values: Mapping[str, Sent]) -> dict[str, Fraction | str]:
    """Every declared input, in order; what was not sent takes its ``absent`` value.

    Raises:
        EngineError: ``input_missing``, ``input_unknown``, and those of :func:`read`.
    """
    for name in values:
        if name not in inputs:
            known = "、".join(inputs)
            raise EngineError("input_unknown", f"没有“{name}”这个输入；可用的输入：{known}。")
    found: dict[str, Fraction | str] = {}
    for name, declared in inputs.items():
        if name in values:
            found[name] = read(declared, values[name])
        elif declared.absent is not None:
            found[name] = declared.absent
        elif declared.required:
            raise EngineError(
                "input_missing", f"缺少“{declared.label}”（{name}）；请补齐后再报送。"
            )
    return found

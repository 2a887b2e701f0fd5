"""The gateway's words: amounts, times, nesting, signatures. No server needed."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from antchain_alipay_util.antchain_utils import AntchainUtils
from hypothesis import given
from hypothesis import strategies as st

from tanpuhui.httpapi.errors import RequestRefused
from tanpuhui.httpapi.gateway import vocabulary, wire
from tanpuhui.kernel.cityrules import pack


@given(st.integers(-(10**12), 10**12))
def test_grams_lose_nothing(mass_mg):
    text = vocabulary.grams(mass_mg)
    assert len(text.partition(".")[2]) == 3
    if mass_mg > 0:
        assert vocabulary.milligrams("x", text) == mass_mg
    else:
        with pytest.raises(RequestRefused):
            vocabulary.milligrams("x", text)


@pytest.mark.parametrize("text", ["", "x", "NaN", "Infinity", "0", "0.0001", "-1", "1e999999"])
def test_amounts_that_are_none(text):
    with pytest.raises(RequestRefused):
        vocabulary.milligrams("x", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-10 08:00:00", datetime(2026, 3, 10, 0, tzinfo=UTC)),
        ("2026-03-10", datetime(2026, 3, 9, 16, tzinfo=UTC)),
        ("2026-03-10T08:00:00+08:00", datetime(2026, 3, 10, 0, tzinfo=UTC)),
    ],
)
def test_times_are_the_citys(text, expected):
    assert vocabulary.instant(text) == expected


def test_every_alias_means_something_in_the_city():
    named = vocabulary.aliases()
    meant = [*named["scenarios"].values()]
    meant += [operation["scenario"] for operation in named["green_operations"].values()]
    assert set(meant) <= set(pack().scenarios)


def test_nesting_is_the_sdks_flattening_undone():
    flat = {"a": "1", "list.1.code": "x", "list.2.code": "y", "list.10.code": "z", "m.k": "v"}
    assert wire.nested(flat) == {
        "a": "1",
        "list": [{"code": "x"}, {"code": "y"}, {"code": "z"}],
        "m": {"k": "v"},
    }


@pytest.mark.parametrize(
    "flat", [{"a": "1", "a.1": "2"}, {"a.1": "2", "a": "1"}, {"a.1": "1", "a.1.b": "2"}]
)
def test_a_name_that_is_a_value_and_a_list(flat):
    with pytest.raises(RequestRefused):
        wire.nested(flat)


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=20), max_size=8))
def test_nesting_never_crashes(flat):
    with suppress(RequestRefused):
        wire.nested(flat)


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=9),
        st.text(st.characters(codec="utf-8"), max_size=20),
        max_size=8,
    )
)
def test_signature_is_the_sdks(parameters):
    parameters.pop("sign", None)
    expected = AntchainUtils.get_signature(parameters, "secret")
    assert wire.signature(parameters, b"secret", "HmacSHA1") == expected

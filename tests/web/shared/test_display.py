"""The size cookie: what it means, and that nonsense in it does no harm."""

import pytest
from django.test import RequestFactory

from tanpuhui.web.shared.display import COOKIE, Display, display_read


@pytest.mark.parametrize(
    ("cookie", "display"),
    [
        ("", Display(16)),
        ("normal-24", Display(24)),
        ("elder-20", Display(20, is_elder=True)),
        ("elder-30", Display(30, is_elder=True)),
        ("elder-16", Display(20, is_elder=True)),
        ("normal-17", Display(16)),
        ("elder-", Display(20, is_elder=True)),
        ("x-99999999999999", Display(16)),
        ('"><script>', Display(16)),
    ],
)
def test_reading(cookie, display):
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = cookie
    assert display_read(request) == display


def test_elder_keeps_a_larger_size_and_leaving_goes_back():
    assert Display(24).with_elder(is_elder=True) == Display(24, is_elder=True)
    assert Display(16).with_elder(is_elder=True) == Display(20, is_elder=True)
    assert Display(24, is_elder=True).with_elder(is_elder=False) == Display(16)
    assert Display(24, is_elder=True).html_class == "t-s24 t-elder"

"""The second step: a code of the authenticator app, or one of the recovery codes."""

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms

from tanpuhui.kernel import limits
from tanpuhui.web.shared import visitors

# In a demonstration on this machine everybody's authenticator shows this.
DEMO_CODE = "000000"
TRIES = limits.Limit("second_factor", at_once=5, refill_s=180)


class _OurWords(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = "动态口令"
        field.help_text = "打开验证器应用，填 6 位数字；手机不在身边时填一个恢复码。"
        field.error_messages["required"] = "请填写动态口令。"
        field.widget.attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "autofocus": True,
        }

    def clean_code(self) -> str:
        """The code, tried at most five times at once by one login."""
        user = self.user  # type: ignore[attr-defined]
        code = str(self.cleaned_data["code"]).replace(" ", "")
        self.cleaned_data["code"] = code
        if limits.take(TRIES, str(user.pk)):
            message = "动态口令试错太多次，已暂时锁定。请 15 分钟后再试，或联系系统管理员。"
            raise forms.ValidationError(message)
        if code == DEMO_CODE and visitors.is_demo(context.request):
            seeded = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
            if seeded is not None:
                self.authenticator = seeded
                limits.forget(TRIES, str(user.pk))
                return code
        accepted: str = super().clean_code()  # type: ignore[misc]
        limits.forget(TRIES, str(user.pk))
        return accepted


class SecondFactorForm(_OurWords, AuthenticateForm):  # type: ignore[misc]
    """At sign-in."""


class SecondFactorAgainForm(_OurWords, ReauthenticateForm):  # type: ignore[misc]
    """Before a change of the account's own security."""

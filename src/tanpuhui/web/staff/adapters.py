"""What django-allauth asks us: nobody signs up, secrets are sealed, words are ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from tanpuhui.kernel import cityrules, crypto
from tanpuhui.kernel.second_factors import CONTEXT
from tanpuhui.web.shared import guards, visitors
from tanpuhui.web.staff import homes


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff come by invitation only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": "尝试次数太多，请 15 分钟后再试。",
        "incorrect_password": "密码不对，请再试一次。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No login opens itself."""
        del request
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Coming in and going out say themselves."""
        template = str(args[0] if args else kwargs.get("message_template") or "")
        if "logged_" not in template:
            super().add_message(request, level, *args, **kwargs)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page asked for, else the role's own."""
        return homes.path_after_sign_in(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Back to the door."""
        del request
        return "/login/"

    def is_safe_url(self, url: str | None) -> bool:
        """Only addresses of this site."""
        return bool(url) and guards.stays_here(self.request, str(url))

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere else here."""
        return visitors.address(request) or "unknown"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seeds and recovery codes at rest like every other secret."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "动态口令不对。请核对手机时间是否准确，等下一个口令再试。",
        "cannot_delete_authenticator": "您的岗位必须使用第二重验证，不能停用最后一种。",
        "cannot_generate_recovery_codes": "请先设置动态口令或通行密钥，再生成恢复码。",
    }

    def get_totp_issuer(self) -> str:
        """The name in the authenticator app."""
        return cityrules.pack().manifest.brand

    def encrypt(self, text: str) -> str:
        """Sealed with the installation's field key."""
        return crypto.encrypt(text, context=CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """The plain secret."""
        return crypto.decrypt(encrypted_text, context=CONTEXT)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """The last second factor of a role that needs one stays."""
        user: AbstractBaseUser = authenticator.user
        if not homes.needs_second_factor(user):
            return True
        kinds = [authenticator.Type.TOTP, authenticator.Type.WEBAUTHN]
        rest = type(authenticator).objects.filter(user=user, type__in=kinds)
        return bool(rest.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002
        """A name for a new passkey."""
        del type
        return f"{user.get_username()} 的通行密钥"

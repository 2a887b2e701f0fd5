"""Providers in django-allauth's registry, which looks for a module of this name."""

from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.weixin import provider as weixin

from tanpuhui.web.citizen.city_apps.alipay import AlipayAdapter
from tanpuhui.web.citizen.city_apps.subject_only import SubjectOnlyProvider
from tanpuhui.web.citizen.city_apps.weixin import WeixinAdapter


class WeixinProvider(SubjectOnlyProvider, weixin.WeixinProvider):  # type: ignore[misc]
    """WeChat."""

    oauth2_adapter_class = WeixinAdapter


class AlipayProvider(SubjectOnlyProvider, OAuth2Provider):  # type: ignore[misc]
    """Alipay."""

    id = "alipay"
    name = "Alipay"
    account_class = ProviderAccount
    oauth2_adapter_class = AlipayAdapter


provider_classes: list[Any] = [WeixinProvider, AlipayProvider]

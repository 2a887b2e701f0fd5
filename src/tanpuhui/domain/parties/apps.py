from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """主体: people, organisations, staff, links and consents."""

    name = "tanpuhui.domain.parties"
    label = "parties"

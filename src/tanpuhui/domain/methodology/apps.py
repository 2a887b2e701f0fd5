from django.apps import AppConfig


class MethodologyConfig(AppConfig):
    """方法学: what was in force when an act was quantified."""

    name = "tanpuhui.domain.methodology"
    label = "methodology"

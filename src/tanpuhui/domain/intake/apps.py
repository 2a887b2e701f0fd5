from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """接入: what a provider sets up and looks at on its side of the door."""

    name = "tanpuhui.domain.intake"
    label = "intake"

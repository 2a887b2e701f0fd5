from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """监管与客服: changes that two people make, tickets, anomalies, announcements."""

    name = "tanpuhui.domain.supervision"
    label = "supervision"

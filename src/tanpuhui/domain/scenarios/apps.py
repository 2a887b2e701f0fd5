from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """场景: batches of records, acts as evidence, refusals, claims."""

    name = "tanpuhui.domain.scenarios"
    label = "scenarios"

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Base services without domain words: clock, audit, errors, crypto."""

    name = "tanpuhui.kernel"
    label = "kernel"

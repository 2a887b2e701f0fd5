from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """消息: what leaves the platform for a phone or a mailbox, and messages inside it."""

    name = "tanpuhui.domain.notify"
    label = "notify"

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """统计: sums kept beside the book, for pages whose time must not grow with history."""

    name = "tanpuhui.domain.insight"
    label = "insight"

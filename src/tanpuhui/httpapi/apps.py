from django.apps import AppConfig


class HttpApiConfig(AppConfig):
    """The HTTP API by consumer: providers' signed API and the gateway that Ant's SDK speaks to."""

    name = "tanpuhui.httpapi"
    label = "httpapi"

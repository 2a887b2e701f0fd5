from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """碳账本: accounts, journals, entries, holds."""

    name = "tanpuhui.domain.ledger"
    label = "ledger"

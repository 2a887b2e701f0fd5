"""Tables of the peers. People, links and accounts are the platform's own: same data and indexes."""

from django.db import models


class PeerAct(models.Model):
    """One act as a straightforward service keeps it. Personal data held: as `scenarios_act`."""

    provider_id = models.BigIntegerField()
    item_no = models.CharField(max_length=120)
    account_id = models.BigIntegerField()
    occurred_on = models.DateField()
    occurred_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    scenario_no = models.SmallIntegerField()
    inputs = models.JSONField()
    asset_key = models.CharField(max_length=64, null=True, db_index=True)  # noqa: DJ001
    quantified_mg = models.BigIntegerField()
    reduction_mg = models.BigIntegerField()
    points = models.BigIntegerField()
    reason = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "item_no"], name="peers_act_once")
        ]
        indexes = [models.Index(fields=["account_id", "occurred_on"], name="peers_act_account")]

    def __str__(self) -> str:
        return self.item_no


class PeerEntry(models.Model):
    """One of the two ledger rows of an act. Personal data held: account."""

    act = models.ForeignKey(PeerAct, on_delete=models.PROTECT)
    account_id = models.BigIntegerField(db_index=True)
    reduction_mg = models.BigIntegerField()
    points = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.act_id}:{self.account_id}"

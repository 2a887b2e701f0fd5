from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now

from tanpuhui.domain.ledger.states import AccountState, HoldState


class Account(models.Model):
    """One holder's carbon account; its id is the holder's party id.

    The row carries the balances of both assets (emission reductions in mg CO₂e, points) and is
    what a posting locks. System accounts have negative ids (−n: source of scenario number n) and
    keep no balance here: theirs is the sum of their entries, so that no row is hot.
    Personal data held: none (identity lies in parties).
    """

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=AccountState, default=AccountState.OPEN)
    reduction_mg = models.BigIntegerField(default=0)
    points = models.BigIntegerField(default=0)
    held_points = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(id__lt=0) | Q(reduction_mg__gte=0, points__gte=models.F("held_points")),
                name="ledger_account_never_negative",
            ),
            CheckConstraint(condition=Q(held_points__gte=0), name="ledger_account_held_positive"),
        ]

    def __str__(self) -> str:
        return f"account:{self.pk}"


class Journal(models.Model):
    """One posting: all its entries are written with it, in one statement. Append-only.

    Personal data held: none.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=200, unique=True, db_collation="C")
    occurred_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    source = models.CharField(max_length=200)
    actor = models.CharField(max_length=80)
    reverses = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"journal:{self.pk}"


class Entry(models.Model):
    """What one journal does to one account for one scenario and day: both assets, signed.

    Partitioned by month of `occurred_on`; append-only; per journal both assets sum to zero.
    A line of zeros marks acts that were not counted. Personal data held: none.
    """

    pk = models.CompositePrimaryKey("account_id", "occurred_on", "journal_id", "scenario_no")
    account_id = models.BigIntegerField()
    occurred_on = models.DateField()
    journal_id = models.BigIntegerField()
    scenario_no = models.SmallIntegerField()
    reduction_mg = models.BigIntegerField()
    points = models.BigIntegerField()
    acts = models.IntegerField()

    class Meta:
        managed = False
        db_table = "ledger_entry"

    def __str__(self) -> str:
        return f"entry:{self.journal_id}:{self.account_id}"


class Hold(models.Model):
    """Points set aside for a pending spend. Personal data held: none."""

    key = models.CharField(max_length=200, unique=True, db_collation="C")
    account_id = models.BigIntegerField(db_index=True)
    points = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=HoldState, default=HoldState.PLACED)
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [CheckConstraint(condition=Q(points__gt=0), name="ledger_hold_positive")]

    def __str__(self) -> str:
        return f"hold:{self.key}"


class Clawback(models.Model):
    """What a correction had to take back from an account that no longer held it.

    Settled from later income by `clawbacks_settle`; a balance never turns negative.
    Personal data held: none.
    """

    account_id = models.BigIntegerField(db_index=True)
    journal_id = models.BigIntegerField()
    scenario_no = models.SmallIntegerField()
    occurred_on = models.DateField()
    reduction_mg = models.BigIntegerField(default=0)
    points = models.BigIntegerField(default=0)
    settled_journal_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"clawback:{self.account_id}:{self.journal_id}"

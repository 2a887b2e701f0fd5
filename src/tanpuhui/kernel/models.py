from django.db import models


class AuditEvent(models.Model):
    """One administrative or automatic act that changed something: who, what, before, after.

    Append-only (refused by a trigger). Personal data held: none; subjects are ids.
    """

    recorded_at = models.DateTimeField(db_index=True)
    tag = models.CharField(max_length=80, db_index=True)
    actor = models.CharField(max_length=80)
    door = models.CharField(max_length=20)
    subject = models.CharField(max_length=120, db_index=True)
    reason = models.CharField(max_length=400, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "kernel_audit"

    def __str__(self) -> str:
        return f"{self.recorded_at:%F %T} {self.actor} {self.tag} {self.subject}"


class Allowance(models.Model):
    """A limited thing's tries as one number: when all of them are there again.

    Personal data held: none; the key is a keyed hash.
    """

    key = models.CharField(primary_key=True, max_length=64, db_collation="C")
    full_at_us = models.BigIntegerField(help_text="Unix microseconds")

    class Meta:
        db_table = "kernel_allowance"

    def __str__(self) -> str:
        return self.key

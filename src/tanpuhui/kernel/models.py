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

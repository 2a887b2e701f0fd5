from django.db import models

REASON_MAX = 400


class AuditEvent(models.Model):
    """One administrative or automatic act that changed something: who, what, before, after.

    Append-only (refused by a trigger). Personal data held: none; subjects are ids.
    """

    recorded_at = models.DateTimeField(db_index=True)
    tag = models.CharField(max_length=80, db_index=True)
    actor = models.CharField(max_length=80)
    door = models.CharField(max_length=20)
    subject = models.CharField(max_length=120, db_index=True)
    reason = models.CharField(max_length=REASON_MAX, blank=True)
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


class Job(models.Model):
    """Long work asked for on a page: queued, worked by one worker at a time, seen to its end.

    Personal data held: none; parameters and files follow what its asker may see anyway.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未成功"
        CANCELLED = "cancelled", "已取消"

    public_id = models.CharField(max_length=26, unique=True)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    params = models.JSONField()
    asked_by = models.CharField(max_length=80, db_index=True)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    attempts = models.SmallIntegerField(default=0)
    is_cancel_asked = models.BooleanField(default=False)
    error = models.CharField(max_length=200, blank=True)
    result = models.CharField(
        max_length=120, blank=True, help_text="file name in the exports folder"
    )
    result_bytes = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True, help_text="the worker's last sign of life")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_job"
        indexes = [
            models.Index(
                fields=["id"],
                name="kernel_job_waiting",
                condition=models.Q(state__in=["queued", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.public_id}:{self.kind}:{self.state}"

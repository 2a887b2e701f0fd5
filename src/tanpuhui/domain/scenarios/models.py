from django.contrib.postgres.fields import ArrayField
from django.db import models


class Batch(models.Model):
    """One delivery of a provider (or one chunk of a file): what came in and what became of it.

    Personal data held: none.
    """

    provider_id = models.BigIntegerField()
    batch_no = models.CharField(max_length=160, db_collation="C")
    channel = models.CharField(max_length=12)
    received_at = models.DateTimeField()
    records = models.IntegerField()
    counts = models.JSONField(help_text="reason code → number of records")
    reduction_mg = models.BigIntegerField()
    points = models.BigIntegerField()
    journal_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["provider_id", "-id"], name="scenarios_batch_recent"),
            models.Index(fields=["received_at"], name="scenarios_batch_received"),
        ]

    def __str__(self) -> str:
        return self.batch_no


class Act(models.Model):
    """Evidence of one low-carbon act and how it was quantified.

    The highest revision of (provider, item number) is in force; earlier ones are its history.
    `inputs` are the record's quantities in the order of the filing, scaled by declared places.
    Partitioned by month of `occurred_on`; append-only.
    Personal data held: account, time and quantities of an act.
    """

    pk = models.CompositePrimaryKey(
        "provider_id", "item_no", "revision", "account_id", "occurred_on"
    )
    provider_id = models.BigIntegerField()
    item_no = models.CharField(max_length=120)
    revision = models.SmallIntegerField()
    account_id = models.BigIntegerField()
    occurred_on = models.DateField()
    occurred_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    scenario_no = models.SmallIntegerField()
    filing_id = models.SmallIntegerField()
    inputs = ArrayField(models.BigIntegerField(null=True))
    asset_key = models.CharField(max_length=64, null=True)  # noqa: DJ001 - most acts have none
    quantified_mg = models.BigIntegerField()
    reduction_mg = models.BigIntegerField()
    points = models.BigIntegerField()
    reason_no = models.SmallIntegerField()
    note = models.TextField(null=True)  # noqa: DJ001 - most acts have none
    journal_id = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "scenarios_act"

    def __str__(self) -> str:
        return f"{self.provider_id}:{self.item_no}:{self.revision}"


class Refusal(models.Model):
    """A record that was refused, with its reason.

    Without a link or consent only the line number and the reason are kept.
    Personal data held: what the provider sent, where its subject has consented.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE)
    line = models.BigIntegerField()
    item_no = models.CharField(max_length=120, null=True)  # noqa: DJ001 - silent refusals
    reason_no = models.SmallIntegerField()
    note = models.TextField(null=True)  # noqa: DJ001 - most need none
    raw = models.TextField(null=True)  # noqa: DJ001 - silent refusals

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}"


class Claim(models.Model):
    """A thing (charging session, invoice, waybill) that may be counted once, by anyone.

    Personal data held: none; keys are digests.
    """

    pk = models.CompositePrimaryKey("rule", "key_digest")
    rule = models.CharField(max_length=60)
    key_digest = models.CharField(max_length=64)
    provider_id = models.BigIntegerField()
    item_no = models.CharField(max_length=120)
    scenario_no = models.SmallIntegerField()
    occurred_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.rule}:{self.key_digest}"


class ImportRun(models.Model):
    """How far a file has been imported: one row per provider, file content and profile.

    Written in the transaction of each chunk, so that a killed import goes on where it stopped.
    Personal data held: none.
    """

    class State(models.TextChoices):
        RUNNING = "running", "进行中"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "出错"
        DONE = "done", "已完成"

    provider_id = models.BigIntegerField()
    file_digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    profile = models.CharField(max_length=80)
    layout = models.CharField(max_length=120, help_text="what chunk borders depend on")
    size = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices)
    rows_done = models.BigIntegerField(default=0)
    chunks_done = models.IntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="code → number of records")
    reduction_mg = models.BigIntegerField(default=0)
    points = models.BigIntegerField(default=0)
    refused_path = models.TextField(default="")
    refused_bytes = models.BigIntegerField(default=0)
    error = models.CharField(max_length=64, default="")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider_id", "file_digest", "profile"], name="scenarios_import_once"
            )
        ]
        db_table = "scenarios_import"

    def __str__(self) -> str:
        return f"{self.file_name}:{self.profile}:{self.state}"


class RuleOverride(models.Model):
    """A dated change to what the pack says: a cap, a scenario's pause, a provider's stop.

    Written only when a second person has approved it; append-only, so the rules of any past day
    can be told. A later row of the same kind replaces an earlier one from its own day on.
    Personal data held: none.
    """

    class Kind(models.TextChoices):
        CAP = "cap", "调整上限"
        PAUSE = "pause", "暂停场景"
        RESUME = "resume", "恢复场景"
        STOP = "stop", "停止接入"
        START = "start", "恢复接入"

    kind = models.CharField(max_length=8, choices=Kind)
    scenario_no = models.SmallIntegerField(default=0, help_text="0: all scenarios")
    provider_id = models.BigIntegerField(default=0, help_text="0: all providers")
    per = models.CharField(max_length=5, blank=True)
    of = models.CharField(max_length=6, blank=True)
    limit = models.BigIntegerField(null=True, help_text="acts or grams; null: no cap any more")
    effective_from = models.DateField()
    request_id = models.CharField(max_length=26, unique=True, help_text="the approved change")
    reason = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "scenarios_override"

    def __str__(self) -> str:
        return f"{self.kind}:{self.scenario_no}:{self.provider_id}:{self.effective_from}"

from django.db import models


class CallCount(models.Model):
    """How many calls of one kind a key made in an hour, by outcome and time taken.

    One row per hour, key, door, operation, outcome and class of duration: the table grows with
    hours and keys, not with calls. Personal data held: none.
    """

    pk = models.CompositePrimaryKey(
        "provider_id", "hour", "key_id", "door", "operation", "code", "bucket"
    )
    provider_id = models.BigIntegerField()
    hour = models.DateTimeField()
    key_id = models.CharField(max_length=60, db_collation="C")
    door = models.CharField(max_length=10, help_text="api, sandbox or gateway")
    operation = models.CharField(max_length=60)
    code = models.CharField(max_length=60, help_text="`ok`, or the code of the refusal")
    bucket = models.SmallIntegerField(help_text="place in data.BUCKETS_MS")
    status = models.SmallIntegerField()
    calls = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "intake_callcount"

    def __str__(self) -> str:
        return f"{self.provider_id}:{self.hour:%F %H}:{self.operation}:{self.code}"


class Trial(models.Model):
    """One call in the sandbox and its answer, kept for its provider to look at.

    Personal data held: none; a provider's item numbers of what was never stored.
    """

    provider_id = models.BigIntegerField()
    key_id = models.CharField(max_length=60)
    operation = models.CharField(max_length=20)
    batch_no = models.CharField(max_length=160)
    tried_at = models.DateTimeField()
    records = models.IntegerField()
    counts = models.JSONField()
    reduction_mg = models.BigIntegerField()
    points = models.BigIntegerField()
    receipts = models.JSONField(help_text="the first receipts")

    class Meta:
        indexes = [models.Index(fields=["provider_id", "-id"], name="intake_trial_recent")]

    def __str__(self) -> str:
        return f"{self.provider_id}:{self.batch_no}"


class OwnProfile(models.Model):
    """A provider's own import profile: the same document as in a pack, kept as its text.

    Personal data held: none.
    """

    provider_id = models.BigIntegerField()
    title = models.CharField(max_length=60)
    document = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "title"], name="intake_profile_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}:{self.title}"


class Upload(models.Model):
    """A file that a provider brought, and how far its trial or import is.

    Personal data held: none in the row; the file holds what its provider sent, until it is deleted.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "已上传"
        WAITING = "waiting", "等待开始"
        RUNNING = "running", "进行中"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "出错"
        TRIED = "tried", "已试算"
        DONE = "done", "已导入"

    token = models.CharField(max_length=32, unique=True, db_collation="C")
    provider_id = models.BigIntegerField()
    file_name = models.CharField(max_length=255)
    stored_name = models.CharField(max_length=64, help_text="empty once the file is deleted")
    size = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    encoding = models.CharField(max_length=10, blank=True)
    separator = models.CharField(max_length=2, blank=True)
    columns = models.JSONField(default=list)
    mends = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    uploaded_at = models.DateTimeField()
    profile = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=8, choices=State)
    is_trial = models.BooleanField(default=False)
    is_stop_asked = models.BooleanField(default=False)
    bytes_done = models.BigIntegerField(default=0)
    rows_done = models.BigIntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True, help_text="last sign of life of the work")
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    report = models.JSONField(null=True)
    refused_name = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["provider_id", "-id"], name="intake_upload_recent")]

    def __str__(self) -> str:
        return f"{self.provider_id}:{self.file_name}"


class Statement(models.Model):
    """What a provider says it has sent for a day and scenario; the last word of a day holds.

    Personal data held: none.
    """

    provider_id = models.BigIntegerField()
    day = models.DateField()
    scenario_no = models.SmallIntegerField()
    records = models.BigIntegerField()
    reduction_mg = models.BigIntegerField(null=True, help_text="null: not stated")
    stated_at = models.DateTimeField()
    door = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider_id", "day", "scenario_no"], name="intake_statement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}:{self.day}:{self.scenario_no}"

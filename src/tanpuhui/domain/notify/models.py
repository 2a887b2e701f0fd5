from django.db import models


class Outgoing(models.Model):
    """A short message or an e-mail on its way out; sent after the request that asked for it.

    Recipient and text are sealed, and emptied once the message is sent or given up.
    Personal data held: the recipient's phone number or e-mail address, until it is sent.
    """

    class Channel(models.TextChoices):
        SMS = "sms", "短信"
        EMAIL = "email", "邮件"

    class State(models.TextChoices):
        QUEUED = "queued", "待发送"
        SENT = "sent", "已发送"
        GIVEN_UP = "given_up", "发送失败"

    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    recipient_sealed = models.TextField(blank=True)
    text_sealed = models.TextField(blank=True)
    attempts = models.SmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField()
    stale_at = models.DateTimeField(help_text="worthless from here on: given up")
    ended_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state="queued"),
                name="notify_outgoing_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.pk}"


class Message(models.Model):
    """One message in a person's inbox: a template's code and the few facts that fill it.

    Personal data held: whom it is for, and facts such as a scenario or a provider; never a phone
    number or a name. Deleted with the account.
    """

    public_id = models.CharField(max_length=26, unique=True)
    person_id = models.BigIntegerField()
    code = models.CharField(max_length=30)
    facts = models.JSONField(default=dict)
    link = models.CharField(max_length=300, blank=True, help_text="a page of this site")
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-id"], name="notify_message_inbox"),
            models.Index(
                fields=["person_id"],
                condition=models.Q(read_at=None),
                name="notify_message_unread",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"],
                condition=models.Q(code="first_act"),
                name="notify_message_first_act_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.public_id}:{self.code}"


class Preference(models.Model):
    """What a person wants to be told, when, and in which language; no row means the defaults.

    Personal data held: the choices themselves. Deleted with the account.
    """

    person_id = models.BigIntegerField(primary_key=True)
    is_sms = models.BooleanField(default=False, help_text="service messages also as short messages")
    is_activity = models.BooleanField(default=False, help_text="messages about activities at all")
    quiet_from = models.SmallIntegerField(default=22, help_text="hour of the city's day")
    quiet_until = models.SmallIntegerField(default=8, help_text="hour; equal to the other: never")
    language = models.CharField(
        max_length=10, default="zh-hans", help_text="of short messages: the last one chosen"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__range=(0, 23), quiet_until__range=(0, 23)),
                name="notify_preference_hours",
            )
        ]

    def __str__(self) -> str:
        return f"preference:{self.pk}"

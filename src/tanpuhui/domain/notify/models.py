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

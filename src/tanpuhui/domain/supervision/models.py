from django.db import models
from django.db.models import CheckConstraint, F, Q

from tanpuhui.domain.supervision.states import (
    AnnouncementState,
    AnomalyState,
    ChangeKind,
    ChangeState,
    Outcome,
    TicketKind,
    TicketState,
)


class ChangeRequest(models.Model):
    """Something that takes two people: one proposes with a reason, another decides.

    `payload` says what is to be done in the words of the kind; it is applied in the transaction
    of the approval. Actors are audit labels (`login:7`), so that the row outlives the login.
    Personal data held: party ids of account holders where an account is frozen or released.
    """

    public_id = models.CharField(max_length=26, unique=True)
    kind = models.CharField(max_length=20, choices=ChangeKind)
    title = models.CharField(max_length=120)
    payload = models.JSONField()
    reason = models.CharField(max_length=400)
    evidence = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ChangeState)
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    opinion = models.CharField(max_length=400, blank=True)
    applied_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    effective_from = models.DateField(null=True)
    ticket = models.ForeignKey("Ticket", null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")) & ~Q(proposed_by=""),
                name="supervision_change_four_eyes",
            ),
            CheckConstraint(
                condition=~Q(state__in=["approved", "applied", "rejected"]) | ~Q(decided_by=""),
                name="supervision_change_decided",
            ),
        ]
        indexes = [models.Index(fields=["state", "-proposed_at"], name="supervision_change_list")]

    def __str__(self) -> str:
        return f"{self.public_id}:{self.kind}:{self.state}"


class Ticket(models.Model):
    """A question, an appeal of one act, or a complaint, until it is answered and closed.

    Personal data held: who wrote; the words themselves are sealed in the messages.
    """

    public_id = models.CharField(max_length=26, unique=True)
    kind = models.CharField(max_length=10, choices=TicketKind)
    title = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=TicketState, default=TicketState.OPEN)
    person_id = models.BigIntegerField(null=True, db_index=True)
    organisation_id = models.BigIntegerField(null=True, db_index=True)
    provider_id = models.BigIntegerField(null=True, help_text="of the act that is appealed")
    item_no = models.CharField(max_length=120, blank=True)
    scenario_no = models.SmallIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    handler = models.CharField(max_length=80, blank=True, help_text="audit label; empty: nobody's")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, help_text="the first answer")
    closed_at = models.DateTimeField(null=True)
    rating = models.SmallIntegerField(null=True)
    rating_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(rating=None) | Q(rating__range=(1, 5)), name="supervision_ticket_stars"
            )
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="supervision_ticket_list")]

    def __str__(self) -> str:
        return f"{self.public_id}:{self.kind}:{self.state}"


class TicketHandover(models.Model):
    """Who took a ticket over, or to whom it was handed; only added to. Personal data held: none."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="handovers")
    by = models.CharField(max_length=80)
    to = models.CharField(max_length=80)
    reason = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.ticket_id}:{self.by}>{self.to}:{self.at}"


class TicketMessage(models.Model):
    """One message of a ticket. Personal data held: what a person wrote, sealed (SM4-GCM)."""

    class Author(models.TextChoices):
        ASKER = "asker", "提出人"
        STAFF = "staff", "客服"
        NOTE = "note", "内部备注"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(max_length=6, choices=Author)
    label = models.CharField(max_length=80)
    body_sealed = models.TextField()
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.ticket_id}:{self.author}:{self.written_at}"


class AnomalyFinding(models.Model):
    """Something unusual that a rule found in a day's numbers; a person clears or confirms it.

    `evidence` holds the figures and the parameters of the query, so that it can be run again.
    Personal data held: the party id of a person where the rule is about one person.
    """

    public_id = models.CharField(max_length=26, unique=True)
    rule = models.CharField(max_length=30)
    subject = models.CharField(max_length=120)
    day = models.DateField()
    evidence = models.JSONField()
    state = models.CharField(max_length=10, choices=AnomalyState, default=AnomalyState.OPEN)
    found_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject", "day"], name="supervision_anomaly_once"
            )
        ]
        indexes = [models.Index(fields=["state", "-day"], name="supervision_anomaly_list")]

    def __str__(self) -> str:
        return f"{self.rule}:{self.subject}:{self.day}"


class Announcement(models.Model):
    """What the platform tells everybody, or one audience. Personal data held: none."""

    class Audience(models.TextChoices):
        ALL = "all", "所有人"
        CITIZEN = "citizen", "居民"
        PROVIDER = "provider", "场景企业"

    public_id = models.CharField(max_length=26, unique=True)
    title = models.CharField(max_length=80)
    body = models.TextField()
    audience = models.CharField(max_length=10, choices=Audience)
    state = models.CharField(
        max_length=10, choices=AnnouncementState, default=AnnouncementState.DRAFT
    )
    written_by = models.CharField(max_length=80)
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    until = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.public_id}:{self.state}"

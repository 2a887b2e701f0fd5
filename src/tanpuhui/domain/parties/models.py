from django.conf import settings
from django.db import models


class Party(models.Model):
    """Anyone who can hold a carbon account: the id is shared by people and organisations.

    Personal data held: none.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "个人"
        ORGANISATION = "organisation", "机构"

    kind = models.CharField(max_length=12, choices=Kind)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind}:{self.pk}"


class Person(models.Model):
    """A citizen. Identity is kept apart from the ledger: deleting this row breaks the link.

    Personal data held: phone, name and identity number, each encrypted (SM4-GCM) with a keyed
    index for look-up; nickname, district; the guardian and the 14th birthday of a child.
    """

    party = models.OneToOneField(Party, on_delete=models.PROTECT, primary_key=True)
    public_id = models.CharField(max_length=26, unique=True)
    nickname = models.CharField(max_length=40, blank=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - many without
    name_sealed = models.TextField(blank=True)
    identity_sealed = models.TextField(blank=True)
    identity_index = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - as above
    region = models.CharField(max_length=12, blank=True)
    guardian = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    child_until = models.DateField(
        null=True, help_text="the 14th birthday of a child whose guardian opened the account"
    )
    identity_checked_at = models.DateTimeField(null=True)
    identity_checked_by = models.CharField(max_length=20, blank=True, db_default="")
    closed_at = models.DateTimeField(null=True, help_text="from then on nobody: all else is gone")

    def __str__(self) -> str:
        return self.public_id


class Organisation(models.Model):
    """A department, operator, provider, merchant, verifier, bank or buyer of the notice.

    Personal data held: none.
    """

    class Kind(models.TextChoices):
        AUTHORITY = "authority", "管理机构"
        OPERATOR = "operator", "运营机构"
        DEPARTMENT = "department", "责任部门"
        PROVIDER = "provider", "场景企业"
        MERCHANT = "merchant", "激励商户"
        VERIFIER = "verifier", "核证机构"
        FINANCE = "finance", "金融机构"
        BUYER = "buyer", "采购单位"
        ENTERPRISE = "enterprise", "小微企业"
        SUPERVISOR = "supervisor", "监管部门"

    party = models.OneToOneField(Party, on_delete=models.PROTECT, primary_key=True)
    code = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=120)
    scenario_mask = models.BigIntegerField(
        default=0, help_text="bit n: may send records of the scenario with number n"
    )
    may_sign_in = models.BooleanField(
        db_default=False, default=False, help_text="its app may open sessions of linked people"
    )

    def __str__(self) -> str:
        return self.title


class Role(models.TextChoices):
    """What a login may be; the permission tables use these words."""

    PROVIDER = "provider", "场景企业经办"
    MERCHANT = "merchant", "激励商户"
    VERIFIER = "verifier", "核证机构"
    EXPERT = "expert", "专家"
    FINANCE = "finance", "金融机构"
    BUYER = "buyer", "采购单位"
    OPERATOR = "operator", "运营机构"
    AUTHORITY = "authority", "管理机构"
    SUPERVISOR = "supervisor", "监管"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


class StaffMember(models.Model):
    """A login of an organisation and its role; a deactivated login keeps its row.

    Personal data held: the address to which a forgotten password's link goes, sealed.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    role = models.CharField(max_length=20, choices=Role)
    added_at = models.DateTimeField(null=True)
    deactivated_at = models.DateTimeField(null=True)
    email_sealed = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}@{self.organisation_id}"


class PasswordReset(models.Model):
    """A single-use link with which a login gets a new password. Personal data held: none."""

    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE)
    token_mac = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.member_id}:{self.asked_at}"


class ProviderKey(models.Model):
    """A key with which a provider signs requests. Personal data held: none. Secrets are sealed."""

    class Algorithm(models.TextChoices):
        HMAC_SHA256 = "hmac-sha256"
        HMAC_SM3 = "hmac-sm3"
        ED25519 = "ed25519"
        ANT = "ant"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    key_id = models.CharField(max_length=60, unique=True)
    algorithm = models.CharField(max_length=12, choices=Algorithm)
    secret_sealed = models.TextField(blank=True)
    public_key = models.TextField(blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    label = models.CharField(max_length=40, blank=True, db_default="")
    is_sandbox = models.BooleanField(default=False, db_default=False)
    expires_at = models.DateTimeField(
        null=True, help_text="signs nothing from then on: the end of an overlap after a rotation"
    )

    def __str__(self) -> str:
        return self.key_id


class SubjectLink(models.Model):
    """(provider, the provider's pseudonym for someone) → person.

    `scenario_mask` repeats the active consents, one bit a scenario and bit 0 for points, so that
    ingestion needs one look-up; only the consent services write it, in the consent's own
    transaction.
    Personal data held: the provider's pseudonym of a person.
    """

    provider_id = models.BigIntegerField()
    subject = models.CharField(max_length=120, db_collation="C")
    person_id = models.BigIntegerField(db_index=True)
    scenario_mask = models.BigIntegerField(default=0)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider_id", "subject"],
                include=["person_id", "scenario_mask"],
                name="parties_subjectlink_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}→{self.person_id}"


class Consent(models.Model):
    """One person's word for one provider, scenario and purpose; withdrawn, never deleted.

    Personal data held: what a person has agreed to.
    """

    provider_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    scenario_no = models.SmallIntegerField()
    purpose = models.CharField(max_length=20, default="quantify")
    text_version = models.CharField(max_length=40)
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "provider_id", "scenario_no", "purpose"],
                condition=models.Q(withdrawn_at=None),
                name="parties_consent_one_active",
            )
        ]
        indexes = [
            models.Index(fields=["provider_id"], name="parties_consent_provider"),
            models.Index(fields=["person_id"], name="parties_consent_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.provider_id}:{self.scenario_no}"


class OneTimeCode(models.Model):
    """The code last sent to a phone; used, outlived and replaced ones are deleted.

    Personal data held: none readable; phone and code are keyed hashes.
    """

    phone_index = models.CharField(primary_key=True, max_length=64, db_collation="C")
    code_mac = models.CharField(max_length=64)
    tries = models.SmallIntegerField(default=0)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"code until {self.expires_at:%F %T}"


class ExternalLogin(models.Model):
    """An identity of another service (a city app) that signs a person in.

    Personal data held: the link itself; the service's number of the person is a keyed hash.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    service = models.CharField(max_length=60)
    subject_index = models.CharField(max_length=64)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "subject_index"], name="parties_externallogin_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.service}→{self.person_id}"


class Ticket(models.Model):
    """A key to one session, made for a mini-program and used within a minute, once.

    Personal data held: none beyond the person's id.
    """

    ticket_mac = models.CharField(primary_key=True, max_length=64, db_collation="C")
    provider_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"ticket of {self.provider_id} until {self.expires_at:%F %T}"


class Invitation(models.Model):
    """A single-use link with which somebody opens a login of an organisation.

    Personal data held: the invited person's e-mail address, sealed, until the link is used.
    """

    public_id = models.CharField(max_length=26, unique=True)
    token_mac = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    role = models.CharField(max_length=20, choices=Role)
    email_sealed = models.TextField(blank=True)
    invited_by = models.CharField(max_length=80)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.role}@{self.organisation_id}"


class Application(models.Model):
    """An organisation's wish to take part, with its licence; returned ones may be sent again.

    Personal data held: the contact's name, phone and e-mail address, sealed.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "已通过"

    public_id = models.CharField(max_length=26, unique=True)
    token_mac = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.SUBMITTED)
    kind = models.CharField(max_length=12, choices=Organisation.Kind)
    title = models.CharField(max_length=120)
    credit_code = models.CharField(max_length=18)
    scenarios = models.JSONField(default=list, help_text="scenario ids that a provider wishes")
    contact_sealed = models.TextField(help_text="JSON: name, phone, email")
    remark = models.CharField(max_length=400, blank=True)
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)

    class Meta:
        indexes = [models.Index(fields=["state", "submitted_at"], name="parties_application_queue")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class ApplicationDocument(models.Model):
    """A file of an application, kept outside the static files under a name that says nothing.

    Personal data held: whatever the file shows (a licence names its legal representative).
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    public_id = models.CharField(max_length=26, unique=True)
    path = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    bytes = models.IntegerField()
    digest = models.CharField(max_length=64, help_text="SM3 of the content")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.public_id

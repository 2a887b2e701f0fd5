import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0002_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                (
                    "phone_index",
                    models.CharField(
                        db_collation="C", max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("code_mac", models.CharField(max_length=64)),
                ("tries", models.SmallIntegerField(default=0)),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "ticket_mac",
                    models.CharField(
                        db_collation="C", max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("provider_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="organisation",
            name="may_sign_in",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="its app may open sessions of linked people",
            ),
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=26, unique=True)),
                ("token_mac", models.CharField(max_length=64, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "待审核"),
                            ("returned", "已退回"),
                            ("approved", "已通过"),
                        ],
                        default="submitted",
                        max_length=10,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("authority", "管理机构"),
                            ("operator", "运营机构"),
                            ("department", "责任部门"),
                            ("provider", "场景企业"),
                            ("merchant", "激励商户"),
                            ("verifier", "核证机构"),
                            ("finance", "金融机构"),
                            ("buyer", "采购单位"),
                            ("enterprise", "小微企业"),
                            ("supervisor", "监管部门"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("credit_code", models.CharField(max_length=18)),
                (
                    "scenarios",
                    models.JSONField(default=list, help_text="scenario ids that a provider wishes"),
                ),
                ("contact_sealed", models.TextField(help_text="JSON: name, phone, email")),
                ("remark", models.CharField(blank=True, max_length=400)),
                ("submitted_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=80)),
                ("reason", models.CharField(blank=True, max_length=400)),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApplicationDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=26, unique=True)),
                ("path", models.CharField(max_length=120)),
                ("media_type", models.CharField(max_length=40)),
                ("bytes", models.IntegerField()),
                ("digest", models.CharField(help_text="SM3 of the content", max_length=64)),
                ("added_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="parties.application",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExternalLogin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=60)),
                ("subject_index", models.CharField(max_length=64)),
                ("linked_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="parties.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=26, unique=True)),
                ("token_mac", models.CharField(max_length=64, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("provider", "场景企业经办"),
                            ("merchant", "激励商户"),
                            ("verifier", "核证机构"),
                            ("expert", "专家"),
                            ("finance", "金融机构"),
                            ("buyer", "采购单位"),
                            ("operator", "运营机构"),
                            ("authority", "管理机构"),
                            ("supervisor", "监管"),
                            ("system_admin", "系统管理员"),
                            ("security_admin", "安全管理员"),
                            ("audit_admin", "审计管理员"),
                        ],
                        max_length=20,
                    ),
                ),
                ("email_sealed", models.TextField(blank=True)),
                ("invited_by", models.CharField(max_length=80)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="parties.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["state", "submitted_at"], name="parties_application_queue"),
        ),
        migrations.AddConstraint(
            model_name="externallogin",
            constraint=models.UniqueConstraint(
                fields=("service", "subject_index"), name="parties_externallogin_once"
            ),
        ),
    ]

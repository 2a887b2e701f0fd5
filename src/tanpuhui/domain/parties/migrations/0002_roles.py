from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="child_until",
            field=models.DateField(
                help_text="the 14th birthday of a child whose guardian opened the account",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="identity_checked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="identity_checked_by",
            field=models.CharField(blank=True, db_default="", max_length=20),
        ),
        migrations.AddField(
            model_name="staffmember",
            name="added_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="staffmember",
            name="deactivated_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="staffmember",
            name="role",
            field=models.CharField(
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
    ]

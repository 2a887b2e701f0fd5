from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(choices=[("sms", "短信"), ("email", "邮件")], max_length=8),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "待发送"),
                            ("sent", "已发送"),
                            ("given_up", "发送失败"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("recipient_sealed", models.TextField(blank=True)),
                ("text_sealed", models.TextField(blank=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("queued_at", models.DateTimeField()),
                ("next_at", models.DateTimeField()),
                ("stale_at", models.DateTimeField(help_text="worthless from here on: given up")),
                ("ended_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["next_at"],
                        name="notify_outgoing_due",
                    )
                ],
            },
        ),
    ]

from django.db import migrations, models

from tanpuhui.kernel.sqlfiles import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_append_only"),
        ("scenarios", "0003_import_run"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cap", "调整上限"),
                            ("pause", "暂停场景"),
                            ("resume", "恢复场景"),
                            ("stop", "停止接入"),
                            ("start", "恢复接入"),
                        ],
                        max_length=8,
                    ),
                ),
                ("scenario_no", models.SmallIntegerField(default=0, help_text="0: all scenarios")),
                ("provider_id", models.BigIntegerField(default=0, help_text="0: all providers")),
                ("per", models.CharField(blank=True, max_length=5)),
                ("of", models.CharField(blank=True, max_length=6)),
                (
                    "limit",
                    models.BigIntegerField(
                        help_text="acts or grams; null: no cap any more", null=True
                    ),
                ),
                ("effective_from", models.DateField()),
                (
                    "request_id",
                    models.CharField(help_text="the approved change", max_length=26, unique=True),
                ),
                ("reason", models.CharField(blank=True, max_length=400)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={"db_table": "scenarios_override"},
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["received_at"], name="scenarios_batch_received"),
        ),
        run_sql(__file__, "override"),
    ]

from django.db import migrations, models

from tanpuhui.kernel.sqlfiles import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                (
                    "key",
                    models.CharField(
                        db_collation="C", max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("full_at_us", models.BigIntegerField(help_text="Unix microseconds")),
            ],
            options={
                "db_table": "kernel_allowance",
            },
        ),
        run_sql(__file__, "cache"),
    ]

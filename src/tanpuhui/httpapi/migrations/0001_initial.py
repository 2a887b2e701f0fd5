import django.db.models.fields.composite
from django.db import migrations, models

from tanpuhui.kernel.sqlfiles import run_sql


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CallAllowance",
            fields=[
                ("provider_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("full_at_us", models.BigIntegerField(help_text="Unix microseconds")),
            ],
            options={"db_table": "httpapi_callallowance"},
        ),
        migrations.CreateModel(
            name="UsedNonce",
            fields=[
                (
                    "pk",
                    django.db.models.fields.composite.CompositePrimaryKey(
                        "key_id",
                        "nonce",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_id", models.CharField(db_collation="C", max_length=60)),
                ("nonce", models.CharField(db_collation="C", max_length=128)),
                (
                    "expires_at_s",
                    models.BigIntegerField(
                        help_text="Unix seconds; the signature is stale by then"
                    ),
                ),
            ],
            options={"db_table": "httpapi_usednonce"},
        ),
        run_sql(__file__, "unlogged"),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_append_only"),
        ("methodology", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            "create trigger methodology_filing_append_only"
            " before update or delete or truncate on methodology_filing"
            " for each statement execute function kernel_refuse_change()",
            reverse_sql="drop trigger methodology_filing_append_only on methodology_filing",
        )
    ]

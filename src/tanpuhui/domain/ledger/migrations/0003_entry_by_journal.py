from django.db import migrations

from tanpuhui.kernel.sqlfiles import run_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_entry")]
    operations = [run_sql(__file__, "entry_by_journal")]

from django.db import migrations

from tanpuhui.kernel.sqlfiles import run_sql


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_append_only"), ("scenarios", "0001_initial")]
    operations = [run_sql(__file__, "act")]

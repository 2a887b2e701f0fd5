from django.db import migrations

from tanpuhui.kernel.sqlfiles import run_sql


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0004_rule_override")]
    operations = [run_sql(__file__, "act_find")]

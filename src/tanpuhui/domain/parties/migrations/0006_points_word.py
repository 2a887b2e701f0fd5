"""A link's bit 0 says whether its person agrees to points; set it for those who have agreed."""

from django.db import migrations

POINTS = """
update parties_subjectlink as link set scenario_mask = scenario_mask | 1
where exists (
  select 1 from parties_consent as consent
  where consent.person_id = link.person_id and consent.provider_id = 0
    and consent.scenario_no = 0 and consent.purpose = 'points' and consent.withdrawn_at is null)
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0005_closing")]

    operations = [
        migrations.RunSQL(
            POINTS, "update parties_subjectlink set scenario_mask = scenario_mask & ~1::bigint"
        )
    ]

from django.db import models


class DaySum(models.Model):
    """What one provider's acts of one scenario gave to one district's people on one day.

    Counted acts, milligrams and points are the book's lines; acts not counted are those in force.
    Personal data held: none (sums).
    """

    pk = models.CompositePrimaryKey("occurred_on", "scenario_no", "region", "provider_id")
    occurred_on = models.DateField()
    scenario_no = models.SmallIntegerField()
    region = models.CharField(max_length=12, help_text="district code; empty: unknown")
    provider_id = models.BigIntegerField(help_text="0: nobody's, such as a settled claw-back")
    acts = models.BigIntegerField()
    capped = models.BigIntegerField(help_text="not counted: a ceiling was reached")
    overlapped = models.BigIntegerField(help_text="not counted: counted in another record")
    empty = models.BigIntegerField(help_text="not counted: no reduction by the methodology")
    withdrawn = models.BigIntegerField(help_text="not counted: the provider took it back")
    reduction_mg = models.BigIntegerField()
    points = models.BigIntegerField()

    class Meta:
        db_table = "insight_day"

    def __str__(self) -> str:
        return f"{self.occurred_on}:{self.scenario_no}:{self.region}:{self.provider_id}"


class PeriodSum(models.Model):
    """The same over a month, a year or all time, with the number of distinct people.

    scenario_no 0 is all scenarios together: its people are counted once. A person belongs to one
    district, so people may be added up over districts, never over scenarios or months.
    Personal data held: none (sums).
    """

    class Span(models.IntegerChoices):
        EVER = 0, "累计"
        MONTH = 1, "月"
        YEAR = 2, "年"

    pk = models.CompositePrimaryKey("span", "first_on", "scenario_no", "region")
    span = models.SmallIntegerField(choices=Span)
    first_on = models.DateField(help_text="first day; 1970-01-01 for all time")
    scenario_no = models.SmallIntegerField()
    region = models.CharField(max_length=12)
    people = models.BigIntegerField(help_text="people with at least one counted act")
    acts = models.BigIntegerField()
    uncounted = models.BigIntegerField()
    reduction_mg = models.BigIntegerField()
    points = models.BigIntegerField()

    class Meta:
        db_table = "insight_period"

    def __str__(self) -> str:
        return f"{self.span}:{self.first_on}:{self.scenario_no}:{self.region}"


class PeopleBlock(models.Model):
    """Who has a counted act in a period: one bit a person, 2,048 people a row.

    Personal data held: that a holder of a carbon account took part in a scenario in a month.
    """

    pk = models.CompositePrimaryKey("span", "first_on", "scenario_no", "block")
    span = models.SmallIntegerField()
    first_on = models.DateField()
    scenario_no = models.SmallIntegerField()
    block = models.IntegerField(help_text="party id // 2048")
    bits = models.BinaryField()

    class Meta:
        db_table = "insight_people"

    def __str__(self) -> str:
        return f"{self.span}:{self.first_on}:{self.scenario_no}:{self.block}"


class HomeBlock(models.Model):
    """Which district a person counts for in a period: the one known at the first act read in it.

    So a correction leaves the district that the act had entered, whoever has moved meanwhile; a
    move counts from the next month on. One bit a person, 2,048 people a row.
    Personal data held: the district of a holder of a carbon account.
    """

    pk = models.CompositePrimaryKey("span", "first_on", "block", "region")
    span = models.SmallIntegerField()
    first_on = models.DateField()
    block = models.IntegerField(help_text="party id // 2048")
    region = models.CharField(max_length=12)
    bits = models.BinaryField()

    class Meta:
        db_table = "insight_home"

    def __str__(self) -> str:
        return f"{self.span}:{self.first_on}:{self.block}:{self.region}"


class HourSum(models.Model):
    """Acts in force of recent days by the hour in which they happened. Personal data held: none."""

    started_at = models.DateTimeField(primary_key=True)
    acts = models.BigIntegerField()
    reduction_mg = models.BigIntegerField()

    class Meta:
        db_table = "insight_hour"

    def __str__(self) -> str:
        return f"{self.started_at}"


class Intake(models.Model):
    """What arrived from a provider in an hour of recent days. Personal data held: none."""

    pk = models.CompositePrimaryKey("started_at", "provider_id")
    started_at = models.DateTimeField()
    provider_id = models.BigIntegerField()
    journals = models.BigIntegerField()
    acts = models.BigIntegerField()

    class Meta:
        db_table = "insight_intake"

    def __str__(self) -> str:
        return f"{self.started_at}:{self.provider_id}"


class FeedItem(models.Model):
    """One of the newest acts as the big screen shows it: no account, no provider.

    Personal data held: none; the district is left out where few people share it.
    """

    occurred_at = models.DateTimeField()
    scenario_no = models.SmallIntegerField()
    region = models.CharField(max_length=12)
    reduction_mg = models.BigIntegerField()

    class Meta:
        db_table = "insight_feed"

    def __str__(self) -> str:
        return f"{self.occurred_at}:{self.scenario_no}"


class Progress(models.Model):
    """How far the sums have read the book's journals; one row, locked while they are brought on.

    Journals are numbered when written and seen when committed, so a higher number may be seen
    first: `Seen` lists those above `floor_id` that are in the sums. The floor rises to `mark_id`
    when every transaction that was running when the mark was set has ended.
    Personal data held: none.
    """

    floor_id = models.BigIntegerField(default=0)
    mark_id = models.BigIntegerField(default=0)
    mark_xid = models.BigIntegerField(default=0)
    marked_at = models.DateTimeField(null=True)
    rolled_at = models.DateTimeField(null=True)
    data_at = models.DateTimeField(null=True, help_text="recorded_at of the newest journal read")
    accounts = models.BigIntegerField(default=0)
    accounts_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_progress"

    def __str__(self) -> str:
        return f"journals to {self.floor_id}"


class Seen(models.Model):
    """A journal above the floor that is in the sums. Personal data held: none."""

    journal_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "insight_seen"

    def __str__(self) -> str:
        return f"journal:{self.journal_id}"


class ProofResult(models.Model):
    """What one check of the whole book found, for the status page. Personal data held: none."""

    checked_at = models.DateTimeField()
    is_clean = models.BooleanField()
    accounts = models.BigIntegerField()
    journals = models.BigIntegerField()
    entries = models.BigIntegerField()
    cells_off = models.BigIntegerField(help_text="sums that differ from the book")

    class Meta:
        db_table = "insight_proof"

    def __str__(self) -> str:
        return f"{self.checked_at}:{self.is_clean}"

from django.db import models


class Filing(models.Model):
    """The rules of one scenario under one methodology version, as they stood: canonical JSON.

    Every act points to the row by which it was quantified; a changed rule is a new row.
    Append-only. Personal data held: none.
    """

    id = models.SmallAutoField(primary_key=True)
    scenario = models.CharField(max_length=60)
    methodology = models.CharField(max_length=80, blank=True, help_text="empty: points only")
    digest = models.CharField(max_length=64)
    engine = models.CharField(max_length=20)
    document = models.JSONField()
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "methodology", "digest"], name="methodology_filing_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scenario} {self.methodology}"

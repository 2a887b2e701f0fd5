from django.db import models


class UsedNonce(models.Model):
    """A nonce (or a gateway message id) that a key has used; a second use is a replay.

    Unlogged: a crash of the database empties it. What a replay could then repeat within its five
    minutes is idempotent by batch and item number.
    Personal data held: none.
    """

    pk = models.CompositePrimaryKey("key_id", "nonce")
    key_id = models.CharField(max_length=60, db_collation="C")
    nonce = models.CharField(max_length=128, db_collation="C")
    expires_at_s = models.BigIntegerField(help_text="Unix seconds; the signature is stale by then")

    class Meta:
        db_table = "httpapi_usednonce"

    def __str__(self) -> str:
        return f"{self.key_id}:{self.nonce}"


class CallAllowance(models.Model):
    """A provider's token bucket as one number: when the bucket will be full again.

    Unlogged: a crash of the database fills every bucket. Personal data held: none.
    """

    provider_id = models.BigIntegerField(primary_key=True)
    full_at_us = models.BigIntegerField(help_text="Unix microseconds")

    class Meta:
        db_table = "httpapi_callallowance"

    def __str__(self) -> str:
        return f"{self.provider_id}:{self.full_at_us}"

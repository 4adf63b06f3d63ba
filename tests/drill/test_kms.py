"""Keys that somebody is about to destroy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from forensics.drill.server import Drill
from tests.drill.conftest import VICTIM, Clients


def test_a_key_that_is_doomed(drill: Drill, client: Clients) -> None:
    """It is described still, with the day on which it ends, and may be taken back."""
    kms = client("kms", who=drill.root(VICTIM))
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    said = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    doomed = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (doomed["KeyState"], said["KeyState"]) == ("PendingDeletion", "PendingDeletion")
    assert abs(doomed["DeletionDate"] - said["DeletionDate"]) < timedelta(seconds=1)
    assert timedelta(days=6) < doomed["DeletionDate"] - datetime.now(UTC) < timedelta(days=8)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.enable_key(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"

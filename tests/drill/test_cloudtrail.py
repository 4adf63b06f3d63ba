"""CloudTrail's settings, as the attacker left them."""

from __future__ import annotations

import hashlib

from tests.drill.conftest import Clients, Refused


def test_trail_is_stopped(client: Clients) -> None:
    """The trail does not log, and says since when."""
    status = client("cloudtrail").get_trail_status(Name="harbour-trail")
    assert not status["IsLogging"]
    assert status["StopLoggingTime"] >= status["StartLoggingTime"]


def test_shadow_trail_is_at_home_elsewhere(client: Clients, refused: Refused) -> None:
    """A multi-region trail is seen in other regions, and has no status there by its name."""
    elsewhere = client("cloudtrail", "us-east-1")
    assert [trail["HomeRegion"] for trail in elsewhere.describe_trails()["trailList"]] == ["eu-west-1"]
    assert elsewhere.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert refused(elsewhere.get_trail_status, Name="harbour-trail")[0] == "TrailNotFoundException"


def test_kms_left_out(client: Clients) -> None:
    """The selectors leave KMS out, as the attacker told them to."""
    selectors = client("cloudtrail").get_event_selectors(TrailName="harbour-trail")["EventSelectors"]
    assert selectors[0]["ExcludeManagementEventSources"] == ["kms.amazonaws.com"]


def test_default_selectors(root: Clients) -> None:
    """A trail that nobody configured has the selector that AWS states."""
    cloudtrail = root("cloudtrail")
    cloudtrail.create_trail(Name="second", S3BucketName="harbour-cloudtrail")
    try:
        selectors = cloudtrail.get_event_selectors(TrailName="second")["EventSelectors"]
    finally:
        cloudtrail.delete_trail(Name="second")
    assert [(one["ReadWriteType"], one["IncludeManagementEvents"]) for one in selectors] == [("All", True)]


def test_no_insights(client: Clients, refused: Refused) -> None:
    """Insights that are off are an error, in AWS's code."""
    code = refused(client("cloudtrail").get_insight_selectors, TrailName="harbour-trail")[0]
    assert code == "InsightNotEnabledException"


def test_public_keys(client: Clients) -> None:
    """A key's fingerprint is the MD5 of its PKCS #1 form, as in all of AWS's."""
    key = client("cloudtrail").list_public_keys()["PublicKeyList"][0]
    assert hashlib.md5(key["Value"], usedforsecurity=False).hexdigest() == key["Fingerprint"]

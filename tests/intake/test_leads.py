"""What the notices of a case come to: where to look first."""

from __future__ import annotations

from typing import Any

from forensics.intake.leads import Leads
from forensics.model import Source

SOURCE = Source("123456789012", "eu-west-1", "cloudtrail", "SuspectEvents")


def _body(digest: str = "0" * 64, **found: list[str]) -> dict[str, Any]:
    return {"found": found, "items": ["data/intake/x"], "sha256": digest}


def test_first() -> None:
    """What was named comes first, wherever in a name it stands; the rest keeps its order."""
    leads = Leads()
    names: list[dict[str, Any]] = [
        {"InstanceId": "i-1"},
        {"VolumeId": "v", "Attachments": [{"InstanceId": "i-2", "N": 1}]},
    ]
    assert leads.first(names) is names
    leads.take("intake", _body(instances=["i-2"], regions=["eu-west-1"]))
    assert leads.first(names) == names[::-1]
    assert leads.first([{"a": "i-1"}, {"a": "i-3"}]) == [{"a": "i-1"}, {"a": "i-3"}]
    assert leads.urgent("eu-west-1")
    assert not leads.urgent("us-east-1")


def test_keys_of_several_notices() -> None:
    """A later notice adds to what the ones before named."""
    leads = Leads()
    leads.take("intake", _body(keys=["AKIA1"]))
    leads.take("intake", _body("1" * 64, keys=["AKIA2", "AKIA1"]))
    assert leads.keys == ("AKIA1", "AKIA2")
    assert leads.kept == {"0" * 64: "data/intake/x", "1" * 64: "data/intake/x"}

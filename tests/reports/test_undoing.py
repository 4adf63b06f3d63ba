"""How to undo what was held: commands that say the value before, and nothing that an intruder can add to."""

from __future__ import annotations

import json
import shlex

from forensics.model import Effect, Source
from forensics.reports.undoing import undo


def _held(kind: str, id_: str, state: str = "held", **detail: object) -> Effect:
    return Effect("op", Source("222222222222", "eu-west-1", "x", "Y"), kind, id_, state, detail)


def test_each_kind_has_its_command() -> None:
    """With the value before, in the region where the thing is."""
    effects = [
        _held("hold-termination", "i-1", before=False, value=True),
        _held("hold-delete-on-termination", "i-1", before=[{"device": "/dev/sda1", "value": True}], value=[]),
        _held("hold-scaling", "web", before=["Terminate"], value=["AZRebalance", "Terminate"]),
        _held("hold-scale-in", "i-2", before=False, value=True, group="web"),
        _held("hold-log-retention", "/aws/lambda/x", before=14, value=3653),
        _held("snapshot", "snap-1", "completed"),
        _held("lock", "snap-1", "governance"),
    ]
    mappings = '[{"DeviceName":"/dev/sda1","Ebs":{"DeleteOnTermination":true}}]'
    assert [shlex.split(line) for line in undo(effects)] == [
        [
            *("aws", "ec2", "modify-instance-attribute", "--instance-id=i-1"),
            *(f"--block-device-mappings={mappings}", "--region=eu-west-1"),
        ],
        [
            *("aws", "logs", "put-retention-policy", "--log-group-name=/aws/lambda/x"),
            *("--retention-in-days=14", "--region=eu-west-1"),
        ],
        [
            *("aws", "autoscaling", "set-instance-protection", "--auto-scaling-group-name=web"),
            *("--instance-ids=i-2", "--no-protected-from-scale-in", "--region=eu-west-1"),
        ],
        [
            *("aws", "autoscaling", "resume-processes", "--auto-scaling-group-name=web"),
            *("--scaling-processes", "AZRebalance", "--region=eu-west-1"),
        ],
        [
            *("aws", "ec2", "modify-instance-attribute", "--instance-id=i-1"),
            *("--no-disable-api-termination", "--region=eu-west-1"),
        ],
    ]
    assert json.loads(mappings)


def test_a_hostile_name_stays_one_word() -> None:
    """It neither ends the quotes nor begins an option of its own."""
    name = "--endpoint-url=http://evil '; rm -rf ~ #\n$(id)"
    (line,) = undo([_held("hold-log-retention", name, before=1, value=3653)])
    words = shlex.split(line)
    assert words[3] == f"--log-group-name={name}"
    assert len(words) == 6

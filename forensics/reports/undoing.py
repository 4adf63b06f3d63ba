"""How to undo what was held: the commands of the AWS CLI, each with the value before. We run none of them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from forensics.model import Effect

Words = list[str]


def undo(effects: Iterable[Effect]) -> Iterator[str]:
    """
    Yield a command for each thing that is held, by account and region; as shell text, names quoted.

    Names are the attacker's: whoever prints them has `clean` stand before the terminal.
    """
    held = [effect for effect in effects if effect.kind in _UNDOING and effect.state == "held"]
    for effect in sorted(held, key=lambda one: one.key):
        words = ["aws", *_UNDOING[effect.kind](effect.id, effect.detail), f"--region={effect.source.region}"]
        yield shlex.join(words)


def _termination(id_: str, _: Mapping[str, Any]) -> Words:
    return ["ec2", "modify-instance-attribute", f"--instance-id={id_}", "--no-disable-api-termination"]


def _disks(id_: str, detail: Mapping[str, Any]) -> Words:
    before = [
        {"DeviceName": one["device"], "Ebs": {"DeleteOnTermination": one["value"]}}
        for one in detail["before"]
    ]
    mappings = json.dumps(before, separators=(",", ":"))
    return [
        "ec2",
        "modify-instance-attribute",
        f"--instance-id={id_}",
        f"--block-device-mappings={mappings}",
    ]


def _scaling(id_: str, detail: Mapping[str, Any]) -> Words:
    ours = [name for name in detail["value"] if name not in detail["before"]]
    return [
        "autoscaling",
        "resume-processes",
        f"--auto-scaling-group-name={id_}",
        "--scaling-processes",
        *ours,
    ]


def _scale_in(id_: str, detail: Mapping[str, Any]) -> Words:
    group = f"--auto-scaling-group-name={detail['group']}"
    words = ["autoscaling", "set-instance-protection", group, f"--instance-ids={id_}"]
    return [*words, "--no-protected-from-scale-in"]


def _retention(id_: str, detail: Mapping[str, Any]) -> Words:
    days = f"--retention-in-days={detail['before']}"
    return ["logs", "put-retention-policy", f"--log-group-name={id_}", days]


_UNDOING: Mapping[str, Callable[[str, Mapping[str, Any]], Words]] = {
    "hold-delete-on-termination": _disks,
    "hold-log-retention": _retention,
    "hold-scale-in": _scale_in,
    "hold-scaling": _scaling,
    "hold-termination": _termination,
}
"""By the kind of the effect."""

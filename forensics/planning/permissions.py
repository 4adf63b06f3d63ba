"""
What we may do, asked of AWS itself: by simulation, and for what writes by a dry run.

A simulation knows nothing of an organization's policies, nor of those on buckets and keys: what it allows may
be denied all the same. It is asked of no thing by name. So what is allowed for some things alone, as to make
snapshots with our tags, it calls not allowed: there, only an explicit deny counts. A dry run is the real
thing, short of doing it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics.aws.ask import Answer, Asker, Refusal
from forensics.aws.session import Session, drain
from forensics.collectors.granting import BOUND
from forensics.model import GLOBAL, Outcome, Source

TOGETHER = 100
"""Actions of one request."""
ALLOWED = "DryRunOperation"
"""EC2's way to say that it would have been done."""

_ROLE = re.compile(r"arn:[\w-]+:sts::\d{12}:assumed-role/([^/]+)/.*")
_USER = re.compile(r"arn:[\w-]+:iam::\d{12}:user/.*")


@dataclass
class Permissions:
    """What was found out."""

    denied: dict[str, str] = field(default_factory=dict)
    """Actions that are not allowed, and AWS's word for it."""
    open: list[str] = field(default_factory=list)
    """Actions that are allowed for some things alone, if at all: a simulation cannot tell."""
    asked: int = 0
    """Actions that were simulated."""
    unknown: str = ""
    """Why nothing, or not all, could be found out; empty if it could."""
    tried: list[dict[str, str]] = field(default_factory=list)
    """Dry runs: `operation`, `region`, `outcome` and `code`."""

    @property
    def remark(self) -> str:
        """Say what could not be found out, empty if all could."""
        # What a dry run was of, that has told.
        tried = {f"ec2:{one['operation']}" for one in self.tried if one["outcome"] != "unknown"}
        if any(one["outcome"] == "allowed" for one in self.tried):
            tried.add("ec2:CreateTags")
        left = [action for action in self.open if action not in tried]
        some = f"allowed for some things alone, if at all: {', '.join(left)}" if left else ""
        return "; ".join(filter(None, (self.unknown, some)))


def simulate(session: Session, actions: Sequence[str], into: Permissions) -> None:
    """Ask IAM which actions our policies allow."""
    arn = session.identity.arn
    if arn.endswith(":root"):
        return  # Root may do all that its organization lets it, which no simulation knows.
    principal, into.unknown = _principal(session, arn)
    for start in range(0, len(actions) if principal else 0, TOGETHER):
        some = actions[start : start + TOGETHER]
        request = {"PolicySourceArn": principal, "ActionNames": list(some)}
        said = _asked(session, "SimulatePrincipalPolicy", request)
        if isinstance(said, Refusal):
            into.unknown = f"iam:SimulatePrincipalPolicy: {said.code or said.outcome}"
            return
        results = said.values.get("EvaluationResults") or ()
        into.asked += len(results)
        for action, decision, open_ in _decisions(results):
            if open_:
                into.open.append(action)
            elif decision != "allowed":
                into.denied[action] = decision


def _decisions(results: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, bool]]:
    """Yield each action with AWS's word for it, and whether that leaves open what some things allow."""
    for one in results:
        action, decision = str(one.get("EvalActionName", "")), str(one.get("EvalDecision", ""))
        depends = action in BOUND or bool(one.get("MissingContextValues"))
        yield action, decision, decision == "implicitDeny" and depends


def _principal(session: Session, arn: str) -> tuple[str, str]:
    """Return the ARN whose policies count, and why there is none."""
    if _USER.fullmatch(arn):
        return arn, ""
    role = _ROLE.fullmatch(arn)
    if role is None:
        return "", "these credentials are of no user and no role"
    # A session's ARN lacks the path of its role.
    said = _asked(session, "GetRole", {"RoleName": role[1]})
    if isinstance(said, Refusal):
        return "", f"iam:GetRole: {said.code or said.outcome}"
    return str((said.values.get("Role") or {}).get("Arn", "")), ""


def _asked(session: Session, operation: str, request: Mapping[str, Any]) -> Answer | Refusal:
    source = Source(session.identity.account, GLOBAL, "iam", operation)
    asker = Asker(session, source, session.clock, session.sleep, session.draw)
    return drain(asker.ask(request, whole=True, bound=True))[1]


def dry_run(session: Session, mutation: Mapping[str, Any], into: Permissions) -> None:
    """Have EC2 say whether it would make a snapshot, tags included but for the case's: there is none yet."""
    operation, region = str(mutation["operation"]), str(mutation["region"])
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "forensics:op", "Value": "dry-run"}]}]
    what = (
        {"InstanceSpecification": {"InstanceId": mutation["instance"], "ExcludeBootVolume": False}}
        if operation == "CreateSnapshots"
        else {"VolumeId": mutation["volumes"][0]}
    )
    source = Source(session.identity.account, region, "ec2", operation)
    asker = Asker(session, source, session.clock, session.sleep, session.draw)
    request = {**what, "DryRun": True, "TagSpecifications": tags}
    _, said = drain(asker.ask(request, whole=True, bound=True, attempts=1))
    code = said.code if isinstance(said, Refusal) else ""
    outcome = "allowed" if code == ALLOWED else "unknown"
    if isinstance(said, Refusal) and said.outcome in {Outcome.DENIED, Outcome.DENIED_BY_SCP}:
        outcome = "denied"
        into.denied.setdefault(f"ec2:{operation}", f"dry run for no case in {region}: {code}")
    into.tried.append({"code": code, "operation": operation, "outcome": outcome, "region": region})

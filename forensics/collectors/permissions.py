"""What IAM has to allow, by the rows and steps that need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forensics.aws import probing
from forensics.aws.actions import action_of
from forensics.collectors.spec import Call, Step

ALWAYS: Mapping[str, str] = {
    "ec2:DescribeRegions": "ec2.DescribeRegions",
    "sts:GetCallerIdentity": "sts.GetCallerIdentity",
    **{
        action_of(service, operation): f"{probing.NAME}.{probing.OPERATION}"
        for service, operation in probing.QUESTIONS
    },
}
"""What every run asks before its first row, with what its coverage is called."""

PLANNING: Mapping[str, str] = {
    "iam:GetRole": "iam.GetRole",
    "iam:SimulatePrincipalPolicy": "iam.SimulatePrincipalPolicy",
}
"""What `forensics plan` asks beside what a run does, to say what is not allowed."""


def needed(sources: Iterable[Call | Step]) -> Mapping[str, tuple[str, ...]]:
    """
    Return each IAM action that these rows and steps need, with the names of those that need it, sorted.

    Of tasks: `needed(task.of for task in tasks)`. What every run asks at its opening is among them.
    """
    found = {action: {name} for action, name in ALWAYS.items()}
    for source in sources:
        for action in source.actions:
            found.setdefault(action, set()).add(source.name)
    return {action: tuple(sorted(names)) for action, names in sorted(found.items())}

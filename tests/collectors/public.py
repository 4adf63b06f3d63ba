"""
Tables of the package that are made from AWS's public list of actions, and botocore's models.

`python -m tests.collectors.public` writes them again, after either is a newer one.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import botocore.session

from forensics.aws import never
from forensics.aws.actions import action_of
from forensics.collectors.denying import denied
from tests import iam_list

FOLDER = Path(__file__).parents[2] / "forensics" / "collectors"
VERBS = ("BatchGet", "Describe", "Get", "GetBucket", "List", "Search")


def wildcards() -> Mapping[str, str]:
    """Return the verbs of each service all of whose actions read, and are none that is never asked."""
    names = (name.partition(".") for name in never.NEVER)
    kept = {action_of(service, operation).lower() for service, _, operation in names}
    kept |= {action.lower() for action in denied()}
    services = botocore.session.Session().get_available_services()
    found = {}
    for prefix in sorted({action_of(service, "Any").partition(":")[0] for service in services}):
        verbs = [verb for verb in VERBS if _safe(prefix, verb.lower(), kept)]
        # The longer of two would never be taken.
        verbs = [verb for verb in verbs if not any(verb != one and verb.startswith(one) for one in verbs)]
        if verbs:
            found[prefix] = " ".join(verbs)
    return found


def _safe(prefix: str, verb: str, kept: set[str]) -> bool:
    covered = {name: level for name, level in iam_list.levels(prefix).items() if name.startswith(verb)}
    reads = all(level in iam_list.READS for level in covered.values())
    return bool(covered) and reads and not kept.intersection(f"{prefix}:{name}" for name in covered)


def _wildcards() -> Iterator[str]:
    yield '"""Wildcards that cover nothing but what reads. Made by `python -m tests.collectors.public`."""\n'
    yield "from __future__ import annotations\n"
    yield "from collections.abc import Mapping\n"
    yield "WHOLE: Mapping[str, str] = {"
    pairs = " ".join(f'"{prefix}":\0"{verbs}",'.replace(" ", "\0") for prefix, verbs in wildcards().items())
    lines = textwrap.wrap(pairs, 104, break_long_words=False, break_on_hyphens=False)
    yield from (f"    {line}".replace("\0", " ") for line in lines)
    yield "}  # fmt: skip"
    yield '"""By service, as IAM names it: the verbs that a wildcard may follow, as in `iam:List*`."""'


def wildcards_file() -> str:
    """Write `wildcards.py`."""
    return "\n".join(_wildcards()) + "\n"


if __name__ == "__main__":
    (FOLDER / "wildcards.py").write_text(wildcards_file(), encoding="utf-8")

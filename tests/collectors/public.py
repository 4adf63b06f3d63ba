"""
Tables of the package that are made from AWS's public list of actions, and botocore's models.

`python -m tests.collectors.public` writes them again, after either is a newer one.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import botocore.session
from botocore.model import OperationModel

from forensics.aws import never, places
from forensics.aws.actions import action_of
from forensics.collectors.denying import denied
from forensics.collectors.unswept import why_unswept
from tests import iam_list

FOLDER = Path(__file__).parents[2] / "forensics" / "collectors"
SESSION = botocore.session.Session()
VERBS = ("BatchGet", "Describe", "Get", "GetBucket", "List", "Search")


def wildcards() -> Mapping[str, str]:
    """Return the verbs of each service all of whose actions read, and are none that is never asked."""
    names = (name.partition(".") for name in never.NEVER)
    kept = {action_of(service, operation).lower() for service, _, operation in names}
    kept |= {action.lower() for action in denied()}
    services = SESSION.get_available_services()
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


@cache
def swept() -> Mapping[str, str]:
    """Return the operations of each service that read, need no argument, and may be asked."""
    session = SESSION
    found = {}
    for service in session.get_available_services():
        model = session.get_service_model(service)
        names = [name for name in model.operation_names if _sweeps(service, model.operation_model(name))]
        if names:
            found[service] = " ".join(sorted(names))
    return found


def _sweeps(service: str, model: OperationModel) -> bool:
    name = str(model.name)
    if not name.startswith(("Describe", "Get", "List")) or f"{service}.{name}" in never.NEVER:
        return False
    if model.deprecated or model.has_streaming_output or model.has_event_stream_output:
        return False
    reads = iam_list.level(action_of(service, name)) in iam_list.READS
    required = model.input_shape.required_members if model.input_shape else []
    kept = why_unswept(service, name) or never.why_not(service, name, {})
    return reads and not required and not kept


def everywhere() -> Sequence[str]:
    """Return the services of `swept` that have no regions: they are asked once."""
    session = SESSION
    return [
        service
        for service in swept()
        if service in places.ONLY
        or (
            not session.get_available_regions(service)
            and session.get_available_regions(service, allow_non_regional=True)
        )
    ]


_NONE = re.compile(r"(NotFound|NoSuch|NotExist|Nonexist|DoesNotExist|NotPresent|NotFond|UnknownResource)")
"""By AWS's habit, what a code has in it that says "there is none"."""


def nothing_there() -> Sequence[str]:
    """Return the codes of all operations of `swept`, by botocore's models, that say that there is none."""
    session = SESSION
    found = set()
    for service, names in swept().items():
        model = session.get_service_model(service)
        for shape in (shape for name in names.split() for shape in model.operation_model(name).error_shapes):
            found.add(str(shape.metadata.get("error", {}).get("code", shape.name)))
    return sorted(code for code in found if _NONE.search(code))


def _swept() -> Iterator[str]:
    yield '"""What the sweep asks, of botocore\'s models. Made by `python -m tests.collectors.public`."""\n'
    yield "from __future__ import annotations\n"
    yield "from collections.abc import Mapping\n"
    yield "SWEPT: Mapping[str, str] = {"
    for service, names in swept().items():
        lines = textwrap.wrap(names, 96)
        if len(lines) == 1 and len(service) + len(names) < 96:
            yield f'    "{service}": "{names}",'
            continue
        yield f'    "{service}": ('
        yield from (f'        "{line} "' for line in lines[:-1])
        yield f'        "{lines[-1]}"'
        yield "    ),"
    yield "}  # fmt: skip"
    yield '"""By service: operations that read, by the access level in IAM\'s list, without an argument."""\n'
    yield "ONCE = frozenset({"
    names = " ".join(f'"{service}",' for service in everywhere())
    yield from (f"    {line}" for line in textwrap.wrap(names, 104, break_on_hyphens=False))
    yield "})  # fmt: skip"
    yield '"""Services without regions, or with one that answers for all."""\n'
    yield "NONE = frozenset({"
    names = " ".join(f'"{code}",' for code in nothing_there())
    yield from (f"    {line}" for line in textwrap.wrap(names, 104))
    yield "})  # fmt: skip"
    yield '"""Codes by which these operations say that there is none of what they tell of."""'


def swept_file() -> str:
    """Write `swept.py`."""
    return "\n".join(_swept()) + "\n"


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
    (FOLDER / "swept.py").write_text(swept_file(), encoding="utf-8")

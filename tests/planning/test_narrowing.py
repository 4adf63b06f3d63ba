"""What a plan's file leaves out that nobody said, and the hash that tells it from what was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from forensics.errors import UsageError
from forensics.formats import entry
from forensics.planning.document import Plan
from forensics.planning.narrowing import check_plan_hash, narrowing
from forensics.planning.planner import scope_body
from forensics.scope import Scope
from tests.planning.test_document import BODY

MADE = entry.moment(BODY["made"])
LATE, EARLY, LATEST = (MADE - timedelta(days=days) for days in (30, 91, 1))
WHOLE = Scope()


def _plan(scope: Scope) -> Plan:
    return Plan({**BODY, "scope": scope_body(scope)})


@pytest.mark.parametrize(
    ("scope", "given", "lines"),
    [
        (WHOLE, WHOLE, []),
        (Scope(without=frozenset({"iam", "trails"})), WHOLE, ["without iam", "without trails"]),
        (Scope(without=frozenset({"iam"})), Scope(without=frozenset({"iam", "trails"})), []),
        (Scope(without=frozenset({"iam"})), Scope(without=frozenset({"trails"})), ["without iam"]),
        (Scope(regions=("b", "a")), WHOLE, ["regions but a, b"]),
        (Scope(regions=("a",)), Scope(regions=("a",)), []),
        (Scope(since=LATE), WHOLE, [f"logs from before {entry.timestamp(LATE)}"]),
        (Scope(since=LATE), Scope(since=LATE), []),
        (Scope(since=EARLY), WHOLE, []),
        (Scope(until=LATEST), WHOLE, [f"logs from after {entry.timestamp(LATEST)}"]),
        (Scope(until=LATEST), Scope(until=LATEST), []),
        (Scope(max_log_group=5), WHOLE, ["log groups beyond 5 bytes"]),
        (Scope(max_log_group=2**40), WHOLE, []),
        (Scope(max_log_group=5), Scope(max_log_group=5), []),
        (Scope(suspect_keys=frozenset({"AKIAIOSFODNN7EXAMPLE"}), wait=1), WHOLE, []),
    ],
)
def test_what_the_file_alone_leaves_out(scope: Scope, given: Scope, lines: Sequence[str]) -> None:
    """A line for each thing that a new plan would have, unless the command line says the same."""
    assert list(narrowing(_plan(scope), given)) == lines


def test_a_plan_that_was_edited() -> None:
    """Whoever edits a plan hashes it anew: only the hash that was noted tells it from what was made."""
    made = _plan(WHOLE)
    edited = Plan.parse(_plan(replace(WHOLE, without=frozenset({"iam"}))).encode())
    for expected in ("", made.sha256, made.sha256.upper()):
        check_plan_hash(made, expected)
    check_plan_hash(edited, "")
    for plan, expected in ((edited, made.sha256), (made, "0" * 64), (made, made.sha256[:-1])):
        with pytest.raises(UsageError, match="the plan's hash is"):
            check_plan_hash(plan, expected)

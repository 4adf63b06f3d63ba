"""Each operation of the many rows denied in turn, in an account full of things: that gap, no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from forensics.collectors import catalogue, every
from forensics.collectors.spec import Call
from tests.e2e.kinds import Maker
from tests.e2e.run import OLD, Aws, coverage, intact

pytestmark = [pytest.mark.torture, pytest.mark.timeout(300)]
REGION = "eu-west-1"
CODES = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
ROWS = {
    name: (collector.name, of)
    for name, (collector, of) in catalogue.sources().items()
    if isinstance(of, Call) and collector.name not in {*OLD, "sweep"}
}
"""The others are `test_denied.py`'s; the sweep asks for what the embedded AWS has not got."""
Rows = Mapping[str, tuple[str, tuple[tuple[str, str], ...]]]
Preserve = Callable[[str], tuple[int, Rows, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def full(drill: Any) -> Iterator[Aws]:
    """Make one of each kind."""
    drill.reset()
    drill.regions([REGION])
    drill.waiting(seconds=0, polls=1)
    maker = Maker(drill, REGION)
    maker.permit()
    assert len(list(maker.make_all(1))) >= 60
    maker.close()
    yield Aws(drill)
    drill.reset()


@pytest.fixture(scope="module")
def preserve(full: Aws, tmp_path_factory: pytest.TempPathFactory) -> Preserve:
    """Give what runs the command for one collector, and reads its coverage and its gaps."""

    def run(collector: str) -> tuple[int, Rows, list[dict[str, Any]]]:
        case = tmp_path_factory.mktemp(collector) / "case"
        rest = (f"--without={one.name}" for one in every() if one.name != collector)
        ran = full.preserve(case, *rest, "--region", REGION, how=("--pace", "1000"))
        assert intact(case)
        return ran.code, coverage(case), ran.gaps

    return run


@pytest.fixture(scope="module")
def before(full: Aws, preserve: Preserve) -> Callable[[str], tuple[int, Rows]]:
    """Give what says how a collector does while nothing is denied; it is asked once."""

    @cache
    def known(collector: str) -> tuple[int, Rows]:
        full.drill.allow()
        return preserve(collector)[:2]

    return known


def _meant(call: Mapping[str, Any], row: Call) -> bool:
    """Tell what we denied from Macie's way to say that it is not enabled."""
    return call["service"] != "macie2" or (row.service, row.operation) == ("macie2", call["operation"])


@pytest.mark.parametrize("name", sorted(ROWS))
def test_denied(full: Aws, preserve: Preserve, before: Callable[[str], tuple[int, Rows]], name: str) -> None:
    """What takes the permission is a gap more, with AWS's code and request id, and nothing looks empty."""
    collector, row = ROWS[name]
    usual, rows = before(collector)
    full.drill.allow()
    full.drill.deny(row.actions[0])
    full.drill.clear_calls()
    code, now, gaps = preserve(collector)
    refused = [call for call in full.drill.calls() if call["code"] in CODES and _meant(call, row)]
    if not refused:
        # Nothing in the account to ask it about.
        assert (code, now) == (usual, rows)
        return
    assert code == 3
    denied = {key for key, value in now.items() if value[0] == "denied"}
    sharing = {one for one, (_, of) in catalogue.sources().items() if row.actions[0] in of.actions}
    assert denied
    assert denied <= sharing
    ours = [gap for gap in gaps if f"{gap['service']}.{gap['operation']}" in denied]
    assert all(gap["code"] in CODES and gap["request_id"] for gap in ours)
    lost = {also for gap in ours for also in gap["also"]}
    assert name in denied | lost
    less = {one for one in lost - denied if catalogue.sources()[one][1].adds}
    assert rows.keys() - lost <= now.keys() <= rows.keys() - (lost - denied - less)
    assert {key: now[key] for key in now if key not in denied | lost} == {
        key: rows[key] for key in now if key not in denied | lost
    }

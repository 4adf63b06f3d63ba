"""Names: each once, many in one request, a tree down to its leaves, and what an answer could not tell of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from forensics.aws import paging, row
from forensics.aws.names import Batch
from forensics.aws.row import Row
from forensics.model import GLOBAL, Coverage, Outcome
from tests.aws.canned import Answer, Asked, json_error
from tests.aws.conftest import drain

Make = Callable[..., Any]
TASKS = Batch("tasks", 100)


def said(**values: Any) -> Answer:
    """Answer in JSON."""
    return Answer(json.dumps(values).encode())


def run(asker: Any, **options: Any) -> tuple[list[dict[str, Any]], Coverage]:
    """Run a row; give the parameters of its requests, and how it ended."""
    [*exchanges, coverage], _ = drain(Row(asker, **options).records())
    return [dict(exchange.parameters) for exchange in exchanges], coverage


def test_those_that_differ_in_one_parameter_go_together() -> None:
    """In the order of their first names, and no more of them than AWS takes."""
    names = [{"cluster": "a", "tasks": 1}, {"cluster": "b", "tasks": 2}, {"cluster": "a", "tasks": 3}]
    names += [{"cluster": "a", "tasks": 4}]
    assert list(Batch("tasks", 2).together(names)) == [
        {"cluster": "a", "tasks": [1, 3]},
        {"cluster": "a", "tasks": [4]},
        {"cluster": "b", "tasks": [2]},
    ]


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])]
)
def test_sizes_of_batches(serve: Make, asker_on: Make, count: int, sizes: list[int]) -> None:
    """The last one is as big as what is left."""
    names = [{"cluster": "c", "tasks": f"t{number}"} for number in range(count)]
    canned = serve(lambda _: said(tasks=[{"taskArn": "t"}]))
    asked, coverage = run(asker_on(canned.url, "ecs.DescribeTasks"), names=names, batch=TASKS)
    assert [len(request["tasks"]) for request in asked] == sizes
    assert [name for request in asked for name in request["tasks"]] == [name["tasks"] for name in names]
    assert coverage.outcome is (Outcome.COLLECTED if count else Outcome.EMPTY)


def test_a_batch_has_each_name_once(serve: Make, asker_on: Make) -> None:
    """Two pages of the parent may give the same name, and one without a value cannot be asked about."""
    names = [{"tasks": name} for name in ("a", "b", "a", None)]
    canned = serve(lambda _: said(tasks=[{"taskArn": "t"}]))
    asked, _ = run(asker_on(canned.url, "ecs.DescribeTasks"), names=names, batch=TASKS)
    assert asked == [{"tasks": ["a", "b"]}]


def test_one_that_is_gone_takes_none_of_its_batch_along(serve: Make, asker_on: Make) -> None:
    """A batch that is refused for one name is asked in halves, down to that name: one gap, of it alone."""

    def answer(asked: Asked) -> Answer:
        gone = "t5" in asked.parameters["tasks"]
        return json_error("ResourceNotFoundException", status=404) if gone else said(tasks=[{"taskArn": "t"}])

    names = [{"tasks": f"t{number}"} for number in range(8)]
    canned = serve(answer)
    asked, coverage = run(asker_on(canned.url, "ecs.DescribeTasks"), names=names, batch=TASKS)
    [gap] = coverage.gaps
    assert (gap.outcome, gap.count, gap.examples) == (Outcome.VANISHED, 1, ({"tasks": ["t5"]},))
    answered = [request["tasks"] for request in asked if "t5" not in request["tasks"]]
    assert sorted(name for names in answered for name in names) == ["t0", "t1", "t2", "t3", "t4", "t6", "t7"]
    assert [len(request["tasks"]) for request in asked] == [8, 4, 4, 2, 1, 1, 2]


def test_a_denied_batch_is_not_asked_in_halves(serve: Make, asker_on: Make) -> None:
    """Its parts would be denied too."""
    canned = serve(lambda _: json_error("AccessDeniedException"))
    names = [{"tasks": f"t{number}"} for number in range(8)]
    asked, coverage = run(asker_on(canned.url, "ecs.DescribeTasks"), names=names, batch=TASKS)
    assert len(asked) == 1
    assert [gap.outcome for gap in coverage.gaps] == [Outcome.DENIED]


UNITS = {"r": ["a", "b"], "a": ["c"], "b": [], "c": []}
ROOT, DEEPER = [{"ParentId": "r"}], "OrganizationalUnits[].{ParentId: Id}"


def _tree(units: dict[str, list[str]]) -> Callable[[Asked], Answer]:
    return lambda asked: said(
        OrganizationalUnits=[{"Id": name} for name in units[asked.parameters["ParentId"]]]
    )


def test_a_tree_is_asked_down_to_its_leaves(serve: Make, asker_on: Make) -> None:
    """Each branch once."""
    asker = asker_on(serve(_tree(UNITS)).url, "organizations.ListOrganizationalUnitsForParent", GLOBAL)
    asked, coverage = run(asker, names=ROOT, deeper=DEEPER)
    assert sorted(request["ParentId"] for request in asked) == ["a", "b", "c", "r"]
    assert coverage.complete


def test_a_tree_that_bites_its_tail_ends(serve: Make, asker_on: Make) -> None:
    """Whoever answers may not lead us round in circles."""
    circle = _tree({"r": ["a"], "a": ["r", "a"]})
    asker = asker_on(serve(circle).url, "organizations.ListOrganizationalUnitsForParent", GLOBAL)
    asked, coverage = run(asker, names=ROOT, deeper=DEEPER)
    assert [request["ParentId"] for request in asked] == ["r", "a"]
    assert coverage.complete


def test_a_tree_without_end_is_truncated(
    serve: Make, asker_on: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the most pages that any list may have, that is the gap."""
    monkeypatch.setattr(row, "MAX_PAGES", 5)
    assert paging.MAX_PAGES > 5
    endless = serve(lambda asked: said(OrganizationalUnits=[{"Id": asked.parameters["ParentId"] + "x"}]))
    asker = asker_on(endless.url, "organizations.ListOrganizationalUnitsForParent", GLOBAL)
    asked, coverage = run(asker, names=ROOT, deeper=DEEPER)
    assert len(asked) == 5
    assert [(gap.outcome, gap.code) for gap in coverage.gaps] == [(Outcome.TRUNCATED, "PageLimit")]


def test_what_an_answer_could_not_tell_of_is_a_gap(serve: Make, asker_on: Make) -> None:
    """An answer of success with failures in it is not the whole answer."""
    failures = [
        {"arn": "t1", "reason": "MISSING"},
        {"arn": "t2", "reason": "MISSING", "detail": "gone"},
        {"arn": "t3", "reason": "AccessDenied"},
        {"arn": "t4"},
    ]
    canned = serve(lambda _: said(tasks=[{"taskArn": "t0"}], failures=failures))
    _, coverage = run(
        asker_on(canned.url, "ecs.DescribeTasks"),
        names=[{"tasks": "t0"}],
        batch=TASKS,
        failed="failures[].{code: reason, message: detail, arn: arn}",
    )
    assert coverage.outcome is Outcome.COLLECTED
    assert [(gap.outcome, gap.code, gap.count) for gap in coverage.gaps] == [
        (Outcome.VANISHED, "MISSING", 2),
        (Outcome.DENIED, "AccessDenied", 1),
        (Outcome.FAILED, "", 1),
    ]
    assert coverage.gaps[0].examples == ({"arn": "t1"}, {"arn": "t2"})


MEMBER = "You don't have permissions to access this resource."


@pytest.mark.parametrize(
    ("code", "message", "outcome"),
    [
        ("AccessDeniedException", MEMBER, Outcome.ABSENT),
        ("AccessDeniedException", MEMBER + " ", Outcome.DENIED),
        ("AccessDeniedException", f"User: x is not authorized. {MEMBER}", Outcome.DENIED),
        ("AccessDeniedException", "", Outcome.DENIED),
        ("AccessDenied", MEMBER, Outcome.DENIED),
    ],
)
def test_a_code_that_means_two_things_is_told_apart_by_the_whole_message(
    serve: Make, asker_on: Make, code: str, message: str, outcome: Outcome
) -> None:
    """Never by a part of it: a denial that quotes it stays a denial."""
    asker = asker_on(serve([json_error(code, message)]).url, "organizations.ListAccounts", GLOBAL)
    _, coverage = run(asker, said={"AccessDeniedException": MEMBER})
    assert coverage.outcome is outcome
    assert coverage.complete is (outcome is Outcome.ABSENT)

"""One run over one account: that what begins on record ends there too."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import forensics
from forensics.aws.regions import Identity
from forensics.aws.session import Session
from forensics.errors import StoreError
from forensics.preserving.ground import Ground
from forensics.preserving.keeping import Stopped
from forensics.preserving.run import Run
from forensics.scope import Scope

ACCOUNT = "111122223333"
ARN = f"arn:aws:iam::{ACCOUNT}:user/responder"
REGIONS = ["eu-west-1"]


@pytest.fixture
def case(tmp_path: Path) -> Iterator[forensics.Case]:
    """Give an open case."""
    with forensics.open_case(tmp_path / "case") as case:
        yield case


def _run(case: forensics.Case) -> Run:
    """Give a run that knows whom it asks, and has asked nobody."""
    keys = {"access_key": "AKIAX", "secret_key": "x"}
    session = Session(endpoint_url="http://127.0.0.1:1", region=REGIONS[0], credentials=keys)
    vars(session)["_identity"] = Identity(ACCOUNT, ARN, "AIDAX", "aws", "")
    return Run(Ground(case, Scope(), lambda _: None, lambda: datetime.now(UTC)), session)


def _told(case: forensics.Case) -> list[tuple[str, str]]:
    told = ((one.type, str(one.body.get("outcome", ""))) for one in case.entries())
    return [one for one in told if one[0].startswith("run.")]


def test_interrupted_as_it_begins(case: forensics.Case) -> None:
    """A run whose beginning is on record has its end there, though both come at the same moment."""
    run = _run(case)
    beginning = threading.Thread(target=run._begin, args=(REGIONS,))
    ending = threading.Thread(target=run.end, args=("interrupted",))
    with vars(run.session.journal)["_lock"]:  # it gets as far as the journal, and no further
        beginning.start()
        while run.standing.runs == 0:
            time.sleep(0.01)
        ending.start()
        ending.join(0.2)
    beginning.join()
    ending.join()
    assert _told(case) == [("run.start", ""), ("run.end", "interrupted")]


def test_no_room_for_its_journal(case: forensics.Case) -> None:
    """A run that is on record, and could get no further, has its end there."""
    run = _run(case)
    case.store.root.joinpath("tmp").rename(case.store.root / "gone")
    with pytest.raises(StoreError):
        run._begin(REGIONS)
    case.store.root.joinpath("gone").rename(case.store.root / "tmp")
    run.end("failed")
    assert _told(case) == [("run.start", ""), ("run.end", "failed")]


def test_interrupted_before_it_begins(case: forensics.Case) -> None:
    """A run that has ended does not begin any more: it would have no end."""
    run = _run(case)
    run.end("interrupted")
    with pytest.raises(Stopped):
        run._begin(REGIONS)
    assert _told(case) == []

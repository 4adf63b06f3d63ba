"""The footprint of logs that an intruder wrote: what cannot be read is named, and the rest is told."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.custody.case import Case
from tests.verifier import build

SOURCE = {"account": "222222222222", "operation": "LogFiles", "region": "eu-west-1", "service": "cloudtrail"}


def _case(path: Path, content: bytes, kind: str) -> Path:
    """Make a case with one log of CloudTrail's, and one good one."""
    with Case.create(path, name="IR-1", identity=build.IDENTITY, tool={"name": "t"}) as case:
        for number, data in enumerate((content, b'{"Records": [{"eventID": "e", "requestID": "r"}]}')):
            draft = case.store.draft()
            draft.write(gzip.compress(data))
            body: dict[str, Any] = {"kind": kind if not number else "object", "name": f"s3://logs/{number}"}
            times = {"first": "2031-05-06T07:08:09.000000Z", "last": "2031-05-06T07:08:09.000000Z"}
            whole = {**body, **times, "requests": 1, "sensitive": False, "source": SOURCE, body["kind"]: {}}
            case.writer.keep([(draft, f"222222222222/eu-west-1/s3/logs/{number}.json.gz", whole)])
    return path


DEEP = b"[" * 200_000


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("object", b'{"Records":' + DEEP),
        ("object", b'{"Records": 7}'),
        ("object", b'{"Records": [7]}'),
        ("object", b"[]"),
        ("object", b"\xff\xfe"),
        ("window", b'{"CloudTrailEvent": "' + DEEP + b'"}'),
        ("window", b'{"CloudTrailEvent": "7"}'),
        ("window", DEEP),
        ("window", b"null"),
    ],
    ids=range(9),
)
def test_a_log_that_somebody_wrote(tmp_path: Path, kind: str, content: bytes) -> None:
    """It ends nothing: it is named as unread, and the other log's event is counted."""
    found = forensics.footprint(_case(tmp_path / "case", content, kind))
    assert [why.partition(":")[0] for why in found.unread] == [
        "data/222222222222/eu-west-1/s3/logs/0.json.gz"
    ]
    assert found.others == 1

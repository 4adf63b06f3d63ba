"""The first line of a ledger: all that a case must say of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.formats import note
from tests.verifier import build
from tests.verifier.build import LEDGER, Ledger
from tests.verifier.judging import judge, refused, told, undone


def _identity(**changes: object) -> dict[str, Any]:
    return {"identities": [{**build.person(build.IDENTITY), **changes}]}


@pytest.mark.parametrize(
    "change",
    [
        {"format": "forensics-ledger/2"},
        {"case": 1},
        {"extra": 1},
        {"tool": "forensics"},
        {"identity_made": 1},
        {"authority": ""},
        {"authority": 1},
        {"identities": []},
        {"identities": {}},
        {"identities": ["x"]},
        {"identities": [build.person(build.IDENTITY)] * 17},
        {"identities": [build.person(build.IDENTITY)] * 2},
        _identity(name=1),
        _identity(extra=1),
        _identity(fingerprint=build.STRANGER.public.fingerprint),
        _identity(public="ssh-ed25519 AAAA"),
        _identity(public="ssh-dss AAAAB3NzaC1kc3M="),
        _identity(public=build.IDENTITY.public.openssh() + " comment"),
        {"log_vkey": "x"},
        {"log_vkey": note.encode_vkey(build.ORIGIN, b"\1" + bytes(31))},
        {"log_vkey": note.encode_vkey(build.ORIGIN, b"\2" + bytes(31))},
        {"log_vkey": build.LOG.vkey.replace("IR-1", "IR-2")},
        {"log_vkey": keys.LogKey.from_seed("forensics.local/case/other", b"l" * 32).vkey},
        {"origin": "forensics.local/case/other"},
    ],
    ids=[
        "format",
        "case-number",
        "extra",
        "tool",
        "made-number",
        "no-authority",
        "authority-number",
        "nobody",
        "object",
        "text",
        "too-many",
        "twice",
        "name-number",
        "identity-extra",
        "other-fingerprint",
        "no-key",
        "dsa",
        "comment",
        "no-vkey",
        "small-order",
        "off-the-curve",
        "other-vkey",
        "vkey-of-other-log",
        "other-origin",
    ],
)
def test_opening_of_another_form(tmp_path: Path, change: dict[str, Any]) -> None:
    """A first line that is not what a case opens with is refused, without a traceback."""
    root = build.case(tmp_path / "c", opening={**build.opening(), **change})
    verdict = judge(root)
    assert verdict.exit_code == 4
    assert "line 1: case.open" in told(verdict, "ledger.jsonl")
    assert undone(verdict) == {"binding", "identity", "case", "checkpoints", "latest"}


@pytest.mark.parametrize("key", ["case", "identities", "log_vkey", "origin", "tool", "reference"])
def test_opening_without_a_key(tmp_path: Path, key: str) -> None:
    """A first line that lacks something is refused."""
    body = build.opening()
    root = build.bundle(tmp_path / "b")
    del body[key]
    ledger = Ledger()
    ledger.add("case.open", body)
    (root / LEDGER).write_bytes(b"".join(ledger.lines))
    verdict = refused(root, LEDGER, "line 1: case.open")
    assert {"binding", "keys", "checkpoints"} <= undone(verdict)


def test_ledger_that_begins_otherwise(tmp_path: Path) -> None:
    """The first entry is case.open, and no other is."""
    refused(
        build.case(tmp_path / "a", on_ledger=lambda ledger: ledger.lines.pop(0)),
        "ledger.jsonl",
        "not case.open",
    )

    def again(ledger: Ledger) -> None:
        ledger.add("case.open", build.opening())

    refused(build.case(tmp_path / "b", on_ledger=again), "ledger.jsonl", "has one case.open")

"""A verdict as a whole, and what is no case and no bundle."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from forensics.errors import UsageError
from forensics.verifier import checks, verify
from forensics.verifier.crew import Crew
from forensics.verifier.verdict import State
from tests.verifier import build
from tests.verifier.build import DATA, GONE, ITEM, LEDGER, TAGMANIFEST
from tests.verifier.judging import blamed, failed, judge, refused, told, undone


def test_good_bundle(bundle: Path) -> None:
    """A bundle that nobody touched is intact, and all checks were made."""
    verdict = judge(bundle)
    assert verdict.exit_code == 0
    assert verdict
    assert verdict.kind == "bundle"
    assert {check.name for check in verdict.checks} == set(checks.BUNDLE)
    assert {check.state for check in verdict.checks} == {State.PASSED}
    assert verdict.findings == ()
    assert verdict.facts["items"] == len(DATA)
    assert verdict.facts["entries"] == 13
    digest = hashlib.sha256((bundle / TAGMANIFEST).read_bytes()).hexdigest()
    assert verdict.facts["digest"] == digest


def test_good_case(case: Path) -> None:
    """A case folder that nobody touched is intact, and all was checked that can be while it is open."""
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})
    assert verdict.kind == "case"
    assert {check.name for check in verdict.checks} == set(checks.CASE)
    assert verdict.findings == ()


SIGNER = {
    "fingerprint": build.IDENTITY.public.fingerprint,
    "signer": f"{build.NAME} {build.IDENTITY.public.fingerprint}",
}
OPENED = {
    "case": "IR-1",
    "created": "2031-05-06T07:08:09.000000Z",
    "examiner": "Ana",
    "identity_made": False,
    "origin": build.ORIGIN,
    "reference": "",
}
DETAILS = {
    "layout": "24 files, none missing, none that does not belong",
    "ledger": "13 lines, the chain whole",
    "signature": f"by {SIGNER['signer']}",
    "binding": "1 log key, signed for by 1 signature",
    "checkpoints": "3, the newest over 13 of 13 lines",
    "witnesses": "0 countersignatures",
    "stamps": "none",
    "identity": SIGNER["signer"],
    "items": "5 items, 386 bytes",
    "seal": "5 items, 386 bytes, 2 signatures",
    "keys": "4 files",
    "bag": "BagIt 1.0, 386.5",
    "tagmanifest": "13 files beside the evidence",
    "data": "5 hashed, 386 bytes",
    "derived": "3 hashed, made for reading",
}


def test_what_was_looked_at(bundle: Path, case: Path) -> None:
    """Each check that passes says what it looked at, in numbers that can be counted by hand."""
    assert {check.name: check.detail for check in judge(bundle).checks} == DETAILS
    details = {check.name: check.detail for check in judge(case).checks}
    shared = {"binding", "witnesses", "stamps", "identity", "items", "data"}
    assert {name: details[name] for name in shared} == {name: DETAILS[name] for name in shared}
    assert details["case"] == "agrees with the ledger"
    assert details["checkpoints"] == "3, the newest over 12 of 12 lines"


def test_facts(bundle: Path, case: Path, tmp_path: Path) -> None:
    """What the evidence says of itself is in the verdict, key by key."""
    digest = hashlib.sha256((bundle / TAGMANIFEST).read_bytes()).hexdigest()
    counted = {"bytes": 386, "items": len(DATA)}
    facts = {**OPENED, **counted, **SIGNER}
    assert judge(bundle).facts == {**facts, "entries": 13, "sealed": True, "digest": digest}
    assert judge(case).facts == {**facts, "entries": 12, "sealed": False}
    ordered = build.case(tmp_path / "c", opening={**build.opening(), "authority": "order 7"})
    assert judge(ordered).facts == {**judge(case).facts, "authority": "order 7"}


@pytest.mark.parametrize("many", [True, False])
def test_helpers_read_what_is_long(bundle: Path, monkeypatch: pytest.MonkeyPatch, many: bool) -> None:
    """A ledger that is long enough is read by helpers; for another none is started."""
    asked: set[str] = set()
    real = Crew.ask

    def ask(self: Crew, module: str, request: bytes) -> Any:
        asked.add(module.rpartition(".")[2])
        return real(self, module, request)

    monkeypatch.setattr(Crew, "ask", ask)
    if many:
        monkeypatch.setattr("forensics.verifier.crew.MANY", 0)
    assert verify(bundle, identities=[build.IDENTITY.public], workers=2)
    assert asked >= {"blocks", "file"} if many else not asked


def test_nothing_is_written(bundle: Path) -> None:
    """Verifying changes no file and no time of a folder."""
    before = {path: path.lstat().st_mtime_ns for path in [bundle, *bundle.rglob("*")]}
    judge(bundle)
    assert {path: path.lstat().st_mtime_ns for path in [bundle, *bundle.rglob("*")]} == before


@pytest.mark.parametrize("many", [True, False])
def test_progress_counts_every_byte(bundle: Path, monkeypatch: pytest.MonkeyPatch, many: bool) -> None:
    """The caller is told of all bytes hashed, and never of more than all, whoever hashed them."""
    if many:
        monkeypatch.setattr("forensics.verifier.crew.MANY", 0)
    seen: list[tuple[int, int]] = []
    identities = [build.IDENTITY.public]
    assert verify(bundle, identities=identities, workers=2, progress=lambda *told: seen.append(told))
    hashed = [*bundle.glob("data/**/*"), *bundle.glob("derived/**/*")]
    assert seen[-1][0] == sum(path.stat().st_size for path in hashed if path.is_file())
    assert seen[-1][0] == seen[-1][1] > 0
    assert all(done <= total for done, total in seen)


def test_text_path_is_taken(bundle: Path) -> None:
    """A path may come as text."""
    assert verify(str(bundle), identities=[build.IDENTITY.public.fingerprint])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["missing", "nul\0byte", "file", "empty", "link"])
def test_no_folder_of_ours(tmp_path: Path, bundle: Path, name: str) -> None:
    """What is no case and no bundle is an error of usage, with a hint."""
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(bundle)
    with pytest.raises(UsageError) as caught:
        verify(tmp_path / name)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_case_json(case: Path) -> None:
    """`case.json` says what the first line of the ledger says, and nothing else."""
    good = (case / "case.json").read_bytes()
    for bad in (good[:-1], good + b"\n", good.replace(b"IR-1", b"IR-2"), b"{}\n", b"", b"\xff", b"x" * 2**21):
        (case / "case.json").write_bytes(bad)
        assert (failed(judge(case)), blamed(judge(case))) == ({"case"}, {"case.json"})


def test_stranger_in_an_open_case(case: Path) -> None:
    """A file that no line names is left by a crash in an open case: not passed, and not a failure."""
    build.put(case / GONE, b"x")
    verdict = judge(case)
    assert verdict.exit_code == 3
    assert "no evidence" in told(verdict, GONE)
    assert "run `forensics preserve` again" in verdict.sentence


def test_stranger_in_a_sealed_case(tmp_path: Path) -> None:
    """In a sealed case there is no run that could have left it."""
    root = build.case(
        tmp_path / "c", on_ledger=lambda ledger: ledger.add("bundle.seal", build.Plan().sealing("0" * 64))
    )
    build.put(root / GONE, b"x")
    refused(root, GONE, "was added")


def test_case_item_changed(case: Path) -> None:
    """Items of a case are held against the ledger."""
    (case / ITEM).write_bytes((case / ITEM).read_bytes().swapcase())
    assert failed(refused(case, ITEM, "was changed")) == {"data"}


def test_case_without_a_ledger(case: Path) -> None:
    """A case whose ledger is gone is no case that can be checked, and is named."""
    (case / "ledger.jsonl").unlink()
    verdict = refused(case, "ledger.jsonl", "is missing")
    rest = {"items", "data", "checkpoints", "latest", "binding", "case", "identity"}
    assert undone(verdict) == rest
    assert verdict.facts == {}


def test_bundle_without_a_ledger(bundle: Path) -> None:
    """What only the ledger could say is not done, and never passed."""
    (bundle / LEDGER).unlink()
    verdict = refused(bundle, LEDGER, "is missing")
    assert undone(verdict) == {"binding", "checkpoints", "identity", "items", "keys", "data"}
    assert failed(verdict) == {"layout", "ledger", "signature", "seal", "tagmanifest"}


@pytest.mark.parametrize("kind", ["bundle", "case"])
def test_ledger_that_goes_while_it_is_checked(
    bundle: Path, case: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A ledger whose first line was read, and that then is not there any more, is named."""
    root, path = (bundle, bundle / LEDGER) if kind == "bundle" else (case, case / "ledger.jsonl")
    real = checks.check_ledger

    def gone(*arguments: Any) -> str:
        path.unlink()
        return real(*arguments)

    table = {**getattr(checks, kind.upper()), "ledger": gone}
    monkeypatch.setattr(checks, kind.upper(), table)
    verdict = refused(root, path.relative_to(root).as_posix(), "no such file")
    assert {"checkpoints", "items", "data"} <= undone(verdict)
    assert verdict.facts["signer"].startswith(build.NAME)


@pytest.mark.parametrize("size", [0, 50])
def test_case_whose_ledger_was_emptied(case: Path, size: int) -> None:
    """A ledger without one whole line is nothing that a crash leaves, and not unchecked: refused."""
    (case / "ledger.jsonl").write_bytes((case / "ledger.jsonl").read_bytes()[:size])
    refused(case, "ledger.jsonl", "no whole line")


def test_case_claims_no_more_than_it_can(case: Path) -> None:
    """That nothing was cut off the end of a case, no identity has signed."""
    sentence = judge(case).sentence
    assert "nothing in it can say that its last line is 12" in sentence
    assert "left out" not in sentence


def test_case_that_is_sealed(tmp_path: Path) -> None:
    """A seal says where the evidence ends; cut back to before it, the case is an open one."""
    seal = build.Plan().sealing("0" * 64)
    root = build.case(tmp_path / "c", on_ledger=lambda ledger: ledger.add("bundle.seal", seal))
    assert undone(judge(root)) == {"checkpoints"}, "nobody signed the seal"
    assert "sealed in line" not in judge(root).sentence
    (check,) = (check for check in judge(root).checks if check.name == "latest")
    assert check.detail == "closed by the seal in line 13"


def test_item_that_came_after_the_walk(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a case that is being written, an item may come between the walk and the ledger."""
    from forensics.verifier.folder import Folder, Listing

    real = Folder.walk

    def walk(self: Folder, *, passing: frozenset[str] = frozenset(), crew: Crew | None = None) -> Listing:
        listing = real(self, passing=passing, crew=crew)
        del listing.files[ITEM]
        return listing

    monkeypatch.setattr(Folder, "walk", walk)
    assert (judge(case).exit_code, undone(judge(case))) == (3, {"latest"})


def test_ledger_swapped_while_it_is_checked(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line that the signatures were held against must be that of the ledger that was read."""
    other = build.bundle(bundle.parent / "other", opening={**build.opening(), "reference": "other"})
    real = checks.check_ledger

    def swapped(*arguments: Any) -> str:
        (bundle / LEDGER).write_bytes((other / LEDGER).read_bytes())
        return real(*arguments)

    monkeypatch.setattr(checks, "BUNDLE", {**checks.BUNDLE, "ledger": swapped})
    refused(bundle, LEDGER, "was changed while it was being checked")

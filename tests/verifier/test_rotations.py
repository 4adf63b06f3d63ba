"""Which key signed which checkpoint, and who vouched for it: lies that the holders of keys could tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from tests.verifier import build
from tests.verifier.build import IDENTITY, LOG, NOTES, OTHER_LOG, STRANGER, WHO
from tests.verifier.judging import failed, judge, refused, told
from tests.verifier.rotating import ADD, RETIRE, SEAL, Files, rotated


def test_good(tmp_path: Path) -> None:
    """A log key that an identity bound, and that signs from its line on, is as good as the first."""
    verdict = judge(rotated(tmp_path / "bundle"))
    assert verdict.exit_code == 0, "\n".join(verdict.lines())
    (found,) = (check.detail for check in verdict.checks if check.name == "binding")
    assert found == "2 log keys, signed for by 2 signatures"


def test_bound_by_the_checkpoint_that_ends_with_it(tmp_path: Path) -> None:
    """A checkpoint over the line that adds a key, and over none after it, is the one to be signed."""

    def change(found: Files, ledger: build.Ledger) -> None:
        found[f"{NOTES}/00000012.note"] = ledger.note(12, OTHER_LOG)
        found[f"{NOTES}/00000012.note.{WHO}.sig"] = IDENTITY.sign(found[f"{NOTES}/00000012.note"], keys.CASE)
        build.drop(found, BINDING)

    verdict = judge(rotated(tmp_path / "bundle", change))
    assert verdict.exit_code == 0, "\n".join(verdict.lines())


def _note(size: int, log: keys.LogKey) -> Callable[[Files, build.Ledger], None]:
    def change(found: Files, ledger: build.Ledger) -> None:
        found[f"{NOTES}/{size:08d}.note"] = ledger.note(size, log)

    return change


def _binding(identity: keys.Identity, size: int = 13, of: int = 13, namespace: str = keys.CASE) -> Any:
    def change(found: Files, _: build.Ledger) -> None:
        signature = identity.sign(found[f"{NOTES}/{of:08d}.note"], namespace)
        found[f"{NOTES}/{size:08d}.note.{WHO}.sig"] = signature

    return change


def _drop(name: str) -> Callable[[Files, build.Ledger], None]:
    return lambda found, _: build.drop(found, name)


BINDING = f"{NOTES}/00000013.note.{WHO}.sig"
BAD: dict[str, tuple[Callable[[Files, build.Ledger], object], str, str]] = {
    "the old key signs on": (_note(SEAL, LOG), f"{NOTES}/{SEAL:08d}.note", "was replaced before"),
    "the old key signs first": (_note(13, LOG), f"{NOTES}/00000013.note", "was replaced before"),
    "the new key signs early": (_note(4, OTHER_LOG), f"{NOTES}/00000004.note", "was added only after"),
    "a key that was never added": (
        _note(SEAL, keys.LogKey.from_seed(build.ORIGIN, b"n" * 32)),
        f"{NOTES}/{SEAL:08d}.note",
        "0 signatures by the log's key",
    ),
    "no binding": (_drop(BINDING), BINDING, "does not sign 00000013.note: no such file"),
    "bound by a stranger": (_binding(STRANGER), BINDING, f"is by {STRANGER.public.fingerprint}"),
    "the first binding replayed": (_binding(IDENTITY, of=1), BINDING, "does not sign 00000013.note"),
    "bound for another purpose": (_binding(IDENTITY, namespace=keys.WITNESS), BINDING, "made for"),
    "bound later too": (
        _binding(IDENTITY, size=SEAL, of=SEAL),
        f"{NOTES}/{SEAL:08d}.note.{WHO}.sig",
        "nobody asked for",
    ),
    "key file of another": (
        lambda found, _: found.update({"keys/log-2.pub.pem": LOG.pem()}),
        "keys/log-2.pub.pem",
        "does not hold the key",
    ),
    "key file of none": (
        lambda found, _: found.update({"keys/log-3.vkey": b"x\n"}),
        "keys/log-3.vkey",
        "names no such log key",
    ),
    "key file missing": (_drop("keys/log-2.vkey"), "keys/log-2.vkey", "no such file"),
    "the first checkpoint left out": (_drop(f"{NOTES}/00000013.note"), BINDING, "nobody asked for"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad(tmp_path: Path, name: str) -> None:
    """Each is refused, and named."""
    change, path, words = BAD[name]
    refused(rotated(tmp_path / "bundle", change), path, words)


def test_two_keys_at_once(tmp_path: Path) -> None:
    """A log key that nothing retires, once there is another, is refused in a bundle."""
    path = rotated(tmp_path / "bundle", deeds=[ADD, ("note", {"text": ""})])
    verdict = refused(path, build.LEDGER, "line 12 adds a log key, and nothing retires the one before")
    assert failed(verdict) == {"binding"}


def test_two_keys_at_once_in_a_case(tmp_path: Path) -> None:
    """In a case it is said: a crash leaves it so, for the next run to finish."""
    third = ("key.add", {**ADD[1], "vkey": keys.LogKey.from_seed(build.ORIGIN, b"3" * 32).vkey})
    for line, deeds in ((12, [ADD]), (14, [ADD, RETIRE, third])):
        verdict = judge(build.case(tmp_path / f"{line}", deeds=deeds, checkpoints=(1, 4)))
        words = f"note: ledger.jsonl: line {line} adds a log key, and nothing retires the one before"
        assert words in list(verdict.lines())


def test_nothing_signed_for_it(tmp_path: Path) -> None:
    """A key that no checkpoint covers yet is signed for by nobody."""
    path = build.case(tmp_path / "case", on_ledger=lambda ledger: ledger.add(*ADD))
    (path / "checkpoints/00000012.note").unlink()
    refused(path, "ledger.jsonl", "adds a key that nobody has signed for")


def test_entry_that_cannot_be(tmp_path: Path) -> None:
    """An entry that adds a key by nobody names its line, and the key stays a stranger's."""
    lie = ("key.add", {**ADD[1], "by": STRANGER.public.fingerprint})
    path = rotated(tmp_path / "bundle", deeds=[lie, ("note", {})])
    verdict = refused(path, build.LEDGER, "line 12: key.add: it adds a key by")
    assert "0 signatures by the log's key" in "\n".join(verdict.lines())


def test_ledger_without_an_opening(tmp_path: Path) -> None:
    """Where the first line names no keys, none can be added."""
    path = build.case(tmp_path / "case", deeds=[ADD], opening={**build.opening(), "format": "x"})
    assert "line 12: key.add: the first line does not say" in "\n".join(judge(path).lines())


OVER = "checkpoints/00000004.note"
STAMPED: dict[str, Any] = {
    "accuracy": -1,
    "checkpoint": 4,
    "over": OVER,
    "over_sha256": build.ZEROS,
    "serial": "1",
    "time": "2031-05-07T00:00:00.000000Z",
    "tsa": "http://t",
    "tsr": f"{OVER}.t.tsr",
    "tsr_sha256": build.ZEROS,
}


@pytest.mark.parametrize(
    ("since", "late"),
    [("2031-05-06T00:00:00.000000Z", True), (STAMPED["time"], False), ("2031-05-08T00:00:00.000000Z", False)],
)
def test_vouched_after_it_was_stolen(tmp_path: Path, since: str, late: bool) -> None:
    """What a key vouched for stands, unless a stamp before it is later than the key was to be trusted."""
    added = {"by": IDENTITY.public.fingerprint, "role": "identity", **build.person(STRANGER)}
    gone = {"key": IDENTITY.public.fingerprint, "reason": "stolen", "role": "identity", "since": since}
    deeds = [("anchor.tsa", STAMPED), ("key.add", added), ("note", {}), ("key.retire", gone)]
    path = build.case(tmp_path / "case", deeds=deeds)
    said = told(judge(path), "ledger.jsonl")
    assert ("line 13 adds a key by ana@example.com, whose key is retired as of" in said) is late


def test_vouched_by_two_of_whom_the_second_was_stolen(tmp_path: Path) -> None:
    """Each who vouched is looked at, not only those up to the first who may still be trusted."""
    bob = keys.generate_identity(b"b" * 32, name="bob")
    eve = {"by": IDENTITY.public.fingerprint, "role": "identity", **build.person(STRANGER)}
    third = {"by": STRANGER.public.fingerprint, "role": "identity", **build.person(bob)}
    since = "2031-05-06T00:00:00.000000Z"
    gone = {"key": STRANGER.public.fingerprint, "reason": "stolen", "role": "identity", "since": since}
    deeds = [("anchor.tsa", STAMPED), ("key.add", eve), ("key.add", third), ("key.retire", gone)]
    said = told(judge(build.case(tmp_path / "case", deeds=deeds)), "ledger.jsonl")
    assert f"line 14 adds a key by {STRANGER.name}, whose key is retired as of {since}" in said
    assert "line 13 adds a key by" not in said


def test_all_that_was_vouched_for_too_late(tmp_path: Path) -> None:
    """Each line that a stolen key vouched for is named."""
    bob = keys.generate_identity(b"b" * 32, name="bob")
    by = {"by": IDENTITY.public.fingerprint, "role": "identity"}
    since = "2031-05-06T00:00:00.000000Z"
    gone = {"key": IDENTITY.public.fingerprint, "reason": "stolen", "role": "identity", "since": since}
    added = [("key.add", {**by, **build.person(one)}) for one in (STRANGER, bob)]
    deeds = [("anchor.tsa", STAMPED), *added, ("key.retire", gone)]
    said = told(judge(build.case(tmp_path / "case", deeds=deeds)), "ledger.jsonl")
    assert re.findall(r"line (\d+) adds a key by ana@example.com, whose", said) == ["13", "14"]


@pytest.mark.parametrize("sealed", [True, False])
def test_sealed_with_a_retired_key(tmp_path: Path, sealed: bool) -> None:
    """The signature of a bundle is named where its key was retired before, sealed in the ledger or not."""
    eve = {"by": IDENTITY.public.fingerprint, "role": "identity", **build.person(STRANGER)}
    gone = {"key": IDENTITY.public.fingerprint, "reason": "", "role": "identity", "since": STAMPED["time"]}
    changes: dict[str, Any] = {} if sealed else {"on_ledger": lambda ledger: ledger.lines.pop()}
    path = build.bundle(tmp_path / "bundle", deeds=[("key.add", eve), ("key.retire", gone)], **changes)
    words = "by ana@example.com SHA256:.*, whose key was retired in line 13, before it was sealed"
    assert re.search(words, told(judge(path), build.SIG))


def test_retired_once_it_had_sealed(tmp_path: Path) -> None:
    """A key that was retired after the seal was good for it: only the line that is one too many is named."""
    eve = {"by": IDENTITY.public.fingerprint, "role": "identity", **build.person(STRANGER)}
    gone = {"key": IDENTITY.public.fingerprint, "reason": "", "role": "identity", "since": STAMPED["time"]}
    late = {"on_ledger": lambda ledger: ledger.add("key.retire", gone)}
    verdict = refused(
        build.bundle(tmp_path / "bundle", deeds=[("key.add", eve)], **late), build.LEDGER, "bundle.seal is"
    )
    assert "retired" not in told(verdict, build.SIG)

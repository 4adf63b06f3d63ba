"""One file, its line and its proof: what holds by itself, and every lie about it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.errors import UsageError
from forensics.formats.checkpoint import Checkpoint
from forensics.verifier.checks import DISCLOSURE, verify
from forensics.verifier.demands import Demands
from forensics.verifier.pins import Pins
from forensics.verifier.reader import kind_of, open_record
from forensics.verifier.verdict import State
from tests.verifier import build
from tests.verifier.countersigning import BOB, EVE, judge, ssh
from tests.verifier.disclosing import FIRST, NOTE, PROOF, SEQ, SIZE, Plan
from tests.verifier.judging import failed, refused, told, undone
from tests.witness import W1


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Give a good disclosure."""
    return Plan().write(tmp_path / "d")


def test_good(good: Path) -> None:
    """What nobody touched is as it was kept, by the log that the named identity began."""
    verdict = judge(good)
    assert verdict.exit_code == 0, list(verdict.lines())
    assert verdict.kind == "disclosure"
    assert {check.name for check in verdict.checks} == set(DISCLOSURE)
    assert verdict.sentence == (
        f"intact: {build.ITEM} is as it was kept on 2031-05-06T07:08:11.000000Z, by the log that ana "
        f"{build.IDENTITY.public.fingerprint} began; of the rest of the case this says nothing"
    )
    assert verdict.facts == {
        "checkpoint": SIZE,
        "entry": SEQ,
        "fingerprint": build.IDENTITY.public.fingerprint,
        "kept": "2031-05-06T07:08:11.000000Z",
        "origin": build.ORIGIN,
        "path": build.ITEM,
        "signer": f"ana {build.IDENTITY.public.fingerprint}",
    }


def test_unpinned(good: Path) -> None:
    """Without a named identity nobody knows whose log it is; another one is a failure."""
    assert undone(verify(good)) == {"identity"}
    assert verify(good, identities=[EVE.public]).exit_code == 4


def test_of_two_signers_the_one_who_is_named(tmp_path: Path) -> None:
    """Each identity's word counts, and the named one is looked for."""
    path = Plan(on_files=lambda files: files.update(_by(files, BOB, "aaron"))).write(tmp_path / "d")
    assert judge(path).exit_code == 0
    assert verify(path, identities=[BOB.public]).exit_code == 0


def _by(files: dict[str, bytes], identity: keys.Identity, who: str) -> dict[str, bytes]:
    return {f"{FIRST}.{who}.sig": identity.sign(files[FIRST], keys.CASE)}


def test_nobody_signed(tmp_path: Path) -> None:
    """A log that nobody began is unpinned at best."""
    path = Plan(on_files=lambda files: files.pop(f"{FIRST}.ana.sig")).write(tmp_path / "d")
    assert undone(judge(path)) == {"identity"}


def _drop(*names: str) -> Callable[[dict[str, bytes]], object]:
    return lambda files: build.drop(files, *names)


def _set(name: str, data: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda files: files.update({name: data})


def _edit(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], object]:
    def edit(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return edit


LEDGER = build.Plan().ledger()
OTHER = build.Plan(data={**build.DATA, build.ITEM: b"other\n"}).ledger()
BAD: dict[str, tuple[Callable[[dict[str, bytes]], object], str, str]] = {
    "file changed": (
        _set(build.ITEM, build.TRANSCRIPT.replace(b"200", b"403")),
        build.ITEM,
        "was changed: its SHA-256",
    ),
    "file longer": (_set(build.ITEM, build.TRANSCRIPT + b"x"), build.ITEM, "bytes long, and"),
    "file gone": (_drop(build.ITEM), build.ITEM, "is missing: it is what was disclosed"),
    "file added": (_set("data/other", b"x"), "data/other", "is not the file that was disclosed"),
    "stray": (_set("more.txt", b"x"), "more.txt", "is not part of a disclosure"),
    "line changed": (_edit("entry.json", b'"size":', b'"size":1'), PROOF, "it leads to another root"),
    "line of another": (_set("entry.json", LEDGER.lines[3]), PROOF, "it leads to another root"),
    "line of a forged ledger": (_set("entry.json", OTHER.lines[SEQ]), PROOF, "it leads to another root"),
    "line cut": (_set("entry.json", LEDGER.lines[SEQ][:-1]), PROOF, "no line feed"),
    "line gone": (_drop("entry.json"), "entry.json", "is missing"),
    "proof gone": (_drop(PROOF), PROOF, "is missing"),
    "proof of another index": (_edit(PROOF, b"index 2\n", b"index 3\n"), PROOF, "it leads to another root"),
    "proof cut": (_set(PROOF, b"c2sp.org/tlog-proof@v1\n"), PROOF, "no empty line"),
    "checkpoint gone": (_drop(NOTE), PROOF, "no such file"),
    "checkpoint of a fork": (_set(NOTE, OTHER.note(SIZE)), PROOF, "it leads to another checkpoint"),
    "checkpoint by another key": (
        _set(NOTE, LEDGER.note(SIZE, build.OTHER_LOG)),
        NOTE,
        "0 signatures by the log's key",
    ),
    "checkpoint of another case": (
        _set(NOTE, LEDGER.note(SIZE, build.OTHER_CASE)),
        NOTE,
        "0 signatures by the log's key",
    ),
    "checkpoint under another name": (
        _set("checkpoints/00000009.note", LEDGER.note(SIZE)),
        "checkpoints/00000009.note",
        "its name another number",
    ),
    "checkpoint under the log's key of another log": (
        _set(NOTE, build.LOG.sign_note(Checkpoint("x", SIZE, bytes(32)).encode()).encode()),
        NOTE,
        "is of another log",
    ),
    "key gone": (_drop("log.vkey"), "log.vkey", "does not name a log"),
    "key of another": (
        _set("log.vkey", f"{build.OTHER_LOG.vkey}\n".encode()),
        "log.pub.pem",
        "does not hold the key",
    ),
    "key without its end": (_set("log.vkey", build.LOG.vkey.encode()), "log.vkey", "no line feed"),
    "key that is none": (_set("log.vkey", b"x\n"), "log.vkey", "does not name a log"),
    "pem gone": (_drop("log.pub.pem"), "log.pub.pem", "is missing"),
    "binding by another purpose": (
        _set(f"{FIRST}.ana.sig", build.IDENTITY.sign(LEDGER.note(1), keys.BUNDLE)),
        f"{FIRST}.ana.sig",
        "made for forensics-bundle-v1",
    ),
    "binding of another file": (
        _set(f"{FIRST}.ana.sig", build.IDENTITY.sign(b"x", keys.CASE)),
        f"{FIRST}.ana.sig",
        "does not hold",
    ),
    "binding of nothing": (_drop(FIRST), f"{FIRST}.ana.sig", "nobody asked for"),
    "binding elsewhere": (
        _set(f"{NOTE}.ana.sig", build.IDENTITY.sign(LEDGER.note(SIZE), keys.CASE)),
        f"{NOTE}.ana.sig",
        "a signature that nobody asked for",
    ),
    "countersignature of nothing": (
        _set(f"{NOTE}.bob.witness", BOB.sign(b"x", keys.WITNESS)),
        f"{NOTE}.bob.witness",
        "does not hold",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_disclosures(tmp_path: Path, name: str) -> None:
    """Whatever is changed, added or left out is a failure that names the file."""
    spoil, path, words = BAD[name]
    refused(Plan(on_files=spoil).write(tmp_path / "d"), path, words)


def test_another_line_of_the_log(tmp_path: Path) -> None:
    """A line that adds no file discloses none, however well it is proved."""
    refused(Plan(seq=1).write(tmp_path / "d"), "entry.json", "it is a line of run.start")


def test_item_that_is_none(tmp_path: Path) -> None:
    """A line whose body is none of ours names no file, whoever signed it."""
    ledger = build.Ledger()
    ledger.add("case.open", build.opening())
    for number in range(8):
        ledger.add("item.add", {"path": f"data/{number}"})
    refused(Plan(ledger=ledger).write(tmp_path / "d"), "entry.json", "other keys than ours")


def test_line_that_lies_of_its_place(tmp_path: Path) -> None:
    """A line must say the place at which it is proved to be: a log that numbers two alike proves neither."""
    ledger = build.Ledger()
    ledger.add("case.open", build.opening())
    ledger.add("run.start", {"run": "r1"})
    ledger.add("item.add", build.item(build.ITEM, build.TRANSCRIPT), seq=5)
    for number in range(6):
        ledger.add("note", {"text": str(number)})
    refused(Plan(ledger=ledger).write(tmp_path / "d"), PROOF, "about entry 2, and the line is entry 5")


def test_symbolic_link(good: Path, tmp_path: Path) -> None:
    """A link in a file's place is no file."""
    (tmp_path / "real").write_bytes(build.TRANSCRIPT)
    (good / build.ITEM).unlink()
    (good / build.ITEM).symlink_to(tmp_path / "real")
    refused(good, build.ITEM, "symbolic link")


def test_file_that_vanishes(good: Path) -> None:
    """A file that cannot be read is a failure."""
    from forensics.verifier.crew import Crew
    from forensics.verifier.evidence import Evidence
    from forensics.verifier.verdict import Examination

    with Crew(1) as crew:
        evidence = Evidence.gather(good, Pins(), crew, None)
        for name in ("log", "proof"):
            DISCLOSURE[name](evidence, Examination(name))
        (good / build.ITEM).unlink()
        examination = Examination("file")
        DISCLOSURE["file"](evidence, examination)
        assert examination.failures == 1


def test_witnesses(tmp_path: Path) -> None:
    """Countersignatures of the checkpoint count, and are demanded, as of a case."""

    def add(files: dict[str, bytes]) -> None:
        files[f"{NOTE}.bob.witness"] = BOB.sign(files[NOTE], keys.WITNESS)
        files[f"{FIRST}.w1.cosig"] = W1.line(files[FIRST])

    path = Plan(on_files=add).write(tmp_path / "d")
    assert judge(path, ssh(BOB)).exit_code == 0
    assert undone(judge(path, ssh(EVE))) == {"witnesses"}
    # the first checkpoint is no checkpoint over this file
    assert undone(judge(path, W1.witness)) == {"witnesses"}


def _head(size: int, ledger: build.Ledger = LEDGER, **other: Any) -> Demands:
    return Demands(heads=(ledger.note(size, **other),))


@pytest.mark.parametrize(
    ("demands", "code"),
    [
        (_head(SIZE), 0),
        (_head(9), 3),
        (_head(1), 3),
        (_head(SIZE, OTHER), 4),
        (_head(SIZE, log=build.OTHER_LOG), 4),
        (Demands(heads=(b"x",)), 4),
    ],
    ids=["same", "newer", "older", "fork", "other key", "no note"],
)
def test_heads(good: Path, demands: Demands, code: int) -> None:
    """A head of the same length is held against it; of another, nothing can be said here."""
    verdict = verify(good, identities=[build.IDENTITY.public], demands=demands)
    assert verdict.exit_code == code, list(verdict.lines())
    if code == 4:
        assert failed(verdict) == {"head"}
        assert "the head that you named" in told(verdict, "entry.json")


def test_nothing_to_hold_a_head_against(tmp_path: Path) -> None:
    """Where the proof fails, the head is not looked at."""
    path = Plan(on_files=_drop(PROOF)).write(tmp_path / "d")
    verdict = verify(path, demands=_head(SIZE))
    assert "head" in undone(verdict)


def test_without_a_log(tmp_path: Path) -> None:
    """Without the log's key nothing is checked that rests on it."""
    path = Plan(on_files=_drop("log.vkey")).write(tmp_path / "d")
    states = {check.name: check.state for check in judge(path).checks}
    assert {states[name] for name in ("binding", "checkpoints", "proof", "file")} == {State.NOT_DONE}


def test_known_for_what_it_is(good: Path, bundle: Path, case: Path) -> None:
    """It is told from a case and a bundle, also where one plants its marks there."""
    assert kind_of(good) == "disclosure"
    for path, kind in ((bundle, "bundle"), (case, "case")):
        (path / "entry.json").write_bytes(b"x")
        assert kind_of(path) == kind
    with pytest.raises(UsageError, match="is a disclosure"):
        open_record(good)


def test_neighbours_stay_hidden(good: Path) -> None:
    """Nothing of another line is in it but hashes: no salt, no text."""
    everything = b"".join(path.read_bytes() for path in good.rglob("*") if path.is_file())
    for number, line in enumerate(LEDGER.lines):
        salt = hashlib.sha256(b"salt %d" % number).hexdigest()[:32].encode()
        assert (salt in everything) == (number == SEQ)
        assert (line in everything) == (number == SEQ)

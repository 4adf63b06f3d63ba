"""Records of custody on their way into the case: what others signed becomes part of its ledger."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from forensics import keys
from forensics.custody import handoff
from forensics.custody.receipts import take_custody
from forensics.custody.scribe import Person, Words
from forensics.custody.seal import seal
from forensics.errors import CaseError, IntegrityError
from forensics.verifier.checks import verify
from tests.custody import world

BOB_KEY = keys.generate_identity(b"b" * 32, name="bob")
ANA = Person("Ana", "", world.ANA.public, world.ANA)
BOB = Person("Bob", "", BOB_KEY.public, BOB_KEY)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Give a sealed case's bundle, released and received."""
    with world.create(tmp_path / "IR-1") as case:
        world.keep(case, "123456789012/global/iam/ListUsers.jsonl", b"{}\n")
        seal(case, tmp_path / "evidence", derive=lambda _: iter([b"{}"]))
    handoff.release(tmp_path / "evidence", ANA, handoff.party("Bob"), Words())
    handoff.receive(tmp_path / "evidence", BOB, Words(), verify)
    (tmp_path / "evidence.custody" / "notes.txt").write_bytes(b"not ours")
    return tmp_path / "evidence"


def _take(bundle: Path, folder: Path | None = None) -> list[str]:
    with world.reopen(bundle.with_name("IR-1")) as case:
        return take_custody(case, folder or bundle.with_name("evidence.custody"))


def test_taken_in(bundle: Path) -> None:
    """Each record and signature, once, told of in the ledger; what is no record stays outside."""
    names = ["0001-release.json", "0001-release.json.Ana.sig", "0001-release.json.Bob.sig"]
    names += ["0002-receive.json", "0002-receive.json.Bob.sig"]
    assert _take(bundle) == [f"custody/evidence.custody/{name}" for name in names]
    assert _take(bundle) == []
    handoff.act(bundle, "open", BOB, Words())
    assert len(_take(bundle)) == 2
    with world.reopen(bundle.with_name("IR-1")) as case:
        told = [item for item in case.entries() if item.type.startswith("custody.")]
    kinds = ["release", "note", "note", "receive", "note", "note", "note"]
    assert [item.type for item in told] == [f"custody.{kind}" for kind in kinds]
    ana, bob = ANA.public.fingerprint, BOB.public.fingerprint
    assert [item.body["by"] for item in told] == [ana, ana, bob, bob, bob, bob, bob]
    for item in told:
        data = (bundle.with_name("IR-1") / item.body["record"]).read_bytes()
        assert item.body["sha256"] == hashlib.sha256(data).hexdigest()
    verdict = verify(bundle.with_name("IR-1"), identities=[world.ANA.public])
    assert (verdict.exit_code, [one.path for one in verdict.findings if "custody" in one.path]) == (0, [])


def test_what_a_crash_left_is_told_later(bundle: Path) -> None:
    """A copy without its entry gets one in the next run."""
    place = bundle.with_name("IR-1") / "custody" / "evidence.custody"
    place.mkdir(parents=True)
    shutil.copy(bundle.with_name("evidence.custody") / "0001-release.json", place)
    assert len(_take(bundle)) == 5


def test_of_another_case(bundle: Path, tmp_path: Path) -> None:
    """A receipt for another bundle is none of this case's."""
    with (
        world.create(tmp_path / "IR-2", name="IR-2") as other,
        pytest.raises(CaseError, match="no bundle of this"),
    ):
        take_custody(other, tmp_path / "evidence.custody")
    with pytest.raises(CaseError, match="holds no record"):
        _take(bundle, tmp_path / "nowhere.custody")


def test_another_than_was_taken_in(bundle: Path) -> None:
    """A signature that was replaced since: both are kept, and the case's stays."""
    _take(bundle)
    place = bundle.with_name("evidence.custody")
    record = (place / "0002-receive.json").read_bytes()
    (place / "0002-receive.json.Bob.sig").chmod(0o600)
    (place / "0002-receive.json.Bob.sig").write_bytes(world.ANA.sign(record, keys.CUSTODY))
    with pytest.raises(IntegrityError, match="is another"):
        _take(bundle)
    kept = bundle.with_name("IR-1") / "custody/evidence.custody/0002-receive.json.Bob.sig"
    assert keys.verify_signature(kept.read_bytes(), record, keys.CUSTODY) == BOB.public


def test_exported_parts(bundle: Path) -> None:
    """Records about parts that the ledger tells of."""
    parts = bundle.with_name("other.parts")
    parts.mkdir()
    part = hashlib.sha256(b"part").hexdigest()
    (parts / "SHA256SUMS").write_bytes(f"{part}  other.vol0000.tar.age\n".encode())
    handoff.release(parts, ANA, handoff.party("Bob"), Words())
    folder = bundle.with_name("other.custody")
    with pytest.raises(CaseError, match="no bundle of this"):
        _take(bundle, folder)
    sums = hashlib.sha256((parts / "SHA256SUMS").read_bytes()).hexdigest()
    with world.reopen(bundle.with_name("IR-1")) as case:
        case.writer.record("bundle.exported", {"parts": [], "recipients": [], "sums_sha256": sums})
    assert len(_take(bundle, folder)) == 2

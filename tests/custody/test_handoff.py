"""Hand-overs: what is signed was checked, and what was signed is never written over."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.custody import handoff, records, scribe, subjects
from forensics.custody.scribe import Person, Words
from forensics.errors import CaseError, ForensicsError, FormatError, IntegrityError, StoreError, UsageError
from forensics.formats.statement import Party, Statement
from forensics.verifier.checks import verify
from forensics.verifier.custody import chain_of_custody
from tests import tsa
from tests.custody import world
from tests.verifier import build

BOB_KEY = keys.generate_identity(b"b" * 32, name="bob")
ANA = Person("Ana", "Example", build.IDENTITY.public, build.IDENTITY)
BOB = Person("Bob", "IR", BOB_KEY.public, BOB_KEY)
TO_BOB = handoff.party("Bob", "IR", BOB_KEY.public.fingerprint)
HORSE = Words(challenge="blue horse", place="Berlin")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Give a good bundle."""
    return build.bundle(tmp_path / "evidence")


def _release(bundle: Path, **other: Any) -> scribe.Written:
    given = {"person": ANA, "taker": TO_BOB, "words": HORSE, **other}
    return handoff.release(bundle, **given)


def _receive(bundle: Path, person: Person = BOB, words: Words = HORSE) -> scribe.Written:
    return handoff.receive(bundle, person, words, verify)


def _names(bundle: Path) -> list[str]:
    return world.names(bundle.with_name("evidence.custody"))


def test_hand_over(bundle: Path) -> None:
    """Released, received, opened, returned: a chain that the verifier finds in order."""
    released, received = _release(bundle), _receive(bundle)
    opened = handoff.act(bundle, "open", BOB, Words(purpose="triage"))
    digest = hashlib.sha256((bundle / build.TAGMANIFEST).read_bytes()).hexdigest()
    assert released.statement.prev == released.statement.subjects[0].sha256 == digest
    assert released.statement.checkpoint.size == 13
    assert received.statement.prev == released.sha256
    assert received.statement.challenge == "blue horse"
    assert received.signatures == ("0001-release.json.Bob.sig", "0002-receive.json.Bob.sig")
    assert opened.statement.prev == received.sha256
    back = handoff.act(bundle, "return", BOB, Words(), taker=ANA.party)
    assert handoff.sign_records(bundle, ANA) == [f"{back.record}.Ana.sig"]
    chain = chain_of_custody(bundle)
    assert (chain.exit_code, chain.check.findings) == (0, ())
    assert released.document()["record"] == released.statement.document()
    modes = {path.stat().st_mode & 0o777 for path in released.folder.iterdir()}
    assert (released.folder.stat().st_mode & 0o777, modes) == (0o700, {0o400})


def test_ssh_keygen_agrees(bundle: Path, tmp_path: Path) -> None:
    """OpenSSH verifies what we sign, and a receiver with ssh-keygen alone signs what we take."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    public = keys.parse_public((tmp_path / "key.pub").read_text())
    written = _release(bundle, taker=handoff.party("Cy", "", public.fingerprint))
    (tmp_path / "allowed").write_text(f"ana {ANA.public.openssh()}\n")
    record = written.folder / written.record
    command = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "allowed"), "-I", "ana", "-n", keys.CUSTODY]
    with record.open("rb") as file:
        subprocess.run([*command, "-s", f"{record}.Ana.sig"], stdin=file, check=True, capture_output=True)
    shutil.copy(record, tmp_path / written.record)
    sign = [
        "ssh-keygen",
        "-q",
        "-Y",
        "sign",
        "-f",
        str(tmp_path / "key"),
        "-n",
        keys.CUSTODY,
        str(tmp_path / written.record),
    ]
    subprocess.run(sign, check=True, capture_output=True)
    signature = (tmp_path / f"{written.record}.sig").read_bytes()
    name, key = handoff.lay_signature(bundle, signature, who="Cy")
    assert (name, key) == (f"{written.record}.Cy.sig", public.fingerprint)
    assert handoff.lay_signature(bundle, signature, who="Cy") == (name, key)
    assert chain_of_custody(bundle).exit_code == 0
    (written.folder / name).rename(written.folder / f"{written.record}.sig")  # as ssh-keygen calls it
    assert chain_of_custody(bundle).exit_code == 0


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def _resealed(bundle: Path) -> None:
    shutil.rmtree(bundle)
    build.bundle(bundle, opening={**build.opening(), "reference": "another"})


@pytest.mark.parametrize(
    ("deed", "words", "message"),
    [
        (lambda bundle: _flip(bundle / build.ITEM), HORSE, "NOT intact"),
        (lambda bundle: (bundle / build.ITEM).unlink(), HORSE, "NOT intact"),
        (_resealed, HORSE, "is not what evidence.custody is about"),
        (lambda _: None, Words(challenge="red horse"), "another challenge"),
        (
            lambda bundle: _flip(bundle.with_name("evidence.custody") / "0001-release.json"),
            HORSE,
            "line feed",
        ),
        (
            lambda bundle: (bundle.with_name("evidence.custody") / "0001-release.json.Ana.sig").unlink(),
            HORSE,
            "is not signed by",
        ),
        (
            lambda bundle: _flip(bundle.with_name("evidence.custody") / "0001-release.json.Ana.sig"),
            HORSE,
            "not between",
        ),
        (lambda bundle: _flip(bundle / build.RAW), HORSE, "NOT intact"),
    ],
)
def test_what_is_not_signed_for(
    bundle: Path, deed: Callable[[Path], object], words: Words, message: str
) -> None:
    """Not intact, another bundle or challenge, a release that does not hold: exit 4, nothing written."""
    _release(bundle)
    deed(bundle)
    before = _names(bundle)
    with pytest.raises(ForensicsError, match=message) as caught:
        _receive(bundle, words=words)
    assert caught.value.exit_code == 4
    assert _names(bundle) == before


def test_nobody_released_it_or_to_another(bundle: Path) -> None:
    """A receipt needs a release, to the one who receives."""
    with pytest.raises(CaseError, match="nobody has released"):
        _receive(bundle)
    _release(bundle)
    eve = Person("Eve", "", build.STRANGER.public, build.STRANGER)
    with pytest.raises(CaseError, match="released to the key"):
        _receive(bundle, eve)
    _receive(bundle)
    with pytest.raises(CaseError, match="nobody has released"):
        _receive(bundle)


def test_the_receiver_is_not_the_releaser(bundle: Path) -> None:
    """Neither at the release nor, where that named no key, at the receipt."""
    with pytest.raises(UsageError, match="the receiver is the releaser"):
        _release(bundle, taker=ANA.party)
    _release(bundle, taker=Party("Bob"))
    with pytest.raises(UsageError, match="the receiver is the releaser"):
        _receive(bundle, Person("Bob", "", ANA.public, ANA.identity))
    assert _names(bundle) == ["0001-release.json", "0001-release.json.Ana.sig"]


@pytest.mark.parametrize("text", ["a\nb", "\x1b[2J", "\u202e", " a", "x" * 1_001])
def test_hostile_words_are_refused(bundle: Path, text: str) -> None:
    """Nothing that is not one visible line gets into a record."""
    for change in (
        {"words": Words(purpose=text)},
        {"person": Person(text, "", ANA.public, ANA.identity)},
    ):
        with pytest.raises(UsageError):
            _release(bundle, **change)
    with pytest.raises(UsageError):
        handoff.party("Bob", text)
    assert not bundle.with_name("evidence.custody").exists()


def test_acts(bundle: Path) -> None:
    """Only acts of a holder; and of a bundle that is gone, what the records are about is known."""
    _release(bundle)
    for action in ("release", "receive", "steal"):
        with pytest.raises(UsageError, match="no such act"):
            handoff.act(bundle, action, BOB, Words())
    shutil.rmtree(bundle)
    last = handoff.act(bundle.with_name("evidence.custody"), "destroy", BOB, Words(method="shredded"))
    assert last.statement.checkpoint.size == 13
    with pytest.raises(UsageError, match="neither a bundle nor its parts"):
        handoff.act(bundle.with_name("other"), "open", BOB, Words())
    with pytest.raises(UsageError, match="neither a bundle nor its parts"):
        _release(bundle)


def test_a_folder_without_records_says_nothing(tmp_path: Path) -> None:
    """A folder of that name and nothing in it."""
    (tmp_path / "evidence.custody").mkdir()
    with pytest.raises(UsageError, match="neither a bundle nor its parts"):
        handoff.act(tmp_path / "evidence", "open", BOB, Words())


def test_a_record_to_be_signed_elsewhere(bundle: Path) -> None:
    """Written unsigned, it awaits its signature; which the right key alone makes good."""
    written = _release(bundle, person=Person("Ana", "Example", ANA.public))
    assert written.signatures == ()
    assert chain_of_custody(bundle).exit_code == 3
    with pytest.raises(CaseError, match="no record awaits"):
        handoff.sign_records(bundle, Person("Eve", "", build.STRANGER.public, build.STRANGER))
    assert handoff.sign_records(bundle, ANA) == ["0001-release.json.Ana.sig"]
    with pytest.raises(CaseError, match="no record awaits"):
        handoff.sign_records(bundle, ANA)
    assert handoff.sign_records(bundle, BOB) == ["0001-release.json.Bob.sig"]


@pytest.mark.parametrize(
    ("signature", "kind", "message"),
    [
        (b"x", UsageError, "not between"),
        (build.IDENTITY.sign(b"x", keys.WITNESS), UsageError, "made for forensics-witness-v1"),
        (build.IDENTITY.sign(b"x", keys.CUSTODY), CaseError, "over no record"),
    ],
)
def test_other_signatures(bundle: Path, signature: bytes, kind: type[Exception], message: str) -> None:
    """None, one for another purpose, one over another file."""
    _release(bundle)
    with pytest.raises(kind, match=message):
        handoff.lay_signature(bundle, signature)


def test_names_that_clash(bundle: Path) -> None:
    """Two people of one name, in whatever letter case: the second is filed under the key."""
    _release(bundle)
    record = (bundle.with_name("evidence.custody") / "0001-release.json").read_bytes()
    for identity in (BOB_KEY, build.STRANGER):
        handoff.lay_signature(bundle, identity.sign(record, keys.CUSTODY), who="ANA")
    assert len([name for name in _names(bundle) if name.endswith(".sig")]) == 3
    assert "0001-release.json.Ana.sig" in _names(bundle)
    handoff.lay_signature(bundle, build.IDENTITY.sign(record, keys.CUSTODY), who="Cy")
    cy = keys.generate_identity(b"c" * 32, name="cy")
    handoff.lay_signature(bundle, BOB_KEY.sign(record, keys.CUSTODY), who=cy.public.fingerprint)
    with pytest.raises(CaseError, match="never written over"):
        handoff.lay_signature(bundle, cy.sign(record, keys.CUSTODY), who="ana")


def test_a_place_that_is_none(bundle: Path) -> None:
    """A link or a file where the folder of records should be, or too many files in it."""
    place = bundle.with_name("evidence.custody")
    place.symlink_to("evidence")
    with pytest.raises(CaseError, match="no folder"):
        _release(bundle)
    place.unlink()
    place.write_bytes(b"")
    with pytest.raises(CaseError, match="no folder"):
        _release(bundle)


def test_a_record_that_is_a_link(bundle: Path) -> None:
    """No link is followed to what may be anything."""
    written = _release(bundle)
    record = written.folder / written.record
    record.rename(bundle.with_name("elsewhere"))
    record.symlink_to("../elsewhere")
    with pytest.raises(IntegrityError, match="cannot be read"):
        _receive(bundle)


def test_dots_in_a_path(bundle: Path) -> None:
    """The records lie beside the bundle, however it is named."""
    _release(bundle / "data" / "..")
    assert chain_of_custody(bundle / "data" / "..").links
    assert _names(bundle) == ["0001-release.json", "0001-release.json.Ana.sig"]


def test_too_many_files(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is listed is bounded."""
    _release(bundle)
    monkeypatch.setattr(records, "MAX_FILES", 1)
    with pytest.raises(CaseError, match="more than 1 files"):
        _receive(bundle)


def test_a_folder_that_nobody_may_write(bundle: Path) -> None:
    """A disk that fails is told, and leaves no half of a record."""
    with world.files_of_at_most(100), pytest.raises(StoreError):
        _release(bundle)
    assert _names(bundle) == []
    _release(bundle)


@pytest.mark.parametrize("beside", [True, False])
def test_parts(bundle: Path, beside: bool) -> None:
    """The parts that a bundle travels in: named by their sums, with the bundle if it lies there."""
    parts = bundle.with_name("evidence.parts")
    parts.mkdir()
    digest = hashlib.sha256(b"part").hexdigest()
    (parts / "SHA256SUMS").write_bytes(f"{digest}  evidence.vol0000.tar.age\n".encode())
    if not beside:
        bundle.rename(bundle.with_name("elsewhere"))
    written = _release(parts)
    names = [one.name for one in written.statement.subjects]
    assert names == ["evidence"] * beside + ["SHA256SUMS", "evidence.vol0000.tar.age"]
    assert chain_of_custody(parts).exit_code == 3
    (parts / "SHA256SUMS").write_bytes(b"x")
    with pytest.raises(IntegrityError, match="SHA256SUMS"):
        _release(parts)


def test_a_bundle_that_cannot_be_read(bundle: Path) -> None:
    """Lists that are no files, checkpoints that are none, a name that no form can hold."""
    for note in (bundle / build.NOTES).glob("*.note"):
        note.write_bytes(b"x")
    assert subjects.find(bundle).head.size == 0
    shutil.rmtree(bundle / build.NOTES)
    assert subjects.find(bundle).head.size == 0
    (bundle / build.NOTES).mkdir()
    assert subjects.find(bundle).head.size == 0
    odd = bundle.rename(bundle.with_name("a\x1bb"))
    with pytest.raises(UsageError, match="cannot stand in a form"):
        _release(odd)
    (odd / build.TAGMANIFEST).unlink()
    (odd / build.TAGMANIFEST).mkdir()
    with pytest.raises(IntegrityError, match="cannot be read"):
        _release(odd)


def test_stamps(bundle: Path, tmp_path: Path) -> None:
    """What an authority does not stamp is told, and stops nothing; what it stamps lies beside."""
    with tsa.serve(tsa.Authority.make(tmp_path / "tsa").reply) as server:
        written = _release(bundle, tsas=[server.url, "http://127.0.0.1:9/"])
    assert list(written.refusals) == ["http://127.0.0.1:9/"]
    assert len(written.stamps) == 1
    assert chain_of_custody(bundle).links[0].dated
    received = _receive(bundle)
    assert (received.stamps, received.refusals) == ((), {})


def test_a_record_out_of_order_is_not_gone_on_from(bundle: Path) -> None:
    """A chain that does not hold together gets no further record."""
    written = _release(bundle)
    (written.folder / written.record).rename(written.folder / "0001-open.json")
    with pytest.raises(IntegrityError, match="holds the record"):
        _receive(bundle)
    with pytest.raises(FormatError):
        Statement.parse(b"")

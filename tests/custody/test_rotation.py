"""Who speaks for a case: a new log key, a person's key more, one less, and crashes in the middle."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forensics import keys
from forensics.custody import keyring, rotation
from forensics.custody.case import Case
from forensics.custody.seal import seal
from forensics.disclosing.folder import disclose
from forensics.errors import CaseError, IdentityError, IntegrityError, UsageError
from forensics.reports.head import head
from forensics.verifier.checks import verify
from forensics.verifier.demands import Demands
from forensics.verifier.reader import open_record
from forensics.verifier.verdict import Severity
from tests.custody import world
from tests.verifier import parcels

BOB = keys.generate_identity(b"b" * 32, name="bob@example.com")


WHO = "ana@example.com"
_SSH_VERIFY = ("ssh-keygen", "-Y", "verify", "-f", "keys/allowed_signers")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a closed case with one kept file."""
    with world.create(tmp_path / "IR-1") as case:
        world.keep(case, "a/ListUsers.jsonl", b"{}\n")
    return tmp_path / "IR-1"


def derive(path: Path) -> Iterator[bytes]:
    """Read a transcript as it is."""
    yield path.read_bytes()


def sealed(path: Path, by: keys.Identity = world.ANA) -> Path:
    """Seal a case, and return its bundle."""
    with world.reopen(path, identity=by) as case:
        return seal(case, path.parent / f"bundle-{by.name}", derive=derive).path


def sound(path: Path, by: keys.Identity = world.ANA) -> None:
    """Assert that nothing is wrong with a case or a bundle."""
    verdict = verify(path, identities=[by.public])
    assert verdict.exit_code in ({0, 3} if (path / "case.json").exists() else {0}), "\n".join(verdict.lines())
    assert not [one for one in verdict.findings if one.severity is Severity.FAILURE]


def test_rotate(path: Path) -> None:
    """The new key signs from the line that adds it on, bound by the identity; the old one is kept."""
    old = (path / "private/log.key").read_bytes()
    with world.reopen(path) as case:
        former = case.log_key.vkey
        vkey = rotation.rotate(case)
        size = case.roster.term.line + 1
        case.writer.record("note", {"text": "after"})
    note = path / f"checkpoints/{size:08d}.note"
    binding = note.with_name(f"{note.name}.{WHO}.sig").read_bytes()
    assert keys.verify_signature(binding, note.read_bytes(), keys.CASE) == world.ANA.public
    retired = f"private/log-{former.split('+')[1]}.retired"
    assert sorted(world.names(path / "private")) == [Path(retired).name, "log.key"]
    assert (path / retired).read_bytes() == old
    assert keys.LogKey.from_pem(case.origin, (path / "private/log.key").read_bytes()).vkey == vkey
    sound(path)
    with world.reopen(path) as case:
        assert case.log_key.vkey == vkey
        assert not rotation.unbound(case)
    sound(sealed(path))


def test_rotate_thrice(path: Path) -> None:
    """Each log key has its own term, in the bundle too, under names of its own."""
    for number in range(3):
        with world.reopen(path, random=world.Repeating(500 * number + 500)) as case:
            rotation.rotate(case)
    bundle = sealed(path)
    sound(bundle)
    sound(path)
    names = world.names(bundle / "keys")
    assert [name for name in names if name.startswith("log")] == [
        *("log-2.pub.pem", "log-2.vkey", "log-3.pub.pem", "log-3.vkey", "log-4.pub.pem", "log-4.vkey"),
        *("log.pub.pem", "log.vkey"),
    ]


def test_add_identity(path: Path) -> None:
    """Whoever was added can seal, and ssh-keygen finds them in the bundle's allowed signers."""
    with world.reopen(path) as case:
        rotation.add_identity(case, BOB.public, BOB.name)
    sound(path)
    bundle = sealed(path, BOB)
    sound(bundle, BOB)
    assert (bundle / "keys/identity.pub.pem").read_bytes() == BOB.public.pem()
    done = subprocess.run(
        [*_SSH_VERIFY, "-I", BOB.name, "-n", keys.BUNDLE, "-s", "tagmanifest-sha256.txt.sig"],
        input=(bundle / "tagmanifest-sha256.txt").read_bytes(),
        cwd=bundle,
        check=False,
    )
    assert done.returncode == 0
    assert verify(bundle, identities=[world.ANA.public]).exit_code == 4


def test_whoever_was_added_sends_parts(path: Path) -> None:
    """An identity that was added may sign the sums of the parts, and who was retired may not."""
    with world.reopen(path) as case:
        world.keep(case, "a/ListRoles.jsonl", b"{}\n")
        rotation.add_identity(case, BOB.public, BOB.name)
        rotation.retire_identity(case, WHO, "left")
    bundle = sealed(path, BOB)
    for signer, code in ((BOB, 0), (world.ANA, 4)):
        sent = parcels.parcel(bundle, path.parent / f"sent-{signer.name}", signer=signer)
        verdict = verify(sent, identities=[BOB.public, world.ANA.public], unlock=parcels.unlock())
        assert verdict.exit_code == code, "\n".join(verdict.lines())
    assert "whose key was retired in line" in "\n".join(verdict.lines())


def test_retire_identity(path: Path) -> None:
    """A retired key opens nothing; what it bound before stands; ssh-keygen is told until when."""
    with world.reopen(path) as case:
        rotation.add_identity(case, BOB.public, BOB.name)
        rotation.retire_identity(case, WHO, "lost", datetime(2031, 5, 6, 12, tzinfo=UTC))
    with pytest.raises(IdentityError, match=r"was retired in line"):
        world.reopen(path)
    bundle = sealed(path, BOB)
    sound(bundle, BOB)
    line = (bundle / "keys/allowed_signers").read_text().splitlines()[0]
    assert 'valid-before="20310506120000Z"' in line


def test_retire_without_an_identity(path: Path) -> None:
    """The log key, which lies in the case, is not enough to have somebody retired; nothing is written."""
    with world.reopen(path) as case:
        rotation.add_identity(case, BOB.public, BOB.name)
    with world.reopen(path, identity=None) as case:
        before = case.length
        with pytest.raises(IdentityError, match="a key of the case must vouch for it"):
            rotation.retire_identity(case, BOB.public.fingerprint, "left")
        assert case.length == before


def test_retired_signs_on(path: Path) -> None:
    """A bundle that a retired key has signed is refused, though it signed for the case once."""
    with world.reopen(path) as case:
        rotation.add_identity(case, BOB.public, BOB.name)
        rotation.retire_identity(case, BOB.public.fingerprint, "left")
    bundle = sealed(path)
    listed = (bundle / "tagmanifest-sha256.txt").read_bytes()
    for name, data in (("sig", BOB.sign(listed, keys.BUNDLE)), ("ed25519", BOB.raw(listed))):
        target = bundle / f"tagmanifest-sha256.txt.{name}"
        target.chmod(0o600)
        target.write_bytes(data)
    verdict = verify(bundle, identities=[BOB.public])
    assert verdict.exit_code == 4
    assert "whose key was retired in line" in "\n".join(verdict.lines())


REFUSED: dict[str, tuple[Callable[[Case], object], type[Exception], str]] = {
    "the last": (lambda case: rotation.retire_identity(case, WHO, "x"), CaseError, "only identity"),
    "a stranger": (lambda case: rotation.retire_identity(case, "bob", "x"), UsageError, "no identity"),
    "the log key": (
        lambda case: rotation.retire_identity(case, case.log_key.vkey, "x"),
        UsageError,
        "no identity",
    ),
    "to come": (
        lambda case: rotation.retire_identity(case, WHO, "x", datetime(2999, 1, 1, tzinfo=UTC)),
        UsageError,
        "still to come",
    ),
    "twice": (
        lambda case: rotation.add_identity(case, world.ANA.public, "other"),
        CaseError,
        "was the case's before",
    ),
    "name taken": (lambda case: rotation.add_identity(case, BOB.public, WHO), CaseError, "another identity"),
    "no name": (lambda case: rotation.add_identity(case, BOB.public, ""), CaseError, "name is empty"),
    "reason of lines": (lambda case: rotation.rotate(case, "a\nb"), UsageError, "one line"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(path: Path, name: str) -> None:
    """What cannot be is one clear line, and no entry."""
    deed, kind, message = REFUSED[name]
    with world.reopen(path) as case:
        before = case.length
        with pytest.raises(kind, match=message):
            deed(case)
        assert case.length == before
    sound(path)


def test_without_identity(path: Path) -> None:
    """Nobody vouches, so nothing is added."""
    with world.reopen(path, identity=None) as case, pytest.raises(IdentityError, match=r"must vouch"):
        rotation.rotate(case)


_CRASHING = """
import os, sys
from pathlib import Path
from forensics.custody import keyring, rotation
from tests.custody import world

left, armed = int(sys.argv[2]), False

def watch(event, arguments):
    global left
    if armed and event in {"open", "os.rename", "os.link", "os.remove"}:
        left -= 1
        if left < 0:
            os._exit(9)

sys.addaudithook(watch)
with world.reopen(Path(sys.argv[1])) as case:
    armed = True
    rotation.rotate(case)
    armed = False
"""


def test_crash_at_every_step(path: Path) -> None:
    """Wherever a rotation ends, the case opens, without the identity too, and with it all is signed for."""
    crashed = 0
    for place in range(100):
        copy = path.with_name(f"copy-{place}")
        shutil.copytree(path, copy)
        command = [sys.executable, "-c", _CRASHING, str(copy), str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 9}, done.stderr
        with world.reopen(copy, identity=None) as case:
            case.writer.record("note", {"text": "no identity was at hand"})
        with world.reopen(copy) as case:
            assert not rotation.unbound(case)
        sound(copy)
        if done.returncode == 0:
            break
        crashed += 1
    assert crashed > 8


def test_head_and_disclosure(path: Path, tmp_path: Path) -> None:
    """A head read out before a rotation still holds after it, and so does a file that is given away then."""
    before = head(path).note
    with world.reopen(path) as case:
        rotation.rotate(case)
    after = head(path).note
    verdict = verify(path, identities=[world.ANA.public], demands=Demands(heads=(before, after)))
    assert verdict.exit_code == 3
    assert not [one for one in verdict.findings if one.severity is Severity.FAILURE]
    disclose(path, "data/a/ListUsers.jsonl", tmp_path / "given")
    verdict = verify(tmp_path / "given", identities=[world.ANA.public])
    assert verdict.exit_code == 0, "\n".join(verdict.lines())


def _cut_short(case: Case) -> None:
    """Leave a rotation as a crash does between its two entries."""
    fresh = keys.LogKey.from_seed(case.origin, b"n" * 32)
    keyring.add(case.path, fresh)
    case.checkpoints.know(fresh)
    added = {"by": world.ANA.public.fingerprint, "role": "log", "vkey": fresh.vkey}
    line = case.writer.record("key.add", added).seq + 1
    case.checkpoints.turn(line, fresh.vkey)


def test_cut_short(path: Path) -> None:
    """What a crash kept from being said is said by the next run, and signed for once there is who can."""
    with world.reopen(path) as case:
        _cut_short(case)
    with world.reopen(path, identity=None) as case:
        assert world.types(case).count("key.retire") == 1
        assert rotation.unbound(case) == [world.ANA.public.fingerprint]
    with world.reopen(path) as case:
        assert not rotation.unbound(case)
    sound(path)


def test_key_that_nobody_signed_for_is_not_sealed_in(path: Path, tmp_path: Path) -> None:
    """A bundle that no verifier would ever take is not made; once the key is signed for, it is."""
    body = {
        "by": world.ANA.public.fingerprint,
        "fingerprint": BOB.public.fingerprint,
        "name": BOB.name,
        "public": BOB.public.openssh(),
        "role": "identity",
    }
    with world.reopen(path) as case:
        case.writer.record("key.add", body)
    with world.reopen(path, identity=BOB) as case:
        with pytest.raises(IdentityError, match=r"^a key was added .* ana@example.com did not sign"):
            seal(case, tmp_path / "bundle", derive=derive)
        assert not case.sealed
    with world.reopen(path):
        pass
    with world.reopen(path, identity=BOB) as case:
        root = seal(case, tmp_path / "bundle", derive=derive).path
    assert verify(root, identities=[BOB.public]).exit_code == 0


def test_note_that_cannot_be_signed_for(path: Path) -> None:
    """A checkpoint that is a link is signed for by nobody."""
    with world.reopen(path) as case:
        rotation.rotate(case)
        name = f"{case.roster.term.line + 1:08d}.note"
        case.writer.record("note", {})
    note = path / "checkpoints" / name
    (path / "checkpoints" / f"{name}.{WHO}.sig").unlink()
    note.rename(path / "elsewhere")
    note.symlink_to(path / "elsewhere")
    with pytest.raises(IntegrityError, match=name):
        world.reopen(path)


def test_key_that_is_not_there(path: Path) -> None:
    """Nothing is stated in the name of a key that is not at hand."""
    with world.reopen(path) as case:
        case.checkpoints.turn(99, "somebody's")
        with pytest.raises(IntegrityError, match="is not in private/: somebody's"):
            case.checkpoints.publish(99, bytes(32))


def test_entry_that_cannot_be(path: Path) -> None:
    """A case whose ledger adds what is no key is opened by nobody, and read by nobody."""
    with world.reopen(path) as case:
        case.writer.record("key.add", {"role": "nobody"})
    with pytest.raises(IntegrityError, match=r"key\.add"):
        world.reopen(path)
    with pytest.raises(IntegrityError, match=r"key\.add"):
        open_record(path).roster()


def test_made_for_the_case_and_retired(tmp_path: Path) -> None:
    """Once somebody's own key took its place, the key in the folder signs no more, and is no obstacle."""
    with world.create(tmp_path / "IR-2", identity=None) as case:
        made = case.opening["identities"][0]["fingerprint"]
        rotation.add_identity(case, BOB.public, BOB.name)
        rotation.retire_identity(case, made, "made for the case")
    with world.reopen(tmp_path / "IR-2", identity=None) as case:
        assert case.identity is None


def test_two_keys_under_one_checkpoint(path: Path) -> None:
    """One signature over it vouches for both."""
    eve = keys.generate_identity(b"e" * 32, name="eve")
    with world.reopen(path) as case:
        for one in (BOB, eve):
            body = {"by": world.ANA.public.fingerprint, "role": "identity", "name": one.name}
            body |= {"fingerprint": one.public.fingerprint, "public": one.public.openssh()}
            entry = case.writer.record("key.add", body)
            case.roster.take(entry.seq + 1, entry.type, entry.body)
        assert len(rotation.bind(case)) == 1
    sound(path)

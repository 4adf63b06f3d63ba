"""`docs/verify-by-hand.md`: every block is run, on good evidence and on evidence that was tampered with."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import forensics
from forensics import keys
from forensics.custody import handoff, receipts, rotation
from forensics.custody.parts import export
from forensics.custody.recipients import load_recipients
from forensics.custody.scribe import Person, Words
from forensics.custody.seal import seal
from tests.custody import world
from tests.tsa import START, Authority, serve

PAGE = Path(__file__).parents[1] / "docs/verify-by-hand.md"
BLOCKS = dict(
    re.findall(r"^<!-- by hand: (\w+) -->\n```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
)
ANA = keys.generate_identity(b"a" * 32, name="ana")
BOB = keys.generate_identity(b"b" * 32, name="bob")
MALLORY = keys.generate_identity(b"m" * 32, name="ana")
ITEM = "data/a/1.jsonl"
TOMORROW, YESTERDAY = (f"{datetime.now(UTC) + timedelta(days=days):%Y%m%d}" for days in (1, -1))
EXPIRES = timedelta(seconds=8)
"""How long the authority's certificate is valid. It has expired when its section is run."""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out what the page lists."""
    root = tmp_path_factory.mktemp("by-hand")
    (root / "trust").mkdir()
    secret = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
    (root / "trust/key").write_text(secret)
    recipient = re.findall(r"age1\S+", secret)[0]
    ends = datetime.now(UTC).replace(microsecond=0) + EXPIRES
    authority = Authority.make(root / "tsa", valid=(START, ends))
    shutil.copy(authority.root_file, root / "trust/tsa-root.pem")
    with serve(authority.reply) as tsa, world.create(root / "case", identity=ANA) as case:
        for number in range(5):
            world.keep(case, f"a/{number}.jsonl", b"%d\n" % number)
        rotation.add_identity(case, BOB.public, "bob")
        world.keep(case, "a/after.jsonl", b"x\n")
        rotation.rotate(case)
        sealed = seal(case, root / "bundle", derive=lambda _: iter([b"[]\n"]), tsas=[tsa.url])
        export(case, sealed, load_recipients([recipient])).path.rename(root / "parts")
        receipts.take_custody(case, _hand_over(sealed.path))
    forensics.disclose(sealed.path, ITEM, root / "disclosure")
    (root / "trust/digest").write_text(f"{sealed.digest}\n")
    (root / "trust/allowed_signers").write_text(f"ana {ANA.public.openssh()}\nbob {BOB.public.openssh()}\n")
    shutil.copy(root / "disclosure/log.vkey", root / "trust/log.vkey")
    (root / "ends").write_text(str(ends.timestamp()))
    for path in root.rglob("*"):
        path.chmod(0o700)
    return root


def _hand_over(bundle: Path) -> Path:
    """Release, receive and return a bundle; return the folder of records."""
    ana, bob = (Person(one.name, "", one.public, one) for one in (ANA, BOB))
    handoff.release(bundle, ana, bob.party, Words(purpose='a "prev":" and a {'))
    handoff.receive(bundle, bob, Words(), forensics.verify)
    handoff.act(bundle, "open", bob, Words())
    handoff.act(bundle, "return", bob, Words(), taker=ana.party)
    handoff.sign_records(bundle, ana)
    return bundle.with_name("bundle.custody")


@pytest.fixture
def evidence(made: Path, tmp_path: Path) -> Path:
    """Give a copy that a test may spoil."""
    return shutil.copytree(made, tmp_path / "evidence", symlinks=True)


def _run(block: str, root: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a block as the page says."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", BLOCKS[block]],
        cwd=root,
        env={**os.environ, "LC_ALL": "C.UTF-8", "STOLEN": TOMORROW, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def _until_expired(root: Path) -> None:
    time.sleep(max(0.0, float((root / "ends").read_text()) + 1.1 - time.time()))


def test_every_block_is_here() -> None:
    """None is left out by a slip in its mark, and each has cases that it refuses."""
    assert PAGE.read_text().count("```sh") == len(BLOCKS)
    assert set(BLOCKS) == {block for block, _ in SPOILT} | {"stamp", "expired", "stolen"}


@pytest.mark.parametrize("block", [name for name in BLOCKS if name not in {"stamp", "expired", "stolen"}])
def test_good_evidence_passes(evidence: Path, block: str) -> None:
    """All of it, with not one of our programs on the way."""
    done = _run(block, evidence)
    assert done.returncode == 0, done.stderr


def test_a_log_key_that_was_never_replaced(tmp_path: Path) -> None:
    """The same block checks a bundle whose log had one key, and one whose log had three."""
    for turns in (0, 2):
        root = tmp_path / str(turns)
        (root / "trust").mkdir(parents=True)
        (root / "trust/allowed_signers").write_text(f"ana {ANA.public.openssh()}\n")
        with world.create(root / "case", identity=ANA) as case:
            for number in range(turns):
                rotation.rotate(case)
                world.keep(case, f"a/{number}.jsonl", b"x")
            seal(case, root / "bundle", derive=lambda _: iter([b"[]\n"]))
        for block in ("chain", "checkpoint", "root"):
            done = _run(block, root)
            assert done.returncode == 0, done.stderr
        assert len(list((root / "bundle/keys").glob("log*.pem"))) == turns + 1


def test_keys_that_are_bounded_in_time(evidence: Path) -> None:
    """What a key signed before it was retired stands whenever one looks; what it signed after does not."""
    lines = (evidence / "bundle/ledger/ledger.jsonl").read_text().splitlines()
    times = [json.loads(line)["time"] for line in lines if re.search(r'"type":"(case.open|key.add)",', line)]
    # By the clock of the ledger, which is years from now.
    start, end = (datetime.fromisoformat(one).replace(microsecond=0) for one in (times[0], times[-1]))
    for until, code in ((end, 0), (end - timedelta(seconds=1), 255)):
        bounds = f'valid-after="{start:%Y%m%d%H%M%S}Z",valid-before="{until:%Y%m%d%H%M%S}Z"'
        (evidence / "trust/allowed_signers").write_text(f"ana {bounds} {ANA.public.openssh()}\n")
        done = _run("checkpoint", evidence)
        assert done.returncode == code, done.stderr


def test_stamps_while_the_certificate_is_valid_and_after(evidence: Path) -> None:
    """As of today an expired certificate is refused; as of the stamp's own time it is taken."""
    _until_expired(evidence)
    refused = _run("stamp", evidence)
    assert refused.returncode != 0
    assert "certificate has expired" in refused.stdout + refused.stderr
    assert _run("expired", evidence).returncode == 0
    assert _run("stolen", evidence).returncode == 0
    assert _run("stolen", evidence, STOLEN=YESTERDAY).returncode != 0


def test_a_stamp_of_a_living_authority(evidence: Path) -> None:
    """Each is shown with its time."""
    authority = Authority.make(evidence / "other")
    shutil.copy(authority.root_file, evidence / "trust/tsa-root.pem")
    for old in [
        *(evidence / "bundle").glob("*.tsr"),
        *(evidence / "bundle/ledger/checkpoints").glob("*.tsr"),
    ]:
        over = re.sub(r"(\.note|\.sig)\..*", r"\1", str(old))
        old.write_bytes(authority.stamp(Path(over).read_bytes()))
    done = _run("stamp", evidence)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Time stamp: ") >= 2


def _swap_stamps(root: Path) -> None:
    first, *_, last = sorted((root / "bundle/ledger/checkpoints").glob("*.tsr")) + list(
        (root / "bundle").glob("*.tsr")
    )
    a, b = first.read_bytes(), last.read_bytes()
    first.write_bytes(b)
    last.write_bytes(a)


def _own_root(root: Path) -> None:
    other = Authority.make(root / "mallory")
    shutil.copy(other.root_file, root / "trust/tsa-root.pem")


@pytest.mark.parametrize("block", ["stamp", "expired", "stolen"])
@pytest.mark.parametrize("spoil", [_swap_stamps, _own_root])
def test_stamps_that_are_not_what_they_seem(
    evidence: Path, block: str, spoil: Callable[[Path], None]
) -> None:
    """One of another file, or of an authority that you do not know, is refused."""
    spoil(evidence)
    assert _run(block, evidence).returncode != 0


def _flip(name: str, at: int = -1) -> Callable[[Path], None]:
    def spoil(root: Path) -> None:
        (path,) = root.glob(name)
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)

    spoil.__name__ = f"flip {name} {at}"
    return spoil


def _add(name: str) -> Callable[[Path], None]:
    def spoil(root: Path) -> None:
        (root / name).write_bytes(b"")

    spoil.__name__ = f"add {name}"
    return spoil


def _drop(name: str) -> Callable[[Path], None]:
    def spoil(root: Path) -> None:
        for path in root.glob(name):
            path.unlink()

    spoil.__name__ = f"drop {name}"
    return spoil


def _link(root: Path) -> None:
    path = root / "bundle" / ITEM
    path.unlink()
    path.symlink_to("0.jsonl")


def _resign(root: Path) -> None:
    bundle = root / "bundle"
    text = (bundle / "tagmanifest-sha256.txt").read_bytes()
    (bundle / "tagmanifest-sha256.txt.sig").write_bytes(MALLORY.sign(text, keys.BUNDLE))


def _edit_ledger(root: Path) -> None:
    path = root / "bundle/ledger/ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"Ana"', b'"Bob"', 1))


def _cut_ledger(root: Path) -> None:
    path = root / "bundle/ledger/ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def _replace_middle(root: Path) -> None:
    path = root / "bundle/ledger/ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2], lines[3] = lines[3], lines[2]
    path.write_bytes(b"".join(lines))


def _resign_sums(root: Path) -> None:
    _flip("parts/*vol0001*")(root)
    names = sorted((root / "parts").glob("*.age"))
    digests = (subprocess.check_output(["sha256sum", path.name], cwd=root / "parts") for path in names)
    sums = b"".join(digests)
    (root / "parts/SHA256SUMS").write_bytes(sums)
    (root / "parts/SHA256SUMS.sig").write_bytes(MALLORY.sign(sums, keys.PARTS))


def _stand_in(root: Path) -> None:
    """Put the former log key in the place of the one that replaced it."""
    shutil.copy(root / "bundle/keys/log.pub.pem", root / "bundle/keys/log-2.pub.pem")


def _vouch_oneself(root: Path) -> None:
    """Sign for the newer log key as somebody whose key is none that was had by another road."""
    path = max((root / "bundle/ledger/checkpoints").glob("*.sig"))
    path.write_bytes(
        MALLORY.sign(path.with_name(path.name.partition(".note")[0] + ".note").read_bytes(), keys.CASE)
    )


def _forget_a_hand_over(root: Path) -> None:
    """Have the receiver alone say that he gave it back."""
    (root / "bundle.custody/0004-return.json.ana.sig").unlink()


def _resign_record(root: Path) -> None:
    record = root / "bundle.custody/0003-open.json"
    record.write_bytes(record.read_bytes().replace(b'"bob"', b'"eve"'))
    record.with_name(f"{record.name}.bob.sig").write_bytes(ANA.sign(record.read_bytes(), keys.CUSTODY))


def _other_checkpoint(root: Path) -> None:
    """Put the log's first checkpoint in the place of the one that the proof leads to."""
    first, *_, last = sorted((root / "disclosure/checkpoints").glob("*.note"))
    shutil.copy(first, last)


def _script_of_another(root: Path) -> None:
    """Change the file, and the script that came with it, which says that all is well."""
    _flip(f"disclosure/{ITEM}")(root)
    (root / "disclosure/README.txt").write_text("exit 0\n")


def _another_bundle(root: Path) -> None:
    path = root / "bundle/tagmanifest-sha256.txt"
    path.write_bytes(path.read_bytes()[:-1])


SPOILT: list[tuple[str, Callable[[Path], None]]] = [
    ("bundle", _flip(f"bundle/{ITEM}")),
    ("bundle", _flip("bundle/manifest-sha256.txt", 0)),
    ("bundle", _flip("bundle/tagmanifest-sha256.txt", 0)),
    ("bundle", _add("bundle/data/extra")),
    ("bundle", _add("bundle/keys/extra")),
    ("bundle", _drop(f"bundle/{ITEM}")),
    ("bundle", _link),
    ("bundle", _resign),
    ("bundle", _edit_ledger),
    ("chain", _edit_ledger),
    ("chain", _replace_middle),
    ("checkpoint", _cut_ledger),
    ("checkpoint", _flip("bundle/ledger/checkpoints/00000001.note", 0)),
    ("checkpoint", _drop("bundle/ledger/checkpoints/00000001.note.*.sig")),
    ("checkpoint", _drop("bundle/ledger/checkpoints/*[!1].note.*.sig")),
    ("checkpoint", _drop("bundle/keys/log-2.pub.pem")),
    ("checkpoint", _stand_in),
    ("checkpoint", _vouch_oneself),
    ("root", _edit_ledger),
    ("root", _replace_middle),
    ("root", _cut_ledger),
    ("courier", _flip("parts/*vol0000*")),
    ("courier", _flip("parts/SHA256SUMS", 0)),
    ("courier", _drop("parts/*vol0001*")),
    ("courier", _add("parts/x.vol0009.tar.age")),
    ("courier", _resign_sums),
    ("receiver", _flip("parts/*vol0001*")),
    ("receiver", _drop("parts/*vol0001*")),
    ("custody", _flip("bundle.custody/0001-release.json")),
    ("custody", _flip("bundle.custody/0003-open.json.bob.sig", 60)),
    ("custody", _drop("bundle.custody/0002-receive.json")),
    ("custody", _drop("bundle.custody/0002-receive.json*")),
    ("custody", _drop("bundle.custody/0004-return.json")),
    ("custody", _drop("bundle.custody/0001-release.json.bob.sig")),
    ("custody", _drop("bundle.custody/*")),
    ("custody", _forget_a_hand_over),
    ("custody", _resign_record),
    ("custody", _another_bundle),
    ("returned", _flip("case/custody/bundle.custody/0001-release.json")),
    ("returned", _drop("case/custody/bundle.custody/0004-return.json.ana.sig")),
    ("returned", _add("case/custody/bundle.custody/0005-destroy.json")),
    ("disclosure", _flip(f"disclosure/{ITEM}")),
    ("disclosure", _script_of_another),
    ("disclosure", _flip("disclosure/log.vkey", 3)),
    ("disclosure", _flip("disclosure/log.pub.pem", 90)),
    ("disclosure", _other_checkpoint),
    ("disclosure", _add("disclosure/data/another")),
    ("disclosure", _flip("disclosure/entry.json", 12)),
    ("disclosure", _flip("disclosure/entry.tlog-proof", 50)),
    ("disclosure", _flip("disclosure/entry.tlog-proof", 0)),
]


@pytest.mark.parametrize(
    ("block", "spoil"), SPOILT, ids=[f"{block}: {spoil.__name__}" for block, spoil in SPOILT]
)
def test_tampered_evidence_does_not(evidence: Path, block: str, spoil: Callable[[Path], None]) -> None:
    """Whatever was changed, added or left out, the block does not end well."""
    spoil(evidence)
    assert _run(block, evidence).returncode != 0

"""What `custody` really writes, whole, cut off and sealed, under the eyes of the verifier."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics import keys
from forensics.custody.case import Case
from forensics.custody.seal import seal
from forensics.verifier import verify
from forensics.verifier.verdict import State
from tests.verifier import build
from tests.verifier.judging import blamed, told

IDENTITY = build.IDENTITY
SOURCE = {"account": "123456789012", "operation": "ListUsers", "region": "global", "service": "iam"}
BODY = {
    "first": "2031-05-06T07:08:09.000000Z",
    "kind": "transcript",
    "last": "2031-05-06T07:08:09.000000Z",
    "requests": 1,
    "sensitive": False,
    "source": SOURCE,
}


def _keep(case: Case, path: str, data: bytes) -> str:
    draft = case.store.draft()
    draft.write(data)
    return case.writer.keep([(draft, path, BODY)], [("coverage", {**SOURCE, "items": []})])[0]


@pytest.fixture
def open_case(tmp_path: Path) -> Iterator[Case]:
    """Return a case with three items, still open."""
    with Case.create(tmp_path / "case", name="IR 1/ü", identity=IDENTITY, tool={"name": "t"}) as case:
        case.writer.record("run.start", {"run": "r1", "account": "123456789012"})
        for number in range(3):
            _keep(case, "123456789012/global/iam/ListUsers.jsonl", b'{"n":%d}\n' % number)
        yield case


def _derive(path: Path) -> Iterator[bytes]:
    yield b"[" + path.read_bytes().strip() + b"]\n"


def _pinned(path: Path, identity: keys.Identity = IDENTITY) -> int:
    return verify(path, identities=[identity.public]).exit_code


def _undone(path: Path) -> list[str]:
    verdict = verify(path, identities=[IDENTITY.public])
    assert verdict.exit_code == 3
    return [check.name for check in verdict.checks if check.state is State.NOT_DONE]


def test_open_closed_and_sealed(open_case: Case, tmp_path: Path) -> None:
    """A case is never called whole while it is open; sealed and closed it is, and so is its bundle."""
    assert _undone(open_case.path) == ["checkpoints", "latest"]
    open_case.writer.checkpoint()
    assert _undone(open_case.path) == ["latest"]
    assert _pinned(open_case.path) == 3
    sealed = seal(open_case, tmp_path / "out", derive=_derive)
    assert _pinned(open_case.path) == 0
    open_case.close()
    assert _pinned(open_case.path) == 0
    verdict = verify(sealed.path, identities=[IDENTITY.public])
    assert verdict.exit_code == 0, "\n".join(verdict.lines())
    assert not verdict.findings
    assert verdict.facts["digest"] == sealed.digest
    assert verdict.facts["items"] == sealed.items == 3


def test_bundle_without_items(tmp_path: Path) -> None:
    """A case that kept nothing makes a bundle that is intact."""
    with Case.create(tmp_path / "case", name="IR-2", identity=IDENTITY, tool={"name": "t"}) as case:
        assert _pinned(seal(case, None, derive=_derive).path) == 0


def test_identity_made_for_the_case(tmp_path: Path) -> None:
    """Without an identity a case makes one, and its bundle says that it proves little."""
    with Case.create(tmp_path / "case", name="IR-3", examiner="Ana", tool={"name": "t"}) as case:
        sealed = seal(case, None, derive=_derive)
    verdict = verify(sealed.path)
    assert verdict.exit_code == 3
    assert "made for this case alone" in verdict.sentence


def test_identity_that_makes_no_raw_signature(tmp_path: Path) -> None:
    """A key that ssh-keygen signs with, of any kind, makes a bundle that is intact."""
    key = tmp_path / "key"
    command = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "", "-f", str(key)]
    subprocess.run(command, check=True)
    identity = keys.load_identity(key, name="eve@example.com")
    with Case.create(tmp_path / "case", name="IR-4", identity=identity, tool={"name": "t"}) as case:
        assert _pinned(seal(case, None, derive=_derive).path, identity) == 0


def test_every_kind_of_file_spoilt(open_case: Case, tmp_path: Path) -> None:
    """One byte of each file of a real bundle, first, middle or last: found, and the file named."""
    root = seal(open_case, tmp_path / "out", derive=_derive).path
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        good = path.read_bytes()
        path.chmod(0o600)
        for place in {0, len(good) // 2, len(good) - 1}:
            bad = bytearray(good)
            bad[place] ^= 1
            path.write_bytes(bad)
            verdict = verify(root)
            assert verdict.exit_code == 4, path
            assert path.relative_to(root).as_posix() in blamed(verdict), path
        path.write_bytes(good)
    assert _pinned(root) == 0


def test_what_a_crash_leaves(open_case: Case) -> None:
    """A torn line, a file without its line, and a draft: not passed until the case is opened again."""
    root = open_case.path
    open_case.close()
    with (root / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b'{"actor":"ana"')
    build.put(root / "data/123456789012/eu-west-1/ec2/DescribeVpcs.jsonl", b"never named\n")
    build.put(root / "tmp/draft-00000009", b"never kept\n")
    verdict = verify(root, identities=[IDENTITY.public])
    assert verdict.exit_code == 3
    assert "torn line" in told(verdict, "ledger.jsonl")
    assert _undone(root) == ["latest", "items"]
    with Case.open(root, identity=IDENTITY):
        pass
    assert _undone(root) == ["latest"]


def test_case_cut_back(open_case: Case) -> None:
    """A case that was set back to an earlier state, its later checkpoints kept, is found."""
    root = open_case.path
    open_case.close()
    lines = (root / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (root / "ledger.jsonl").write_bytes(b"".join(lines[:-1]))
    assert _pinned(root) == 4


def test_case_rolled_back(open_case: Case) -> None:
    """Cut back together with the checkpoints over what is gone, nothing in it is wrong: never passed."""
    root = open_case.path
    open_case.writer.checkpoint()
    size = len((root / "ledger.jsonl").read_bytes())
    before = {path.name for path in (root / "checkpoints").iterdir()}
    _keep(open_case, "123456789012/global/iam/ListUsers.jsonl", b"{}\n")
    open_case.close()
    with (root / "ledger.jsonl").open("rb+") as ledger:
        ledger.truncate(size)
    for path in (root / "checkpoints").iterdir():
        if path.name not in before:
            path.unlink()
    (root / "data/123456789012/global/iam/ListUsers.4.jsonl").unlink()
    assert _undone(root) == ["latest"]
    assert "none was cut off" in verify(root, identities=[IDENTITY.public]).sentence


def test_copies_that_go_on_apart(open_case: Case, tmp_path: Path) -> None:
    """Two copies of a case that were gone on with are both in order, and neither is called whole."""
    open_case.close()
    roots = [shutil.copytree(open_case.path, tmp_path / name) for name in ("a", "b")]
    for root in roots:
        with Case.open(root, identity=IDENTITY) as case:
            _keep(case, "123456789012/global/iam/ListRoles.jsonl", root.name.encode())
    assert [_undone(root) for root in roots] == [["latest"], ["latest"]]

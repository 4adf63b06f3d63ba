"""Bad input of every sort: one clear line, a hint, the exit code that the README names, and nothing lost."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import resource
import shlex
import shutil
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

import forensics
from forensics.drill.server import Drill
from tests.e2e.liar import Liar, Lie
from tests.e2e.run import QUICK, Aws, Ran, intact, items
from tests.e2e.screen import harmful, on_terminal

MEMORY = 700 << 20
"""Bytes of address space for commands that meet something huge."""


def _run(*arguments: object, environment: Mapping[str, str], memory: int = 0, **options: object) -> Ran:
    """Run a command in a session of its own, so that it finds no terminal to ask on."""

    def limit() -> None:
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    done = subprocess.run(
        [sys.executable, "-m", "forensics", *map(str, arguments)],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        start_new_session=True,
        preexec_fn=limit,
        **options,  # type: ignore[call-overload]
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _refused(ran: Ran, code: int, pattern: str, hint: str = "") -> None:
    """One line that says what is wrong; `hint` is a pattern of the line below it, none for no such line."""
    lines = ran.err.splitlines()
    assert ran.code == code, ran
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert harmful(ran.err) == []
    told = [line.removeprefix("forensics: ") for line in lines if line.startswith("forensics: ")]
    assert len(told) == 1, ran.err
    assert re.search(pattern, told[0], re.IGNORECASE), ran.err
    # AWS, and a path, begin as they do; a sentence of ours begins small, and none ends in a stop.
    assert told[0][0] == told[0][0].lower() or told[0].startswith("AWS"), told[0]
    assert not told[0].endswith(".")
    hints = [line.removeprefix("  hint: ") for line in lines if line.startswith("  hint: ")]
    assert len(lines) == len(told) + len(hints), ran.err
    assert len(hints) == bool(hint), ran.err
    assert not hint or re.search(hint, hints[0]), ran.err


@pytest.fixture(scope="module")
def kept(drill: Drill, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Preserve once; tests work on copies."""
    drill.reset()
    drill.regions(["eu-west-1"])
    drill.waiting(seconds=0, polls=1)
    case = tmp_path_factory.mktemp("kept") / "case"
    ran = Aws(drill).preserve(case, "--examiner", "Ana Ito")
    assert ran.code == 0, ran.err
    return case


@pytest.fixture(scope="module")
def sealed(drill: Drill, kept: Path) -> Path:
    """Seal a copy, and give that case; its bundle is `bundle` beside it."""
    case = Path(shutil.copytree(kept, kept.with_name("sealed")))
    assert Aws(drill).run("seal", case, "--output", case.with_name("bundle")).code == 0
    return case


@pytest.fixture
def case(kept: Path, tmp_path: Path) -> Path:
    """Give a case of one's own."""
    return Path(shutil.copytree(kept, tmp_path / "case"))


@pytest.fixture
def bundle(sealed: Path, tmp_path: Path) -> Path:
    """Give a bundle of one's own."""
    copy = Path(shutil.copytree(sealed.with_name("bundle"), tmp_path / "bundle"))
    for path in copy.rglob("*"):
        path.chmod(0o700)
    return copy


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


# -- where to, and as whom


@pytest.mark.parametrize(
    ("options", "code", "pattern", "hint"),
    [
        pytest.param(("--profile", "nosuch"), 2, "nosuch", "profiles that there are", id="profile"),
        pytest.param(("--region", "eu-west-9"), 2, "^no such region: eu-west-9$", "eu-west-1", id="region"),
        pytest.param(
            ("--region", "eu-west-1", "--region", "Ireland"), 2, "no such region", "is like", id="second"
        ),
        pytest.param(("--region", ""), 2, "region", "", id="empty region"),
        pytest.param(("--endpoint-url", "nonsense"), 2, "nonsense", "https://", id="endpoint"),
        pytest.param(("--pace", "0"), 2, "pace", "--help", id="pace"),
        pytest.param(("--pace", "nan"), 2, "pace.*'nan' is not a number", "--help", id="pace-nan"),
        pytest.param(("--wait", "nan"), 2, "wait.*'nan' is not a number", "--help", id="wait-nan"),
        pytest.param(("--wait", "-1"), 2, "wait", "--help", id="wait"),
        pytest.param(("--nonsense",), 2, "no such option", "--help", id="option"),
        pytest.param(("surplus",), 2, "unexpected extra argument", "--help", id="argument"),
    ],
)
def test_options(
    aws: Aws, tmp_path: Path, options: tuple[str, ...], code: int, pattern: str, hint: str
) -> None:
    """What cannot be right is refused before AWS is asked to write anything; the same line, mended, works."""
    case = tmp_path / "case"
    ran = _run("preserve", case, *QUICK, *options, environment=aws.environment())
    _refused(_without_notice(ran), code, pattern, hint or ("is like" if options[0] == "--region" else ""))
    assert aws.mutations() == set()
    assert not case.exists() or items(case) == {}


def _without_notice(ran: Ran) -> Ran:
    """Take away the line that tells that a key was made: the case is, by then."""
    lines = [line for line in ran.err.splitlines(keepends=True) if not line.startswith("no --identity given")]
    return Ran(ran.code, ran.out, "".join(lines))


def test_case_of_another_account(aws: Aws, case: Path) -> None:
    """The evidence of two accounts never comes into one case."""
    before = items(case)
    environment = {**aws.environment(), "AWS_SESSION_TOKEN": "", **aws.drill.person("ir")}
    _refused(
        _without_notice(_run("preserve", case, environment=environment)),
        2,
        "^this case is of account 2{12}, ",
        "case of its own",
    )
    assert items(case) == before
    assert aws.mutations() == set()


@pytest.mark.parametrize(
    ("change", "pattern"),
    [
        pytest.param(
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""}, "", id="none"
        ),
        pytest.param({"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch", id="wrong secret"),
        pytest.param({"AWS_ACCESS_KEY_ID": "AKIAXXXXXXXXXXXXXXXX"}, "InvalidClientTokenId", id="unknown key"),
    ],
)
def test_credentials(aws: Aws, tmp_path: Path, change: Mapping[str, str], pattern: str) -> None:
    """Without credentials that AWS knows: exit 5, and the same command resumes once there are any."""
    case = tmp_path / "case"
    environment = {**aws.environment({"HOME": str(tmp_path / "home")}), **change}
    ran = _without_notice(_run("preserve", case, *QUICK, environment=environment))
    _refused(ran, 5, pattern, "run the same command again: it resumes")
    assert not list(tmp_path.glob("*case*"))
    assert aws.run("preserve", case, "-q", *QUICK).code == 0


def test_nobody_listens(aws: Aws, tmp_path: Path) -> None:
    """An endpoint that nobody serves: where it was, and what to look at, within half a minute."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    began = time.monotonic()
    ran = _run("preserve", tmp_path / "case", "--endpoint-url", url, environment=aws.environment())
    _refused(_without_notice(ran), 1, f"^no answer from {re.escape(url)}", "network")
    assert time.monotonic() - began < 100


PAGE = b"<html><head><title>Sign in</title></head><body>Welcome to Hotel Wi-Fi.</body></html>"


LIES = {
    "html": Lie(PAGE, headers={"Content-Type": "text/html"}),
    "html 503": Lie(PAGE, 503, {"Content-Type": "text/html"}),
    "redirect": Lie(PAGE, 302, {"Location": "http://127.0.0.1:9/"}),
    "garbage": Lie(bytes(range(256)) * 8),
    "nothing": Lie(b""),
    "json": Lie(b'{"json": true}'),
    "deep": Lie(b"<a>" * 100_000),
    "empty element": Lie(b"<GetCallerIdentityResponse/>"),
}


@pytest.mark.torture
@pytest.mark.timeout(180)
def test_endpoint_that_is_no_aws(aws: Aws, tmp_path: Path) -> None:
    """A hotel's sign-in page, and anything else that is not AWS, is told from AWS in one line."""

    def ask(name: str) -> Ran:
        with Liar(lambda _: LIES[name]) as liar:
            options = (*QUICK, "--endpoint-url", liar.url)
            return _run("preserve", tmp_path / name, *options, environment=aws.environment())

    # At once: each tries again, with pauses, before it gives up.
    with ThreadPoolExecutor(len(LIES)) as pool:
        told = dict(zip(LIES, pool.map(ask, LIES), strict=True))
    for name, ran in told.items():
        assert ran.code == 1, (name, ran)
        lines = _without_notice(ran).err.splitlines()
        assert [line[:11] for line in lines] in (["forensics: "], ["forensics: ", "  hint: che"]), (name, ran)
        assert harmful(ran.err) == []
        assert items(tmp_path / name) == {}


@pytest.mark.torture
@pytest.mark.timeout(180)
def test_huge_answer(aws: Aws, tmp_path: Path) -> None:
    """Megabytes that are no answer are a gap, and cost no other evidence."""
    huge = Lie(b"x" * (1 << 20), repeat=16)

    def script(body: bytes) -> Lie | None:
        return huge if b"Action=DescribeVpcs&" in body else None

    with Liar(script, aws.drill.url) as liar:
        options = ("--json", "-q", *QUICK, "--endpoint-url", liar.url)
        ran = _run("preserve", tmp_path / "case", *options, environment=aws.environment())
    assert ran.code == 3, ran.err
    assert [(gap["operation"], gap["code"]) for gap in ran.gaps] == [("DescribeVpcs", "UnreadableBody")]
    assert intact(tmp_path / "case")


# -- folders


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that nobody may write in: for root, a file system that is read-only."""
    folder = tmp_path / "unwritable"
    folder.mkdir(0o500)
    if os.geteuid() != 0:
        yield folder
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=64k", "none", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_unwritable_folder(aws: Aws, unwritable: Path) -> None:
    """A place that cannot be written to: the system's reason, and nothing asked of AWS."""
    ran = _run("preserve", unwritable / "case", environment=aws.environment())
    _refused(ran, 1, "(?:read-only file system|permission denied)$", "may write")
    assert aws.drill.calls() == []


def test_unwritable_output(aws: Aws, case: Path, unwritable: Path) -> None:
    """So for a bundle; and the case is not sealed by it."""
    ran = _run("seal", case, "--output", unwritable / "bundle", environment=aws.environment())
    _refused(ran, 1, "(?:read-only file system|permission denied)$", "may write")
    assert aws.run("seal", case).code == 0


def _file(path: Path) -> None:
    path.write_text("mine\n")


def _full(path: Path) -> None:
    path.mkdir()
    (path / "thesis.doc").write_text("mine\n")
    (path / "data").mkdir()
    (path / "data" / "raw").write_text("mine\n")


def _link(path: Path) -> None:
    path.with_name("elsewhere").mkdir(0o700)
    path.symlink_to("elsewhere")


def _open_to_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


@pytest.mark.parametrize(
    ("make", "pattern", "hint"),
    [
        pytest.param(_file, "is not a folder$", "a case, or a new one", id="file"),
        pytest.param(_full, "is not empty, and is no case$", "new folder", id="other things"),
        pytest.param(_link, "is a symbolic link$", "the folder itself", id="link"),
        pytest.param(_open_to_all, "is writable for everybody$", "chmod 700", id="open"),
    ],
)
def test_no_place_for_a_case(
    aws: Aws, tmp_path: Path, make: Callable[[Path], None], pattern: str, hint: str
) -> None:
    """What stands where the case should be is left as it is."""
    make(tmp_path / "case")
    before = _tree(tmp_path)
    _refused(_run("preserve", tmp_path / "case", environment=aws.environment()), 1, pattern, hint)
    assert _tree(tmp_path) == before
    assert aws.drill.calls() == []


def test_below_a_file(aws: Aws, tmp_path: Path) -> None:
    """A file is nobody's folder."""
    _file(tmp_path / "file")
    ran = _run("preserve", tmp_path / "file" / "case", environment=aws.environment())
    _refused(ran, 1, "not a directory$", "")
    assert _tree(tmp_path) == {"file": b"mine\n"}


@pytest.mark.parametrize(
    ("command", "code", "pattern", "hint"),
    [
        ("status", 2, "neither a case nor a bundle$", "name a case folder or a bundle"),
        ("verify", 2, "neither a case nor a bundle$", "name a case folder or a bundle"),
        ("seal", 1, "is not a case", "made"),
    ],
)
@pytest.mark.parametrize("make", [_full, Path.mkdir], ids=["other things", "empty"])
def test_no_case(
    aws: Aws, tmp_path: Path, command: str, code: int, pattern: str, hint: str, make: Callable[[Path], None]
) -> None:
    """A folder that is no case is nothing to tell of, and nothing is left in it."""
    make(tmp_path / "thing")
    if make is _full:
        shutil.rmtree(tmp_path / "thing" / "data")
    before = _tree(tmp_path)
    _refused(_run(command, tmp_path / "thing", environment=aws.environment()), code, pattern, hint)
    assert _tree(tmp_path) == before


@pytest.mark.parametrize(("command", "code"), [("status", 2), ("verify", 2), ("seal", 1)])
def test_nothing_there(aws: Aws, tmp_path: Path, command: str, code: int) -> None:
    """A path that leads nowhere."""
    ran = _run(command, tmp_path / "none", environment=aws.environment())
    _refused(ran, code, "no such file", "name a case")
    assert list(tmp_path.iterdir()) == []


# -- keys


def _keygen(path: Path, *options: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-C", "", "-f", str(path), *options], check=True)
    return path


def _weak(folder: Path) -> Path:
    """Make an RSA key of 1,024 bits, which ssh-keygen itself no longer makes."""
    made = folder / "key"
    subprocess.run(
        ["openssl", "genrsa", "-traditional", "-out", str(made), "1024"], check=True, capture_output=True
    )
    made.chmod(0o600)
    public = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(made)], capture_output=True, text=True, check=False
    )
    (folder / "key.pub").write_text(public.stdout or _rsa_line(made))
    return made


def _rsa_line(path: Path) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    key = load_pem_private_key(path.read_bytes(), None).public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _text(folder: Path) -> Path:
    (folder / "key").write_text("dear diary\n")
    return folder / "key"


def _readable(folder: Path) -> Path:
    made = _keygen(folder / "key", "-t", "ed25519", "-N", "")
    made.chmod(0o644)
    return made


@pytest.mark.parametrize(
    ("make", "code", "pattern", "hint"),
    [
        pytest.param(_weak, 2, "RSA of 1024 bits", "ssh-keygen", id="rsa 1024"),
        pytest.param(_text, 2, "public key", "ssh-keygen", id="text"),
        pytest.param(lambda folder: folder / "none", 2, "no such file", "ssh-keygen", id="missing"),
        pytest.param(lambda folder: folder, 2, "is a directory", "--help", id="folder"),
        pytest.param(_readable, 2, "may be read by others$", "chmod 600", id="readable"),
        pytest.param(
            lambda folder: _keygen(folder / "key", "-t", "ed25519", "-N", "secret"),
            2,
            "has a passphrase",
            "ssh-agent",
            id="passphrase, and no terminal",
        ),
    ],
)
def test_identity(
    aws: Aws, tmp_path: Path, make: Callable[[Path], Path], code: int, pattern: str, hint: str
) -> None:
    """A key that cannot sign is refused before there is a case."""
    keys = tmp_path / "keys"
    keys.mkdir()
    key = make(keys)
    ran = _run("preserve", tmp_path / "case", "--identity", key, environment=aws.environment())
    _refused(ran, code, pattern, hint)
    assert not (tmp_path / "case").exists()
    assert aws.drill.calls() == []


def test_wrong_passphrase(aws: Aws, tmp_path: Path) -> None:
    """The passphrase is asked for on the terminal, is not shown, and a wrong one is one line."""
    key = _keygen(tmp_path / "key", "-t", "ed25519", "-N", "secret")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "forensics", "preserve", str(tmp_path / "case"), "--identity", str(key)],
        env=aws.environment(),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0) and None,  # noqa: PLW1509 - no threads here
    )
    os.close(slave)
    drawn = b""
    while b"passphrase of the key: " not in drawn:
        drawn += os.read(master, 65_536)
    os.write(master, b"wrong-one\n")
    with suppress(OSError):
        while piece := os.read(master, 65_536):
            drawn += piece
    os.close(master)
    assert process.wait(timeout=100) == 1
    assert b"forensics: identity: the passphrase is wrong, or the key is damaged" in drawn
    assert b"wrong-one" not in drawn
    assert not (tmp_path / "case").exists()


def test_key_of_somebody_else(aws: Aws, case: Path, tmp_path: Path) -> None:
    """A case goes on, and is sealed, under a key that it knows."""
    key = _keygen(tmp_path / "key", "-t", "ed25519", "-N", "")
    before = items(case)
    for command in ("preserve", "seal"):
        ran = _run(command, case, "--identity", key, environment=aws.environment())
        _refused(ran, 1, "^the key SHA256:.* is none of this case's$", "give the key of Ana Ito")
    assert items(case) == before


@pytest.mark.parametrize(
    ("pin", "pattern", "hint"),
    [
        ("SHA256:short", "^no fingerprint", "43 characters"),
        ("none.pub", "no such file", "SHA256:"),
        ("text", "neither a public key nor an allowed-signers file", "not one line|base64"),
        ("big", "too long", "SHA256:"),
        ("binary", "not a text file", ""),
        (".", "is a directory", "SHA256:"),
    ],
)
def test_pin(aws: Aws, bundle: Path, tmp_path: Path, pin: str, pattern: str, hint: str) -> None:
    """Who must have signed is named in a way that we know, or nothing is said of the bundle."""
    (tmp_path / "text").write_text("dear diary\n")
    (tmp_path / "big").write_bytes(b"x" * (2 << 20))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    named = pin if pin.startswith("SHA256:") else tmp_path / pin
    ran = _run("verify", bundle, "--identity", named, environment=aws.environment())
    _refused(ran, 2, pattern, hint)


# -- sealing


def test_empty_case(aws: Aws, tmp_path: Path) -> None:
    """A case into which nothing was kept is sealed as that: nothing, and truthfully so."""
    forensics.open_case(tmp_path / "case", examiner="Ana Ito").close()
    ran = aws.run("seal", tmp_path / "case", "--output", tmp_path / "bundle")
    assert ran.code == 0, ran.err
    assert "0 items, 0 bytes" in ran.out
    assert aws.run("verify", tmp_path / "bundle").code == 3
    assert aws.run("status", tmp_path / "bundle").code == 3


def test_sealed_twice(aws: Aws, sealed: Path, tmp_path: Path) -> None:
    """The same bundle is never written over; another one, of the same evidence, may be made."""
    case = Path(shutil.copytree(sealed, tmp_path / "case"))
    first, second = aws.run("seal", case, "--json"), aws.run("seal", case)
    assert first.code == 0, first.err
    before = _tree(Path(first.json["bundle"]))
    assert (second.code, first.json["digest"] in second.out) == (0, True)
    assert _tree(Path(first.json["bundle"])) == before
    other = aws.run("seal", case, "--output", tmp_path / "other", "--json")
    assert (other.code, other.json["digest"]) == (0, first.json["digest"])


@pytest.mark.parametrize("place", ["case/data/x", "case/x", "case"])
def test_output_in_the_case(aws: Aws, case: Path, place: str) -> None:
    """A bundle does not go into the case that it is made of."""
    before = items(case)
    ran = _run("seal", case, "--output", case.parent / place, environment=aws.environment())
    pattern = "exists already, and is not this case's bundle$" if place == "case" else "is inside the case$"
    _refused(ran, 1 if place == "case" else 2, pattern, "name a")
    assert items(case) == before


def test_preserve_into_a_sealed_case(aws: Aws, sealed: Path) -> None:
    """Sealed evidence is closed: AWS is not even asked."""
    before = items(sealed)
    ran = _run("preserve", sealed, environment=aws.environment())
    _refused(_without_notice(ran), 1, "is sealed$", "a case of its own")
    assert items(sealed) == before
    assert aws.drill.calls() == []


# -- evidence that is not as it was


def _torn_off(case: Path) -> None:
    ledger = case / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:-3]))


def _gigabyte(path: Path) -> None:
    """Make the last line of a file a gigabyte long; the file is sparse."""
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(b'{"actor":"')
        file.truncate(file.tell() + (1 << 30))
        file.seek(0, os.SEEK_END)
        file.write(b"\n")


def _garbage(case: Path) -> None:
    (case / "case.json").chmod(0o600)
    (case / "case.json").write_bytes(b"\x1b[2J\xff")


def _sizes(case: Path) -> dict[Path, int]:
    return {path: path.lstat().st_size for path in case.rglob("*") if path.is_file() and path.name != "lock"}


@pytest.mark.parametrize(
    ("spoil", "pattern"),
    [
        pytest.param(_torn_off, "were signed over$", id="end cut off"),
        pytest.param(
            lambda case: _gigabyte(case / "ledger.jsonl"), "longer than 65535 bytes$", id="gigabyte"
        ),
        pytest.param(_garbage, "^case.json: ", id="garbage"),
    ],
)
@pytest.mark.parametrize("command", ["preserve", "seal"])
def test_case_that_does_not_hold_together(
    aws: Aws, case: Path, command: str, spoil: Callable[[Path], None], pattern: str
) -> None:
    """A case whose record is broken is not gone on with: exit 4, and nothing of it is touched."""
    spoil(case)
    before = _sizes(case)
    began = time.monotonic()
    ran = _run(command, case, environment=aws.environment(), memory=MEMORY)
    _refused(ran, 4, pattern, "forensics verify")
    assert time.monotonic() - began < 100
    assert _sizes(case) == before
    assert aws.drill.calls() == []


@pytest.mark.parametrize("options", [(), ("--json",), ("-q",)])
def test_ledger_line_of_a_gigabyte(aws: Aws, bundle: Path, options: tuple[str, ...]) -> None:
    """`verify` reads no more of it than a line may have: in little memory, quickly, and says which line."""
    lines = (bundle / "ledger/ledger.jsonl").read_bytes().count(b"\n")
    _gigabyte(bundle / "ledger/ledger.jsonl")
    began = time.monotonic()
    ran = _run("verify", bundle, *options, environment=aws.environment(), memory=MEMORY)
    assert time.monotonic() - began < 100
    assert (ran.code, ran.err) == (4, "")
    if not options:
        assert f"ledger/ledger.jsonl: line {lines + 1} is longer than 65535 bytes" in ran.out
    told = _run("status", bundle, environment=aws.environment(), memory=MEMORY)
    _refused(told, 4, f"line {lines + 1} is longer than 65535 bytes", "forensics verify")


@pytest.mark.parametrize("signed", [True, False])
def test_tag_files_of_a_gigabyte(aws: Aws, bundle: Path, signed: bool) -> None:
    """So for every other file beside the evidence, and for what was signed."""
    names = {path.relative_to(bundle) for path in bundle.rglob("*") if path.is_file()}
    small = {name for name in names if name.parts[0] not in {"data", "derived"} and name.suffix != ".jsonl"}
    chosen = {name for name in small if (name.name == "tagmanifest-sha256.txt") == signed}
    for name in chosen:
        os.truncate(bundle / name, 1 << 30)
    ran = _run("verify", bundle, environment=aws.environment(), memory=MEMORY)
    assert (ran.code, ran.err) == (4, "")
    for name in chosen:
        assert re.search(
            f"^{re.escape(str(name))}: .*is {1 << 30} bytes long, and at most ", ran.out, re.MULTILINE
        )


def test_symlink_farm(aws: Aws, bundle: Path, tmp_path: Path) -> None:
    """A bundle whose files are links to good ones elsewhere proves nothing: each link is named."""
    farm = tmp_path / "farm"
    shutil.copytree(bundle, farm)
    paths = [path for path in farm.rglob("*") if path.is_file()]
    for path in paths:
        path.unlink()
        path.symlink_to(bundle / path.relative_to(farm))
    ran = _run("verify", farm, "--json", environment=aws.environment())
    assert (ran.code, ran.err) == (4, "")
    found = {finding["path"] for check in ran.json["checks"] for finding in check["findings"]}
    assert {path.relative_to(farm).as_posix() for path in paths} <= found
    link = tmp_path / "link"
    link.symlink_to(bundle)
    _refused(_run("verify", link, environment=aws.environment()), 2, "is a symbolic link$", "folder itself")


# -- who reads


@pytest.mark.parametrize("command", ["status", "verify"])
@pytest.mark.parametrize("options", ["", "--json"])
def test_reader_who_leaves(aws: Aws, kept: Path, command: str, options: str) -> None:
    """`| head -1` gets its line, and nobody complains."""
    line = shlex.join([sys.executable, "-m", "forensics", command, str(kept)])
    script = f"set -o pipefail; {line} {options} | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], env=aws.environment(), capture_output=True, text=True, check=False
    )
    first, code = done.stdout.splitlines()
    assert first
    assert int(code) in {0, 1, 3}
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("command", ["status", "verify"])
def test_answer_that_cannot_be_written(aws: Aws, kept: Path, command: str) -> None:
    """An answer that found no room was not given: the exit code is an error's."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "forensics", command, str(kept)],
            env=aws.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    _refused(Ran(done.returncode, "", done.stderr), 1, "no space left on device$", "")


def test_closed_stdout(aws: Aws, kept: Path) -> None:
    """With stdout closed the exit code still tells."""
    line = shlex.join([sys.executable, "-m", "forensics", "verify", str(kept)])
    done = subprocess.run(
        ["bash", "-c", f"{line} >&-"], env=aws.environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (3, "")


@pytest.mark.parametrize("arguments", [("status",), ("verify",), ("--help",)])
def test_no_colour(aws: Aws, kept: Path, arguments: tuple[str, ...]) -> None:
    """NO_COLOR is honoured: nothing but text and line ends on a terminal."""
    target = () if arguments == ("--help",) else (kept,)
    _, drawn = on_terminal(*arguments, *target, environment=aws.environment({"NO_COLOR": "1"}))
    assert drawn
    assert harmful(drawn.replace("\r\n", "\n")) == []

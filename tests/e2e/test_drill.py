"""`forensics drill`: the lesson runs, and what comes of it passes with tools that are not ours."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROC = Path("/proc")
needs_proc = pytest.mark.skipif(not (PROC / "net/tcp").exists(), reason="only Linux shows sockets as files")


def _environment(**extra: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**own, "PYTHONPATH": str(ROOT), **extra}


MISLED = _environment(
    AWS_ENDPOINT_URL_EC2="http://127.0.0.1:9",
    AWS_ENDPOINT_URL_IAM="http://127.0.0.1:9",
    AWS_PROFILE="no-such-profile",
    HTTPS_PROXY="http://127.0.0.1:9",
    HTTP_PROXY="http://127.0.0.1:9",
)
"""A responder's shell, set up for an AWS that a rehearsal must not touch."""


@dataclass
class Sockets:
    """What a process and its children listen on, looked at again and again while they run."""

    addresses: set[str] = field(default_factory=set)

    def watch(self, process: subprocess.Popen[str]) -> None:
        """Look until the process ends."""
        while process.poll() is None:
            for pid in _family(process.pid):
                self.addresses |= set(_listening(pid))
            time.sleep(1)


def _family(root: int) -> set[int]:
    parents: dict[int, int] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _listening(pid: int) -> Iterator[str]:
    """Name the local addresses of a process's listening TCP sockets and of all its UDP sockets, as hex."""
    inodes = set()
    for link in PROC.glob(f"{pid}/fd/*"):
        with suppress(OSError):
            inodes.add(str(link.readlink()))
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with suppress(OSError):
            for row in (PROC / f"{pid}/net/{table}").read_text().splitlines()[1:]:
                _, local, _, state, *_, inode = row.split()[:10]
                if f"socket:[{inode}]" in inodes and (state == "0A" or table.startswith("udp")):
                    yield local.partition(":")[0]


@dataclass(frozen=True)
class Lesson:
    """A drill that has been run."""

    folder: Path
    """Where it ran; the drill's own folder is `case` in it."""
    code: int
    out: str
    err: str
    sockets: Sockets

    @property
    def bundle(self) -> Path:
        """Find the bundle."""
        (found,) = (self.folder / "case/bundles").iterdir()
        return found


@pytest.fixture(scope="module", params=["--quick", pytest.param("--all-regions", marks=pytest.mark.torture)])
def lesson(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    """Run the drill once, in a shell that points elsewhere; `make torture` also in all regions."""
    folder, sockets = tmp_path_factory.mktemp("lesson"), Sockets()
    process = subprocess.Popen(
        [sys.executable, "-m", "forensics", "drill", "case", request.param],
        cwd=folder,
        env=MISLED,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watcher = threading.Thread(target=sockets.watch, args=(process,))
    watcher.start()
    out, err = process.communicate(timeout=240)
    watcher.join()
    return Lesson(folder, process.returncode, out, err, sockets)


def _sh(script: str, cwd: Path, **variables: str) -> str:
    """Run a script of somebody else's tools; whatever fails in it fails the test."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=cwd,
        env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_ends_well(lesson: Lesson) -> None:
    """It ends with 0, and says nothing of a gap; how long it takes is for `make bench` to measure."""
    assert lesson.code == 0, lesson.out + lesson.err
    assert "Traceback" not in lesson.err
    assert "missing     nothing that was in scope" in lesson.out


def test_each_command_before_its_output(lesson: Lesson) -> None:
    """The four commands come in the order of the work, each with what it printed under it."""
    parts = re.split(r"^\$ forensics ", lesson.out, flags=re.MULTILINE)[1:]
    assert [part.split()[0] for part in parts] == ["preserve", "status", "seal", "verify"]
    told = (
        "account     222222222222",
        "state       open, the last run ended: complete",
        "digest      ",
        "intact: ",
    )
    for part, line in zip(parts, told, strict=True):
        assert line in part.partition("\n")[2]
    assert re.search(r"^intact: .* signed it; nothing changed, added or left out$", parts[-1], re.MULTILINE)


@needs_proc
def test_listens_on_the_loopback_alone(lesson: Lesson) -> None:
    """Neither the drill nor any command of it opens a port to anybody else."""
    assert lesson.sockets.addresses == {"0100007F"}


def test_printed_commands_check_it(lesson: Lesson) -> None:
    """What it prints at its end is what a reader can type, in the folder where the drill was run."""
    printed = lesson.out.partition("check it by hand")[2].partition("\n")[2]
    script = printed.replace("\\\n", " ")
    commands = [line.removeprefix("$ ") for line in script.splitlines() if line.startswith("$ ")]
    assert [command.split()[0] for command in commands] == ["cd", "sha256sum", "ssh-keygen"]
    assert 'Good "forensics-bundle-v1" signature' in _sh("\n".join(commands), lesson.folder)


def test_bag(lesson: Lesson) -> None:
    """The Library of Congress's own bagit.py takes the bundle for a valid bag."""
    command = f"{shlex.quote(sys.executable)} -m bagit --validate --quiet {shlex.quote(str(lesson.bundle))}"
    _sh(command, lesson.folder)


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_sha256sum(lesson: Lesson, manifest: str) -> None:
    """`sha256sum` finds every file as each manifest lists it."""
    told = _sh(f"sha256sum --strict -c {manifest}", lesson.bundle)
    lines = (lesson.bundle / manifest).read_text().splitlines()
    assert told.splitlines() == [f"{line[66:]}: OK" for line in lines]


def test_signatures(lesson: Lesson) -> None:
    """`ssh-keygen` and `openssl` verify the two signatures with keys that are not the bundle's copies."""
    public = lesson.folder / "case/private/identity.pub"
    told = _sh(
        """
        printf 'signer %s\\n' "$(cat "$PUBLIC")" > "$KEYS/allowed"
        ssh-keygen -Y verify -f "$KEYS/allowed" -I signer -n forensics-bundle-v1 \
            -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt
        # An Ed25519 key in PEM is twelve fixed bytes before the last 32 of the SSH one.
        { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'
          cut -d ' ' -f 2 "$PUBLIC" | base64 -d | tail -c 32; } > "$KEYS/der"
        openssl pkeyutl -verify -pubin -keyform DER -inkey "$KEYS/der" -rawin -in tagmanifest-sha256.txt \
            -sigfile tagmanifest-sha256.txt.ed25519
        """,
        lesson.bundle,
        PUBLIC=str(public),
        KEYS=str(lesson.folder),
    )
    assert 'Good "forensics-bundle-v1" signature for signer' in told
    assert "Signature Verified Successfully" in told


def test_newest_checkpoint(lesson: Lesson) -> None:
    """`openssl` verifies the checkpoint over the whole ledger, which states as many lines as there are."""
    told = _sh(
        """
        note=$(ls ledger/checkpoints/*.note | tail -n 1)
        sed '/^$/,$d' "$note" > "$TMP/text"
        sed -n 's/^— [^ ]* //p' "$note" | base64 -d | tail -c 64 > "$TMP/signature"
        openssl pkeyutl -verify -pubin -inkey keys/log.pub.pem -rawin -in "$TMP/text" \
            -sigfile "$TMP/signature"
        test "$(sed -n 2p "$note")" = "$(wc -l < ledger/ledger.jsonl)"
        """,
        lesson.bundle,
        TMP=str(lesson.folder),
    )
    assert "Signature Verified Successfully" in told


@pytest.mark.torture
def test_chain_by_sed(lesson: Lesson) -> None:
    """A shell's loop finds in each line the hash of the line before, and in the first that of the origin."""
    told = _sh(
        """
        prev=$(head -n 1 ledger/checkpoints/00000001.note | sha256sum | cut -c-64)
        while IFS= read -r line; do
            rest=${line##*,\\"prev\\":\\"}
            test "${rest%%\\"*}" = "$prev"
            prev=$(printf '%s\\n' "$line" | sha256sum | cut -c-64)
        done < ledger/ledger.jsonl
        echo "$prev"
        sed -n '$p' ledger/ledger.jsonl | sha256sum | cut -c-64
        """,
        lesson.bundle,
    )
    ours, last = told.split()
    assert ours == last


@pytest.mark.torture
def test_text_in_the_bundle(lesson: Lesson, tmp_path: Path) -> None:
    """Every command of README-VERIFY.txt runs on it too, as tests/custody has it run on a small one."""
    bundle = shutil.copytree(lesson.bundle, tmp_path / "bundle")
    for name in ("allowed_signers", "identity.pub.pem"):
        shutil.copy(bundle / "keys" / name, tmp_path / name)
    text = (bundle / "README-VERIFY.txt").read_text()
    commands = [
        line.strip() if line.endswith("\\") else line[4:] for line in text.splitlines() if line[:4] == "    "
    ]
    assert len(commands) > 20
    told = _sh("\n".join(commands), bundle)
    assert re.search(r"^digest +([0-9a-f]{64})$", lesson.out, re.MULTILINE)[1] in told  # type: ignore[index]
    assert (told.count("Good "), told.count("Signature Verified Successfully")) == (2, 3)


# -- --serve


@dataclass(frozen=True)
class Served:
    """A drill that stays."""

    process: subprocess.Popen[str]
    exports: str
    said: str
    port: int

    @property
    def children(self) -> set[int]:
        """Find the processes that it has started."""
        return _family(self.process.pid) - {self.process.pid}


@contextmanager
def _serving(folder: Path) -> Iterator[Served]:
    """Start `forensics drill DIR --serve`, and read what it prints until it says that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "forensics", "drill", str(folder / "case"), "--serve"],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        said = process.stderr.readline() + process.stderr.readline()
        exports = os.read(process.stdout.fileno(), 65_536).decode()
        yield Served(process, exports, said, int(re.findall(r"http://127\.0\.0\.1:(\d+)", exports)[0]))
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give one that serves all who only ask it."""
    with _serving(tmp_path_factory.mktemp("served")) as served:
        yield served


def _exported(served: Served, command: str) -> str:
    """Run a command in a shell into which the lines were pasted."""
    return _sh(f'eval "$EXPORTS"\n{command}', ROOT, EXPORTS=served.exports, PYTHON=sys.executable)


def test_serve_prints_an_environment(served: Served) -> None:
    """Stdout is lines for a shell and nothing else; who reads is told on stderr what to do with them."""
    lines = served.exports.splitlines()
    assert all(re.fullmatch(r"export AWS_[A-Z0-9_]+=\S+", line) for line in lines)
    assert "Ctrl-C ends it" in served.said
    assert "forensics preserve" in served.said


def test_serve_answers_the_aws_cli(served: Served) -> None:
    """The real `aws` command, given those lines, finds the breached account."""
    aws = shlex.quote(str(Path(sys.executable).with_name("aws")))
    account = _exported(served, f'"$PYTHON" {aws} sts get-caller-identity --query Account --output text')
    assert account == "222222222222\n"
    query = "Reservations[].Instances[].Tags[?Key==`Name`].Value[]"
    names = _exported(served, f"\"$PYTHON\" {aws} ec2 describe-instances --query '{query}' --output text")
    assert "web-1" in names.split()


def test_serve_answers_boto3(served: Served) -> None:
    """So does plain boto3."""
    program = (
        "import boto3; print(boto3.client('sts').get_caller_identity()['Account'],"
        "len(boto3.client('ec2').describe_instances()['Reservations']))"
    )
    account, reservations = _exported(served, f'"$PYTHON" -c {shlex.quote(program)}').split()
    assert account == "222222222222"
    assert int(reservations) >= 4


@needs_proc
def test_serve_listens_on_the_loopback_alone(served: Served) -> None:
    """What stays is not for the neighbours either."""
    listening = {address for pid in _family(served.process.pid) for address in _listening(pid)}
    assert listening == {"0100007F"}


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("group", [True, False], ids=["as a terminal does", "the process alone"])
def test_serve_ends(tmp_path: Path, number: signal.Signals, group: bool) -> None:
    """A signal is the way to end it: exit 0, no complaint, no process left, the port free."""
    with _serving(tmp_path) as served:
        children = served.children
        assert children
        if group:
            os.killpg(served.process.pid, number)
        else:
            served.process.send_signal(number)
        out, err = served.process.communicate(timeout=60)
    assert (served.process.returncode, out, err) == (0, "", "")
    assert not [pid for pid in children if (PROC / str(pid)).exists()]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port), timeout=5)


# -- what it refuses


def _refused(*arguments: str, cwd: Path, extra: Mapping[str, str] | None = None) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "forensics", "drill", *arguments],
        cwd=cwd,
        env=_environment(**(extra or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
@pytest.mark.parametrize("options", [(), ("--serve",)])
def test_existing_folder(tmp_path: Path, kind: str, options: tuple[str, ...]) -> None:
    """What exists is never written into: usage, one line, a hint, and no AWS started for it."""
    path = tmp_path / "case"
    match kind:
        case "folder":
            path.mkdir()
        case "file":
            path.write_text("mine")
        case _:
            path.symlink_to("nowhere")
    code, lines = _refused("case", *options, cwd=tmp_path)
    assert code == 2
    assert lines == [
        "forensics: case exists already",
        "  hint: name a new folder, or remove the last drill's",
    ]
    assert [found.name for found in tmp_path.iterdir()] == ["case"]


def test_port_taken(tmp_path: Path) -> None:
    """A port that somebody has is one error, with the reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, lines = _refused("case", "--port", str(taken.getsockname()[1]), cwd=tmp_path)
    assert code == 1
    assert re.fullmatch(
        "forensics: the drill did not start: cannot listen .*: address already in use", lines[0]
    )
    assert lines[1:] == ["  hint: name another --port, or none"]
    assert not (tmp_path / "case").exists()

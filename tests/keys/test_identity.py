"""Identities: keys from files, from an agent, and what becomes of those that cannot be used."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics import keys
from forensics.errors import FormatError, IdentityError, KeyFileError
from forensics.formats.sshsig import SshSignature
from forensics.keys import (
    Ed25519Identity,
    Identity,
    SshKeygenIdentity,
    generate_identity,
    identity,
    load_identity,
    verify_ed25519,
    verify_signature,
)

MESSAGE = b"message\n"


def ssh_keygen(path: Path, *arguments: str, phrase: str = "") -> Path:
    """Make a key."""
    command = ["ssh-keygen", "-q", "-C", "", "-N", phrase, "-f", str(path), *arguments]
    subprocess.run(command, check=True, capture_output=True)
    return path


def stand_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program called ssh-keygen before the real one on the path."""
    folder.mkdir()
    program = folder / "ssh-keygen"
    program.write_text(f"#!{sys.executable}\nimport sys, time, subprocess\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(scope="module")
def rsa_pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an RSA key, in the older form, once: to find its primes takes a third of a second."""
    return ssh_keygen(tmp_path_factory.mktemp("rsa") / "id", "-t", "rsa", "-b", "2048", "-m", "PEM")


@pytest.fixture
def pem_key(rsa_pem: Path, tmp_path: Path) -> Path:
    """Give a copy of it, with its public half."""
    for name in ("id", "id.pub"):
        shutil.copy(rsa_pem.with_name(name), tmp_path)
    return tmp_path / "id"


@pytest.fixture
def rsa_key(pem_key: Path) -> Path:
    """Give a key that is used through ssh-keygen, in the form of today."""
    command = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "", "-f", str(pem_key)]
    subprocess.run(command, check=True, capture_output=True)
    assert b"BEGIN OPENSSH" in pem_key.read_bytes()
    return pem_key


@pytest.mark.parametrize(
    ("arguments", "sort"),
    [
        (["-t", "ed25519"], Ed25519Identity),
        (["-t", "rsa", "-b", "2048"], SshKeygenIdentity),
        (["-t", "ecdsa", "-b", "256"], SshKeygenIdentity),
        (["-t", "ecdsa", "-b", "521"], SshKeygenIdentity),
        (["-t", "rsa", "-b", "2048", "-m", "PEM"], SshKeygenIdentity),
        (["-t", "ecdsa", "-m", "PKCS8"], SshKeygenIdentity),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value.__name__,
)
def test_file(arguments: list[str], sort: type, tmp_path: Path) -> None:
    """Every private key that ssh-keygen makes signs, in this process or through it."""
    path = ssh_keygen(tmp_path / "-id key", *arguments)
    loaded = load_identity(path, name="ana")
    assert isinstance(loaded, sort)
    assert loaded.name == "ana"
    assert loaded.public == keys.parse_public((tmp_path / "-id key.pub").read_text())
    made = loaded.sign(MESSAGE, keys.CASE)
    assert verify_signature(made, MESSAGE, keys.CASE) == loaded.public
    assert SshSignature.parse(made).hash_algorithm == "sha512"
    assert (loaded.raw(MESSAGE) is None) == (sort is SshKeygenIdentity)


def test_as_ssh_keygen_would(tmp_path: Path) -> None:
    """An Ed25519 key signs the same bytes here as through ssh-keygen."""
    path = ssh_keygen(tmp_path / "id", "-t", "ed25519")
    ours = load_identity(path, name="ana")
    theirs = SshKeygenIdentity("ana", ours.public, path)
    assert ours.sign(MESSAGE, keys.BUNDLE) == theirs.sign(MESSAGE, keys.BUNDLE)


def test_raw(tmp_path: Path) -> None:
    """The raw signature is plain Ed25519 over the message itself."""
    loaded = load_identity(ssh_keygen(tmp_path / "id", "-t", "ed25519"), name="ana")
    signature = loaded.raw(MESSAGE)
    assert signature is not None
    verify_ed25519(loaded.public.raw, signature, MESSAGE)


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is held absolute: the folder may change before the signing, and `-` must not begin an option."""
    ssh_keygen(tmp_path / "-Y", "-t", "ecdsa")
    monkeypatch.chdir(tmp_path)
    loaded = load_identity(Path("-Y"), name="ana")
    monkeypatch.chdir("/")
    assert verify_signature(loaded.sign(MESSAGE, keys.CASE), MESSAGE, keys.CASE) == loaded.public


def test_link(tmp_path: Path) -> None:
    """A key may be a link to where it really is."""
    ssh_keygen(tmp_path / "id", "-t", "ed25519")
    (tmp_path / "link").symlink_to("id")
    assert (
        load_identity(tmp_path / "link", name="ana").public
        == load_identity(tmp_path / "id", name="ana").public
    )


def test_passphrase(tmp_path: Path) -> None:
    """A passphrase is asked for, once, and opens the key."""
    path = ssh_keygen(tmp_path / "id", "-t", "ed25519", phrase="open sesame")
    asked = []

    def ask() -> bytes:
        asked.append(1)
        return b"open sesame"

    loaded = load_identity(path, name="ana", passphrase=ask)
    assert verify_signature(loaded.sign(MESSAGE, keys.CASE), MESSAGE, keys.CASE) == loaded.public
    assert loaded.raw(MESSAGE) is not None
    assert asked == [1]


def test_passphrase_not_asked_for(tmp_path: Path) -> None:
    """A key without a passphrase asks nobody."""

    def ask() -> bytes:
        pytest.fail("it asked")

    assert (
        load_identity(ssh_keygen(tmp_path / "id", "-t", "ed25519"), name="ana", passphrase=ask).name == "ana"
    )


@pytest.mark.parametrize("phrase", [b"wrong", b"", b"\xff" * 100])
def test_wrong_passphrase(phrase: bytes, tmp_path: Path) -> None:
    """A wrong passphrase is said to be one."""
    path = ssh_keygen(tmp_path / "id", "-t", "ed25519", phrase="open sesame")
    with pytest.raises(IdentityError, match="passphrase"):
        load_identity(path, name="ana", passphrase=lambda: phrase)


def test_nobody_to_ask(tmp_path: Path) -> None:
    """Without anybody to ask, a key with a passphrase is refused with what to do."""
    path = ssh_keygen(tmp_path / "id", "-t", "ed25519", phrase="open sesame")
    with pytest.raises(IdentityError, match="has a passphrase") as raised:
        load_identity(path, name="ana")
    assert "agent" in str(raised.value.hint)


def test_unknown_cipher(tmp_path: Path) -> None:
    """A cipher that the library has not is refused with what to do."""
    path = ssh_keygen(tmp_path / "id", "-t", "ed25519", "-Z", "3des-cbc", phrase="open sesame")
    with pytest.raises(IdentityError, match="enciphered") as raised:
        load_identity(path, name="ana", passphrase=lambda: b"open sesame")
    assert "agent" in str(raised.value.hint)


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a real ssh-agent, with nothing in it."""
    socket = tmp_path / "s"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    yield
    process.terminate()
    process.communicate()


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_agent(kind: str, tmp_path: Path) -> None:
    """The public half is enough where an agent holds the private one."""
    path = ssh_keygen(tmp_path / "id", "-t", kind)
    subprocess.run(["ssh-add", "-q", str(path)], check=True, capture_output=True)
    path.unlink()
    loaded = load_identity(tmp_path / "id.pub", name="ana")
    assert isinstance(loaded, SshKeygenIdentity)
    assert verify_signature(loaded.sign(MESSAGE, keys.CASE), MESSAGE, keys.CASE) == loaded.public
    assert loaded.raw(MESSAGE) is None


@pytest.mark.usefixtures("agent")
def test_agent_without_the_key(tmp_path: Path) -> None:
    """An agent that has not the key does not sign, and why is said."""
    path = ssh_keygen(tmp_path / "id", "-t", "ed25519")
    path.unlink()
    loaded = load_identity(tmp_path / "id.pub", name="ana")
    with pytest.raises(IdentityError, match=r"ssh-keygen did not sign: .+"):
        loaded.sign(MESSAGE, keys.CASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644, 0o777])
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_open_to_others(kind: str, mode: int, tmp_path: Path) -> None:
    """A private key that others may read or write is refused, as ssh does."""
    path = ssh_keygen(tmp_path / "id", "-t", kind)
    path.chmod(mode)
    with pytest.raises(IdentityError, match="read by others") as raised:
        load_identity(path, name="ana")
    assert raised.value.hint == f"chmod 600 {path}"


def damaged(path: Path, how: str) -> None:
    """Spoil a private key."""
    text = path.read_text()
    lines = text.splitlines(keepends=True)
    blob = base64.b64decode("".join(lines[1:-1]))
    public = keys.parse_public(path.with_suffix(".pub").read_text()).raw

    def again(data: bytes) -> str:
        return "".join((lines[0], base64.b64encode(data).decode(), "\n", lines[-1]))

    assert load_identity(path, name="whole").public.raw == public
    spoilt = {
        "cut": text[:150],
        "no end": "".join(lines[:-1]),
        "no begin": "".join(lines[1:]),
        "nothing inside": lines[0] + lines[-1],
        "no base64": lines[0] + "*" + "".join(lines[1:]),
        "junk inside": again(b"junk"),
        "bytes missing": again(blob[:-8]),
        "another magic": again(blob.replace(b"key-v1", b"key-v2")),
        "two keys": again(blob.replace(b"\0\0\0\1\0\0\0\x33", b"\0\0\0\2\0\0\0\x33", 1)),
        "another public half": again(blob.replace(public, generate_identity().public.raw, 1)),
        "another private half": again(blob[:100] + bytes(160) + blob[260:]),
        "public half of small order": again(blob.replace(public, bytes(32), 1)),
    }
    assert spoilt[how] != text
    path.write_text(spoilt[how])


@pytest.mark.parametrize(
    "how",
    [
        "cut",
        "no end",
        "no begin",
        "nothing inside",
        "no base64",
        "junk inside",
        "bytes missing",
        "another magic",
        "two keys",
        "another public half",
        "another private half",
        "public half of small order",
    ],
)
def test_damaged(how: str, tmp_path: Path) -> None:
    """A damaged private key is refused when it is loaded."""
    path = ssh_keygen(tmp_path / "id", "-t", "ed25519")
    damaged(path, how)
    with pytest.raises(IdentityError):
        load_identity(path, name="ana")


def test_halves_of_two_keys() -> None:
    """A key whose public half is another's would sign what does not verify: refused when loaded."""
    ana, ben = (generate_identity(seed * 32) for seed in (b"a", b"b"))
    halves = ana.private_openssh(), ana.public, ben.public
    with pytest.raises(IdentityError, match="another key"):
        identity._load(halves[0], None, halves[2])
    assert identity._load(halves[0], None, halves[1])


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"junk", b"\xff\xfe", b"ssh-ed25519 AAAA", b"x" * 40_000, b"-----BEGIN CERTIFICATE-----\n"],
    ids=lambda content: ascii(content)[:30],
)
def test_no_key(content: bytes, tmp_path: Path) -> None:
    """A file that is no key is refused."""
    path = tmp_path / "id"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(IdentityError):
        load_identity(path, name="ana")


def test_no_file(tmp_path: Path) -> None:
    """What is no file is refused, and a FIFO does not hang us."""
    os.mkfifo(tmp_path / "fifo", 0o600)
    for path in (tmp_path / "missing", tmp_path, tmp_path / "fifo", Path("/dev/null"), Path("/dev/zero")):
        with pytest.raises(KeyFileError) as raised:
            load_identity(path, name="ana")
        assert (raised.value.exit_code, raised.value.hint) == (2, KeyFileError.hint)


def test_pem_without_pub(pem_key: Path) -> None:
    """An older PEM file needs its public half beside it, and how to make it is said."""
    pem_key.with_suffix(".pub").unlink()
    with pytest.raises(IdentityError, match="missing") as raised:
        load_identity(pem_key, name="ana")
    assert "ssh-keygen -y" in str(raised.value.hint)


@pytest.mark.parametrize("content", [b"\xff", b"ssh-rsa AAAA", b""])
def test_pem_with_bad_pub(content: bytes, pem_key: Path) -> None:
    """A public half that cannot be read is refused."""
    pem_key.with_suffix(".pub").write_bytes(content)
    with pytest.raises(IdentityError):
        load_identity(pem_key, name="ana")


def test_weak_rsa(tmp_path: Path) -> None:
    """An RSA key of 1,024 bits is refused when it is loaded, not when its signature is checked."""
    path = ssh_keygen(tmp_path / "id", "-t", "rsa", "-b", "1024")
    with pytest.raises(IdentityError, match="1024 bits"):
        load_identity(path, name="ana")


@pytest.mark.parametrize("namespace", ["", "a b", "a\x00b", "é"])
def test_namespace_refused(namespace: str, rsa_key: Path) -> None:
    """A namespace that no verifier takes is not signed for, in this process or through ssh-keygen."""
    for signer in (load_identity(rsa_key, name="ana"), generate_identity(b"a" * 32)):
        with pytest.raises(FormatError):
            signer.sign(MESSAGE, namespace)


def test_not_installed(rsa_key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without ssh-keygen, a key that needs it says so."""
    loaded = load_identity(rsa_key, name="ana")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(IdentityError, match="not installed"):
        loaded.sign(MESSAGE, keys.CASE)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("sys.stderr.write('no such key\\nmore'); sys.exit(1)", "did not sign: no such key"),
        ("sys.exit(255)", "did not sign: it gave no reason"),
        ("sys.stdin.read(); print('nonsense')", "no signature that holds"),
        ("sys.stdin.read()", "no signature that holds"),
        ("sys.stdout.buffer.write(b'\\xff' * 100)", "no signature that holds"),
    ],
)
def test_ssh_keygen_fails(
    script: str, says: str, rsa_key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What ssh-keygen says is passed on, and what it writes is checked before it is believed."""
    loaded = load_identity(rsa_key, name="ana")
    stand_in(tmp_path / "bin", script, monkeypatch)
    with pytest.raises(IdentityError, match=says):
        loaded.sign(MESSAGE, keys.CASE)


def test_ssh_keygen_cannot_run(rsa_key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that does not start is no signature either."""
    loaded = load_identity(rsa_key, name="ana")
    stand_in(tmp_path / "bin", "", monkeypatch)
    (tmp_path / "bin" / "ssh-keygen").write_text("#!/no/such/interpreter\n")
    with pytest.raises(IdentityError, match="cannot be run"):
        loaded.sign(MESSAGE, keys.CASE)


def test_ssh_keygen_never_ends(rsa_key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A token that nobody touches does not hold the case for ever."""
    loaded = load_identity(rsa_key, name="ana")
    stand_in(tmp_path / "bin", "time.sleep(60)", monkeypatch)
    monkeypatch.setattr(identity, "SECONDS_TO_SIGN", 0.3)
    with pytest.raises(IdentityError, match="within"):
        loaded.sign(MESSAGE, keys.CASE)


def test_signed_by_another(rsa_key: Path, tmp_path: Path) -> None:
    """A sound signature by another key than the one we were given is refused."""
    other = ssh_keygen(tmp_path / "other", "-t", "ed25519")
    loaded = load_identity(rsa_key, name="ana")
    assert isinstance(loaded, SshKeygenIdentity)
    with pytest.raises(IdentityError, match="signed with SHA256:"):
        SshKeygenIdentity("ana", loaded.public, other).sign(MESSAGE, keys.CASE)


def test_generated(tmp_path: Path) -> None:
    """A generated key is written as OpenSSH does, and ssh-keygen reads it."""
    made = generate_identity(b"g" * 32, name="case")
    path = tmp_path / "id"
    path.write_bytes(made.private_openssh())
    path.chmod(0o600)
    said = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(path)], capture_output=True, check=True, text=True
    ).stdout
    assert said.split()[:2] == made.public.openssh().split()
    assert load_identity(path, name="case").public == made.public
    assert generate_identity(b"g" * 32).public == made.public
    assert generate_identity().public != generate_identity().public


@pytest.mark.parametrize("seed", [b"", b"x" * 31, b"x" * 33])
def test_seed_refused(seed: bytes) -> None:
    """A seed has 32 bytes."""
    with pytest.raises(IdentityError):
        generate_identity(seed)


def test_not_shown() -> None:
    """An identity's text form, which may end in a log, shows its name only."""
    assert repr(generate_identity(b"g" * 32, name="ana")) == "Ed25519Identity(name='ana')"


def test_protocol(rsa_key: Path) -> None:
    """Both sorts are identities, to mypy and at run time."""
    signers: list[Identity] = [generate_identity(), load_identity(rsa_key, name="ana")]
    assert all(signer.public.fingerprint.startswith("SHA256:") for signer in signers)


@pytest.mark.parametrize("rounds", [1, 15])
def test_passphrase_worth_little(tmp_path: Path, rounds: int) -> None:
    """A key whose passphrase is hashed too seldom is refused, with how to mend it; mended, it is taken."""
    path = tmp_path / "key"
    command = [
        "ssh-keygen",
        "-q",
        "-t",
        "ed25519",
        "-N",
        "secret",
        "-C",
        "",
        "-a",
        str(rounds),
        "-f",
        str(path),
    ]
    subprocess.run(command, check=True)
    with pytest.raises(IdentityError, match=rf"{rounds} rounds of bcrypt, not at least 16") as caught:
        keys.load_identity(path, name="ana", passphrase=lambda: b"secret")
    assert caught.value.hint == f"ssh-keygen -p -o -a 64 -f {path}"
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-a", "16", "-P", "secret", "-N", "secret", "-f", path], check=True
    )
    assert keys.load_identity(path, name="ana", passphrase=lambda: b"secret").raw(b"x")


def test_passphrase_under_md5(pem_key: Path) -> None:
    """A key in the old PEM form, whose passphrase MD5 guards, is refused."""
    command = ["ssh-keygen", "-q", "-p", "-m", "PEM", "-P", "", "-N", "secret", "-f", str(pem_key)]
    subprocess.run(command, check=True, capture_output=True)
    assert b"Proc-Type: 4,ENCRYPTED" in pem_key.read_bytes()
    with pytest.raises(IdentityError, match=r"hashed with MD5 once"):
        keys.load_identity(pem_key, name="ana")


def test_passphrase_of_what_is_written(tmp_path: Path) -> None:
    """What is written with a passphrase takes 64 rounds, and opens for ssh-keygen and for us."""
    path, made = tmp_path / "key", keys.generate_identity(b"k" * 32, name="ana")
    path.touch(0o600)
    path.write_bytes(made.private_openssh(b"secret"))
    shown = subprocess.run(["ssh-keygen", "-y", "-P", "secret", "-f", path], capture_output=True, check=True)
    assert shown.stdout.decode().strip() == made.public.openssh()
    assert keys.load_identity(path, name="ana", passphrase=lambda: b"secret").public == made.public
    assert b"\0\0\0\x40" in base64.b64decode(b"".join(path.read_bytes().split(b"\n")[1:-2]))[:80]
    with pytest.raises(IdentityError, match=r"passphrase is wrong"):
        keys.load_identity(path, name="ana", passphrase=lambda: b"other")


def test_public_half(tmp_path: Path, pem_key: Path) -> None:
    """The public half of a key is read from either file, without its passphrase."""
    path = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-C", "", "-f", path], check=True)
    assert keys.load_public(path) == keys.load_public(path.with_suffix(".pub"))
    assert keys.load_public(pem_key).kind == "ssh-rsa"

"""Sign with a key in KMS, on the embedded AWS: what it signs, and every refusal as one line with its code."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from click.testing import CliRunner

import forensics
from forensics import keys
from forensics.cli import group
from forensics.custody.seal import seal
from forensics.drill import Drill
from forensics.errors import AwsError, CredentialsError, ForensicsError, IdentityError, UsageError
from forensics.verifier.checks import verify
from tests.custody import world
from tests.nursery import Nursery
from tests.reports import sealed

VICTIM, HOME = "222222222222", "eu-west-1"
ED25519, P256 = "ECC_NIST_EDWARDS25519", "ECC_NIST_P256"


@pytest.fixture(scope="module")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give an AWS of its own."""
    with nursery.drill() as drill:
        yield drill


@pytest.fixture(autouse=True)
def kms(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Be root, who may do everything, and give a client."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**drill.environment, **drill.root(VICTIM)}.items():
        if name != "AWS_SESSION_TOKEN":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", HOME)
    new: Any = boto3.client
    config = Config(retries={"total_max_attempts": 1})
    return new("kms", region_name=HOME, endpoint_url=drill.url, config=config)


def made(kms: Any, spec: str, usage: str = "SIGN_VERIFY") -> str:
    """Make a key, and return its ARN."""
    return str(kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"])


def load(drill: Drill, key: str, name: str = "ana@example.com") -> keys.Identity:
    """Load a KMS key as an identity."""
    return forensics.kms_identity(f"kms:{key}", forensics.Access(endpoint_url=drill.url), name=name)


@pytest.mark.parametrize("spec", [ED25519, P256])
def test_ssh_keygen_agrees(drill: Drill, kms: Any, tmp_path: Path, spec: str) -> None:
    """What it signs, ssh-keygen takes for the public key that KMS names, and for no other message."""
    identity = load(drill, made(kms, spec))
    (tmp_path / "sig").write_bytes(identity.sign(b"message", keys.BUNDLE))
    (tmp_path / "allowed").write_text(f"ana {identity.public.openssh()}\n")
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "ana", "-n", keys.BUNDLE, "-s", "sig"]
    codes = [
        subprocess.run(command, input=data, cwd=tmp_path, capture_output=True, check=False).returncode
        for data in (b"message", b"other")
    ]
    assert codes[0] == 0
    assert codes[1] != 0


def test_openssl_agrees(drill: Drill, kms: Any, tmp_path: Path) -> None:
    """A plain Ed25519 signature is openssl's; there is none of what is too long for KMS, nor of P-256."""
    identity = load(drill, made(kms, ED25519))
    signature = identity.raw(b"message")
    assert signature is not None
    (tmp_path / "message").write_bytes(b"message")
    (tmp_path / "sig").write_bytes(signature)
    (tmp_path / "pem").write_bytes(identity.public.pem())
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "pem", "-rawin", "-in", "message"]
    done = subprocess.run([*command, "-sigfile", "sig"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert identity.raw(b"x" * 4_097) is None
    assert identity.raw(b"") is None
    assert load(drill, made(kms, P256)).raw(b"message") is None


@pytest.mark.parametrize("spec", [ED25519, P256])
def test_case(drill: Drill, kms: Any, tmp_path: Path, spec: str) -> None:
    """A case opened, rotated and sealed by a KMS key is intact."""
    alias = f"alias/case-{spec.lower().replace('_', '-')}"
    kms.create_alias(AliasName=alias, TargetKeyId=made(kms, spec))
    identity = load(drill, alias)
    with world.create(tmp_path / "IR-1", identity=identity) as case:
        world.keep(case, "a/ListUsers.jsonl", b"{}\n")
        forensics.rotate(case)
        bundle = seal(case, tmp_path / "bundle", derive=lambda path: iter([path.read_bytes()])).path
    verdict = verify(bundle, identities=[identity.public])
    assert verdict.exit_code == 0, "\n".join(verdict.lines())


def test_custody_as_it_is_typed(
    drill: Drill, kms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who releases may sign with a KMS key, with a profile of its own; one of nobody is told."""
    sealed.make(tmp_path)
    root = drill.root(VICTIM)
    config = tmp_path / "config"
    config.write_text(
        f"[profile signer]\nregion = {HOME}\nendpoint_url = {drill.url}\n"
        f"aws_access_key_id = {root['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {root['AWS_SECRET_ACCESS_KEY']}\n"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    words = ["custody", "release", str(tmp_path / "evidence"), "--to", "bob", "--name", "ana"]
    words += ["--identity", f"kms:{made(kms, P256)}", "--identity-profile"]
    runner = CliRunner()
    nobody = runner.invoke(group, [*words, "nobody"], standalone_mode=False)
    assert isinstance(nobody.exception, ForensicsError)
    assert "nobody" in str(nobody.exception)
    done = runner.invoke(group, [*words, "signer"], standalone_mode=False)
    assert done.exception is None, done.exception
    shown = runner.invoke(group, ["custody", "show", str(tmp_path / "evidence")], standalone_mode=False)
    assert "ana" in shown.output


def disabled(kms: Any) -> str:
    """Make a key, and disable it."""
    arn = made(kms, P256)
    kms.disable_key(KeyId=arn)
    return arn


def pending(kms: Any) -> str:
    """Make a key, and have it deleted soon."""
    arn = made(kms, P256)
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    return arn


def elsewhere(kms: Any) -> str:
    """Name a key by an ARN of another region."""
    return made(kms, P256).replace(HOME, "us-east-1")


REFUSED: dict[str, tuple[Any, type[ForensicsError], str]] = {
    "disabled": (disabled, AwsError, "KMS refused GetPublicKey: DisabledException: arn"),
    "pending": (pending, AwsError, "KMSInvalidStateException: .* is pending deletion"),
    "elsewhere": (elsewhere, AwsError, "NotFoundException: Key 'arn"),
    "no alias": (lambda _: "alias/none", AwsError, "NotFoundException: Alias"),
    "symmetric": (
        lambda kms: made(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
        AwsError,
        "UnsupportedOperationException",
    ),
    "for encryption": (
        lambda kms: made(kms, "RSA_2048", "ENCRYPT_DECRYPT"),
        IdentityError,
        "is for ENCRYPT_DECRYPT, not for signing",
    ),
    "RSA": (lambda kms: made(kms, "RSA_2048"), IdentityError, "of kind RSA_2048, which does not sign here"),
    "P-384": (lambda kms: made(kms, "ECC_NIST_P384"), IdentityError, "of kind ECC_NIST_P384"),
    "no name": (lambda _: "", UsageError, "no KMS key"),
    "a path": (lambda _: "alias/../x", UsageError, "no KMS key"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(drill: Drill, kms: Any, name: str) -> None:
    """Each refusal is one line, with KMS's own code and a hint."""
    make, kind, message = REFUSED[name]
    with pytest.raises(kind, match=message) as caught:
        load(drill, make(kms))
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_denied(drill: Drill, kms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not use the key is told which permissions it takes; a later disabling stops signing."""
    arn = made(kms, ED25519)
    identity = load(drill, arn)
    kms.disable_key(KeyId=arn)
    with pytest.raises(AwsError, match=r"KMS refused Sign: DisabledException"):
        identity.sign(b"message", keys.CASE)
    for variable, value in drill.environment.items():
        monkeypatch.setenv(variable, value)
    kms.enable_key(KeyId=arn)
    with pytest.raises(AwsError, match=r"AccessDeniedException") as caught:
        load(drill, arn).sign(b"message", keys.CASE)
    assert "kms:Sign" in str(caught.value.hint)


def test_unknown_credentials(drill: Drill, kms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that AWS does not know are exit code 5."""
    arn = made(kms, ED25519)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    with pytest.raises(CredentialsError):
        load(drill, arn)

"""Keys for the tests of what is sealed, the same in every run, and what age itself says."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Sequence
from pathlib import Path

from forensics import keys
from forensics.formats import bech32
from forensics.keys import age, stream
from forensics.keys.age import Holder


def holder(seed: bytes) -> Holder:
    """Make an age key of a few bytes."""
    return age.parse_holder(secret(seed))


def secret(seed: bytes) -> str:
    """Write an age key as age-keygen does."""
    return bech32.encode("age-secret-key-", hashlib.sha256(seed).digest()).upper()


BOB, EVE = holder(b"bob"), holder(b"eve")
IDENTITY = keys.generate_identity(hashlib.sha256(b"ssh").digest(), name="ana@example.com")
SSH = age.ssh_holder(IDENTITY.public, IDENTITY.seed())


class Draws:
    """Randomness that is the same in every run."""

    def __init__(self, seed: bytes = b"") -> None:
        self._seed, self._count = seed, 0

    def __call__(self, size: int) -> bytes:
        """Draw bytes."""
        self._count += 1
        return hashlib.shake_256(self._seed + b"%d" % self._count).digest(size)


def seal(data: bytes, *holders: Holder, seed: bytes = b"") -> bytes:
    """Seal data, for BOB if for nobody else."""
    recipients = [one.recipient for one in holders or (BOB,)]
    return b"".join(stream.encrypt([data], recipients, Draws(seed)))


def unseal(data: bytes, *holders: Holder) -> bytes:
    """Open what is sealed."""
    return b"".join(stream.decrypt(io.BytesIO(data), holders or (BOB,)))


def age_opens(data: bytes, key: Path) -> bytes | None:
    """Open it with the real age; nothing where that refuses."""
    done = subprocess.run(["age", "-d", "-i", key], input=data, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def key_file(folder: Path, *seeds: bytes) -> Path:
    """Write a file of age identities."""
    path = folder / "key.txt"
    path.write_text("".join(f"# a key\n{secret(seed)}\n" for seed in seeds), encoding="ascii")
    path.chmod(0o600)
    return path


def ssh_file(folder: Path) -> Path:
    """Write the SSH key."""
    path = folder / "id_ed25519"
    path.write_bytes(IDENTITY.private_openssh())
    path.chmod(0o600)
    return path


def pieces(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Cut data into pieces of these sizes, the last of which is repeated."""
    found, at = [], 0
    for size in sizes:
        found.append(data[at : at + size])
        at += size
    while at < len(data):
        found.append(data[at : at + sizes[-1]])
        at += sizes[-1]
    return found

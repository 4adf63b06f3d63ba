"""What a case is made of, and how it is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensics import keys
from tests.verifier import build

ANA, EVE = build.IDENTITY, build.STRANGER
VERDICTS = {0: "ok", 2: "usage", 3: "unfinished", 4: "tampered"}
VPCS = "data/123456789012/eu-west-1/ec2/DescribeVpcs.jsonl"
LOG = "data/123456789012/eu-west-1/s3/logs/AWSLogs/a.json.gz"
DATA = {
    build.ITEM: build.TRANSCRIPT,
    VPCS: build.TRANSCRIPT * 2,
    LOG: b"\x1f\x8b" + bytes(range(64)),
}
"""Three items: as few files as there can be of every kind."""
SEAL = 11
"""The line of the seal in a bundle of these."""
TOOLS = {
    "bundle": ("bagit.py", "openssl", "sha256sum", "ssh-keygen"),
    "parts": ("sha256sum", "ssh-keygen"),
    "opened": ("age", "sha256sum", "ssh-keygen"),
    "disclosure": (),
    "custody": (),
}
"""Standard tools that can look at such evidence; testkit/README.md has their commands."""

PLACES = {"opened": "parts", "custody": "evidence"}
"""Where evidence lies, if not under the name of its kind."""

Maker = Callable[[Path], object]
Step = Sequence[Any]


@dataclass(frozen=True)
class Case:
    """One case to be: what is in `input/`, and what a verifier must answer."""

    name: str
    about: str
    make: Maker
    """Writes the evidence below the folder that it is given, `input`."""
    exit: int = 4
    check: str = ""
    """The check of ours that must fail, or be left undone."""
    names: tuple[str, ...] = ()
    """Words that the answer must hold: the path of what is wrong, or its line in the ledger."""
    kind: str = "bundle"
    arguments: tuple[str, ...] = ("--identity", "trust/ana.pub")
    refuse: str = ""
    """The standard tools that see it; the others that look at such evidence must not."""
    layout: tuple[Step, ...] = ()
    trust: tuple[tuple[str, bytes], ...] = ()
    """Files from outside, besides the key of the signer."""

    @property
    def path(self) -> str:
        """Say what is to be verified."""
        return f"input/{PLACES.get(self.kind, self.kind)}"

    def expect(self) -> dict[str, Any]:
        """Return what the answer must be."""
        refusing = set(self.refuse.split())
        tools = TOOLS[self.kind]
        assert refusing <= set(tools), self.name  # noqa: S101
        return {
            "about": self.about,
            "check": self.check,
            "command": "custody" if self.kind == "custody" else "verify",
            "exit": self.exit,
            "names": list(self.names),
            "tools": {tool: "refuses" if tool in refusing else "accepts" for tool in tools},
            "verdict": VERDICTS[self.exit],
        }

    def write(self, root: Path) -> None:
        """Write the case as a folder."""
        folder = root / self.name
        (folder / "input").mkdir(parents=True)
        self.make(folder / "input")
        build.put(folder / "expect", document(self.expect()))
        build.put(folder / "args", "".join(f"{one}\n" for one in (self.path, *self.arguments)).encode())
        if self.layout:
            build.put(folder / "layout", document(self.layout))
        for name, data in (*TRUST.items(), *self.trust):
            build.put(folder / "trust" / name, data)


TRUST = {
    "ana.pub": f"{ANA.public.openssh()} ana@example.com\n".encode(),
    "allowed_signers": f"ana@example.com {ANA.public.openssh()}\n".encode(),
}
"""What whoever verifies has by another road."""


def document(value: Any) -> bytes:
    """Write a file of the kit as JSON that people can read."""
    return json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"


def bundle(**changes: Any) -> Maker:
    """Make a bundle of three items, good but for changes to its plan."""
    return lambda root: build.bundle(root / "bundle", **{"data": dict(DATA), **changes})


def spoilt(change: Callable[[Path], object], make: Maker | None = None, name: str = "bundle") -> Maker:
    """Make something good, and change it afterwards, as somebody without any key could."""

    def spoil(root: Path) -> None:
        (make or bundle())(root)
        change(root / name)

    return spoil


def edit(path: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change the bytes of a file."""

    def spoil(root: Path) -> None:
        old = (root / path).read_bytes()
        new = change(old)
        assert new != old, path  # noqa: S101
        (root / path).write_bytes(new)

    return spoil


def put(path: str, data: bytes = b"added\n") -> Callable[[Path], None]:
    """Write a file, new or not."""
    return lambda root: build.put(root / path, data)


def drop(*paths: str) -> Callable[[Path], None]:
    """Remove files."""

    def spoil(root: Path) -> None:
        for path in paths:
            (root / path).unlink()

    return spoil


def swap_files(one: str, other: str) -> Callable[[Path], None]:
    """Put two files in each other's place."""

    def spoil(root: Path) -> None:
        first = (root / one).read_bytes()
        (root / one).write_bytes((root / other).read_bytes())
        (root / other).write_bytes(first)

    return spoil


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replace some bytes, once."""

    def change(data: bytes) -> bytes:
        assert old in data, old  # noqa: S101
        return data.replace(old, new, 1)

    return change


def flip(place: int = -1) -> Callable[[bytes], bytes]:
    """Change one bit."""

    def change(data: bytes) -> bytes:
        spoiled = bytearray(data)
        spoiled[place] ^= 1
        return bytes(spoiled)

    return change


def resign(root: Path, signer: keys.Identity = ANA) -> None:
    """List and sign a bundle anew, as the holder of a key can, the ledger left as it is."""
    retag(root)
    message = (root / build.TAGMANIFEST).read_bytes()
    (root / build.SIG).write_bytes(signer.sign(message, keys.BUNDLE))
    (root / build.RAW).write_bytes(signer.raw(message) or b"")


def retag(root: Path) -> None:
    """List all tag files anew, as anybody can."""
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    listed = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in found.items()
        if not name.startswith(("data/", build.TAGMANIFEST))
    }
    (root / build.TAGMANIFEST).write_bytes(build.lines(listed))


def then(*changes: Callable[[Path], object]) -> Callable[[Path], None]:
    """Do one after the other."""

    def spoil(root: Path) -> None:
        for change in changes:
            change(root)

    return spoil

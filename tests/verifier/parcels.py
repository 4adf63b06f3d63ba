"""Parts made by `formats` and `keys` alone: whatever somebody with every key, or with none, could send."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from forensics import keys
from forensics.formats import tar
from forensics.keys.age import Holder
from forensics.keys.stream import Decrypt, Room, Source, decrypt
from tests.keys.sealed import BOB, seal
from tests.verifier import build

NAME = "IR-1-0123abcd"
SUMS, SIG = "SHA256SUMS", "SHA256SUMS.sig"


def unlock(*holders: Holder) -> Decrypt:
    """Open with these keys."""

    def opened(source: Source, room: Room = bytearray, /) -> object:
        return decrypt(source, holders or (BOB,), room)

    return opened  # type: ignore[return-value]


def name(number: int, bundle: str = NAME) -> str:
    """Name a part."""
    return f"{bundle}.vol{number:04d}.tar.age"


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write a tar."""
    members = (
        tar.header(path, len(files[path])) + files[path] + tar.padding(len(files[path]))
        for path in sorted(files)
    )
    return b"".join(members) + tar.END


def grouped(bundle: Path) -> list[dict[str, bytes]]:
    """Cut a bundle into its metadata, two parts of evidence, and one of what was made of it."""
    found = {p.relative_to(bundle).as_posix(): p.read_bytes() for p in bundle.rglob("*") if p.is_file()}
    first = {path: data for path, data in found.items() if not path.startswith(("data/", "derived/"))}
    evidence = sorted(path for path in found if path.startswith("data/"))
    half = len(evidence) // 2
    derived = sorted(path for path in found if path.startswith("derived/"))
    rest = [evidence[:half], evidence[half:], derived]
    return [first, *({path: found[path] for path in paths} for paths in rest)]


def send(
    target: Path,
    tars: Sequence[bytes],
    *,
    signer: keys.Identity = build.IDENTITY,
    namespace: str = keys.PARTS,
    holders: Sequence[Holder] = (BOB,),
    bundle: str = NAME,
) -> Path:
    """Encrypt tars as the parts of a bundle, list and sign them."""
    target.mkdir()
    for number, data in enumerate(tars):
        (target / name(number, bundle)).write_bytes(seal(data, *holders, seed=b"%d" % number))
    sign(target, signer, namespace)
    return target


def sign(target: Path, signer: keys.Identity = build.IDENTITY, namespace: str = keys.PARTS) -> None:
    """List what is there, and sign for it."""
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in target.glob("*.age")}
    (target / SUMS).write_bytes(build.lines(sums))
    (target / SIG).write_bytes(signer.sign((target / SUMS).read_bytes(), namespace))


def parcel(bundle: Path, target: Path, **other: object) -> Path:
    """Send a bundle."""
    return send(target, [pack(group) for group in grouped(bundle)], **other)  # type: ignore[arg-type]

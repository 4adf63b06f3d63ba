"""Parts that a bundle travels in: what a courier sees without a key, and what only a key shows."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from forensics import keys
from forensics.formats import tar
from testkit.making.kit import ANA, DATA, EVE, Case, Maker, Step
from tests.keys import sealed
from tests.verifier import build, parcels
from tests.verifier.parcels import SIG, SUMS, name

FIRST, SECOND, THIRD, LAST = map(name, range(4))
KEY = ("--key", "trust/bob.txt")
PINNED = ("--identity", "trust/ana.pub")
BOB = (("bob.txt", f"{sealed.secret(b'bob')}\n".encode()),)
PLACE = "input/parts"
Groups = list[dict[str, bytes]]


def cases() -> Iterator[Case]:
    """Yield them."""
    yield Case("parts/good", "parts, looked at without a key", _sent(), exit=0, kind="parts")
    yield Case("parts/good-opened", "parts, and the bundle in them", _sent(), exit=0, kind="opened",
               arguments=(*PINNED, *KEY), trust=BOB)  # fmt: skip
    yield Case("parts/nobody-named", "no sender was named", _sent(), exit=3, kind="parts", arguments=())
    for title, (about, change, path, refuse) in OUTER.items():
        yield Case(f"parts/{title}", about, _sent(change), kind="parts", names=(path,), refuse=refuse)
    for title, (about, step, path) in LAID.items():
        yield Case(f"parts/{title}", about, _sent(), kind="parts", names=(path,), layout=step,
                   refuse="" if "link" in title else "sha256sum")  # fmt: skip
    for title, (about, rearrange, path) in INNER.items():
        yield _inside(title, about, _again(rearrange), (path,))
    for title, (about, raw) in NO_TAR.items():
        yield _inside(title, about, _tars(raw), (SECOND,))
    yield _inside("signed-with-its-end-altered", "the last byte of a part, the sums made to fit",
                  _sent(_resigned), (LAST,), refuse="age")  # fmt: skip


def _sent(change: Callable[[Path], object] = lambda _: None) -> Maker:
    def make(root: Path) -> None:
        bundle = build.bundle(root / "bundle", data=dict(DATA))
        parcels.parcel(bundle, root / "parts")
        shutil.rmtree(bundle)
        change(root / "parts")

    return make


def _again(rearrange: Callable[[Groups], object]) -> Maker:
    """Pack a bundle otherwise, and sign for the parts, as somebody with every key."""

    def make(root: Path) -> None:
        bundle = build.bundle(root / "bundle", data=dict(DATA))
        groups = parcels.grouped(bundle)
        rearrange(groups)
        parcels.send(root / "parts", [parcels.pack(group) for group in groups])
        shutil.rmtree(bundle)

    return make


def _tars(raw: bytes) -> Maker:
    """Put something else in the place of the second part's tar."""

    def make(root: Path) -> None:
        bundle = build.bundle(root / "bundle", data=dict(DATA))
        tars = [parcels.pack(group) for group in parcels.grouped(bundle)]
        parcels.send(root / "parts", [tars[0], raw, *tars[2:]])
        shutil.rmtree(bundle)

    return make


def _inside(title: str, about: str, make: Maker, names: tuple[str, ...], refuse: str = "") -> Case:
    arguments = (*PINNED, *KEY)
    return Case(f"parts/{title}", about, make, kind="opened", names=names, arguments=arguments, trust=BOB,
                refuse=refuse)  # fmt: skip


def _flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def _lines(sent: Path) -> list[bytes]:
    return (sent / SUMS).read_bytes().splitlines(keepends=True)


def _sums(change: Callable[[list[bytes]], bytes]) -> Callable[[Path], None]:
    """List the parts otherwise, and sign that."""

    def apply(sent: Path) -> None:
        data = change(_lines(sent))
        (sent / SUMS).write_bytes(data)
        (sent / SIG).write_bytes(ANA.sign(data, keys.PARTS))

    return apply


def _resigned(sent: Path) -> None:
    _flip(sent / LAST)
    parcels.sign(sent)


def _swap(sent: Path) -> None:
    second = (sent / SECOND).read_bytes()
    (sent / SECOND).write_bytes((sent / THIRD).read_bytes())
    (sent / THIRD).write_bytes(second)


def _append(sent: Path) -> None:
    (sent / SECOND).write_bytes((sent / SECOND).read_bytes() + b"x")


def _cut(sent: Path) -> None:
    (sent / SECOND).write_bytes((sent / SECOND).read_bytes()[:-1])


OUTER: dict[str, tuple[str, Callable[[Path], object], str, str]] = {
    "last-byte": ("the last byte of a part", lambda sent: _flip(sent / SECOND), SECOND, "sha256sum"),
    "header": ("a byte of age's header", lambda sent: _flip(sent / SECOND, 30), SECOND, "sha256sum"),
    "cut": ("the last byte of a part cut off", _cut, SECOND, "sha256sum"),
    "grown": ("a byte behind a part", _append, SECOND, "sha256sum"),
    "missing": ("a part left out", lambda sent: (sent / SECOND).unlink(), SECOND, "sha256sum"),
    "last-missing": ("the last part left out", lambda sent: (sent / LAST).unlink(), LAST, "sha256sum"),
    "one-more": ("a part too many", lambda sent: shutil.copy(sent / LAST, sent / name(4)), name(4), ""),
    "renumbered": ("a part of another number", lambda sent: (sent / LAST).rename(sent / name(7)), name(7), "sha256sum"),
    "swapped": ("two parts in each other's place", _swap, SECOND, "sha256sum"),
    "twice": ("a part in another's place too", lambda sent: shutil.copy(sent / SECOND, sent / THIRD), THIRD, "sha256sum"),
    "of-another-bundle": ("a part of another bundle beside them",
                          lambda sent: shutil.copy(sent / SECOND, sent / name(1, "IR-2")), name(1, "IR-2"), ""),
    "stranger": ("a file that is no part", lambda sent: build.put(sent / "setup.sh", b"x"), "setup.sh", ""),
    "no-sums": ("no list", lambda sent: (sent / SUMS).unlink(), SUMS, "sha256sum ssh-keygen"),
    "no-signature": ("no signature", lambda sent: (sent / SIG).unlink(), SIG, "ssh-keygen"),
    "sums-changed": ("a digit of the list", lambda sent: _flip(sent / SUMS, 3), SIG, "sha256sum ssh-keygen"),
    "by-a-stranger": ("signed by a stranger", lambda sent: parcels.sign(sent, EVE), SIG, "ssh-keygen"),
    "for-another-purpose": ("signed as a bundle", lambda sent: parcels.sign(sent, namespace=keys.BUNDLE), SIG, "ssh-keygen"),
    "sums-unsorted": ("a list out of order, signed", _sums(lambda lines: b"".join(reversed(lines))), SUMS, ""),
    "sums-with-a-hole": ("a part that is not in the list, signed",
                         _sums(lambda lines: b"".join(lines[:2] + lines[3:])), SUMS, ""),
    "sums-of-two": ("a list of two bundles' parts, signed",
                    _sums(lambda lines: b"".join([*lines[:3], lines[3].replace(b"IR-1", b"IR-2")])), SUMS, "sha256sum"),
    "sums-of-other-files": ("a list of something else, signed", _sums(lambda _: b"0" * 64 + b"  data/a\n"), SUMS, "sha256sum"),
}  # fmt: skip
"""Name: what is wrong, the change, the file that is named, and who else sees it."""

LAID: dict[str, tuple[str, tuple[Step, ...], str]] = {
    "symbolic-link": (
        "a part that is elsewhere",
        (("rename", f"{PLACE}/{SECOND}", "moved"), ("symlink", f"{PLACE}/{SECOND}", "../../moved")),
        SECOND,
    ),
    "folder": (
        "a folder in a part's place",
        (("remove", f"{PLACE}/{SECOND}"), ("mkdir", f"{PLACE}/{SECOND}")),
        SECOND,
    ),
}
"""Name: what is wrong, what git cannot hold, and the file that is named."""


def _move(groups: Groups, path: str, here: int, there: int) -> None:
    groups[there][path] = groups[here].pop(path)


INNER: dict[str, tuple[str, Callable[[Groups], object], str]] = {
    "evidence-in-the-first": ("evidence among the metadata", lambda groups: _move(groups, min(groups[1]), 1, 0), FIRST),
    "ledger-elsewhere": ("the ledger in another part than the first", lambda groups: _move(groups, build.LEDGER, 0, 1), SECOND),
    "parts-out-of-order": ("parts in another order", lambda groups: groups.insert(1, groups.pop(2)), THIRD),
    "path-twice": ("one path in two parts", lambda groups: groups[2].update({max(groups[1]): b""}), THIRD),
    "file-for-a-folder": ("a file where another path has a folder",
                          lambda groups: groups[2].update({"data/z": b"", "data/z/a": b""}), THIRD),
    "evidence-changed": ("an item changed within", lambda groups: groups[1].update({min(groups[1]): b"x"}), "data/"),
    "evidence-left-out": ("an item left out within", lambda groups: groups[1].pop(min(groups[1])), "data/"),
    "evidence-added": ("an item added within", lambda groups: groups[2].update({"data/zz": b""}), "data/zz"),
    "stranger-within": ("a file that is no part of a bundle", lambda groups: groups[0].update({"setup.sh": b""}), "setup.sh"),
    "ledger-changed": ("a word of the ledger within", lambda groups: groups[0].update(
        {build.LEDGER: groups[0][build.LEDGER].replace(b"Ana", b"Eva")}), build.LEDGER),
    "ledger-left-out": ("no ledger within", lambda groups: groups[0].pop(build.LEDGER), build.LEDGER),
}  # fmt: skip
"""Name: what is wrong within, how it is packed, and what is named."""


def _tar(member: tarfile.TarInfo, data: bytes = b"") -> bytes:
    return member.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512) + tar.END


def _member(path: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(path)
    member.type, member.linkname = kind, target
    return member


def _pax(path: str) -> bytes:
    """Write a header of POSIX.1-2001 that gives the member after it another path."""
    said = f" path={path}\n"
    said = f"{len(said) + 2}{said}"
    member = _member("pax", tarfile.XHDTYPE)
    member.size = len(said)
    header = member.tobuf(tarfile.USTAR_FORMAT) + said.encode() + bytes(-len(said) % 512)
    return header + _tar(_member("data/a"))


NO_TAR: dict[str, tuple[str, bytes]] = {
    "tar-empty": ("nothing where a tar should be", b""),
    "tar-garbage": ("no tar", b"x" * 3_000),
    "tar-climbs-out": ("a member that climbs out", _tar(_member("../x"))),
    "tar-absolute": ("a member with an absolute path", _tar(_member("/etc/cron.d/x"))),
    "tar-symlink": ("a symbolic link", _tar(_member("data/a", tarfile.SYMTYPE, "/etc/passwd"))),
    "tar-hard-link": ("a hard link", _tar(_member("data/a", tarfile.LNKTYPE, "data/b"))),
    "tar-device": ("a device", _tar(_member("data/a", tarfile.CHRTYPE))),
    "tar-fifo": ("a named pipe", _tar(_member("data/a", tarfile.FIFOTYPE))),
    "tar-folder": ("an entry for a folder", _tar(_member("data/a/", tarfile.DIRTYPE))),
    "tar-pax": ("a header that gives the next member another path", _pax("../x")),
    "tar-long-name": ("a name in a member of its own, as GNU tar has it", _tar(_member("././@LongLink", tarfile.GNUTYPE_LONGNAME))),
    "tar-data-behind-its-end": ("data behind the end", tar.END + b"x" * 512),
}  # fmt: skip
"""Name: what is wrong, and what the second part holds, encrypted and signed for."""

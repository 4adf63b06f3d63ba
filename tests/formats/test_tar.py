"""Our tar: the bytes that tarfile and GNU tar would write, and a reader that takes nothing but those."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from forensics.errors import FormatError
from forensics.formats import tar

LONG = "data/" + "d" * 90 + "/" + "f" * 60
LONGER = "data/" + "n" * 150
DEEP = "/".join(["data", *["a" * 15] * 10, "b" * 70])


def write(*files: tuple[str, bytes]) -> bytes:
    """Write a tar as a part has it."""
    return (
        b"".join(tar.header(path, len(data)) + data + tar.padding(len(data)) for path, data in files)
        + tar.END
    )


def read(data: bytes, step: int = 1 << 20) -> dict[str, bytes]:
    """Read all of a tar, given in pieces of `step` bytes."""
    reader = tar.Reader(data[at : at + step] for at in range(0, len(data), step))
    return {member.path: b"".join(bytes(piece) for piece in reader.content()) for member in reader}


FILES = [
    ("bagit.txt", b"x" * 511),
    (DEEP, b""),
    (LONG, b"y" * 512),
    (LONGER, b"z" * 1_000),
    ("e", b"e" * 513),
]


@pytest.mark.parametrize("step", [1, 7, 512, 1_000, 1 << 20])
def test_what_is_written_is_read(step: int) -> None:
    """Names of every length, files of every remainder, pieces of every size."""
    assert read(write(*FILES), step) == dict(FILES)


@pytest.mark.parametrize("path", ["a", LONG, DEEP, "a" * 100])
@pytest.mark.parametrize("size", [0, 1, 8**11 - 1])
def test_a_header_is_that_of_tarfile(path: str, size: int) -> None:
    """Where ustar has room, the block is to the byte the one that the standard library writes."""
    info = tarfile.TarInfo(path)
    info.size, info.mode = size, 0o444
    assert tar.header(path, size) == info.tobuf(tarfile.USTAR_FORMAT)


@pytest.mark.parametrize(("path", "size"), [(LONGER, 3), ("a", 8**11), (LONGER, 2**53 - 1)])
def test_a_pax_header_is_read_by_tarfile(path: str, size: int) -> None:
    """What ustar has no room for stands in a pax header, which is read as it is meant."""
    raw = tar.header(path, size)
    assert len(raw) == 3 * tar.BLOCK
    with tarfile.open(fileobj=io.BytesIO(raw + tar.END), mode="r:") as file:
        member = file.next()
    assert member is not None
    assert (member.name, member.size, member.mode, member.mtime, member.uid) == (path, size, 0o444, 0, 0)
    assert tar._parse(raw) == (path, size)


def test_real_tar_agrees(tmp_path: Path) -> None:
    """GNU tar unpacks it without a word, to the same files."""
    done = subprocess.run(
        ["tar", "-xf", "-", "-C", tmp_path], input=write(*FILES), capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert {path: (tmp_path / path).read_bytes() for path, _ in FILES} == dict(FILES)


def test_length() -> None:
    """What a file takes is known before it is read."""
    for path, data in FILES:
        assert tar.length(path, len(data)) == len(write((path, data))) - len(tar.END)


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a\n", "é", "con", "a."]
)
def test_no_path_outside_the_grammar_is_written(path: str) -> None:
    """The grammar of stored paths holds in a tar too."""
    with pytest.raises(FormatError):
        tar.header(path, 0)


@pytest.mark.parametrize("size", [-1, 2**53])
def test_no_size_without_bounds_is_written(size: int) -> None:
    """A size is a count that JSON can hold."""
    with pytest.raises(FormatError, match="no size"):
        tar.header("a", size)


# -- what a reader refuses


def made(
    name: str, kind: bytes = b"0", form: Literal[0, 1, 2] = tarfile.USTAR_FORMAT, **other: object
) -> bytes:
    """Write a header as another program might."""
    info = tarfile.TarInfo(name)
    info.mode, info.type = 0o444, kind
    for key, value in other.items():
        setattr(info, key, value)
    return info.tobuf(form)


def patched(raw: bytes, at: int, new: bytes) -> bytes:
    """Change bytes of a header, and make its checksum right again."""
    raw = raw[:at] + new + raw[at + len(new) :]
    blank = raw[:148] + b" " * 8 + raw[156:]
    return raw[:148] + b"%06o\0 " % sum(blank[:512]) + raw[156:]


A = tar.header("data/a", 0)
PAX = tar.header(LONGER, 0)

HOSTILE: dict[str, tuple[bytes, str]] = {
    "absolute": (made("/etc/passwd"), "grammar"),
    "climbing": (made("data/../../etc/passwd"), "grammar"),
    "dot": (made("./data/a"), "grammar"),
    "backslash": (made("data\\a"), "grammar"),
    "drive": (made("C:data"), "grammar"),
    "decomposed": (made("data/e\u0301", form=tarfile.GNU_FORMAT), "grammar"),
    "not ascii": (made("data/é", form=tarfile.GNU_FORMAT), "grammar"),
    "empty name": (made(""), "grammar"),
    "folder as a file": (made("data/a/"), "grammar"),
    "old file": (made("data/a", b"\0"), "old format"),
    "hard link": (made("data/a", b"1", linkname="bagit.txt"), "hard link"),
    "symbolic link": (made("data/a", b"2", linkname="/etc/passwd"), "symbolic link"),
    "character device": (made("data/a", b"3"), "character device"),
    "block device": (made("data/a", b"4"), "block device"),
    "folder": (made("data", b"5"), "folder"),
    "named pipe": (made("data/a", b"6"), "named pipe"),
    "contiguous": (made("data/a", b"7"), "contiguous"),
    "global header": (made("data/a", b"g"), "global pax header"),
    "unknown kind": (made("data/a", b"Z"), "unknown kind"),
    "gnu long name": (made("d/" + "a" * 300, form=tarfile.GNU_FORMAT), "GNU long name"),
    "gnu long link": (made("a", b"K"), "GNU long link"),
    "sparse": (made("data/a", b"S"), "sparse"),
    "gnu magic": (made("data/a", form=tarfile.GNU_FORMAT), "not as we write"),
    "link on a file": (made("data/a", linkname="x"), "not as we write"),
    "mode": (made("data/a", mode=0o4755), "not as we write"),
    "owner": (made("data/a", uid=1), "not as we write"),
    "group": (made("data/a", gid=1), "not as we write"),
    "owner's name": (made("data/a", uname="root"), "not as we write"),
    "time": (made("data/a", mtime=1), "not as we write"),
    "checksum": (A[:150] + bytes([A[150] ^ 1]) + A[151:], "not as we write"),
    "prefix for no need": (patched(A, 0, b"a".ljust(100, b"\0"))[:345] + b"data".ljust(167, b"\0"), "not as"),
    "base-256 size": (patched(A, 124, b"\x80" + bytes(10) + b"\x01"), "octal"),
    "negative size": (patched(A, 124, b"\xff" * 12), "octal"),
    "size with spaces": (patched(A, 124, b"         0 \0"), "octal"),
    "size without end": (patched(A, 124, b"000000000000"), "octal"),
    "huge size": (patched(A, 124, b"77777777777\0"), "cut off within data/a"),
    "old magic": (patched(A, 257, bytes(8)), "not as we write"),
    "pax for no need": (made("a" * 90, b"x", size=12) + b"12 path=a/b\n".ljust(512, b"\0") + A, "not as we"),
    "pax twice": (PAX[:1024] + PAX[:1024], "second pax header"),
    "pax too long": (patched(PAX, 124, b"00000001001\0"), "longer than ours"),
    "pax without octal": (patched(PAX, 124, b"\x80" + bytes(11)), "octal"),
    "pax of a link": (PAX[:1024] + patched(PAX[1024:], 156, b"2"), "symbolic link"),
    "pax rest": (PAX[:1000] + b"x" * 24 + PAX[1024:], "not as we write"),
    "pax climbs": (made("p", b"x", size=16) + b"16 path=../../x\n".ljust(512, b"\0") + A, "grammar"),
    "pax overrides size": (made("p", b"x", size=9) + b"9 size=5\n".ljust(512, b"\0") + A, "not as we write"),
    "pax size of letters": (made("p", b"x", size=9) + b"9 size=x\n".ljust(512, b"\0") + A, "none"),
    "pax size of digits": (
        made("p", b"x", size=28) + b"28 size=" + b"9" * 19 + b"\n" + bytes(484) + A,
        "none",
    ),
    "pax length lies": (made("p", b"x", size=12) + b"13 path=a/b\n".ljust(512, b"\0") + A, "other than path"),
    "pax other key": (
        made("p", b"x", size=15) + b"15 linkpath=/e\n".ljust(512, b"\0") + A,
        "other than path",
    ),
    "pax mtime": (made("p", b"x", size=11) + b"11 mtime=1\n".ljust(512, b"\0") + A, "other than path"),
    "pax charset": (
        made("p", b"x", size=14) + b"14 path=\xc3\xa9abc\n".ljust(512, b"\0") + A,
        "other than path",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses_a_member(name: str) -> None:
    """Whatever a part's tar does not have is refused by name, before any byte of it is used."""
    raw, said = HOSTILE[name]
    with pytest.raises(FormatError, match=said):
        read(raw + tar.END)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cut off"),
        (b"x" * 100, "cut off"),
        (A, "cut off"),
        (A + bytes(512), "cut off"),
        (A + bytes(512) + A, "one block of zeros"),
        (write(("a", b"x")) + b"\0", "after its end"),
        (write(("a", b"x")) + write(("b", b"x")), "after its end"),
        (write(("a", b"x"))[:600], "cut off"),
        (write(("a", b"xyz"))[:514], "cut off within a"),
        (write(("a", b"x"))[:513] + b"y" + write(("a", b"x"))[514:], "other than zero"),
        (write(("b", b""), ("a", b"")), "out of order"),
        (write(("a", b""), ("a", b"")), "there twice"),
        (PAX[:700], "cut off"),
    ],
)
def test_refuses_a_tar(data: bytes, said: str) -> None:
    """Cut off anywhere, more after its end, out of order, a member twice, bytes where zeros belong."""
    with pytest.raises(FormatError, match=said):
        read(data)


def test_every_byte_of_a_header_counts() -> None:
    """No byte of a header can be another without being told, nor one of the zeros behind a file."""
    good = write((LONGER, b"x"), ("data/z", b"y" * 3))
    for at in range(len(good)):
        changed = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        try:
            found = read(changed)
        except FormatError:
            continue
        assert found != {LONGER: b"x", "data/z": b"yyy"}
        assert write(*found.items()) == changed


def test_any_number_of_members_is_read_in_no_memory() -> None:
    """Members are yielded one by one, and nothing is kept of those before."""
    count, most = 5_000, 0

    def pieces() -> Iterator[bytes]:
        nonlocal most
        for number in range(count):
            yield tar.header(f"data/{number:08d}", 0)
            most = max(most, number - seen)
        yield tar.END

    seen = 0
    for _ in tar.Reader(pieces()):
        seen += 1
    assert (seen, most <= 1) == (count, True)


def test_what_is_not_asked_for_is_passed_over() -> None:
    """A reader that wants one member only reads past the bytes of the others."""
    reader = tar.Reader([write(("a", b"x" * 3_000), ("b", b"y"))])
    assert [member.path for member in reader] == ["a", "b"]


def test_tarfile_takes_what_we_refuse() -> None:
    """Why the reader is our own: the standard library's, with its filter for data, takes most of these."""
    taken = 0
    for raw, _ in HOSTILE.values():
        try:
            with tarfile.open(fileobj=io.BytesIO(raw + tar.END), mode="r:") as file:
                taken += len(file.getmembers()) > 0
        except (tarfile.TarError, ValueError, OverflowError):
            continue
    assert taken > len(HOSTILE) // 2

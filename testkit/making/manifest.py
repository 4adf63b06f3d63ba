"""Manifests that say something else than the files, the ledger or the format, signed or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from testkit.making.kit import (
    DATA,
    VPCS,
    Case,
    bundle,
    drop,
    edit,
    put,
    resign,
    retag,
    spoilt,
    swap,
    then,
)
from tests.verifier import build
from tests.verifier.build import ITEM, TAGMANIFEST, TRANSCRIPT, ZEROS

MANIFEST = "manifest-sha256.txt"
SUMS = hashlib.sha256(TRANSCRIPT).hexdigest().encode()
SIGNED = "openssl ssh-keygen"
BOTH = "bagit.py sha256sum"
OTHER = TRANSCRIPT.replace(b"200", b"403")


def cases() -> Iterator[Case]:
    """Yield them."""
    yield from _levels()
    yield from _spellings()
    yield from _paths()
    yield from _tags()
    yield from _bag()


def _without_item(root: Path) -> None:
    drop(VPCS)(root)
    edit(MANIFEST, lambda old: b"".join(x for x in old.splitlines(keepends=True) if VPCS.encode() not in x))(
        root
    )


def _replaced(root: Path) -> None:
    (root / ITEM).write_bytes(OTHER)
    edit(MANIFEST, swap(SUMS, hashlib.sha256(OTHER).hexdigest().encode()))(root)


def _levels() -> Iterator[Case]:
    """Yield the same deed with no key, with the lists made to fit, and signed anew by the key's holder."""
    # A line less shows in the count of bag-info.txt, which bagit.py looks at and coreutils do not.
    deeds = {
        "line-removed-with-file": (_without_item, VPCS, "bagit.py"),
        "item-replaced": (_replaced, ITEM, ""),
    }
    for name, (deed, path, seen) in deeds.items():
        about = name.replace("-", " ")
        yield Case(
            f"manifest/{name}-unsigned", f"{about}; the tag manifest not made to fit",
            spoilt(deed), check="tagmanifest", names=(MANIFEST,), refuse=BOTH,
        )  # fmt: skip
        yield Case(
            f"manifest/{name}-retagged", f"{about}; the tag manifest made to fit, without a key",
            spoilt(then(deed, retag)), check="signature", names=(build.SIG,), refuse=f"{SIGNED} {seen}",
        )  # fmt: skip
        yield Case(
            f"manifest/{name}-resigned", f"{about}; signed anew by the holder of the key: the ledger tells",
            spoilt(then(deed, resign)), check="items", names=(path,), refuse=seen,
        )  # fmt: skip


def _form(name: str, about: str, change: Callable[[bytes], bytes], refuse: str) -> Case:
    """Return a case whose manifest is of another form, the seal and the signature over just that."""
    made = bundle(on_listed=change)
    return Case(f"manifest/{name}", about, made, check="items", names=(MANIFEST,), refuse=refuse)


def _backwards(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[::-1])


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def _commented(data: bytes) -> bytes:
    return data + b"# by Eve\n"


def _unended(data: bytes) -> bytes:
    return data[:-1]


def _spellings() -> Iterator[Case]:
    line = SUMS + b"  " + ITEM.encode() + b"\n"
    yield _form("crlf", "lines that end as on Windows", lambda old: old.replace(b"\n", b"\r\n"), "")
    yield _form("bom", "a byte order mark", lambda old: b"\xef\xbb\xbf" + old, "sha256sum")
    yield _form("upper-case-hex", "a hash in capitals", swap(SUMS, SUMS.upper()), "")
    yield _form("no-last-line-feed", "no line feed at the end", lambda old: old[:-1], "")
    yield _form("binary-marker", "a star for a binary file", swap(SUMS + b"  ", SUMS + b" *"), "")
    yield _form("one-space", "one space, as BSD writes it", swap(SUMS + b"  ", SUMS + b" "), "sha256sum")
    yield _form("escaped-name", "a line that begins with a backslash", swap(line, b"\\" + line), "bagit.py")
    yield _form("comment", "a comment", lambda old: b"# by Eve\n" + old, "")
    yield _form("blank-line", "an empty line", lambda old: old + b"\n", "")
    yield _form("malformed-line", "a line that is none", lambda old: old + b"hello\n", "sha256sum")
    yield _form("unsorted", "lines out of order", _backwards, "")
    yield _form("twice-alike", "a path twice, with one hash", swap(line, line * 2), "bagit.py")
    other = ZEROS.encode() + b"  " + ITEM.encode() + b"\n"
    yield _form("twice-unlike", "a path twice, with two hashes", swap(line, other + line), BOTH)
    yield _form("nul-byte", "a byte that ends texts in C", swap(b"  data", b"  \0data"), BOTH)
    yield _form("short-hash", "a hash of 63 digits", swap(SUMS, SUMS[:-1]), BOTH)


PATHS = {
    "path-parent": "data/../bagit.txt",
    "path-parent-of-all": "../bundle/bagit.txt",
    "path-absolute": "/etc/hostname",
    "path-tilde": "~/x",
    "path-drive": "c:/x",
    "path-unc": "//server/share",
    "path-double-slash": f"data//{ITEM[5:]}",
    "path-dot": f"./{ITEM}",
    "path-backslash": "data\\x",
    "path-nfc": "data/\u00e9",
    "path-nfd": "data/e\u0301",
    "path-reserved": "data/con",
    "path-trailing-dot": "data/x.",
    "path-outside-data": "bagit.txt",
    "path-of-nothing": "data/nothing",
}


def _paths() -> Iterator[Case]:
    for name, path in PATHS.items():

        def add(old: bytes, path: str = path) -> bytes:
            whole: list[bytes] = [
                *old.splitlines(keepends=True),
                ZEROS.encode() + b"  " + path.encode() + b"\n",
            ]
            whole.sort(key=lambda line: line[66:])
            return b"".join(whole)

        word = path if name == "path-of-nothing" else MANIFEST
        about = f"the manifest lists a path that cannot be: {path!a}"
        made = bundle(on_listed=add)
        yield Case(f"manifest/{name}", about, made, check="items", names=(word,), refuse=BOTH)
    twin = ITEM.replace("iam", "IAM").encode()
    add_twin = swap(SUMS + b"  " + ITEM.encode(), SUMS + b"  " + twin + b"\n" + SUMS + b"  " + ITEM.encode())
    yield _form("path-case-twin", "two paths that differ in case alone", add_twin, BOTH)


def _listing(
    name: str, about: str, path: str, change: Callable[[dict[str, str]], object], refuse: str = ""
) -> Case:
    made = bundle(on_tags=change)
    return Case(f"manifest/{name}", about, made, check="tagmanifest", names=(path,), refuse=refuse)


def _adding(path: str, digest: str = ZEROS) -> Callable[[dict[str, str]], object]:
    return lambda found: found.update({path: digest})


def _omitting(path: str) -> Callable[[dict[str, str]], object]:
    return lambda found: build.drop(found, path)


def _tags() -> Iterator[Case]:
    for path in ("README-VERIFY.txt", "ledger/ledger.jsonl", "keys/log.vkey"):
        name = f"tags-omit-{path.rpartition('/')[2].partition('.')[0].lower()}"
        yield _listing(name, f"it does not list {path}", path, _omitting(path))
    zeros = {"tags-list-themselves": TAGMANIFEST, "tags-list-nothing": "keys/x"}
    for name, path in zeros.items():
        yield _listing(name, f"it lists {path}", path, _adding(path), BOTH)
    yield _listing("tags-list-data", "it lists an item, rightly", ITEM,
                   _adding(ITEM, SUMS.decode()), "bagit.py")  # fmt: skip
    spellings: dict[str, tuple[Callable[[bytes], bytes], str]] = {
        "crlf": (_crlf, ""),
        "comment": (_commented, ""),
        "unsorted": (_backwards, ""),
        "no-last-line-feed": (_unended, ""),
    }
    for name, (form, refuse) in spellings.items():
        made = bundle(on_message=form)
        about = f"a tag manifest of another form, rightly signed: {name}"
        yield Case(
            f"manifest/tags-{name}",
            about,
            made,
            check="tagmanifest",
            names=(TAGMANIFEST,),
            refuse=refuse,
        )


def _bag() -> Iterator[Case]:
    for name in ("fetch.txt", "manifest-md5.txt", "manifest-sha512.txt", "tagmanifest-md5.txt"):
        about = f"a {name}, signed with the rest"
        made = spoilt(then(put(name, b""), resign))
        case = (
            f"manifest/second-{name.replace('manifest', 'list')}"
            if "manifest" in name
            else "manifest/fetch-txt"
        )
        yield Case(case.removesuffix(".txt"), about, made, check="layout", names=(name,))
    infos = {
        "oxum-lies": (b"Payload-Oxum: 9.9\n", "bagit.py"),
        "oxum-twice": (b"Payload-Oxum: %s\n" * 2, ""),
        "oxum-missing": (b"Contact-Name: Ana\n", ""),
        "bag-info-not-utf8": (b"Contact-Name: \xff\nPayload-Oxum: %s\n", "bagit.py"),
    }
    for name, (text, refuse) in infos.items():
        oxum = build.Plan(data=dict(DATA)).oxum().encode()
        data = text.replace(b"%s", oxum)
        made = bundle(on_files=lambda files, data=data: files.update({"bag-info.txt": data}))
        yield Case(
            f"manifest/{name}",
            f"bag-info.txt: {name}",
            made,
            check="bag",
            names=("bag-info.txt",),
            refuse=refuse,
        )
    old = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
    made = bundle(on_files=lambda files: files.update({"bagit.txt": old}))
    yield Case("manifest/bagit-version", "a bag of an older version", made, check="bag", names=("bagit.txt",))

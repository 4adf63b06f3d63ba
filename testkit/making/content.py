"""Files that were changed, added, left out or replaced after the seal, without any key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from testkit.making.kit import DATA, LOG, VPCS, Case, bundle, drop, edit, flip, put, spoilt
from tests.verifier.build import ITEM, LEDGER

B = "input/bundle"
BOTH = "bagit.py sha256sum"
DERIVED = "derived/123456789012/global/iam/ListUsers.json"

Change = Callable[[Path], object]


def cases() -> Iterator[Case]:
    """Yield them."""
    yield from _changed()
    yield from _names()
    yield from _kinds()


def _case(name: str, about: str, change: Change, check: str, path: str, refuse: str = BOTH) -> Case:
    return Case(f"content/{name}", about, spoilt(change), check=check, names=(path,), refuse=refuse)


def _swap(root: Path) -> None:
    first, second = (root / ITEM).read_bytes(), (root / VPCS).read_bytes()
    (root / ITEM).write_bytes(second)
    (root / VPCS).write_bytes(first)


def _move(old: str, new: str) -> Change:
    def change(root: Path) -> None:
        (root / new).parent.mkdir(parents=True, exist_ok=True)
        (root / old).rename(root / new)

    return change


def _changed() -> Iterator[Case]:
    yield _case("bit-flipped", "one bit of an item", edit(ITEM, flip(7)), "data", ITEM)
    yield _case("last-bit-flipped", "the last bit of an item", edit(LOG, flip()), "data", LOG)
    yield _case("truncated", "an item without its last byte", edit(ITEM, lambda old: old[:-1]), "data", ITEM)
    yield _case("appended", "an item and a byte more", edit(ITEM, lambda old: old + b"\n"), "data", ITEM)
    yield _case("emptied", "an item of no bytes", edit(ITEM, lambda _: b""), "data", ITEM)
    yield _case("swapped", "two items under each other's name", _swap, "data", VPCS)
    moved = VPCS.replace("Vpcs", "Nets")
    yield _case("renamed", "an item under another name", _move(VPCS, moved), "items", moved)
    yield _case("deleted", "an item is gone", drop(VPCS), "items", VPCS)
    yield _case(
        "derived-changed", "a reading says otherwise", edit(DERIVED, lambda _: b"[]"), "derived", DERIVED
    )
    yield _case("ledger-deleted", "the ledger is gone", drop(LEDGER), "layout", LEDGER)
    yield _case(
        "manifest-deleted",
        "the manifest is gone",
        drop("manifest-sha256.txt"),
        "layout",
        "manifest-sha256.txt",
    )
    yield _case(
        "readme-changed", "the page on checking by hand", edit("README-VERIFY.txt", lambda _: b"rm -r /\n"),
        "tagmanifest", "README-VERIFY.txt",
    )  # fmt: skip
    yield _case("bag-info-changed", "who it is from", edit("bag-info.txt", lambda old: b"Contact-Name: Eve\n" + old),
                "tagmanifest", "bag-info.txt")  # fmt: skip


def _names() -> Iterator[Case]:
    """Files that are too many: coreutils look only for what a manifest lists."""
    bag = "bagit.py"
    yield _case(
        "extra-in-data", "a file more in data/", put("data/extra.bin"), "items", "data/extra.bin", bag
    )
    yield _case("extra-in-root", "a file more beside it", put("extra.txt"), "layout", "extra.txt", "")
    yield _case("extra-in-keys", "a key more", put("keys/eve.pub"), "layout", "keys/eve.pub", "")
    yield _case(
        "extra-derived", "a reading of nothing", put("derived/x.json"), "tagmanifest", "derived/x.json", ""
    )
    yield _case("hidden-file", "what a Mac leaves", put("data/.DS_Store"), "layout", "data/.DS_Store", bag)
    yield _case("private-key", "a log's private key", put("private/log.key"), "layout", "private/log.key", "")
    strange = {
        "space-in-name": ("data/a b", "data/a b"),
        "escape-in-name": ("data/\x1b[2J", "data/"),
        "right-to-left-name": ("data/\u202egnp.exe", "data/"),
        "line-feed-in-name": ("data/a\nb", "data/a"),
        "not-utf8-name": ("data/\udcff\udcfe", "data/"),
        "name-nfc": ("data/\u00e9", "data/"),
        "name-nfd": ("data/e\u0301", "data/"),
        "backslash-in-name": ("data/a\\b", "data/a"),
        "drive-letter-name": ("data/c:x", "data/c:x"),
        "trailing-dot-name": ("data/trailing.", "data/trailing."),
        "reserved-name": ("data/nul.txt", "data/nul.txt"),
        "case-twin": ("data/123456789012/GLOBAL/iam/ListUsers.jsonl", "GLOBAL"),
        "tilde-name": ("data/~root", "data/~root"),
        "name-of-151": ("data/" + "x" * 151, "data/xxx"),
        "deep-25": ("data" + "/1" * 24, "data/1/1"),
    }
    for name, (path, shown) in strange.items():
        about = f"a file whose name is no stored path: {ascii(path)[:60]}"
        step = ("write", f"{B}/{path}", "added\n")
        yield Case(
            f"content/{name}", about, bundle(), check="layout", names=(shown,), layout=(step,), refuse=bag
        )


def _kinds() -> Iterator[Case]:
    """Yield what git cannot hold: `layout` makes it."""
    item, aside = f"{B}/{ITEM}", "aside"
    gone = ("remove", item)
    kinds: dict[str, tuple[str, tuple[tuple[object, ...], ...], str, str]] = {
        "symlink": ("a link to the same bytes", (("rename", item, aside), ("symlink", item, "/".join([".."] * 6) + "/aside")), ITEM, "bagit.py"),
        "symlink-inside": ("a link to another item of the same bytes", (gone, ("symlink", item, "../../eu-west-1/ec2/DescribeVpcs.jsonl")), ITEM, BOTH),
        "symlink-dangling": ("a link to nothing", (gone, ("symlink", item, "nothing")), ITEM, BOTH),
        "symlink-loop": ("a link to itself", (gone, ("symlink", item, "ListUsers.jsonl")), ITEM, BOTH),
        "symlinked-folder": ("a folder of evidence that lies elsewhere", (("rename", f"{B}/data/123456789012/global", aside), ("symlink", f"{B}/data/123456789012/global", "../../../../aside")), "data/123456789012/global", "bagit.py"),
        "hard-link": ("an item that has a second name elsewhere", (("link", aside, item),), ITEM, ""),
        "fifo": ("a named pipe, at which a reader would wait for ever", (gone, ("fifo", item)), ITEM, ""),
        "socket": ("a socket", (gone, ("socket", item)), ITEM, BOTH),
        "device": ("a device: /dev/null", (gone, ("device", item)), ITEM, ""),
        "folder-for-file": ("a folder in the place of an item", (gone, ("mkdir", item)), ITEM, BOTH),
        "sparse-hole": ("as many bytes, all of them a hole", (("truncate", item, 0), ("truncate", item, len(DATA[ITEM]))), ITEM, BOTH),
        "derived-of-a-terabyte": ("a reading of a terabyte of nothing", (("truncate", f"{B}/{DERIVED}", 2**40),), DERIVED, ""),
        "empty-folder": ("an empty folder, which no hash covers", (("mkdir", f"{B}/data/empty"),), "data/empty", ""),
        "empty-folder-beside": ("an empty folder beside data/", (("mkdir", f"{B}/notes"),), "notes", ""),
    }  # fmt: skip
    for name, (about, steps, path, refuse) in kinds.items():
        yield Case(f"content/{name}", about, bundle(), names=(path,), layout=steps, refuse=refuse, check="")

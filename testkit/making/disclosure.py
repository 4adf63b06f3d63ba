"""One file of a case, its line and its proof, and every lie about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.formats.checkpoint import Checkpoint
from testkit.making.kit import ANA, EVE, Case, Maker
from tests.verifier import build
from tests.verifier.build import ITEM, LOG, OTHER_CASE, OTHER_LOG, TRANSCRIPT
from tests.verifier.disclosing import FIRST, NOTE, PROOF, SEQ, SIZE, Plan

Files = dict[str, bytes]
BINDING = f"{FIRST}.ana.sig"
LEDGER = build.Plan().ledger()
FORGED = build.Plan(data={**build.DATA, ITEM: b"other\n"}).ledger()
EVES = (("eve.pub", f"{EVE.public.openssh()} eve\n".encode()),)


def cases() -> Iterator[Case]:
    """Yield them."""
    yield _case("good", "one file of a case", _made(), ITEM, exit=0)
    yield _case("nobody-named", "no identity was named", _made(), "", exit=3, check="identity", arguments=())
    yield _case("another-named", "another identity was named", _made(), "", check="identity",
                arguments=("--identity", "trust/eve.pub"), trust=EVES)  # fmt: skip
    yield _case(
        "nobody-began-it", "nobody signed for the log", _made(_drop(BINDING)), "", exit=3, check="identity"
    )
    yield _case("no-item", "a line that adds no file, well proved", _made(seq=1), "entry.json")
    for name, (about, spoil, path) in BAD.items():
        yield _case(name, about, _made(spoil), path)
    for name, (about, head, code) in HEADS.items():
        yield _case(f"head-{name}", about, _made(), "", exit=code, check="head" if code else "",
                    arguments=("--identity", "trust/ana.pub", "--expect-head", "trust/head.note"),
                    trust=(("head.note", head),))  # fmt: skip


def _case(name: str, about: str, make: Maker, path: str, **other: Any) -> Case:
    named = (path,) if path else ()
    return Case(f"disclosure/{name}", about, make, kind="disclosure", names=named, **other)


def _made(spoil: Callable[[Files], object] = lambda _: None, **other: Any) -> Maker:
    return lambda root: Plan(on_files=spoil, **other).write(_place(root))


def _place(root: Path) -> Path:
    return root / "disclosure"


def _drop(*names: str) -> Callable[[Files], object]:
    return lambda files: build.drop(files, *names)


def _set(name: str, data: bytes) -> Callable[[Files], object]:
    return lambda files: files.update({name: data})


def _edit(name: str, old: bytes, new: bytes) -> Callable[[Files], object]:
    def edit(files: Files) -> None:
        assert old in files[name], old  # noqa: S101
        files[name] = files[name].replace(old, new)

    return edit


BAD: dict[str, tuple[str, Callable[[Files], object], str]] = {
    "file-changed": ("the file changed", _set(ITEM, TRANSCRIPT.replace(b"200", b"403")), ITEM),
    "file-longer": ("a byte behind the file", _set(ITEM, TRANSCRIPT + b"x"), ITEM),
    "file-missing": ("no file", _drop(ITEM), ITEM),
    "file-added": ("another file beside it", _set("data/other", b"x"), "data/other"),
    "stray": ("a file that does not belong", _set("more.txt", b"x"), "more.txt"),
    "line-changed": ("its line changed", _edit("entry.json", b'"size":', b'"size":1'), PROOF),
    "line-of-another": ("the line of another file", _set("entry.json", LEDGER.lines[3]), PROOF),
    "line-forged": ("a line of a ledger that was written anew", _set("entry.json", FORGED.lines[SEQ]), PROOF),
    "line-torn": ("a line without its end", _set("entry.json", LEDGER.lines[SEQ][:-1]), PROOF),
    "line-missing": ("no line", _drop("entry.json"), "entry.json"),
    "proof-missing": ("no proof", _drop(PROOF), PROOF),
    "proof-of-another-index": ("a proof of another place", _edit(PROOF, b"index 2\n", b"index 3\n"), PROOF),
    "proof-cut": ("the first line of a proof", _set(PROOF, b"c2sp.org/tlog-proof@v1\n"), PROOF),
    "checkpoint-missing": ("no checkpoint", _drop(NOTE), PROOF),
    "checkpoint-of-a-fork": ("a checkpoint of another history", _set(NOTE, FORGED.note(SIZE)), PROOF),
    "checkpoint-by-another-key": ("by another key", _set(NOTE, LEDGER.note(SIZE, OTHER_LOG)), NOTE),
    "checkpoint-of-another-case": ("of another case", _set(NOTE, LEDGER.note(SIZE, OTHER_CASE)), NOTE),
    "checkpoint-of-another-log": ("of another log, by this one's key",
                                  _set(NOTE, LOG.sign_note(Checkpoint("x", SIZE, bytes(32)).encode()).encode()), NOTE),
    "checkpoint-misnamed": ("under the name of another size",
                            _set("checkpoints/00000009.note", LEDGER.note(SIZE)), "checkpoints/00000009.note"),
    "key-missing": ("no log key", _drop("log.vkey"), "log.vkey"),
    "key-of-another": ("another log's key", _set("log.vkey", f"{OTHER_LOG.vkey}\n".encode()), "log.pub.pem"),
    "key-that-is-none": ("no key in the key's place", _set("log.vkey", b"x\n"), "log.vkey"),
    "pem-missing": ("no key for openssl", _drop("log.pub.pem"), "log.pub.pem"),
    "binding-for-another-purpose": ("the log key signed as a bundle",
                                    _set(BINDING, ANA.sign(LEDGER.note(1), keys.BUNDLE)), BINDING),
    "binding-of-another": ("the log key's signature over something else",
                           _set(BINDING, ANA.sign(b"x", keys.CASE)), BINDING),
    "witness-of-another": ("a countersignature over something else",
                           _set(f"{NOTE}.eve.witness", EVE.sign(b"x", keys.WITNESS)), f"{NOTE}.eve.witness"),
}  # fmt: skip
"""Name: what is wrong, how, and the file that is named."""

HEADS: dict[str, tuple[str, bytes, int]] = {
    "met": ("a head of the same length", LEDGER.note(SIZE), 0),
    "of-another-length": ("a head of another length: nothing can be said here", LEDGER.note(9), 3),
    "of-a-fork": ("a head of another history", FORGED.note(SIZE), 4),
    "by-another-key": ("a head that the log's key did not sign", LEDGER.note(SIZE, OTHER_LOG), 4),
}

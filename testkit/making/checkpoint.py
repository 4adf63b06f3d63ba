"""Checkpoints that lie, are missing, or show that the ledger lied; and heads that were had from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from testkit.making.kit import DATA, SEAL, Case, bundle
from tests.verifier import build
from tests.verifier.build import ITEM, LOG, NOTES, OTHER_CASE, OTHER_LOG, Ledger

Write = Callable[[Ledger], bytes]
FOURTH = f"{NOTES}/00000004.note"
HEAD = ("--identity", "trust/ana.pub", "--expect-head", "trust/head.note")


def cases() -> Iterator[Case]:
    """Yield them."""
    for name, (about, path, write) in NOTES_THAT_LIE.items():
        yield Case(
            f"checkpoint/{name}", about, bundle(**_note(path, write)), check="checkpoints", names=(path,)
        )
    for name, size in {"first-missing": 1, "last-missing": SEAL}.items():
        path = f"{NOTES}/{size:08d}.note"
        made = bundle(on_files=lambda files, path=path: build.drop(files, path))
        yield Case(
            f"checkpoint/{name}", "a checkpoint that there must be, left out", made,
            check="checkpoints", names=(path,),
        )  # fmt: skip
    yield _rewritten()
    yield from _heads()


def _note(path: str, write: Write) -> dict[str, Any]:
    kept: list[Ledger] = []

    def change(files: dict[str, bytes]) -> None:
        files[path] = write(kept[0])

    return {"on_ledger": kept.append, "on_files": change}


def _text(size: str, root: int, *more: str, origin: str = build.ORIGIN) -> Write:
    """Sign whatever is said of a ledger."""

    def write(ledger: Ledger) -> bytes:
        stated = ledger.note(root).decode().split("\n")[2]
        return LOG.sign_note(
            "\n".join((origin, size, *(line or stated for line in more or ("",)), ""))
        ).encode()

    return write


NOTES_THAT_LIE: dict[str, tuple[str, str, Write]] = {
    "other-key": ("signed by another key of the log's name", FOURTH, lambda ledger: ledger.note(4, OTHER_LOG)),
    "other-log": ("of another case", FOURTH, lambda ledger: ledger.note(4, OTHER_CASE)),
    "other-size": ("its name says another size", FOURTH, lambda ledger: ledger.note(5)),
    "nine-digits": ("a name of nine digits", f"{NOTES}/000000004.note", lambda ledger: ledger.note(4)),
    "signed-twice": ("two signatures by the log's key", FOURTH,
                     lambda ledger: ledger.note(4) + ledger.note(4).rpartition(b"\n\n")[2]),
    "no-line-feed": ("without its last line feed", FOURTH, lambda ledger: ledger.note(4)[:-1]),
    "no-signature": ("without a signature", FOURTH, lambda ledger: ledger.note(4).rpartition(b"\n\n")[0] + b"\n\n"),
    "empty": ("no byte", FOURTH, lambda _: b""),
    "many-signatures": ("a hundred and one lines below the text", FOURTH, lambda ledger: ledger.note(4) + b"x\n" * 101),
    "base64-not-canonical": ("a signature in base64 that another writes otherwise", FOURTH,
                             lambda ledger: ledger.note(4)[:-1].rstrip(b"=") + b"\n"),
    "control-character": ("a control character in its text", FOURTH, lambda ledger: ledger.note(4).replace(b"\n4\n", b"\n4\x1b\n", 1)),
    "other-root": ("another root", FOURTH, _text("4", 3)),
    "other-origin": ("of another log, by this one's key", FOURTH, _text("4", 4, origin="other")),
    "leading-zero": ("a size with a zero before it", FOURTH, _text("04", 4)),
    "extension-line": ("a line more than ours have", FOURTH, _text("4", 4, "", "more")),
    "blank-line": ("an empty line within", FOURTH, lambda ledger: LOG.sign_note(
        f"{build.ORIGIN}\n4\n\n{ledger.note(4).decode().splitlines()[2]}\n").encode()),
    "ahead-of-the-ledger": ("over more lines than there are: the end was cut off", f"{NOTES}/00000099.note", _text("99", 4)),
    "of-nothing": ("over no line, with the root of some", f"{NOTES}/00000000.note", _text("0", 4)),
}  # fmt: skip
"""Name: what is wrong, the checkpoint, and what it holds."""


def _rewritten() -> Case:
    """Return a history that was written anew by a thief of all keys, but for one checkpoint of before."""
    kept = build.Plan(data=dict(DATA)).ledger().note(4)
    made = bundle(data={**DATA, ITEM: b"rewritten\n"}, on_files=lambda files: files.update({FOURTH: kept}))
    about = "all rewritten and signed anew by a thief of every key; one checkpoint kept from before"
    return Case("checkpoint/rewritten", about, made, check="checkpoints", names=(FOURTH,))


def _heads() -> Iterator[Case]:
    """Yield bundles that are whole by themselves, held against what somebody outside saw."""
    whole = build.Plan(data=dict(DATA)).ledger()
    fork = build.Plan(data={**DATA, ITEM: b"rewritten\n"}).ledger()
    longer = build.Plan(data=dict(DATA)).ledger()
    for _ in range(4):
        longer.add("note", {"text": "more"})
    size = len(whole.lines)
    for name, about, head, code in (
        ("head-met", "a head of before, which the ledger grew from", whole.note(size), 0),
        ("head-of-a-fork", "all rewritten, signed anew, and whole; a head from before tells", fork.note(size), 4),
        ("head-ahead", "an older state than somebody saw: rolled back", longer.note(len(longer.lines)), 4),
        ("head-of-another-log", "a head of another case", whole.note(size, OTHER_CASE), 4),
        ("head-by-another-key", "a head that the log's key did not sign", whole.note(size, OTHER_LOG), 4),
    ):  # fmt: skip
        yield Case(
            f"checkpoint/{name}", about, bundle(), exit=code, check="head" if code else "",
            arguments=HEAD, trust=(("head.note", head),),
        )  # fmt: skip

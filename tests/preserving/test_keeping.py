"""What a task began and did not hand over."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from forensics.custody.store import Draft, Store
from forensics.preserving.keeping import Scratch


def _begun(scratch: Scratch, text: bytes = b"x") -> Draft:
    draft = scratch.draft()
    draft.write(text)
    return draft


def _store(tmp_path: Path) -> Store:
    for name in ("tmp", "data"):
        (tmp_path / name).mkdir()
    return Store(tmp_path)


def test_what_was_handed_over_or_discarded_is_forgotten(tmp_path: Path) -> None:
    """A hundred thousand objects leave nothing in memory."""
    store = _store(tmp_path)
    scratch, known = Scratch(store), list[weakref.ref[Draft]]()
    for number in range(300):
        draft = _begun(scratch)
        known.append(weakref.ref(draft))
        if number % 2:
            draft.discard()
        else:
            store.place(draft, f"a/{number}")
    del draft
    gc.collect()
    assert sum(one() is not None for one in known) <= 65


def test_what_was_taken_back_is_swept(tmp_path: Path) -> None:
    """A draft that the ledger did not take in the end is removed with the rest; what is kept stays."""
    store = _store(tmp_path)
    scratch = Scratch(store)
    kept, back = _begun(scratch, b"kept"), _begun(scratch)
    path = store.place(kept, "a/kept")
    store.withdraw(back, store.place(back, "a/back"))
    for _ in range(200):
        _begun(scratch)
    scratch.sweep()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert [one.name for one in (tmp_path / "data/a").iterdir()] == ["kept"]
    assert (tmp_path / path).read_bytes() == b"kept"

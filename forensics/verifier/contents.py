"""What the entries of a ledger say, type by type: the items, what was asked, and the seal."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from forensics.errors import FormatError
from forensics.formats.anchor import Anchor
from forensics.formats.dues import tsas_of
from forensics.keys.roster import Roster
from forensics.verifier import acts
from forensics.verifier.acts import Countersigned
from forensics.verifier.added import added, check_item, is_digest, is_texts
from forensics.verifier.paths import Paths
from forensics.verifier.quick import Added

MAX_AHEAD = 100_000
"""Items that coverage entries may name before they are added. Our writer never does; they wait in memory."""
MAX_ANCHORS = 100_000
"""Time stamps that a ledger tells of. They are held in memory."""

_SEAL = {"bytes", "items", "manifest_sha256", "signatures", "signers"}
_SIGNER = {"fingerprint", "name"}


class Item(NamedTuple):
    """A kept file, as its `item.add` says."""

    sha256: str
    size: int


_ITEM: Callable[[Iterable[Any]], Item] = partial(tuple.__new__, Item)
"""As `Item._make`, in a third of its time; what it is given has two columns."""


class Seal(NamedTuple):
    """What a `bundle.seal` says."""

    line: int
    manifest_sha256: str
    items: int
    bytes: int
    signers: tuple[str, ...]
    """Fingerprints."""
    signatures: tuple[str, ...]
    """File names."""


class Contents:
    """All that a ledger says that a check rests on; other types of entries say nothing of that sort."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.bytes = 0
        self.seal: Seal | None = None
        self.last_item = 0
        """Line of the last `item.add`: what is signed for from there on covers all that was kept."""
        self.lines: array[int] = array("Q")
        """Where each item was added."""
        self.anchors: list[tuple[int, Anchor]] = []
        """Each `anchor.tsa`, and its line."""
        self.asked: tuple[int, tuple[str, ...]] = (0, ())
        """The time-stamp authorities that are to date the case, by URL, and the line that named them last."""
        self.roster: Roster | None = None
        """Whose keys speak for the case; nothing where the first line does not say whose it is."""
        self.countersigned: dict[str, Countersigned] = {}
        """What `anchor.witness` says of each file that it names."""
        self.handed: dict[str, str] = {}
        """SHA-256 of each record of custody that was taken in, by its path."""
        self._paths = Paths()
        self._ops: set[bytes] = set()
        self._runs: set[bytes] = set()
        self._covered: list[tuple[int, str]] = []

    def take(self, line: int, kind: str, body: Mapping[str, Any] | Added) -> None:
        """Take one entry into account; `FormatError` says what cannot be right about it."""
        if isinstance(body, Added):
            self._item(line, body)
            return
        match kind:
            case "item.add":
                self._item(line, added(body))
            case "coverage" | "intake":
                self._files(line, kind, body)
            case "op.start":
                self._ops.add(_new(body, "op", self._ops))
            case "op.end" | "aws.effect":
                _known(body, "op", self._ops)
            case "run.start":
                self._runs.add(_new(body, "run", self._runs))
                self._asked(line, body)
            case "run.end":
                _known(body, "run", self._runs)
            case "bundle.seal":
                self._seal(line, body)
            case "anchor.tsa":
                self._anchor(line, body)
            case _:
                self._act(line, kind, body)

    def dangling(self) -> Iterator[tuple[int, str]]:
        """Yield (line, path) of the items that a coverage entry names and that were never added."""
        return ((line, path) for line, path in self._covered if path not in self.items)

    def extend(self, line: int, paths: Sequence[str], digests: Sequence[str], sizes: Sequence[int]) -> bool:
        """
        Take in items that are good by themselves, from this line on.

        Takes none, and says so, where one was added before.
        """
        new = dict(zip(paths, map(_ITEM, zip(digests, sizes, strict=True)), strict=True))
        if len(new) != len(paths) or not self.items.keys().isdisjoint(new):
            return False
        self.items |= new
        self.lines.extend(range(line, line + len(paths)))
        self.bytes += sum(sizes)
        self.last_item = line + len(paths) - 1 if paths else self.last_item
        return True

    def _item(self, line: int, one: Added) -> None:
        check_item(one, self._paths)
        path, sha256, size = one
        if path in self.items:
            raise FormatError(f"{path} was added before")
        self.items[path] = Item(sha256, size)
        self.lines.append(line)
        self.bytes += size
        self.last_item = line

    def _files(self, line: int, kind: str, body: Mapping[str, Any]) -> None:
        items = body.get("items")
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise FormatError("its items are no list of paths")
        ahead = [(line, item) for item in items if item not in self.items]
        if len(self._covered) + len(ahead) > MAX_AHEAD:
            raise FormatError(f"with it, more than {MAX_AHEAD} items are named before they were added")
        self._covered += ahead
        if kind == "intake":
            self._intake(body)

    def _intake(self, body: Mapping[str, Any]) -> None:
        kept = [self.items[path].sha256 for path in body["items"] if path in self.items]
        if kept != [body.get("sha256")]:
            raise FormatError("it tells of another file than the one that was kept")

    def _asked(self, line: int, body: Mapping[str, Any]) -> None:
        if tsas := tsas_of(body):
            self.asked = (line, tsas)

    def _anchor(self, line: int, body: Mapping[str, Any]) -> None:
        one = Anchor.parse(body)
        if one.checkpoint >= line:
            raise FormatError("it tells of a stamp over lines that come after it")
        if len(self.anchors) == MAX_ANCHORS:
            raise FormatError(f"with it, more than {MAX_ANCHORS} time stamps are told of")
        self.anchors.append((line, one))

    def _act(self, line: int, kind: str, body: Mapping[str, Any]) -> None:
        if kind == "note":
            self._asked(line, body)
        if kind not in {"key.add", "key.retire"}:
            acts.take(line, kind, body, self.countersigned, self.handed)
            return
        if self.roster is None:
            raise FormatError("the first line does not say whose keys there are")
        self.roster.take(line, kind, body)

    def _seal(self, line: int, body: Mapping[str, Any]) -> None:
        if body.keys() != _SEAL or not is_digest(body["manifest_sha256"]):
            raise FormatError("it has other keys than ours, or names no manifest")
        signers, signatures = body["signers"], body["signatures"]
        if not isinstance(signers, list) or not all(is_texts(signer, _SIGNER) for signer in signers):
            raise FormatError("its signers are no list of names and fingerprints")
        if not isinstance(signatures, list) or not all(isinstance(name, str) for name in signatures):
            raise FormatError("its signatures are no list of names")
        items, size = body["items"], body["bytes"]
        fingerprints = tuple(signer["fingerprint"] for signer in signers)
        self.seal = Seal(line, body["manifest_sha256"], items, size, fingerprints, tuple(signatures))
        if (items, size) != (len(self.items), self.bytes):
            before = f"{len(self.items)} of {self.bytes} bytes"
            raise FormatError(f"it counts {items} items of {size} bytes, and the lines before it {before}")


def _new(body: Mapping[str, Any], key: str, known: set[bytes]) -> bytes:
    name = _name(body, key)
    if not name or name in known:
        raise FormatError(f"its {key} is missing, or was started before")
    return name


def _known(body: Mapping[str, Any], key: str, known: set[bytes]) -> None:
    if _name(body, key) not in known:
        raise FormatError(f"its {key} was never started")


def _name(body: Mapping[str, Any], key: str) -> bytes:
    """Return the hash of a name, or nothing where there is none: a name may be as long as a line."""
    value = body.get(key)
    return sha256(value.encode()).digest() if isinstance(value, str) and value else b""

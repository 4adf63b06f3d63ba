"""Whom parts are sealed to: age keys, ssh-ed25519 keys, keys of age plugins, and files of those."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forensics.custody import disk, plugins
from forensics.errors import FormatError, IdentityError, StoreError, UsageError
from forensics.keys import age, stream
from forensics.keys.age import Recipient
from forensics.keys.stream import Room

MOST = 64
MAX_TEXT = 16_384
"""Characters of all recipients together: they stand in one line of the ledger."""

_FILE_LIMIT = 1 << 20
_HINT = "give an age key (age1…), an ssh-ed25519 public key, or a file of them (--recipients-file)"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom parts are sealed to: at least one, each once."""

    texts: tuple[str, ...]
    known: tuple[Recipient, ...]
    """All of them, or none where a plugin has the key of one."""

    def encrypt(
        self, pieces: Iterable[bytes | memoryview], room: Room = bytearray
    ) -> Iterator[bytes | memoryview]:
        """Yield an age file that each of them can open."""
        if self.known:
            return stream.encrypt(pieces, self.known, secrets.token_bytes, room)
        return plugins.encrypt(pieces, self.texts)


def load_recipients(texts: Sequence[str], files: Sequence[Path] = ()) -> Recipients:
    """Read recipients; `UsageError` names one that is none. Those of plugins are tried at once."""
    named = [("", text.strip()) for text in texts] + [line for path in files for line in _lines(path)]
    found: dict[str, Recipient | None] = {}
    for where, text in named:
        try:
            found.update([_read(text)])
        except (IdentityError, FormatError) as error:
            shown = text if len(text) <= 100 else f"{text[:100]}…"
            raise UsageError(f"{where}not a recipient: {shown!a}: {error}", hint=_HINT) from error
    if not found:
        raise UsageError("no recipient in what was named", hint=_HINT)
    if len(found) > MOST or sum(map(len, found)) > MAX_TEXT:
        raise UsageError(f"more than {MOST} recipients, or more than {MAX_TEXT} characters of them")
    known = tuple(one for one in found.values() if one)
    recipients = Recipients(tuple(found), known if len(known) == len(found) else ())
    if not recipients.known:
        _try(recipients)
    return recipients


def _read(text: str) -> tuple[str, Recipient | None]:
    """Return a recipient as the ledger has it, and the same as read where no plugin is asked for."""
    if not text.startswith("ssh-") and plugins.name_of(text):
        return text, None
    recipient = age.parse_recipient(text)
    return recipient.text, recipient


def _try(recipients: Recipients) -> None:
    try:
        for _ in recipients.encrypt([]):
            pass
    except IdentityError as error:
        raise UsageError(str(error), hint=error.hint) from error


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        text = disk.read(path, _FILE_LIMIT).decode("utf-8")
    except (disk.NotThereError, UnicodeDecodeError, StoreError) as error:
        raise UsageError(f"cannot read recipients from {path}: {error}", hint=_HINT) from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            yield f"{path}, line {number}: ", line.strip()

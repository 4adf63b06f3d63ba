"""Whom the user trusts to have signed: what `--identity` takes."""

from __future__ import annotations

import os
import re
import stat
from datetime import datetime
from pathlib import Path

from forensics import keys
from forensics.errors import FormatError, IdentityError, UsageError

MAX_BYTES = 2**20

_HINT = "name a .pub file, an allowed_signers file or a SHA256:… fingerprint"
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def load_trust(text: str, *, namespace: str = keys.BUNDLE, at: datetime | None = None) -> tuple[str, ...]:
    """
    Return the fingerprints of the keys that the user names.

    `text` is a fingerprint `SHA256:…`, or names a file: a public key (`.pub`) or an allowed-signers file,
    of which those keys count that may sign for `namespace`, at that moment. Raises `UsageError` for anything
    else; without a moment, also where one counts for some time only.
    """
    signers = load_signers(text, namespace=namespace)
    if at is not None:
        return _then(text, signers, at)
    if any(isinstance(one, keys.AllowedSigner) for one in signers):
        raise UsageError(
            f"{text} names a key that is valid for some time only, and no time is known here",
            hint="`forensics verify --tsa-root` judges it by the time stamps",
        )
    return tuple(map(str, signers))


def load_signers(text: str, *, namespace: str = keys.BUNDLE) -> tuple[str | keys.AllowedSigner, ...]:
    """
    Return the same, where it will be known when they signed.

    A key that a line of allowed signers trusts for some time only comes with that line.
    """
    if _FINGERPRINT.fullmatch(text):
        return (text,)
    if text.startswith("SHA256:"):
        raise UsageError(
            f"no fingerprint: {text}", hint="it is SHA256: and 43 characters, as ssh-keygen -l prints it"
        )
    content = _text(Path(text))
    try:
        return (keys.parse_public(content).fingerprint,)
    except (FormatError, IdentityError) as no_public_key:
        return _allowed(text, content, namespace, no_public_key)


def _then(text: str, signers: tuple[str | keys.AllowedSigner, ...], at: datetime) -> tuple[str, ...]:
    """Return the keys that count at a moment, each once."""
    found = [
        one if isinstance(one, str) else one.key.fingerprint
        for one in signers
        if isinstance(one, str) or one.valid(at)
    ]
    if not found:
        bounds = " or ".join(one.bounds for one in signers if isinstance(one, keys.AllowedSigner))
        raise UsageError(f"{text} names no key that counts at {at:%Y-%m-%d %H:%M:%SZ}: {bounds}")
    return tuple(dict.fromkeys(found))


def _text(path: Path) -> str:
    try:
        return read(path, "identity", hint=_HINT).decode("utf-8")
    except ValueError as error:
        raise UsageError(f"{path} is not a text file of public keys") from error


def read(path: Path, what: str, *, hint: str = "name a file", limit: int = MAX_BYTES) -> bytes:
    """Read a small file that the user names, as what; `UsageError` for one that cannot be that."""
    try:
        with open(path, "rb", opener=_open_unhung) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"{path} is no regular file", hint=hint)
            data = file.read(limit + 1)
    except OSError as error:
        reason = (error.strerror or "no file").lower()
        raise UsageError(f"cannot read {what} {path}: {reason}", hint=hint) from error
    except ValueError as error:  # a name with a NUL
        raise UsageError(f"cannot read {what} {path}: no such path can be", hint=hint) from error
    if len(data) > limit:
        raise UsageError(f"{path} is too long: at most {limit} bytes are read as {what}", hint=hint)
    return data


def _open_unhung(path: str, flags: int) -> int:
    """Open without waiting: a FIFO where a key should be must not hang us. Windows has neither."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _allowed(
    text: str, content: str, namespace: str, no_public_key: Exception
) -> tuple[str | keys.AllowedSigner, ...]:
    try:
        signers = [one for one in keys.read_allowed_signers(content) if one.may(namespace)]
    except (FormatError, IdentityError) as error:
        raise UsageError(
            f"{text} is neither a public key nor an allowed-signers file: {error}", hint=str(no_public_key)
        ) from error
    if not signers:
        raise UsageError(f"{text} names no key that may sign for {namespace}", hint=_HINT)
    return tuple(one if one.dated else one.key.fingerprint for one in signers)

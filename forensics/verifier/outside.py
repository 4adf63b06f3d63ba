"""What the user had by another road, and holds the evidence against: heads, witnesses' keys, a policy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from forensics import keys
from forensics.errors import FormatError, UsageError
from forensics.formats import note, proof
from forensics.formats.policy import MAX_BYTES, Policy, Witness
from forensics.verifier import head, tokens, trust

_HEAD_HINT = "it is what `forensics head CASE --raw` prints, or a .note of a case's checkpoints"
_POLICY_HINT = "it is a policy as C2SP has them: lines of log, witness, group and quorum (docs/format.md)"
_ROOT_HINT = "it is the authority's root certificate in PEM, which you did not take from the bundle"


def load_head(path: Path) -> bytes:
    """Read a checkpoint that was had from outside; `UsageError` for anything else."""
    data = trust.read(path, "head", hint=_HEAD_HINT, limit=note.MAX_BYTES)
    try:
        head.read(data)
    except FormatError as error:
        raise UsageError(f"{path} is no checkpoint: {error}", hint=_HEAD_HINT) from error
    return data


def load_witness(text: str) -> tuple[Witness, ...]:
    """
    Return the witnesses that the user names.

    `text` is a C2SP verifier key (`name+hash+base64`), an SSH fingerprint, or a file: of a verifier key, a
    `.pub`, or allowed signers, of which those count that may sign for `forensics-witness-v1`; a line that
    trusts a key for some time only is judged by the time stamps.
    """
    if "+" in text and not os.path.exists(text):  # noqa: PTH110 - Path's raises for a name that is too long
        return (_cosigner(text, text),)
    if not text.startswith("SHA256:"):
        data = trust.read(Path(text), "witness")
        line = data.decode("utf-8", "replace").strip()
        if "+" in line and " " not in line:
            return (_cosigner(line, text),)
    return tuple(_witnesses(trust.load_signers(text, namespace=keys.WITNESS)))


def _witnesses(signers: Sequence[str | keys.AllowedSigner]) -> Iterator[Witness]:
    """Yield each key once, with all the times for which lines trust it; without any, one is for always."""
    always = [one for one in signers if isinstance(one, str)]
    periods: dict[str, list[tuple[str, str]]] = {key: [] for key in always}
    for one in signers:
        if isinstance(one, keys.AllowedSigner) and one.key.fingerprint not in always:
            periods.setdefault(one.key.fingerprint, []).append(one.period)
    return (replace(Witness.ssh(key), periods=tuple(found)) for key, found in periods.items())


def _cosigner(vkey: str, text: str) -> Witness:
    try:
        return Witness.cosigner(vkey)
    except FormatError as error:
        raise UsageError(f"{text} is no witness's verifier key: {error}") from error


def load_policy(path: Path) -> Policy:
    """Read a policy file; `UsageError` names the line that cannot be one."""
    try:
        return Policy.parse(trust.read(path, "policy", hint=_POLICY_HINT, limit=MAX_BYTES))
    except FormatError as error:
        raise UsageError(f"{path}: {error}", hint=_POLICY_HINT) from error


def load_tsa_root(path: Path) -> bytes:
    """Read the root certificate of a time-stamp authority, in PEM; `UsageError` for anything else."""
    data = trust.read(path, "time-stamp root", hint=_ROOT_HINT)
    try:
        tokens.Roots.load([data])
    except FormatError as error:
        raise UsageError(f"{path}: {error}", hint=_ROOT_HINT) from error
    return data


def load_log(text: str) -> str:
    """Return a log's verifier key: typed, or the file `log.vkey` that holds it."""
    line = text
    if "+" not in text or os.path.exists(text):  # noqa: PTH110 - as above
        line = trust.read(Path(text), "log key").decode("utf-8", "replace").strip()
    try:
        note.parse_vkey(line)
    except FormatError as error:
        raise UsageError(f"{text} is no log's verifier key: {error}") from error
    return line


def load_proof(path: Path) -> bytes:
    """Read a proof between two checkpoints, still unread; `UsageError` where it cannot be had."""
    return trust.read(path, "proof", limit=proof.MAX_BYTES)


def load_signature(path: Path) -> bytes:
    """Read an SSH signature that somebody made, still unread; `UsageError` where it cannot be had."""
    return trust.read(path, "signature", limit=note.MAX_BYTES)

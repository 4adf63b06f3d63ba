"""Keys of people and of logs: load, name, sign, verify."""

from __future__ import annotations

from forensics.keys.allowed import AllowedSigner, parse_allowed_signers, read_allowed_signers
from forensics.keys.identity import (
    Ed25519Identity,
    Identity,
    SshKeygenIdentity,
    generate_identity,
    load_identity,
    load_public,
)
from forensics.keys.log import LogKey
from forensics.keys.namespaces import BUNDLE, CASE, CUSTODY, OWN, PARTS, WITNESS
from forensics.keys.public import PublicKey, parse_public
from forensics.keys.remote import RemoteIdentity, Signer, remote_identity
from forensics.keys.verifying import verify_cosignature, verify_ed25519, verify_note, verify_signature

__all__ = [
    "BUNDLE",
    "CASE",
    "CUSTODY",
    "OWN",
    "PARTS",
    "WITNESS",
    "AllowedSigner",
    "Ed25519Identity",
    "Identity",
    "LogKey",
    "PublicKey",
    "RemoteIdentity",
    "Signer",
    "SshKeygenIdentity",
    "generate_identity",
    "load_identity",
    "load_public",
    "parse_allowed_signers",
    "parse_public",
    "read_allowed_signers",
    "remote_identity",
    "verify_cosignature",
    "verify_ed25519",
    "verify_note",
    "verify_signature",
]

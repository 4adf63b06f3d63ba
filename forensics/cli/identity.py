"""The key of the person who signs, as the command line is given it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

import forensics
from forensics.cli.options import PROFILE

KMS = "kms:"


def load_identity(given: Path | None, *, name: str = "") -> forensics.Identity | None:
    """Load whom the user named, if anybody was."""
    return load_key(given, name=name) if given is not None else None


def load_key(given: Path, *, name: str) -> forensics.Identity:
    """
    Load an SSH key, or `kms:` and a key's ARN or alias.

    A key in KMS is asked for as the command asks AWS, but with the profile of --identity-profile.
    """
    if not str(given).startswith(KMS):
        return forensics.load_identity(given, name=name, passphrase=passphrase)
    context = click.get_current_context()
    profile, said = context.meta.get(PROFILE), context.params
    access = forensics.Access(
        profile=profile or said.get("profile"),
        role_arn=None if profile else _role(said),
        external_id=None if profile else said.get("external_id"),
        endpoint_url=said.get("endpoint_url"),
    )
    return forensics.kms_identity(str(given), access, name=name)


def _role(said: Mapping[str, Any]) -> str | None:
    """Return the role that a command asks AWS with; where each account has one of its own, none."""
    roles = said.get("roles", ())
    found = roles[0] if len(roles) == 1 else said.get("role_arn")
    return None if found is None else str(found)


def passphrase() -> bytes:
    """Ask for the passphrase of a key, on the terminal and unseen; `UsageError` where there is none."""
    if not (sys.stdin.isatty() or _has_terminal()):
        raise forensics.UsageError(
            "the key has a passphrase, and there is no terminal to ask for it on",
            hint="load the key into ssh-agent, and give its .pub file",
        )
    phrase: str = click.prompt("passphrase of the key", hide_input=True, err=True)
    return phrase.encode()


def _has_terminal() -> bool:
    """Say whether this session has a terminal, where one whose stdin is something else is asked."""
    try:
        with open("/dev/tty", "rb"):  # noqa: PTH123 - as getpass opens it
            return True
    except OSError:
        return False

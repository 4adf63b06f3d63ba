"""The key of the person who signs, as the command line is given it."""

from __future__ import annotations

import sys

import click

import forensics


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

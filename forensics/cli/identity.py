"""The key of the person who signs, as the command line is given it."""

from __future__ import annotations

import click


def passphrase() -> bytes:
    """Ask for the passphrase of a key, on the terminal and unseen."""
    phrase: str = click.prompt("passphrase of the key", hide_input=True, err=True)
    return phrase.encode()

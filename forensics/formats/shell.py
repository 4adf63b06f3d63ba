"""Commands of the AWS CLI with the attacker's names in them, made fit to be pasted into a shell."""

from __future__ import annotations

import re
import shlex

from forensics.formats.display import clean

LIMIT = 8_000
"""Characters of a command that is given to be pasted: an instance may have forty disks."""

_LOADED = ("file://", "fileb://", "http://", "https://")
"""
Values that the AWS CLI takes for where to load them from, quoted or not: what is in the file is then sent to
AWS, and can be read in the account's own trail. https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
"""
_PLAIN = re.compile(r"[^A-Za-z0-9 _./:=@,+-]")


def pasted(command: str) -> str:
    """
    Return a command as it is; as a comment where its names would make something else of it.

    `command` has its names quoted, each as a value of an option (`--name='…'`), so that none is an option
    itself. A comment holds nothing that any shell acts on, since not all take `#` for one.
    """
    if clean(command, LIMIT) == command and not any(map(_loads, shlex.split(command))):
        return command
    return f"# not to be pasted, since it holds a hostile name: {_PLAIN.sub('?', command[:LIMIT])}"


def _loads(word: str) -> bool:
    return word.partition("=")[2].startswith(_LOADED)

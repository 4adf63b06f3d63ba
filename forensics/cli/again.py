"""What comes of running a command again that was broken off: said in its hint, and true of that command."""

from __future__ import annotations

import forensics

RESUMES = ": it resumes"
ANEW = ": it begins anew"
COMES = {
    **dict.fromkeys(("anchor", "preserve", "seal", "stamp"), RESUMES),
    **dict.fromkeys(("certify", "disclose", "footprint", "head", "open", "plan", "policy", "prove"), ANEW),
    **dict.fromkeys(("ready", "status", "verify", "visibility", "witness"), ANEW),
    "custody": ", unless `forensics custody show` has the record already",
    "drill": " with a new folder: it begins anew",
    "keys": ", unless `forensics keys list` shows it done already",
}
"""Of every command. Those of `custody` and `keys` do one thing, which is done or not."""


def hint_of(error: forensics.ForensicsError | forensics.Interrupted, command: str) -> str | None:
    """Return the hint of an error, and where that is to run the command again, what comes of it."""
    return f"{error.hint}{COMES.get(command, '')}" if error.again else error.hint

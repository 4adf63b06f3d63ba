"""Never run as the suspect: what the suspect's credentials fetch, the suspect may shape."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Any

import botocore.session

from forensics.errors import UsageError

_KEY = re.compile(r"[A-Z0-9]{4,128}")
_SIGNED = re.compile(r"Credential=([^/,\s]+)/")
_SESSION = re.compile(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)(?:/.*)?")
_ROLE = re.compile(r"arn:([\w-]+):iam::(\d{12}):role/(?:.*/)?([^/]+)")


class Signers:
    """The access keys that signed any request of a session: those too that a role was assumed with."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    def install(self, session: botocore.session.Session) -> None:
        """Listen to the requests of every client that the session makes from now on."""
        session.get_component("event_emitter").register("before-send", self._sending)

    def _sending(self, request: Any, **_: Any) -> None:
        header = request.headers.get("Authorization", "")
        text = header.decode("latin-1") if isinstance(header, bytes) else str(header)
        self.keys.update(_SIGNED.findall(text))


def check(suspects: AbstractSet[str]) -> None:
    """Refuse what can be nobody: a name that is never met would protect from nothing."""
    for suspect in sorted(suspects):
        if not (_KEY.fullmatch(suspect) or suspect.startswith("arn:")):
            raise UsageError(
                f"neither an access key id nor an ARN: {suspect}",
                hint="name a suspect as AKIA… or arn:aws:iam::…",
            )


def refuse(suspects: AbstractSet[str], keys: AbstractSet[str], arn: str) -> None:
    """Refuse to be, or to have become who we are as, one of the suspects; a role is all its sessions."""
    found = {suspect for suspect in suspects if suspect in keys or suspect == arn or _is(arn, suspect)}
    if found:
        raise UsageError(
            f"these are the credentials of the suspect: {', '.join(sorted(found))}",
            hint="use another principal: what the suspect's credentials fetch, the suspect may shape",
        )


def _is(arn: str, suspect: str) -> bool:
    """Say whether a session's ARN is one of a role that is named by its own ARN, or without a session."""
    ours = _SESSION.fullmatch(arn)
    role = _ROLE.fullmatch(suspect) or (None if suspect.count("/") > 1 else _SESSION.fullmatch(suspect))
    return bool(ours and role and ours.groups() == role.groups())

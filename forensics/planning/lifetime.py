"""How long the credentials last, as far as who gave them out said so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from forensics.aws.session import Session
from forensics.formats import entry

CHAINED = 3_600
"""Seconds that a role lasts which was assumed with a role: AWS gives no more."""


def lifetime(session: Session) -> dict[str, str]:
    """
    Say when they end: `expires`, a time or empty, and `remark`.

    `methods` of botocore that renew by themselves last for as long as their source does.
    """
    credentials: Any = vars(session)["_session"].get_credentials()
    end = getattr(credentials, "_expiry_time", None)
    method = str(getattr(credentials, "method", ""))
    if isinstance(end, datetime):
        return {"expires": entry.timestamp(end.astimezone(UTC)), "remark": _renewed(method)}
    if session.keys.token:
        return {"expires": "", "remark": "temporary, and nothing says until when: a chained role has an hour"}
    return {"expires": "", "remark": "keys of a user, that do not expire"}


def _renewed(method: str) -> str:
    return f"renewed by {method or 'their provider'}, for as long as that can"

"""
Names of hosts that botocore makes up of parameters, where an endpoint of one's own has no such names.

S3 Control puts the account's number before the host: of `http://127.0.0.1:5000` it makes
`http://222222222222.127.0.0.1:5000`, which leads nowhere.
"""

from __future__ import annotations

import re
from typing import Any

import botocore.session

_PREFIXED = re.compile(
    r"(?P<scheme>https?://)\d{12}\.(?P<host>\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]|localhost)(?=[:/]|\Z)"
)


def install(session: botocore.session.Session) -> None:
    """Put the hook into every client that the session makes from now on."""
    session.get_component("event_emitter").register("before-call.s3-control", _unprefix)


def _unprefix(params: dict[str, Any], **_: Any) -> None:
    """Take the number off an address, before the request is signed. Names of AWS's keep it."""
    params["url"] = _PREFIXED.sub(r"\g<scheme>\g<host>", str(params["url"]))

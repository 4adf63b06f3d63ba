"""
Names of hosts that botocore makes up of parameters, where an endpoint of one's own has no such names.

S3 Control puts the account's number before the host, others a word: of `http://127.0.0.1:5000` they make
`http://222222222222.127.0.0.1:5000` and `http://api.127.0.0.1:5000`, which lead nowhere.
"""

from __future__ import annotations

import re
from typing import Any

import botocore.session

_HOST = r"(?P<host>\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]|localhost)(?=[:/]|\Z)"
_PREFIXED = re.compile(rf"(?P<scheme>https?://)\d{{12}}\.{_HOST}")


def install(session: botocore.session.Session) -> None:
    """Put the hook into every client that the session makes from now on."""
    emitter = session.get_component("event_emitter")
    emitter.register("before-call.s3-control", _unprefix)
    emitter.register("before-call", _bare)


def _unprefix(params: dict[str, Any], **_: Any) -> None:
    """Take the number off an address, before the request is signed. Names of AWS's keep it."""
    params["url"] = _PREFIXED.sub(r"\g<scheme>\g<host>", str(params["url"]))


def _bare(params: dict[str, Any], **_: Any) -> None:
    """Take off an address what the operation's model puts before hosts. Names of AWS's keep it."""
    if prefix := str(params.get("host_prefix") or ""):
        prefixed = rf"(?P<scheme>https?://){re.escape(prefix)}{_HOST}"
        params["url"] = re.sub(prefixed, r"\g<scheme>\g<host>", str(params["url"]))

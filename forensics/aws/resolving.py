"""Whether there is a host of a name: for services that botocore's list of endpoints does not have."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

_NONE = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
)
"""What a resolver says of a name that nobody has; anything else is the network's trouble, and our own."""

Resolve = Callable[[str, int], Any]


def nowhere(url: str, like: str, resolve: Resolve = socket.getaddrinfo) -> str:
    """
    Return the host of `url` if there is none of its name, though there is one of `like`; else nothing.

    `like` is an endpoint that is certainly there: where it has no address either, it is the network, or a
    proxy that alone can resolve names.
    """
    host = _host(url)
    return host if not _known(host, resolve) and _known(_host(like), resolve) else ""


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _known(host: str, resolve: Resolve) -> bool:
    try:
        resolve(host, 443)
    except socket.gaierror as error:
        return error.errno not in _NONE
    return True

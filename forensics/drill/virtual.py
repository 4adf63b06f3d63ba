"""Buckets in the host's name: `http://bucket.localhost/key` is `http://localhost/bucket/key`."""

from __future__ import annotations

import re
from typing import Any

from forensics.drill.services import Envelope

_HOST = re.compile(
    r"(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(?P<rest>(?:s3[.\w-]*\.)?(?:localhost|drill))"
)


def by_path(envelope: Envelope) -> Envelope:
    """Give a request to S3 with its bucket in the path; the same request where it is there already."""
    host, colon, port = str(envelope.environ.get("HTTP_HOST", "")).partition(":")
    found = _HOST.fullmatch(host)
    if found is None:
        return envelope
    environ: dict[str, Any] = {**envelope.environ, "HTTP_HOST": found["rest"] + colon + port}
    for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
        environ[name] = f"/{found['bucket']}{environ.get(name, '')}"
    return Envelope(environ, envelope.body)

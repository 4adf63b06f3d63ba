"""Read the bodies of answers, none further than a bound: one without end must not take all memory."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import IncompleteReadError
from botocore.response import StreamingBody

LIMIT = 32 * 2**20
"""Bytes of a body that are read. The longest that AWS sends, pages of whole policy documents, are a third."""

KEPT = 2**20
"""Bytes that are kept of one that is longer."""

_CHUNK = 256 * 2**10


class Bounded:
    """An HTTP session of botocore's, whose answers are read up to `LIMIT` and a little."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def send(self, request: Any) -> Any:
        """Send a request; its answer comes with its body, unless whoever asks wants to read that by parts."""
        by_parts, request.stream_output = request.stream_output, True
        response = self._real.send(request)
        if not by_parts:
            vars(response)["_content"] = _read(response.raw)
        return response

    def close(self) -> None:
        """Close all connections."""
        self._real.close()


def whole(body: Any) -> bytes:
    """Return a body as bytes, also one that botocore would hand on to be read by parts: within the bound."""
    return body if isinstance(body, bytes) else _drained(body)


def _read(raw: Any) -> bytes:
    """Read a body to its end or just beyond the limit; what breaks meanwhile is one of botocore's errors."""
    # No length to hold it against: whether it is whole is said, and kept, elsewhere.
    return _drained(StreamingBody(raw, None))  # type: ignore[arg-type]


def _drained(body: StreamingBody) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        while chunk := body.read(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > LIMIT:
                body.close()  # what is still to come must not be taken for the next answer
                break
    except IncompleteReadError:
        pass  # As above: the length in the head says so too.
    return b"".join(chunks)

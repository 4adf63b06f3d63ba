"""What somebody told us of the breach, as the ledger has it: what the notices of a case name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SHOWN = 5
"""Names of a kind on a line; the others are counted."""
_WORDS = {"keys": "keys (suspects)", "ips": "addresses"}


@dataclass(frozen=True, slots=True)
class Noticed:
    """A notice. Its texts are anyone's: for `clean()`."""

    name: str
    path: str
    format: str
    size: int
    found: Mapping[str, tuple[str, ...]]
    left_out: int
    unopened: int
    """Attachments that nobody looked into."""
    remark: str

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Noticed:
        """Read an `intake` entry; `TypeError` where it is not as we write it."""
        found = {str(kind): tuple(map(str, names)) for kind, names in dict(body["found"]).items()}
        unopened = len(body["attachments"]) + int(body["attachments_left_out"])
        path, size, left_out = "".join(body["items"]), int(body["size"]), int(body["found_left_out"])
        texts = str(body["name"]), path, str(body["format"]), size
        return cls(*texts, found, left_out, unopened, str(body["remark"]))

    def lines(self) -> Iterator[str]:
        """Yield what it is, and what it names, a kind a line. Not clean."""
        unopened = f", {self.unopened} attachments not opened" if self.unopened else ""
        yield f"notice      {self.name} ({self.format}, {self.size} bytes{unopened})"
        for kind, names in self.found.items():
            if names:
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                yield f"  names     {_WORDS.get(kind, kind)} {', '.join(names[:_SHOWN])}{more}"
        if self.left_out:
            yield f"  names     {self.left_out} more than the ledger lists"
        if self.remark:
            yield f"  remark    {self.remark}"

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "attachments_not_opened": self.unopened,
            "format": self.format,
            "found": {kind: list(names) for kind, names in self.found.items()},
            "found_left_out": self.left_out,
            "name": self.name,
            "path": self.path,
            "remark": self.remark,
            "size": self.size,
        }

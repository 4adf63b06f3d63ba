"""
Check a case or a bundle: no AWS, no network, nothing written, nothing extracted, every input bounded.

`verify` is imported on first use (PEP 562): a helper process needs of this folder only what the standard
library carries, and is there the sooner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forensics.verifier.checks import verify

__all__ = ["verify"]


def __getattr__(name: str) -> Any:
    """Import `verify` on its first use."""
    if name != "verify":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from forensics.verifier.checks import verify  # noqa: PLC0415 - late on purpose, see above

    globals()[name] = verify
    return verify

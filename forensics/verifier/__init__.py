"""Check a case or a bundle: no AWS, no network, nothing written, nothing extracted, every input bounded."""

from __future__ import annotations

from forensics.verifier.checks import verify

__all__ = ["verify"]

"""An embedded AWS with a breached account, for rehearsals, demonstrations and tests."""

from __future__ import annotations

from forensics.drill.server import Drill

__all__ = ["Drill"]

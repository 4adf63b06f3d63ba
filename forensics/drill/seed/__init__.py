"""The breached account, as tables and plain code."""

from __future__ import annotations

"""Operations that read and are not asked all the same, each with the reason; docs/collectors.md has them."""

from __future__ import annotations

from collections.abc import Mapping

LEFT_OUT: Mapping[tuple[str, str], str] = {}
"""By botocore's names of service and operation. What is never asked at all is in `aws/never.py`."""

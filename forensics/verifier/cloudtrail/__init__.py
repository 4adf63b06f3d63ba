"""
AWS's signatures over CloudTrail's logs, checked from the record alone: no AWS, no network.

What `aws cloudtrail validate-logs` finds, this finds; and what that passes over: the newest digest gone, the
last before a stop, several in a row, logs in no digest, digests that were linked anew.
"""

from __future__ import annotations

from forensics.verifier.cloudtrail.examine import examine
from forensics.verifier.cloudtrail.outcome import Trails

__all__ = ["Trails", "examine"]

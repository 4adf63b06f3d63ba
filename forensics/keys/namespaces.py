"""What a signature is for. A signature for one purpose is worthless for every other."""

from __future__ import annotations

BUNDLE = "forensics-bundle-v1"
"""Over the tag manifest of a sealed bundle."""
CASE = "forensics-case-v1"
"""Over the first checkpoint: binds the case's log key to a person."""
WITNESS = "forensics-witness-v1"
"""Over a checkpoint, by somebody who has seen it."""
PARTS = "forensics-volumes-v1"
"""Over the sums of the parts that a bundle travels in."""
CUSTODY = "forensics-custody-v1"
"""Over one half of a hand-over."""

OWN = (BUNDLE, CASE, CUSTODY, PARTS)
"""What an identity of a case signs, and is named for in a bundle; a witness is somebody else."""

"""Sign with a key in KMS: where this asking meets the keys of people."""

from __future__ import annotations

from forensics.aws import kms_signer
from forensics.aws.reach import reach
from forensics.keys import Identity, remote_identity
from forensics.scope import Access

PREFIX = "kms:"


def kms_identity(text: str, access: Access, *, name: str = "", region: str | None = None) -> Identity:
    """
    Load the KMS key that `kms:<ARN or alias>` names, as somebody who signs.

    An ARN names its region itself. Raises what `kms_signer.find` raises.
    """
    session = reach(access, region=region)
    return remote_identity(kms_signer.find(session, text.removeprefix(PREFIX)), name)

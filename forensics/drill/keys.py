"""KMS keys as EBS sees them: whose they are, who manages them, and which account may use them."""

from __future__ import annotations

from typing import Any

from moto.kms.models import kms_backends

EBS_ALIAS = "alias/aws/ebs"


def arn(named: str, account: str, region: str) -> str:
    """Give the ARN of a key by its id, ARN or alias, as it is called in an account and region."""
    key = _find(named, account, region)
    return str(key.arn) if key is not None else named


def managed(named: str) -> bool:
    """Say whether AWS manages the key of an ARN."""
    key = _find(named, "", "")
    return key is not None and EBS_ALIAS in key.aliases


def usable(named: str, account: str) -> bool:
    """Say whether an account may use the key of an ARN: its own, or by key policy or grant."""
    key = _find(named, "", "")
    if key is None or key.key_state != "Enabled":
        return False
    if key.account_id == account:
        return EBS_ALIAS in key.aliases or f":{account}:" in str(key.policy)
    granted = any(f":{account}:" in str(grant.grantee_principal) for grant in key.grants.values())
    return granted or f":{account}:" in str(key.policy)


def _find(named: str, account: str, region: str) -> Any:
    parts = named.split(":", 5)
    if len(parts) == 6:
        region, account, named = parts[3], parts[4], parts[5]
    if not account or not region:
        return None
    backend: Any = kms_backends[account][region]
    named = named.removeprefix("key/")
    id_ = backend.get_key_id_from_alias(named) if named.startswith("alias/") else named
    return backend.keys.get(id_)

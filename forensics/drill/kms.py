"""KMS keys that sign (Ed25519, which moto does not have) or that AWS manages, and refusals in AWS's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto.kms.models import kms_backends

from forensics.drill import keys
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer, Refusal

ED25519, P256 = "ECC_NIST_EDWARDS25519", "ECC_NIST_P256"
ALGORITHMS = {ED25519: ("ED25519_SHA_512", "ED25519_PH_SHA_512"), P256: ("ECDSA_SHA_256",)}
MOST = 4_096
"""Bytes of a message of type RAW."""

_STATES = {"Disabled": "is disabled.", "PendingDeletion": "is pending deletion."}


@dataclass(frozen=True, slots=True)
class _Ed25519:
    """What moto asks of a key's private half."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def sign(self, message: bytes, _: str) -> bytes:
        """Sign a message."""
        return self.key.sign(message)

    def public_key(self) -> bytes:
        """Give the public half as SPKI."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _create(call: Call) -> Mapping[str, Any] | Answer:
    params = call.params
    if params.get("KeySpec") != ED25519:
        return call.moto.answer(call)
    if params.get("KeyUsage") != "SIGN_VERIFY":
        raise Refusal("ValidationException", f"KeyUsage is not compatible with KeySpec {ED25519}")
    backend: Any = kms_backends[call.account][call.region]
    key = backend.create_key(
        policy=str(params.get("Policy", "")),
        key_usage="SIGN_VERIFY",
        key_spec=P256,
        description=str(params.get("Description", "")),
        tags=[],
        multi_region=False,
        origin="AWS_KMS",
    )
    key.key_spec, key.private_key = ED25519, _Ed25519()
    known: dict[str, Any] = key.to_dict()["KeyMetadata"]
    return {"KeyMetadata": {**known, "KeySpec": ED25519, "SigningAlgorithms": list(ALGORITHMS[ED25519])}}


def _named(call: Call) -> Any:
    """Find a key by its id, ARN or alias."""
    named = str(call.params.get("KeyId", ""))
    backend: Any = kms_backends[call.account][call.region]
    alias = backend.get_alias_name(named)
    found = backend.get_key_id_from_alias(alias) if "alias/" in alias else backend.get_key_id(named)
    key = backend.keys.get(found)
    if key is None or (named.startswith("arn:") and f":{call.region}:{call.account}:" not in named):
        what = f"Alias {named} is not found." if "alias/" in named else f"Key '{named}' does not exist"
        raise Refusal("NotFoundException", what)
    return key


def _find(call: Call) -> Any:
    """Find a key that can be used."""
    key = _named(call)
    if key.key_state == "Disabled":
        raise Refusal("DisabledException", f"{key.arn} {_STATES[key.key_state]}")
    if key.key_state != "Enabled":
        raise Refusal("KMSInvalidStateException", f"{key.arn} {_STATES.get(key.key_state, 'is not usable.')}")
    return key


def _enable(call: Call) -> Mapping[str, Any]:
    key = _named(call)
    key.enabled, key.key_state = True, "Enabled"
    return {}


def _disable(call: Call) -> Mapping[str, Any]:
    key = _named(call)
    key.enabled, key.key_state = False, "Disabled"
    return {}


def _schedule_deletion(call: Call) -> Mapping[str, Any]:
    key, days = _named(call), int(call.params.get("PendingWindowInDays", 30))
    key.enabled, key.key_state = False, "PendingDeletion"
    date = call.now + timedelta(days=days)
    # moto's dates say no zone, and are of UTC.
    key.deletion_date = date.replace(tzinfo=None)
    said = {"DeletionDate": date, "KeyState": key.key_state}
    return {"KeyId": key.arn, "PendingWindowInDays": days, **said}


def _describe(call: Call) -> Mapping[str, Any] | Answer:
    """Describe a key; one that AWS manages says so, and is made when it is first asked for."""
    named = str(call.params.get("KeyId", ""))
    if not named.endswith(keys.EBS_ALIAS) and not keys.managed(_named(call).arn):
        return call.moto.answer(call)
    key = _named(call)
    return {"KeyMetadata": {**key.to_dict()["KeyMetadata"], "KeyManager": "AWS"}}


def _grant(call: Call) -> Mapping[str, Any] | Answer:
    """Grant; the same again, under the same name, is the same grant."""
    key = _find(call)
    if keys.managed(key.arn):
        raise Refusal("AccessDeniedException", f"{key.arn} is managed by AWS, and cannot be granted")
    for grant in key.grants.values():
        if grant.name and grant.name == call.params.get("Name"):
            return {"GrantId": grant.id, "GrantToken": grant.token}
    return call.moto.answer(call)


def _retire(call: Call) -> Mapping[str, Any] | Answer:
    key, grant = _named(call), str(call.params.get("GrantId", ""))
    if grant not in key.grants:
        raise Refusal("NotFoundException", f"Grant {grant} is not found")
    return call.moto.answer(call)


def _algorithms(key: Any) -> list[str]:
    return list(ALGORITHMS.get(key.key_spec) or key.signing_algorithms or ())


def _get_public_key(call: Call) -> Mapping[str, Any]:
    key = _find(call)
    if key.key_spec == "SYMMETRIC_DEFAULT" or key.key_spec.startswith("HMAC"):
        raise Refusal("UnsupportedOperationException", f"{key.arn} is not an asymmetric key.")
    said = {"KeyId": key.arn, "KeySpec": key.key_spec, "CustomerMasterKeySpec": key.key_spec}
    said |= {"KeyUsage": key.key_usage, "PublicKey": key.private_key.public_key()}
    if key.key_usage == "SIGN_VERIFY":
        return {**said, "SigningAlgorithms": _algorithms(key)}
    return {**said, "EncryptionAlgorithms": key.encryption_algorithms}


def _sign(call: Call) -> Mapping[str, Any]:
    key, params = _find(call), call.params
    if key.key_usage != "SIGN_VERIFY":
        usage = f"{key.arn} key usage is {key.key_usage} which is not valid for Sign."
        raise Refusal("InvalidKeyUsageException", usage)
    algorithm, raw = str(params.get("SigningAlgorithm")), params.get("MessageType", "RAW") == "RAW"
    if algorithm not in _algorithms(key) or (algorithm == "ED25519_SHA_512" and not raw):
        wrong = f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}."
        raise Refusal("InvalidKeyUsageException", wrong)
    message = params.get("Message", b"")
    message = message.encode() if isinstance(message, str) else bytes(message)
    if not 0 < len(message) <= MOST:
        raise Refusal("ValidationException", f"Value at 'message' must have length between 1 and {MOST}")
    return {"KeyId": key.arn, "Signature": _signature(key, message, algorithm), "SigningAlgorithm": algorithm}


def _signature(key: Any, message: bytes, algorithm: str) -> bytes:
    if key.key_spec == P256:
        signed: bytes = key.private_key.private_key.sign(message, ec.ECDSA(hashes.SHA256()))
    else:
        signed = key.private_key.sign(message, algorithm)
    return signed


HANDLERS: Mapping[str, Handler] = {
    "CreateGrant": _grant,
    "CreateKey": _create,
    "DescribeKey": _describe,
    "DisableKey": _disable,
    "EnableKey": _enable,
    "GetPublicKey": _get_public_key,
    "RetireGrant": _retire,
    "ScheduleKeyDeletion": _schedule_deletion,
    "Sign": _sign,
}

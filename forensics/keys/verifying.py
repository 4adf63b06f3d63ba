"""Whether a signature holds: raw Ed25519, notes, and SSH signatures by every kind of key that we take."""

from __future__ import annotations

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from forensics.errors import FormatError, IdentityError
from forensics.formats import cosignature
from forensics.formats.cosignature import Cosignature
from forensics.formats.note import ED25519, Note, key_id
from forensics.formats.sshsig import HASHES, SshSignature, read_string, read_strings, to_sign
from forensics.keys.public import RSA, PublicKey, check_point, ed25519_key, read_mpint

_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_RSA_HASHES: dict[str, hashes.HashAlgorithm] = {
    "rsa-sha2-256": hashes.SHA256(),
    "rsa-sha2-512": hashes.SHA512(),
}
"""`ssh-rsa`, which is RSA over SHA-1, is left out for good."""
_ECDSA_HASHES: dict[int, hashes.HashAlgorithm] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    521: hashes.SHA512(),
}
_TOUCHED = 0x01
_FIDO_TAIL = 5
"""Bytes after a FIDO signature: flags, and a counter of 4."""


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    """
    Refuse unless `signature` (64 bytes) over `message` is by `public` (32 bytes).

    Refused as well: keys of small order and every second spelling of a key, of R or of S (RFC 8032, 5.1.7),
    whatever the library below does about them, so that one message has one signature.
    """
    _verify_ed25519(ed25519_key(public), signature, message)


def verify_note(note: Note, name: str, public: bytes) -> None:
    """Refuse unless exactly one signature of `note` is by the key, and holds; other keys' are passed over."""
    identifier = key_id(name, ED25519, public)
    ours = [item.signature for item in note.signatures if (item.name, item.key_id) == (name, identifier)]
    if len(ours) != 1:
        raise FormatError(f"note: {len(ours)} signatures by the log's key, not one")
    verify_ed25519(public, ours[0], note.text.encode("utf-8", "surrogatepass"))


def verify_cosignature(given: Cosignature, text: str, name: str, public: bytes) -> None:
    """Refuse unless this cosignature of a note's text is by that witness's name and key, and holds."""
    if (given.name, given.key_id) != (name, key_id(name, cosignature.KIND, public)):
        raise FormatError("cosignature: by another name or key")
    verify_ed25519(public, given.signature, cosignature.message(given.time, text))


def verify_signature(armored: bytes, message: bytes, namespace: str) -> PublicKey:
    """
    Give the key that made this SSH signature over `message` for `namespace`, or raise `FormatError`.

    Whose key it is, and whether that person may sign, is the caller's question.
    """
    parsed = SshSignature.parse(armored)
    if parsed.namespace != namespace:
        raise FormatError(f"SSH signature: made for {parsed.namespace}, not for {namespace}")
    try:
        key = PublicKey(parsed.public_key)
    except IdentityError as error:
        raise FormatError(f"SSH signature: {error}") from error
    digest = HASHES[parsed.hash_algorithm](message).digest()
    try:
        _verify(key, parsed.signature, to_sign(namespace, digest, parsed.hash_algorithm))
    except (InvalidSignature, ValueError) as error:
        raise FormatError("SSH signature: it does not hold") from error
    return key


def _verify(key: PublicKey, blob: bytes, message: bytes) -> None:
    name, after_name = read_string(blob)
    signature, end = read_string(blob, after_name)
    tail = blob[end:]
    algorithm = name.decode("ascii")
    if key.application is not None:
        message = _fido_message(key.application, tail, message)
    elif tail:
        raise FormatError("SSH signature: more follows after it")
    if algorithm not in (_RSA_HASHES if key.kind == RSA else {key.kind}):
        raise FormatError("SSH signature: an algorithm that is not that of its key")
    if isinstance(key.material, Ed25519PublicKey):
        _verify_ed25519(key.material, signature, message)
    elif isinstance(key.material, rsa.RSAPublicKey):
        _verify_rsa(key.material, signature, message, _RSA_HASHES[algorithm])
    else:
        _verify_ecdsa(key.material, signature, message)


def _fido_message(application: bytes, tail: bytes, message: bytes) -> bytes:
    """Give what a FIDO token signs (OpenSSH PROTOCOL.u2f); without a touch, malware may have asked."""
    if len(tail) != _FIDO_TAIL or not tail[0] & _TOUCHED:
        raise FormatError("SSH signature: not made by a touch of the token")
    return sha256(application).digest() + tail + sha256(message).digest()


def _verify_ed25519(key: Ed25519PublicKey, signature: bytes, message: bytes) -> None:
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _GROUP_ORDER:
        raise FormatError("Ed25519 signature: not 64 bytes, or S in a second spelling")
    check_point(signature[:32], "Ed25519 signature")
    try:
        key.verify(signature, message)
    except InvalidSignature as error:
        raise FormatError("Ed25519 signature: it does not hold") from error


def _verify_rsa(
    key: rsa.RSAPublicKey, signature: bytes, message: bytes, algorithm: hashes.HashAlgorithm
) -> None:
    if len(signature) != (key.key_size + 7) // 8:
        raise FormatError("SSH signature: not as long as its RSA key")
    key.verify(signature, message, padding.PKCS1v15(), algorithm)


def _verify_ecdsa(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> None:
    numbers = [read_mpint(part) for part in read_strings(signature)]
    if len(numbers) != 2:
        raise FormatError("SSH signature: ECDSA with other than two numbers")
    key.verify(encode_dss_signature(*numbers), message, ec.ECDSA(_ECDSA_HASHES[key.key_size]))

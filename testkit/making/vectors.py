"""
Vectors for the small parts of a verifier: values and whether they hold, one list a file of JSON.

Made without the program's own tree, proofs and parsers, by the definitions of the specifications, so that
they can be wrong together with it only where both misread the same page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Vector = dict[str, Any]
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
SIZES = (1, 2, 3, 4, 5, 7, 8, 9)


def every() -> dict[str, list[Vector]]:
    """Return the vectors by the name of their file."""
    return {
        "consistency.json": list(_consistency()),
        "ed25519.json": list(_ed25519()),
        "inclusion.json": list(_inclusion()),
        "json.json": list(_json()),
        "manifest.json": list(_manifest()),
    }


# -- trees, as RFC 6962 section 2.1 defines them


def _leaf(number: int) -> bytes:
    return hashlib.sha256(b"\0" + b"leaf %d" % number).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = _split(len(leaves))
    return _node(_root(leaves[:half]), _root(leaves[half:]))


def _path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]) of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*_path(index, leaves[:half]), _root(leaves[half:])]
    return [*_path(index - half, leaves[half:]), _root(leaves[:half])]


def _proof(size: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """Return SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2."""
    if size == len(leaves):
        return [] if whole else [_root(leaves)]
    half = _split(len(leaves))
    if size <= half:
        return [*_proof(size, leaves[:half], whole=whole), _root(leaves[half:])]
    return [*_proof(size - half, leaves[half:], whole=False), _root(leaves[:half])]


def _spoilt(proof: Sequence[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Yield what may be done to a proof."""
    other = hashlib.sha256(b"other").digest()
    yield "a hash more", [*proof, other]
    if proof:
        yield "the last hash left out", list(proof[:-1])
        yield "the first hash changed", [other, *proof[1:]]
    if len(proof) > 1:
        yield "two hashes swapped", [proof[1], proof[0], *proof[2:]]


def _inclusion() -> Iterator[Vector]:
    for size in SIZES:
        leaves = [_leaf(number) for number in range(size)]
        root = _root(leaves)
        for index in range(size):
            good = {
                "index": index,
                "leaf": leaves[index],
                "proof": _path(index, leaves),
                "root": root,
                "size": size,
            }
            yield _vector("as it is", good, valid=True)
        index = size // 2
        good = {
            "index": index,
            "leaf": leaves[index],
            "proof": _path(index, leaves),
            "root": root,
            "size": size,
        }
        for about, proof in _spoilt(_path(index, leaves)):
            yield _vector(about, {**good, "proof": proof})
        yield _vector("a place beyond the tree", {**good, "index": size})
        yield _vector("another leaf", {**good, "leaf": _leaf(99)})
        yield _vector("another root", {**good, "root": _leaf(98)})
        if size > 1:
            yield _vector("another place", {**good, "index": (index + 1) % size})
    yield _vector(
        "a tree of nothing", {"index": 0, "leaf": _leaf(0), "proof": [], "root": _leaf(0), "size": 0}
    )


def _consistency() -> Iterator[Vector]:
    for new in SIZES:
        leaves = [_leaf(number) for number in range(new)]
        for old in range(1, new + 1):
            good = {
                "new": new, "new_root": _root(leaves), "old": old, "old_root": _root(leaves[:old]),
                "proof": _proof(old, leaves),
            }  # fmt: skip
            yield _vector("as it is", good, valid=True)
            if old == new - 1:
                yield from _inconsistent(good)


def _inconsistent(good: Vector) -> Iterator[Vector]:
    for about, proof in _spoilt(good["proof"]):
        yield _vector(about, {**good, "proof": proof})
    yield _vector("another old root", {**good, "old_root": _leaf(98)})
    yield _vector("another new root", {**good, "new_root": _leaf(98)})
    yield _vector(
        "the two roots swapped", {**good, "old_root": good["new_root"], "new_root": good["old_root"]}
    )
    yield _vector("the new tree smaller than the old", {**good, "old": good["new"], "new": good["old"]})
    yield _vector("two roots of one size", {**good, "old": good["new"], "proof": []})


# -- Ed25519, as RFC 8032 section 5.1.7 has it read strictly


def _ed25519() -> Iterator[Vector]:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    for message in (b"", b"a", b"tagmanifest" * 100):
        yield _signed("as it is", public, message, key.sign(message), valid=True)
    message = b"tagmanifest"
    signature = key.sign(message)
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    yield _signed("another message", public, message + b"x", signature)
    for about, other in (
        ("S + L", s + ORDER), ("S + 2L", s + 2 * ORDER), ("S of nothing", 0), ("S = L", ORDER),
        ("the highest bit of S", s | 2**255), ("S of all ones", 2**256 - 1),
    ):  # fmt: skip
        yield _signed(about, public, message, r + (other % 2**256).to_bytes(32, "little"))
    for bit in (0, 100, 255, 256, 400, 500):
        spoilt = bytearray(signature)
        spoilt[bit // 8] ^= 1 << bit % 8
        yield _signed(f"bit {bit} flipped", public, message, bytes(spoilt))
    for size in (0, 32, 63, 65, 128):
        yield _signed(f"{size} bytes long", public, message, (signature * 2)[:size])
    zero = bytes(32)
    for about, point in _points():
        yield _signed(f"key: {about}", point, message, point + zero)
        yield _signed(f"R: {about}", public, message, point + signature[32:])


def _points() -> Iterator[tuple[str, bytes]]:
    """Yield points of small order, and second spellings of some (RFC 8032, 5.1.3, forbids them)."""
    heights = {
        "the neutral point": 1, "a point of order 2": PRIME - 1, "a point of order 4": 0,
        "a point of order 8": int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        "the neutral point, spelt p + 1": PRIME + 1, "a point of order 4, spelt p": PRIME, "a height of p + 3": PRIME + 3,
    }  # fmt: skip
    for about, height in heights.items():
        for sign in (0, 1):
            yield f"{about}, sign {sign}", (height | sign << 255).to_bytes(32, "little")


def _signed(about: str, public: bytes, message: bytes, signature: bytes, *, valid: bool = False) -> Vector:
    return _vector(about, {"message": message, "public": public, "signature": signature}, valid=valid)


# -- texts that a parser takes or refuses, to the byte


def _json() -> Iterator[Vector]:
    good = ("{}", "[]", "null", "true", "0", "-1", "9007199254740991", '""', '"\\u0000"', '"\\n"', '"é"', '"\u2028"',
            '"\U0001f512"', '{"a":1,"b":[1,2]}', "[" * 16 + "]" * 16, '"\\""', '"\\\\"', '"/"', '"\x7f"')  # fmt: skip
    bad = (
        "", " ", "{} ", " {}", "{}\n", '{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', "1.0", "1e2", "-0", "01", "+1",
        "9007199254740992", "-9007199254740992", "NaN", "Infinity", "-Infinity", "1e400", "'a'", "{a:1}", "[1,]", '{"a":1,}',
        '"\\u0041"', '"\\/"', '"\\u00e9"', '"\\ud800"', '"\\u2028"', '"\x01"', '"\t"', "[" * 17 + "]" * 17, "[" * 20_000,
        '{"é":1}', "True", "nul", '"a', "[1 2]", "//", "{}{}", "\ufeff{}",
    )  # fmt: skip
    for text in good:
        yield _text("canonical", text.encode(), valid=True)
    for text in bad:
        yield _text("not canonical", text.encode())
    for data in (b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}", b"{\x00}"):
        yield _text("no UTF-8, or no JSON", data)


def _manifest() -> Iterator[Vector]:
    one, two = hashlib.sha256(b"1").hexdigest(), hashlib.sha256(b"2").hexdigest()
    yield _text("two lines", f"{one}  data/a\n{two}  data/b/c.jsonl\n".encode(), valid=True)
    yield _text("no line", b"", valid=True)
    yield _text("no last line feed", f"{one}  data/a".encode())
    yield _text("a line twice", f"{one}  data/a\n{one}  data/a\n".encode())
    yield _text("one path, two hashes", f"{one}  data/a\n{two}  data/a\n".encode())
    yield _text("out of order", f"{one}  data/b\n{two}  data/a\n".encode())
    yield _text("twins but for case", f"{one}  data/A\n{two}  data/a\n".encode())
    yield _text("a file that is a folder too", f"{one}  data/a\n{two}  data/a/b\n".encode())
    yield _text("a hash in upper case", f"{one.upper()}  data/a\n".encode())
    yield _text("a hash too short", f"{one[:-1]}  data/a\n".encode())
    for between in (" ", " *", "\t", "   "):
        yield _text(f"{between!a} between", f"{one}{between}data/a\n".encode())
    for path in ("../a", "data/../a", "/data/a", "./data/a", "data//a", "data/a/", "~/a", "data/.a", "data/a.", "data/a b",
                 "c:/a", "data\\a", "data/nul", "data/com1.txt", "data/é", "data/" + "a" * 151, "data/" + "a/" * 24 + "a", ""):  # fmt: skip
        yield _text(f"the path {path[:30]!a}", f"{one}  {path}\n".encode())
    for data in (
        f"# {one}\n",
        f"\\{one}  data/a\n",
        f"{one}  data/a\r\n",
        f"\n{one}  data/a\n",
        f"\ufeff{one}  data/a\n",
    ):
        yield _text("a line that is none", data.encode())


def _text(about: str, data: bytes, *, valid: bool = False) -> Vector:
    return _vector(about, {"bytes": data}, valid=valid)


def _vector(about: str, values: Vector, *, valid: bool = False) -> Vector:
    return {"about": about, **{name: _plain(value) for name, value in values.items()}, "valid": valid}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return [_plain(one) for one in value] if isinstance(value, list) else value

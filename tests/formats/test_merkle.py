"""Merkle trees against the reference tree of Certificate Transparency, and proofs that must not pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import merkle
from forensics.formats.merkle import Tree, node_hash

DATA = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""Entries of the tree that every implementation of RFC 6962 is tried on."""
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
LEAVES = [merkle.leaf_hash(data) for data in DATA]
ZERO = bytes(32)

N1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
N01 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
N4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"


def tree(leaves: Sequence[bytes]) -> Tree:
    """Grow a tree."""
    grown = Tree()
    for leaf in leaves:
        grown.append(leaf)
    return grown


def hashes(*texts: str) -> list[bytes]:
    """Read hashes."""
    return [bytes.fromhex(text) for text in texts]


def numbered(size: int) -> list[bytes]:
    """Give that many different leaves."""
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


def recursive_root(leaves: Sequence[bytes]) -> bytes:
    """Give the root as RFC 6962 section 2.1 defines it, in its own words."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_reference_roots(size: int) -> None:
    """The roots are those of the reference tree."""
    assert tree(LEAVES[:size]).root() == ROOTS[size - 1]


def test_empty_root() -> None:
    """A tree without leaves has the hash of nothing for a root."""
    assert Tree().root() == merkle.EMPTY_ROOT
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.integers(1, 200))
def test_root_by_definition(size: int) -> None:
    """A grown tree has the root that the definition gives."""
    grown = tree(numbered(size))
    assert grown.root() == recursive_root(numbered(size))
    assert grown.size == size


def test_copy_grows_apart() -> None:
    """A copy and its original do not touch each other."""
    first = tree(LEAVES[:3])
    second = first.copy()
    second.append(LEAVES[3])
    first.append(ZERO)
    assert second.root() == ROOTS[3]
    assert first.root() != ROOTS[3]
    assert first.size == second.size == 4


def test_leaf_is_no_node() -> None:
    """An entry made of two hashes does not pass for the node above them."""
    assert merkle.leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (0, 8, hashes(N1, N01, N47)),
        (5, 8, hashes(N4, N67, ROOTS[3].hex())),
        (2, 3, hashes(ROOTS[1].hex())),
        (1, 5, hashes(ROOTS[0].hex(), N01, N4)),
    ],
)
def test_reference_inclusion(index: int, size: int, proof: list[bytes]) -> None:
    """Inclusion proofs are those of the reference tree, and pass."""
    assert merkle.inclusion_proof(LEAVES[:size], index) == proof
    merkle.verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size - 1])


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (1, 1, []),
        (1, 8, hashes(N1, N01, N47)),
        (6, 8, hashes(N45, N67, ROOTS[3].hex())),
        (2, 5, hashes(N01, N4)),
        (8, 8, []),
    ],
)
def test_reference_consistency(old: int, new: int, proof: list[bytes]) -> None:
    """Consistency proofs are those of the reference tree, and pass."""
    assert merkle.consistency_proof(LEAVES[:new], old) == proof
    merkle.verify_consistency(old, new, proof, ROOTS[old - 1], ROOTS[new - 1])


def wrong_proofs(proof: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Give proofs that are nearly this one."""
    good = list(proof)
    for at in range(len(good)):
        yield [*good[:at], bytes([good[at][0] ^ 1]) + good[at][1:], *good[at + 1 :]]
        yield [*good[:at], good[at][:-1] + bytes([good[at][-1] ^ 0x80]), *good[at + 1 :]]
        yield [*good[:at], good[at][:-1], *good[at + 1 :]]
        yield [*good[:at], b"", *good[at + 1 :]]
        yield good[:at] + good[at + 1 :]
        yield good[: at + 1] + good[at:]
    yield [*good, ZERO]
    yield [*good, b""]
    yield [*good, *good, ZERO]
    yield [ZERO, *good]
    yield [b"garbage", *good]
    yield [*good, *[ZERO] * 64]
    if good:
        yield []
    if len(set(good)) > 1:
        yield good[::-1]


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33])
def test_inclusion(size: int) -> None:
    """At every place of every small tree the proof passes, and nothing near it does."""
    leaves = numbered(size)
    root = recursive_root(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle.inclusion_proof(leaves, index)
        merkle.verify_inclusion(leaf, index, size, proof, root)
        wrong = [
            *((leaf, index, size, bad, root) for bad in wrong_proofs(proof)),
            (ZERO, index, size, proof, root),
            (leaf[:-1], index, size, proof, root),
            (b"", index, size, proof, root),
            (leaf, index, size, proof, ZERO),
            (leaf, index, size, proof, root[:-1]),
            (leaf, index, size, proof, merkle.EMPTY_ROOT),
            *((leaf, other, size, proof, root) for other in range(-1, size + 2) if other != index),
            (leaf, index, 0, proof, root),
            (leaf, index, -size, proof, root),
            (leaf, index, size * 2, proof, root),
            (leaf, index, 2**63, proof, root),
            (leaf, index ^ 2**40, size + 2**41, proof, root),
        ]
        for case in wrong:
            with pytest.raises(FormatError):
                merkle.verify_inclusion(*case)


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33])
def test_consistency(size: int) -> None:
    """From every start of every small tree the proof passes, and nothing near it does."""
    leaves = numbered(size)
    new = recursive_root(leaves)
    for start in range(1, size + 1):
        old = recursive_root(leaves[:start])
        proof = merkle.consistency_proof(leaves, start)
        merkle.verify_consistency(start, size, proof, old, new)
        wrong = [
            *((start, size, bad, old, new) for bad in wrong_proofs(proof)),
            (start, size, proof, ZERO, new),
            (start, size, proof, old, ZERO),
            (start, size, proof, old[:-1], new),
            (start, size, proof, old, b""),
            (0, size, proof, old, new),
            (-1, size, proof, old, new),
            (size + 1, size, proof, old, new),
            (start, 0, proof, old, new),
            (start, 2**63, proof, old, new),
            (start, size * 2, proof, old, new),
        ]
        if start < size:
            wrong += [
                (start, size, proof, new, old),
                (size, size, proof, old, new),
                (start, start, proof, old, new),
            ]
        for case in wrong:
            with pytest.raises(FormatError):
                merkle.verify_consistency(*case)


@given(st.integers(1, 300), st.data())
def test_growth(size: int, data: st.DataObject) -> None:
    """A tree is consistent with each of its starts, and holds each of its leaves."""
    leaves = numbered(size)
    start = data.draw(st.integers(1, size))
    root, old = tree(leaves).root(), tree(leaves[:start]).root()
    merkle.verify_consistency(start, size, merkle.consistency_proof(leaves, start), old, root)
    index = start - 1
    merkle.verify_inclusion(leaves[index], index, size, merkle.inclusion_proof(leaves, index), root)


def test_rewritten_past() -> None:
    """No proof leads from the root of a tree to that of one with another past."""
    honest, other = numbered(13), [ZERO, *numbered(20)[1:]]
    for size in range(13, 21):
        proof = merkle.consistency_proof(other[:size], 13)
        with pytest.raises(FormatError):
            merkle.verify_consistency(13, size, proof, tree(honest).root(), tree(other[:size]).root())


@pytest.mark.parametrize("index", [-1, 8, 2**40])
def test_no_such_leaf(index: int) -> None:
    """There is no proof for a leaf that is not there."""
    with pytest.raises(FormatError):
        merkle.inclusion_proof(LEAVES, index)


@pytest.mark.parametrize("size", [-1, 0, 9])
def test_no_such_start(size: int) -> None:
    """There is no proof from a tree that is not the start of this one."""
    with pytest.raises(FormatError):
        merkle.consistency_proof(LEAVES, size)


def test_a_log_of_this_century() -> None:
    """Sizes near the bound are measured, not looped over."""
    with pytest.raises(FormatError):
        merkle.verify_inclusion(ZERO, 2**62, 2**63 - 1, [ZERO] * 62, ZERO)
    with pytest.raises(FormatError):
        merkle.verify_consistency(2**62, 2**63 - 1, [ZERO] * 62, ZERO, ZERO)


def test_longest_log() -> None:
    """A tree of the most leaves there may be has proofs as well: the bound itself is within."""
    with pytest.raises(FormatError, match="inclusion proof: too short"):
        merkle.verify_inclusion(ZERO, 0, merkle.MAX_SIZE, [], ZERO)
    with pytest.raises(FormatError, match="consistency proof: too short"):
        merkle.verify_consistency(1, merkle.MAX_SIZE, [], ZERO, ZERO)


@pytest.mark.parametrize("place", range(3))
def test_no_hash(place: int) -> None:
    """Whatever is not 32 bytes is refused as no hash, before anything is made of it."""
    first, second, step = (bytes(31) if at == place else ZERO for at in range(3))
    with pytest.raises(FormatError, match=r"^inclusion proof: a hash that is not 32 bytes$"):
        merkle.verify_inclusion(first, 0, 2, [step], second)
    with pytest.raises(FormatError, match=r"^consistency proof: a hash that is not 32 bytes$"):
        merkle.verify_consistency(1, 2, [step], first, second)

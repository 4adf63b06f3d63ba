"""Merkle trees and their proofs, as in RFC 6962 section 2 and RFC 9162 section 2.1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from forensics.errors import FormatError

EMPTY_ROOT = sha256().digest()
"""Root of a tree without leaves."""
HASH_BYTES = 32
MAX_SIZE = 2**63 - 1


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry as a leaf. The prefix keeps a leaf from passing for a node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees' roots into their parent."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows, holding only the roots of its full subtrees: O(log n) hashes."""

    __slots__ = ("_roots", "size")

    def __init__(self) -> None:
        """Make the tree without leaves."""
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf, given its `leaf_hash`."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves, given their hashes."""
        for leaf in leaves:
            pending = self.size
            while pending & 1:  # each set bit is a full subtree, and the new leaf completes those at the end
                leaf = node_hash(self._roots.pop(), leaf)  # noqa: PLW2901 - a subtree takes its leaf's place
                pending >>= 1
            self._roots.append(leaf)
            self.size += 1

    def root(self) -> bytes:
        """Give the root over all leaves so far."""
        if not self._roots:
            return EMPTY_ROOT
        root = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            root = node_hash(left, root)
        return root

    def copy(self) -> Tree:
        """Give a tree of the same leaves that grows apart from this one."""
        twin = Tree()
        twin.size = self.size
        twin._roots = self._roots.copy()
        return twin


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Prove that leaf `index` is under the root of all `leaves` (their hashes). O(n)."""
    if not 0 <= index < len(leaves):
        raise FormatError(f"no leaf {index} among {len(leaves)}")
    proof = []
    level = list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        level = _parents(level)
        index >>= 1
    return proof


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """Prove that the tree of the first `size` leaves grew into that of all `leaves`. O(n)."""
    if not 1 <= size <= len(leaves):
        raise FormatError(f"no tree of {size} leaves is the start of one of {len(leaves)}")
    proof: list[bytes] = []
    known = True  # while we look at the whole old tree, the verifier has its root already
    while size < len(leaves):
        split = 1 << (len(leaves) - 1).bit_length() - 1
        if size <= split:
            proof.append(_root(leaves[split:]))
            leaves = leaves[:split]
        else:
            proof.append(_root(leaves[:split]))
            leaves, size, known = leaves[split:], size - split, False
    if not known:
        proof.append(_root(leaves))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Refuse unless `proof` shows `leaf` (its hash) at `index` under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size <= MAX_SIZE:
        raise FormatError(f"inclusion proof: no leaf {index} in a tree of {size}")
    _check_hashes("inclusion proof", leaf, root, *proof)
    node, last, found = index, size - 1, leaf
    for step in proof:
        if not last:
            raise FormatError("inclusion proof: too long")
        if node & 1 or node == last:
            found = node_hash(step, found)
            node, last = _climb(node, last)
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    if last:
        raise FormatError("inclusion proof: too short")
    if found != root:
        raise FormatError("inclusion proof: it leads to another root")


def verify_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Refuse unless `proof` shows that the old tree is the start of the new (RFC 9162, 2.1.4.2)."""
    if not 1 <= old_size <= new_size <= MAX_SIZE:
        raise FormatError(f"consistency proof: a tree of {old_size} is not the start of one of {new_size}")
    _check_hashes("consistency proof", old_root, new_root, *proof)
    if old_size == new_size:
        if proof or old_root != new_root:
            raise FormatError("consistency proof: two roots of one size")
        return
    steps = list(proof)
    if not old_size & (old_size - 1):  # a full tree: its own root is where the path starts
        steps.insert(0, old_root)
    if not steps:
        raise FormatError("consistency proof: too short")
    _verify_steps(old_size - 1, new_size - 1, steps, old_root, new_root)


def _verify_steps(node: int, last: int, steps: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if not last:
            raise FormatError("consistency proof: too long")
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            node, last = _climb(node, last)
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    if last:
        raise FormatError("consistency proof: too short")
    if (old, new) != (old_root, new_root):
        raise FormatError("consistency proof: it leads to other roots")


def _climb(node: int, last: int) -> tuple[int, int]:
    """Pass the levels at which a right edge has no sibling, so that no step of the proof stands for them."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _check_hashes(what: str, *hashes: bytes) -> None:
    if any(len(item) != HASH_BYTES for item in hashes):
        raise FormatError(f"{what}: a hash that is not 32 bytes")


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Hash a level pairwise; one left over at the end goes up as it is."""
    above = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return above + list(level[len(level) & ~1 :])


def _root(leaves: Sequence[bytes]) -> bytes:
    level = list(leaves)
    while len(level) > 1:
        level = _parents(level)
    return level[0]

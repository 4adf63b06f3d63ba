"""Stored paths, very many at once: refused where one of them would be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import manifest
from forensics.verifier.paths import Paths

NAMES = st.sampled_from(["a", "b.json", "con", ".x", "x.", "", "..", "x" * 150, "x" * 151, "x\n", "é", "a b"])
PATHS = st.lists(NAMES, min_size=1, max_size=26).map("/".join)
GOOD = st.lists(st.sampled_from(["a", "b", "x" * 60]), min_size=1, max_size=5).map("/".join)


def _is_good(path: str) -> bool:
    try:
        manifest.check_path(path)
    except FormatError:
        return False
    return True


@given(st.lists(PATHS | GOOD, max_size=6), st.lists(GOOD, max_size=3))
def test_all_at_once(paths: list[str], before: list[str]) -> None:
    """Good are they all if each is, whatever was checked before; and who is refused is the first to be so."""
    known = Paths()
    for path in before:
        if _is_good(path):
            known.check(path)
    if all(map(_is_good, paths)):
        known.check_all(paths)
    else:
        with pytest.raises(FormatError):
            known.check_all(paths)


@pytest.mark.parametrize("name", ["con", "x" * 151, "y" * 100])
def test_in_a_known_folder(name: str) -> None:
    """A folder that is known makes no name in it good, nor a path that is too long by then."""
    folder = "/".join(["d" * 70] * 2)
    known = Paths()
    known.check(f"{folder}/a")
    with pytest.raises(FormatError):
        known.check_all([f"{folder}/a", f"{folder}/{name}"])
    known.check_all([f"{folder}/{'z' * 98}"])


def test_edges() -> None:
    """In no folder, and as deep as a path may be, but no deeper: also of folders that are new."""
    Paths().check_all(["a", "b.json"])
    deepest = "/".join("d" * manifest.MAX_COMPONENTS)
    Paths().check_all([deepest])
    with pytest.raises(FormatError):
        Paths().check_all([f"{deepest}/d"])

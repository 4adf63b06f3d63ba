"""A good bundle and a good case for each test to spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.verifier import build


@pytest.fixture(scope="session")
def _bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build.bundle(tmp_path_factory.mktemp("good") / "bundle")


@pytest.fixture(scope="session")
def _case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build.case(tmp_path_factory.mktemp("good") / "case")


@pytest.fixture
def bundle(_bundle: Path, tmp_path: Path) -> Path:
    """Return a good bundle that is the test's own."""
    return shutil.copytree(_bundle, tmp_path / "bundle")


@pytest.fixture
def case(_case: Path, tmp_path: Path) -> Path:
    """Return a good case folder that is the test's own."""
    return shutil.copytree(_case, tmp_path / "case")

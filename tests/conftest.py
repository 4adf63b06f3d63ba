"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A loaded machine is no failure: pytest-timeout bounds each test, and `bench` measures.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

"""What is worth keeping: one file each, and the folder is the registry."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forensics.collectors.spec import Collector


@cache
def every() -> tuple[Collector, ...]:
    """Return each file's `COLLECTOR`, in order of volatility, then name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    found: list[Collector] = [module.COLLECTOR for module in modules if hasattr(module, "COLLECTOR")]
    return tuple(sorted(found, key=lambda collector: (collector.phase, collector.name)))

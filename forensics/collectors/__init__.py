"""What is worth keeping: one file each, and the folder is the registry."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forensics.collectors.spec import Collector


@cache
def every() -> tuple[Collector, ...]:
    """
    Return each file's `COLLECTOR`, in order of volatility, then name.

    A file with a function `rest` instead makes its collector of what all the others leave.
    """
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    found: list[Collector] = []
    leftovers: list[Callable[[list[Collector]], Collector]] = []
    for module in modules:
        if hasattr(module, "COLLECTOR"):
            found.append(module.COLLECTOR)
        elif hasattr(module, "rest"):
            leftovers.append(module.rest)
    found += [rest(found) for rest in leftovers]
    return tuple(sorted(found, key=lambda collector: (collector.phase, collector.name)))

"""
botocore's models of services as a run needs them: without what is for people, and read where it is looked at.

A service has hundreds of operations and shapes, of which a run uses a handful. As objects all of them take
a megabyte and more a service, as text a tenth of it.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Callable
from functools import cached_property
from json import loads
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader
from botocore.model import ServiceModel, Shape

_TEXT, _SHAPE, _TYPE = "documentation", "shape", "type"
_MODEL = "service-2"
"""Name of the files whose operations and shapes are packed."""
_GIVEN = "clientContextParams"

_TELLING = ("exception", "endpointoperation", "endpointdiscovery")
"""What botocore looks through all shapes or all operations for: those that have it are not packed."""


class Packed(dict[str, Any]):
    """
    Operations or shapes by name, each as text until somebody looks at it. Safe for threads.

    botocore asks which names there are, and for what is of a name.
    """

    def __getitem__(self, name: str) -> Any:
        """Return one of them. Raises `KeyError`."""
        found = super().__getitem__(name)
        if not isinstance(found, bytes):
            return found
        # Two threads may both read it: either's is as good.
        self[name] = read = _unpacked(found)
        return read

    def get(self, name: str, default: Any = None) -> Any:
        """Return one of them, or something else where there is none."""
        try:
            return self[name]
        except KeyError:
            return default

    def telling(self, what: str) -> list[str]:
        """Name those that have one of `_TELLING`, and read none for it."""
        found = ((name, super(Packed, self).__getitem__(name)) for name in self)
        return [name for name, one in found if not isinstance(one, bytes) and one.get(what)]


def _unpacked(packed: bytes) -> Any:
    share = _sharing()

    def read(value: Any) -> Any:
        if isinstance(value, dict):
            return share({sys.intern(name): read(one) for name, one in value.items()})
        return value

    return read(marshal.loads(packed))  # noqa: S302 - we wrote it ourselves, in this process


def _sharing() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Have one object for all members that say no more than of what shape they are."""
    seen: dict[str, dict[str, Any]] = {}

    def share(found: dict[str, Any]) -> dict[str, Any]:
        shape = found.get(_SHAPE)
        # One for all may be the same: botocore copies a reference before it changes it.
        return seen.setdefault(shape, found) if len(found) == 1 and isinstance(shape, str) else found

    return share


class Lean(JSONFileLoader):
    """Load a file of a model without its documentation, and the operations and shapes of a service packed."""

    def _load_file(self, full_path: str, open_method: Callable[..., Any]) -> Any:
        if not Path(full_path).is_file():
            return None
        with open_method(full_path, "rb") as file:
            # Decoded at once: as bytes too, EC2's would be four megabytes more for the while.
            text = file.read().decode()
        if not Path(full_path).name.startswith(f"{_MODEL}.json"):
            return loads(text, object_hook=_slim)
        model = loads(text, object_hook=_packed)
        for name in ("operations", "shapes"):
            model[name] = Packed(model.get(name, {}))
        # They have a type as shapes have, and are none.
        if given := Packed(model.get(_GIVEN, {})):
            model[_GIVEN] = {name: given[name] for name in given}
        return model


def _slim(found: dict[str, Any]) -> dict[str, Any]:
    # A structure may have a member of that name: then it is no text.
    if isinstance(found.get(_TEXT), str):
        found[_TEXT] = ""
        # Where there is a type, it may be that of a client's parameter, whose text botocore insists on.
        if _TYPE not in found:
            del found[_TEXT]
    return found


def _packed(found: dict[str, Any]) -> Any:
    """Pack a shape or an operation, as soon as it is read: of a whole model there is never more than one."""
    found = _slim(found)
    operation = "http" in found and isinstance(found.get("name"), str)
    if not operation and not isinstance(found.get(_TYPE), str):
        return found
    return found if any(found.get(one) for one in _TELLING) else marshal.dumps(found)


class Service(ServiceModel):
    """A service's model that finds what botocore looks for in all of it without reading all of it."""

    def __init__(self, description: dict[str, Any], service_name: str) -> None:
        """Take a model as `Lean` loads it."""
        super().__init__(description, service_name)
        self._operations, self._shapes = description["operations"], description["shapes"]

    @cached_property
    def error_shapes(self) -> list[Shape]:
        """The shapes of errors."""
        return [self.shape_for(name) for name in self._shapes.telling("exception")]

    @cached_property
    def endpoint_discovery_operation(self) -> Any:
        """The operation that tells where to ask, which very few services have."""
        return next(map(self.operation_model, self._operations.telling("endpointoperation")), None)

    @cached_property
    def endpoint_discovery_required(self) -> bool:
        """Whether any other one is asked only where that says."""
        said = (
            self._operations[name]["endpointdiscovery"]
            for name in self._operations.telling("endpointdiscovery")
        )
        return any(one.get("required") for one in said)

"""
What a service says in which nobody has made anything: by botocore's model, without loading moto's part of it.

A list is empty, and a thing that is asked for by name is not found. From the first call on that changes
something in a service, moto answers for it. Where AWS has something of its own in every account, such as
EventBridge's default bus, moto always does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel

from forensics.drill import lacking
from forensics.drill.call import Call
from forensics.drill.denials import Refusal
from forensics.drill.record import mutating
from forensics.drill.unset import DEFAULTS, ERRORS

_FILLED = frozenset(
    {
        # What the seed makes, at once or when the service is first called.
        *("cloudfront", "cloudtrail", "ec2", "elb", "elbv2", "firehose", "iam", "kms", "logs"),
        *("account", "route53resolver", "s3", "s3control", "sts", "wafv2"),
        # What AWS has in every account, and moto too: a work group, a bus, documents.
        *("athena", "events", "ssm"),
        # What looks into the others.
        *("cloudcontrol", "resource-explorer-2", "resourcegroupstaggingapi"),
    }
)
"""Services that have something in them, or may."""

_MAKERS = frozenset({"batch", "cloudformation", "elasticbeanstalk", "opsworks", "servicecatalog"})
"""Services that make things in others, inside moto and unseen."""

EVERYTHING = "*"
"""Stands among the touched services for all of them."""


def note(call: Call) -> None:
    """Take notice of a call that was carried out, and may have changed something."""
    service = call.asked.service
    if mutating(call.asked.operation):
        call.world.touched.add(EVERYTHING if service in _MAKERS else service)


def quiet(call: Call) -> Mapping[str, Any] | None:
    """Answer in place of moto where nobody has touched the service, or moto lacks the operation."""
    asked, model = call.asked, call.asked.model
    if model is None or mutating(asked.operation):
        return None
    key = (asked.service, asked.operation)
    if not {asked.service, EVERYTHING} & (_FILLED | call.world.touched):
        return _unset(key, model)
    if told := lacking.TOLD.get(key):
        return told(call)
    return nothing(model) if asked.operation in lacking.LISTS.get(asked.service, ()) else None


def _unset(key: tuple[str, str], model: OperationModel) -> Mapping[str, Any] | None:
    if error := ERRORS.get(key):
        raise Refusal(*error)
    if (default := DEFAULTS.get(key)) is not None:
        return default
    if not names(model):
        return nothing(model)
    if (gone := not_found(model)) is not None:
        raise Refusal(*gone)
    return None


def names(model: OperationModel) -> set[str]:
    """Give the parameters that a caller must name things by."""
    shape: Any = model.input_shape
    return (
        set() if shape is None else {name for name in shape.required_members if _names(shape.members[name])}
    )


def _names(shape: Any) -> bool:
    while shape.type_name == "list":
        shape = shape.member
    return shape.type_name == "string" and not getattr(shape, "enum", ())


def not_found(model: OperationModel) -> tuple[str, str, int] | None:
    """Give the error by which an operation says that there is no such thing, if its model has one."""
    for shape in model.error_shapes:
        if "NotFound" in shape.name or shape.name.startswith("NoSuch"):
            error = shape.metadata.get("error", {})
            return (
                error.get("code", shape.name),
                "There is no such thing.",
                int(error.get("httpStatusCode", 400)),
            )
    return None


def nothing(model: OperationModel) -> Mapping[str, Any] | None:
    """Give the answer of a list in which nothing is; None for an operation that answers with no list."""
    shape = model.output_shape
    members = shape.members if shape is not None else {}
    lists: dict[str, Any] = {name: [] for name, member in members.items() if member.type_name == "list"}
    return lists or None

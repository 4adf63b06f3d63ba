"""
Lists of regions, made by one boto3 session for all that is in the drill's process.

moto makes three only to list EC2's regions. Each would read the megabytes of EC2's model again for that, in a
good part of the time that the drill takes to start.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import boto3
from boto3.session import Session
from moto.core import base_backend, utils


@cache
def session() -> Any:
    """Give the one session, without credentials. Its models are not moto's: botocore edits them."""
    return Session(aws_access_key_id="unused", aws_secret_access_key="unused")


def share() -> None:
    """Let all of moto have it. To be called before moto's EC2 is imported: that lists its regions at once."""
    for module in (base_backend, utils):
        vars(module)["Session"] = session
    own = boto3.Session
    vars(boto3)["Session"] = session
    try:
        import_module("moto.ec2.models.availability_zones_and_regions")
    finally:
        vars(boto3)["Session"] = own

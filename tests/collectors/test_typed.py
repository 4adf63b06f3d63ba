"""The checker of paths: what a typing error in one comes to."""

from __future__ import annotations

import botocore.session
import pytest

from tests.collectors.typed import NoSuchMemberError, gives, keys

OUTPUT = botocore.session.Session().get_service_model("ec2").operation_model("DescribeInstances").output_shape


@pytest.mark.parametrize(
    "expression",
    [
        "Reservations[].Instances[].{id: InstanceId}",
        "Reservations[].Instances[?State.Name=='running'][].{id: InstanceId}",
        "Reservations[*].Instances[*][].{id: InstanceId}",
        "Reservations[].Instances[?!contains(`[1]`, InstanceType)][].{id: InstanceId || ImageId}",
        "Reservations[].Instances[].BlockDeviceMappings[].Ebs.{id: VolumeId}",
        "[Reservations, Reservations][].Instances[].{id: InstanceId}",
    ],
)
def test_right(expression: str) -> None:
    """A path through the model, and the keys that it gives."""
    assert keys(expression, OUTPUT) == {"id"}


@pytest.mark.parametrize(
    "expression",
    [
        "Reservation[].Instances[].{id: InstanceId}",
        "Reservations[].Instances[].{id: InstanceID}",
        "Instances[].{id: InstanceId}",
        "Reservations.Instances[].{id: InstanceId}",
        "Reservations[].Instances[?Status.Name=='running'][].{id: InstanceId}",
        "Reservations[].Instances[?contains(Nme, 'x')][].{id: InstanceId}",
        "NextToken[].{id: InstanceId}",
    ],
)
def test_wrong(expression: str) -> None:
    """Each of these finds nothing in any answer, and says so nowhere."""
    with pytest.raises(NoSuchMemberError):
        gives(expression, OUTPUT)


def test_not_objects() -> None:
    """A select gives objects, one for each thing."""
    with pytest.raises(AssertionError):
        keys("Reservations[].Instances[].InstanceId", OUTPUT)
    with pytest.raises(AssertionError):
        keys("NextToken", OUTPUT)

"""What an instance shows of itself: attributes, console, screen."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forensics.drill import volumes
from forensics.drill.call import Call, Handler
from forensics.drill.crowd import crowd
from forensics.drill.denials import Refusal
from forensics.drill.jpeg import grey

LIMIT = 64 * 1024
"""Bytes of console output that EC2 keeps."""
XEN = frozenset(
    {"c1", "c3", "c4", "d2", "g2", "g3", "i2", "m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2", "x1", "x1e"}
)
"""Families before Nitro, whose latest console output cannot be had."""
_EMPTY: Mapping[str, Any] = {"Value": None}
_FIXED: Mapping[str, Any] = {
    "kernel": {"KernelId": _EMPTY},
    "ramdisk": {"RamdiskId": _EMPTY},
    "productCodes": {"ProductCodes": []},
    "sriovNetSupport": {"SriovNetSupport": {"Value": "simple"}},
    "enclaveOptions": {"EnclaveOptions": {"Enabled": False}},
}
"""Attributes that are the same for every instance of the drill."""
_FLAGS: Mapping[str, str] = {
    "disableApiTermination": "disable_api_termination",
    "disableApiStop": "disable_api_stop",
    "ebsOptimized": "ebs_optimized",
    "instanceInitiatedShutdownBehavior": "instance_initiated_shutdown_behavior",
    "instanceType": "instance_type",
    "rootDeviceName": "root_device_name",
    "sourceDestCheck": "source_dest_check",
}
"""Attributes that moto keeps as one plain value, and where."""
_CROWD: Mapping[str, Any] = {
    "disableApiTermination": False, "disableApiStop": False, "ebsOptimized": True,
    "instanceInitiatedShutdownBehavior": "stop", "instanceType": "m6i.large", "rootDeviceName": "/dev/xvda",
    "sourceDestCheck": True,
}  # fmt: skip


@dataclass
class Console:
    """What an instance wrote to its serial console."""

    posted: bytes = b""
    """Up to the last change of state."""
    since: bytes = b""
    """What came after it, which `Latest` alone shows."""


def consoles(call: Call) -> dict[str, Console]:
    """Give the consoles of this account and region, by instance."""
    found: dict[str, Console] = call.shelf("consoles", dict)
    return found


def _attribute(call: Call) -> Mapping[str, Any]:
    name, id_ = str(call.params.get("Attribute")), str(call.params.get("InstanceId"))
    member = crowd(call.world, call.account, call.region).by_instance(id_)
    kept = None if member else find(call, id_)
    if name in _FIXED:
        return {"InstanceId": id_, **_FIXED[name]}
    if name in _FLAGS:
        value = _CROWD[name] if kept is None else getattr(kept, _FLAGS[name])
        return {"InstanceId": id_, name[0].upper() + name[1:]: {"Value": value}}
    special = _SPECIAL.get(name)
    if special is None:
        raise Refusal(
            "InvalidParameterValue", f"Value ({name}) for parameter attribute is invalid. Unknown attribute."
        )
    return {"InstanceId": id_, **special(call, id_, kept)}


def _user_data(_: Call, __: str, kept: Any) -> Mapping[str, Any]:
    data = getattr(kept, "user_data", None)
    return {"UserData": {"Value": str(data)} if data else {}}


def _groups(call: Call, _: str, kept: Any) -> Mapping[str, Any]:
    if kept is None:
        return {"Groups": [{"GroupId": crowd(call.world, call.account, call.region).network[2]}]}
    return {"Groups": [{"GroupId": group.id, "GroupName": group.name} for group in kept.security_groups]}


def _mapping(call: Call, id_: str, kept: Any) -> Mapping[str, Any]:
    ends = (
        {}
        if kept is None
        else {name: block.delete_on_termination for name, block in kept.get_block_device_mapping}
    )
    return {
        "BlockDeviceMappings": [
            {
                "DeviceName": volume.device,
                "Ebs": {
                    "VolumeId": volume.id,
                    "Status": "attached",
                    "DeleteOnTermination": bool(ends.get(volume.device, True)),
                },
            }
            for volume in volumes.attached(call, id_)
        ]
    }


_SPECIAL = {"userData": _user_data, "groupSet": _groups, "blockDeviceMapping": _mapping}


def find(call: Call, id_: str) -> Any:
    """Find one of moto's instances, or refuse as EC2 does."""
    for reservation in volumes.backend(call).all_reservations():
        for one in reservation.instances:
            if one.id == id_:
                return one
    raise Refusal("InvalidInstanceID.NotFound", f"The instance ID '{id_}' does not exist")


def _console_output(call: Call) -> Mapping[str, Any]:
    id_ = str(call.params.get("InstanceId"))
    latest = bool(call.params.get("Latest"))
    member = crowd(call.world, call.account, call.region).by_instance(id_)
    if member is None and latest and find(call, id_).instance_type.partition(".")[0] in XEN:
        raise Refusal(
            "UnsupportedOperation", "This instance type does not support retrieving the latest console logs."
        )
    console = consoles(call).get(id_) or Console(_boot(id_) if member or find(call, id_) else b"")
    text = (console.posted + (console.since if latest else b""))[-LIMIT:]
    output = base64.b64encode(text).decode() if text else None
    return {"InstanceId": id_, "Timestamp": call.now, "Output": output}


def _boot(id_: str) -> bytes:
    return (
        f"[    0.000000] Linux version 6.1.0 (drill)\r\n[    3.141592] cloud-init: {id_} is up\r\n".encode()
    )


def _screenshot(call: Call) -> Mapping[str, Any]:
    id_ = str(call.params.get("InstanceId"))
    member = crowd(call.world, call.account, call.region).by_instance(id_)
    if member is None and find(call, id_).state != "running":
        raise Refusal("IncorrectInstanceState", f"The instance '{id_}' is not in the 'running' state.")
    call.dry()
    return {"InstanceId": id_, "ImageData": base64.b64encode(grey(640, 480)).decode()}


def _uefi(call: Call) -> Mapping[str, Any]:
    find(call, str(call.params.get("InstanceId")))
    raise Refusal("UnsupportedOperation", "The instance does not boot by UEFI")


def _endorsement_key(call: Call) -> Mapping[str, Any]:
    find(call, str(call.params.get("InstanceId")))
    raise Refusal("InvalidInstanceAttribute", "NitroTPM is not enabled on the instance")


def _volume_attribute(call: Call) -> Mapping[str, Any]:
    id_ = volumes.find(call, str(call.params.get("VolumeId"))).id
    if call.params.get("Attribute") == "autoEnableIO":
        return {"VolumeId": id_, "AutoEnableIO": {"Value": False}}
    return {"VolumeId": id_, "ProductCodes": []}


HANDLERS: Mapping[str, Handler] = {
    "DescribeInstanceAttribute": _attribute,
    "DescribeVolumeAttribute": _volume_attribute,
    "GetConsoleOutput": _console_output,
    "GetConsoleScreenshot": _screenshot,
    "GetInstanceTpmEkPub": _endorsement_key,
    "GetInstanceUefiData": _uefi,
}

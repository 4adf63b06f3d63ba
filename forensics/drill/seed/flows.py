"""Flow logs to everywhere that they can go, with the customers' data on its way out in them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from moto.ec2.models import ec2_backends
from moto.s3.models import s3_backends

from forensics.drill import buckets
from forensics.drill.principals import PARTITION
from forensics.drill.seed.machines import BUILD, HOME, UNWATCHED
from forensics.drill.seed.names import ATTACKER_ADDRESS
from forensics.drill.seed.stage import Stage
from forensics.drill.world import VICTIM, World

FLOWS = "harbour-flow-logs"
STREAMED = "harbour-firehose"
STREAM = "harbour-flows"
GROUP = "/harbour/vpc-flow"
REJECTS = "/harbour/vpc-rejects"
TROUBLED = frozenset({"failed", "rejects"})
"""Flow logs that leave out what an investigator wants: in the account after `trouble` only."""

DEFAULT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} "
    "${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)
CUSTOM = (
    "${version} ${vpc-id} ${subnet-id} ${instance-id} ${interface-id} ${type} ${srcaddr} ${dstaddr} "
    "${srcport} ${dstport} ${pkt-srcaddr} ${pkt-dstaddr} ${protocol} ${bytes} ${packets} ${start} ${end} "
    "${action} ${tcp-flags} ${log-status} ${flow-direction} ${traffic-path}"
)
"""Version 5: fields in an order of the company's own."""

DATABASE = "10.20.1.40"
WEB = "web address"
"""Stands for the web server's address, which EC2 drew."""

PARQUET = (
    "eNqNlU9IFHEUx387O46jDlbib3JisA3cKckVlTQPS6gsoiIk4iEicsfZ2T9mO+vsbOFCkB0WIhFdIhRKKCgQwuzSoUNE1GKg9pfo"
    "IHaRpWgvXSpCot/Mzs6OobO77OH3e/P9vPfm+x7MQOdgMwSQhe4GiKMDAQkWAHD4BgnUH2YXRrxeL+/Dkg4K3E+FUpUoinT9sMsS"
    "2LIlu3vAnX3A8/2mi8syEei3ZKpLkosT80+J64ne7tepem7xQchPpBN0uxNcmfcJ7dksPTBoXRlLJoh4NxFPxBOEu2NhdvJx7Uwg"
    "+DAQrgTEaU9tXZFp0AsQqThKk0jF0+lzHc/uTi4cmHkUCAKw+uXJKT0NCz2WaTbWVp4vf2u328GL9VZHZQ6yNm9DuT3ZSa1g4M34"
    "+ZTBFJiQXZ0QOdy5pgMNBTqjhvzAPkG+AmC5Txygi4OmfkfnbJTHUQ2+ttbPFgm53/48WbHivfoOtLS5YJHQ9occdDwdy1U6AXsK"
    "mTC9vr5kO0LS4OAPqulQFquDHYW2++/m/irw8deZo1UqgjPb+1pBDREVguJFHrIAYk6spvSSKEdDUhhACt3KeUGQYmFlOORzgn41"
    "rRamQmFFlP28IP73oDQqC7zPJ++I+aKKOYbpuogkK/oNKfI3MiJLiiRIY6hF9WGEFy6ISjR7KxmZUMTcGeVVIfVsF8O+bDmCFxTU"
    "v7mD8jEpMIzESiyqh2mcYZkMB1iIMU4CMMZrQ5zG6S56hCN7WajaigF3PcFwAEeUqqeyepMxGiLTQW40j9BNzC7QDts07JaNnrJx"
    "720mcmg3MuerBoXpaRu3iZmYhl0Z3fc8k7HvyWD5OuokdBtGuT/4Hj5g+SImIMhtlVgDxnQNp1eJPQhcL6EvgAYMop6WSq2B7I4Y"
    "8jmygFxbI0N+rcxarm6aIc6UWa+Jvoya/iwd5j6VmyZQs9vUTLuqUX20n3tZYaJIg6I/l9E4R9L3KHDMEeHl8ZiouIRIxMXLsnTZ"
    "oW+0o6WtsamxmcmgvS/yD1iUfgB9NP8BigVQPw=="
)
"""Two flows as parquet, deflated: made once, with a tool that the drill does not need."""


def settle(stage: Stage, found: Mapping[str, str], web: str) -> None:
    """Turn on the flow logs, and have their objects lie in their buckets; `web` is the web server."""
    card = ec2_backends[VICTIM][HOME].get_instance(web).nics[0]
    built = next(iter(ec2_backends[VICTIM][BUILD].vpcs))
    drawn = {"interface": str(card.id), WEB: str(card.private_ip_address), "instance": web, "built": built}
    places = {**found, **drawn}
    stage.world.shelf["places", VICTIM, HOME] = places
    world, backend = stage.world, s3_backends[VICTIM][PARTITION]
    for bucket in (FLOWS, STREAMED):
        backend.create_bucket(bucket, HOME)
        buckets.later(world, bucket, partial(_fill, world, places))
    born = datetime.fromtimestamp(int(world.born), UTC) - timedelta(days=200)
    made = [{**row, "CreationTime": born} for row in _table(places)]
    troubled = {row["Tags"][0]["Value"]: row for row in made if row["Tags"][0]["Value"] in TROUBLED}
    world.shelf["flow-logs", VICTIM, HOME] = [row for row in made if row not in troubled.values()]
    world.shelf["flow-logs", VICTIM, BUILD] = [{**troubled["rejects"], "TrafficType": "ALL"}]
    watch(world, UNWATCHED)
    world.shelf["flow-logs-troubled", VICTIM, HOME] = [troubled]
    world.pending.setdefault("firehose", []).append(_stream)


def watch(world: World, region: str) -> None:
    """Have the flows of all networks of a region logged, in a bucket, as far as they are not."""
    rows = world.shelf.setdefault(("flow-logs", VICTIM, region), [])
    seen = {row["ResourceId"] for row in rows}
    for vpc in ec2_backends[VICTIM][region].vpcs:
        if vpc not in seen:
            destination = {"LogDestination": f"arn:aws:s3:::{FLOWS}"}
            row = _row("watched", vpc, DestinationOptions=_options("plain-text"), **destination)
            rows.append({**row, "FlowLogId": _id(vpc)})


def trouble(world: World) -> None:
    """Have one flow log keep rejected flows alone, one fail to deliver, and a region have none."""
    (troubled,) = world.shelf["flow-logs-troubled", VICTIM, HOME]
    home = [row for row in world.shelf["flow-logs", VICTIM, HOME] if row != troubled["failed"]]
    world.shelf["flow-logs", VICTIM, HOME][:] = [*home, troubled["failed"]]
    world.shelf["flow-logs", VICTIM, BUILD][:] = [troubled["rejects"]]
    world.shelf["flow-logs", VICTIM, UNWATCHED].clear()


def _id(name: str) -> str:
    return f"fl-0{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _row(name: str, resource: str, **facts: Any) -> dict[str, Any]:
    return {
        "FlowLogId": _id(name),
        "FlowLogStatus": "ACTIVE",
        "DeliverLogsStatus": "SUCCESS",
        "ResourceId": resource,
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogFormat": DEFAULT,
        "MaxAggregationInterval": 600,
        "Tags": [{"Key": "Name", "Value": name}],
        **facts,
    }


def _options(kind: str, *, hive: bool = False, hourly: bool = False) -> Mapping[str, Any]:
    return {"FileFormat": kind, "HiveCompatiblePartitions": hive, "PerHourPartition": hourly}


def _table(places: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    role = f"arn:aws:iam::{VICTIM}:role/flow-logs"
    bucket = f"arn:aws:s3:::{FLOWS}"
    groups = {"LogDestinationType": "cloud-watch-logs", "DeliverLogsPermissionArn": role}
    yield _row("plain", places["vpc"], LogDestination=bucket, DestinationOptions=_options("plain-text"))
    yield _row(
        "hive", places["subnet"], LogDestination=f"{bucket}/subnets/", LogFormat=CUSTOM,
        MaxAggregationInterval=60, DestinationOptions=_options("plain-text", hive=True, hourly=True),
    )  # fmt: skip
    yield _row(
        "hourly", places["interface"], LogDestination=f"{bucket}/hourly/", TrafficType="ACCEPT",
        DestinationOptions=_options("plain-text", hourly=True),
    )  # fmt: skip
    yield _row(
        "parquet", "tgw-0f0e0d0c0b0a09080", LogDestination=f"{bucket}/parquet/",
        DestinationOptions=_options("parquet"), MaxAggregationInterval=60,
    )  # fmt: skip
    yield _row("group", places["interface"], LogGroupName=GROUP, **groups)
    yield _row("rejects", places["built"], LogGroupName=REJECTS, TrafficType="REJECT", **groups)
    yield _row(
        "stream", places["vpc"], LogDestinationType="kinesis-data-firehose",
        LogDestination=f"arn:aws:firehose:{HOME}:{VICTIM}:deliverystream/{STREAM}",
    )  # fmt: skip
    yield _row(
        "failed", places["subnet"], LogDestination="arn:aws:s3:::harbour-old-logs", TrafficType="REJECT",
        DeliverLogsStatus="FAILED", DeliverLogsErrorMessage="Access error",
        DestinationOptions=_options("plain-text"),
    )  # fmt: skip


def _fill(world: World, places: Mapping[str, str], kept: Any) -> None:
    for key, body, moment in _objects(world, places):
        if (kept.name == STREAMED) == key.startswith("flows/"):
            buckets.put(kept, key, body, moment, {"Content-Type": "application/octet-stream"})


def _objects(world: World, places: Mapping[str, str]) -> Iterator[tuple[str, bytes, datetime]]:
    now = datetime.fromtimestamp(int(world.born), UTC).replace(second=0)
    now -= timedelta(minutes=now.minute % 5 + 15)
    account, region = VICTIM, HOME
    for hours in (1, 7, 13, 17, 25, 49):
        at = now - timedelta(hours=hours)
        days = f"{at:%Y/%m/%d}"
        root = f"AWSLogs/{account}/vpcflowlogs/{region}"
        hive = (
            f"AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/"
            f"year={at:%Y}/month={at:%m}/day={at:%d}/hour={at:%H}"
        )
        late = at + timedelta(minutes=6)
        yield f"{root}/{days}/{_name('plain', at)}.log.gz", _text(DEFAULT, places, at), late
        yield f"subnets/{hive}/{_name('hive', at)}.log.gz", _text(CUSTOM, places, at), late
        yield f"hourly/{root}/{days}/{at:%H}/{_name('hourly', at)}.log.gz", _text(DEFAULT, places, at), late
        yield (
            f"flows/{days}/{at:%H}/{STREAM}-1-{at:%Y-%m-%d-%H-%M-%S}-{_tag(at)}.gz",
            _streamed(places, at),
            late,
        )
    at = now - timedelta(hours=17)
    parquet = (
        f"parquet/AWSLogs/{account}/vpcflowlogs/{region}/{at:%Y/%m/%d}/{_name('parquet', at)}.log.parquet"
    )
    yield parquet, zlib.decompress(base64.b64decode(PARQUET)), at + timedelta(minutes=6)


def _name(flow: str, at: datetime) -> str:
    return f"{VICTIM}_vpcflowlogs_{HOME}_{_id(flow)}_{at:%Y%m%dT%H%M}Z_{_tag(at, flow)[:8]}"


def _tag(at: datetime, flow: str = "") -> str:
    return hashlib.sha256(f"{flow}{at.isoformat()}".encode()).hexdigest()[:16]


def _text(form: str, places: Mapping[str, str], at: datetime) -> bytes:
    lines = [form.replace("${", "").replace("}", ""), *lines_of(form, places, at)]
    return gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)


def _streamed(places: Mapping[str, str], at: datetime) -> bytes:
    said = "".join(json.dumps({"message": line}) + "\n" for line in lines_of(DEFAULT, places, at))
    return gzip.compress(said.encode(), mtime=0)


def lines_of(form: str, places: Mapping[str, str], at: datetime, *, only: str = "") -> list[str]:
    """Write the flows of five minutes in a format; `only` those that were accepted, or rejected."""
    fields = [name.strip("${}") for name in form.split(" ")]
    made = [_flow(form, places, at, flow) for flow in _FLOWS]
    return [" ".join(one.get(name, "-") for name in fields) for one in made if only in {"", one["action"]}]


_FLOWS = (
    ("198.51.100.9", WEB, 40112, 443, 12, 4100, "ACCEPT", "OK"),
    (WEB, DATABASE, 51200, 5432, 2210, 1_810_442, "ACCEPT", "OK"),
    (WEB, ATTACKER_ADDRESS, 51330, 443, 912_004, 1_284_412_044, "ACCEPT", "OK"),
    (ATTACKER_ADDRESS, WEB, 51122, 22, 31, 5120, "ACCEPT", "OK"),
    ("192.0.2.250", WEB, 6000, 3389, 1, 40, "REJECT", "OK"),
    ("-", "-", 0, 0, 0, 0, "-", "NODATA"),
    ("-", "-", 0, 0, 0, 0, "-", "SKIPDATA"),
)
"""From, to, their ports, packets, bytes, action, status: the third is the customers' data."""


def _flow(form: str, places: Mapping[str, str], at: datetime, flow: tuple[Any, ...]) -> dict[str, str]:
    source, target, port, service, packets, size, action, status = flow
    outward = source == WEB
    source, target = places.get(source, source), places.get(target, target)
    start = int(at.timestamp())
    said = {
        "version": "2" if form == DEFAULT else "5", "account-id": VICTIM,
        "interface-id": places["interface"], "start": str(start), "end": str(start + 60), "action": action,
        "log-status": status, "vpc-id": places["vpc"], "subnet-id": places["subnet"],
    }  # fmt: skip
    if status != "OK":
        return said
    return said | {
        "srcaddr": source, "dstaddr": target, "srcport": str(port), "dstport": str(service),
        "pkt-srcaddr": source, "pkt-dstaddr": target, "protocol": "6", "packets": str(packets),
        "bytes": str(size), "type": "IPv4", "tcp-flags": "19", "instance-id": places["instance"],
        "flow-direction": "egress" if outward else "ingress", "traffic-path": "8",
    }  # fmt: skip


def _stream() -> None:
    from moto.firehose.models import firehose_backends  # noqa: PLC0415 - few who start a drill ask for streams

    target = {
        "RoleARN": f"arn:aws:iam::{VICTIM}:role/data-pipeline",
        "BucketARN": f"arn:aws:s3:::{STREAMED}",
        "Prefix": "flows/",
        "ErrorOutputPrefix": "failed/",
        "CompressionFormat": "GZIP",
    }
    backend: Any = firehose_backends[VICTIM][HOME]
    none: dict[str, Any] = {
        f"{kind}_configuration": {}
        for kind in (
            "kinesis_stream_source", "s3_destination", "redshift_destination", "elasticsearch_destination",
            "splunk_destination", "http_endpoint_destination", "snowflake_destination", "iceberg_destination",
        )
    }  # fmt: skip
    backend.create_delivery_stream(
        region=HOME,
        delivery_stream_name=STREAM,
        delivery_stream_type="DirectPut",
        delivery_stream_encryption_configuration_input={},
        extended_s3_destination_configuration=target,
        tags=[],
        **none,
    )

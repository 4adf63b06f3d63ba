"""Log files of databases, which moto has no part of: one for each that there is, written when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.rds.models import rds_backends

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal

FILE = "error/mysql-error.log"
PORTION = 1_000_000
"""Bytes in one portion, at most; AWS has a megabyte."""


def _database(call: Call) -> Any:
    name = str(call.params["DBInstanceIdentifier"])
    found = rds_backends[call.account][call.region].databases.get(name)
    if found is None:
        raise Refusal("DBInstanceNotFound", f"DBInstance {name} not found.", 404)
    return found


def _log(found: Any) -> tuple[str, int]:
    """Give the text of a database's log, and when it was written, in milliseconds."""
    made = found.instance_create_time
    moment = made if isinstance(made, datetime) else datetime.fromisoformat(str(made))
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lines = (
        f"{stamp} 0 [System] [MY-010116] [Server] mysqld starting as process 1\n",
        f"{stamp} 0 [System] [MY-010931] [Server] ready for connections: <{found.db_instance_identifier}>\n",
    )
    return "".join(lines), int(moment.timestamp() * 1000)


def _files(call: Call) -> Mapping[str, Any]:
    text, written = _log(_database(call))
    size = len(text.encode())
    return {"DescribeDBLogFiles": [{"LogFileName": FILE, "LastWritten": written, "Size": size}]}


def _portion(call: Call) -> Mapping[str, Any]:
    text, _ = _log(_database(call))
    if call.params["LogFileName"] != FILE:
        raise Refusal(
            "DBLogFileNotFoundFault", f"DBLog File: {call.params['LogFileName']}, is not found", 404
        )
    start = int(str(call.params.get("Marker") or "0"))
    data = text[start : start + PORTION]
    end = start + len(data)
    return {"LogFileData": data, "Marker": str(end), "AdditionalDataPending": end < len(text)}


HANDLERS: Mapping[str, Handler] = {"DescribeDBLogFiles": _files, "DownloadDBLogFilePortion": _portion}

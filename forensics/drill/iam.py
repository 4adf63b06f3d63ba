"""IAM: the credential report with its states and its root row, and what moto has not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends

from forensics.drill.call import Call, Handler
from forensics.drill.conditions import listed
from forensics.drill.denials import Refusal
from forensics.drill.policy import Ask, evaluate, missing, statements
from forensics.drill.principals import PARTITION, Principal

AGE = 4 * 3600
"""Seconds for which AWS serves the same report again."""
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)


@dataclass
class Report:
    """An account's credential report."""

    asked: float = 0.0
    """When it was asked for; 0 for never."""
    made: float = 0.0
    text: bytes = b""


def backend(call: Call) -> Any:
    """Give moto's IAM of this account."""
    return iam_backends[call.account][PARTITION]


def _report(call: Call) -> Report:
    found: Report = call.shelf("report", Report, everywhere=True)
    return found


def _generate(call: Call) -> Mapping[str, Any]:
    report, now = _report(call), call.world.clock()
    if report.made and now - report.made < AGE:
        return {"State": "COMPLETE"}
    if not report.asked:
        report.asked = now
        return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}
    if now - report.asked < _patience(call):
        return {"State": "INPROGRESS"}
    report.made, report.asked, report.text = now, 0.0, _csv(call)
    return {"State": "COMPLETE"}


def _patience(call: Call) -> float:
    return min(call.world.waiting.seconds, 1.0) if call.world.waiting.polls is None else 0.0


def _get(call: Call) -> Mapping[str, Any]:
    report, now = _report(call), call.world.clock()
    if report.asked and now - report.asked >= _patience(call):
        report.made, report.asked, report.text = now, 0.0, _csv(call)
    if not report.made:
        if report.asked:
            raise Refusal("ReportInProgress", "The credential report is being generated.", 404)
        raise Refusal("ReportNotPresent", "No report exists. Please call GenerateCredentialReport.", 410)
    if now - report.made >= AGE:
        raise Refusal("ReportExpired", "The most recent credential report has expired.", 410)
    moment = datetime.fromtimestamp(int(report.made), UTC)
    return {"Content": report.text, "ReportFormat": "text/csv", "GeneratedTime": moment}


def _csv(call: Call) -> bytes:
    rows = [user.to_csv().strip() for user in backend(call).users.values()]
    return "\n".join([",".join(COLUMNS), _root_row(call), *rows]).encode()


def _root_row(call: Call) -> str:
    no = "not_supported"
    key = ("true", "2021-03-04T09:12:44+00:00", "N/A", "N/A", "N/A")
    second = ("false", "N/A", "N/A", "N/A", "N/A")
    arn, born = f"arn:aws:iam::{call.account}:root", "2019-05-06T07:08:09+00:00"
    password = (no, "no_information", no, no)
    certificates = ("false", "N/A", "false", "N/A")
    cells = ("<root_account>", arn, born, *password, "false", *key, *second, *certificates)
    return ",".join(cells)


def _key_last_used(call: Call) -> Mapping[str, Any]:
    id_ = str(call.params.get("AccessKeyId"))
    key = backend(call).access_keys.get(id_)
    if key is None or not key.user_name:
        raise Refusal("AccessDenied", f"The access key with id {id_} does not belong to this account", 403)
    used = key.last_used
    facts: dict[str, Any] = {"ServiceName": "N/A", "Region": "N/A"}
    if used is not None:
        facts = {"LastUsedDate": used.timestamp, "ServiceName": used.service, "Region": used.region}
    return {"UserName": key.user_name, "AccessKeyLastUsed": facts}


def _specific(call: Call) -> Mapping[str, Any]:
    name = str(call.params.get("UserName", "") or call.principal.name)
    kept: dict[str, list[dict[str, Any]]] = call.shelf("specific", dict, everywhere=True)
    if name not in backend(call).users:
        raise Refusal("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    wanted = call.params.get("ServiceName")
    found = [one for one in kept.get(name, []) if wanted in {None, one["ServiceName"]}]
    return {"ServiceSpecificCredentials": found, "IsTruncated": False}


def _create_specific(call: Call) -> Mapping[str, Any]:
    name, service = str(call.params["UserName"]), str(call.params["ServiceName"])
    kept: dict[str, list[dict[str, Any]]] = call.shelf("specific", dict, everywhere=True)
    if name not in backend(call).users:
        raise Refusal("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    made = {
        "CreateDate": call.now,
        "ServiceName": service,
        "ServiceUserName": f"{name}-at-{call.account}",
        "ServiceSpecificCredentialId": f"ACCA{call.world.random.getrandbits(80):020X}"[:21],
        "UserName": name,
        "Status": "Active",
    }
    kept.setdefault(name, []).append(made)
    return {"ServiceSpecificCredential": {**made, "ServicePassword": "shown-once"}}


def _simulate(call: Call) -> Mapping[str, Any]:
    arn = str(call.params["PolicySourceArn"])
    kind, _, name = arn.rsplit(":", 1)[-1].partition("/")
    name = name.rsplit("/", 1)[-1]
    known = backend(call).users if kind == "user" else {role.name for role in backend(call).roles.values()}
    if name not in known:
        raise Refusal("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)
    found = list(statements(Principal(call.account, kind, name, arn, "")))
    entries = call.params.get("ContextEntries", ())
    known = {str(one["ContextKeyName"]).lower(): listed(one["ContextKeyValues"]) for one in entries}
    return {
        "EvaluationResults": [
            _simulated(found, Ask(str(action), str(resource), known))
            for action in call.params.get("ActionNames", ())
            for resource in call.params.get("ResourceArns") or ("*",)
        ],
        "IsTruncated": False,
    }


_DECISIONS = {"allow": "allowed", "deny": "explicitDeny", "none": "implicitDeny"}


def _simulated(found: Iterable[Mapping[str, Any]], ask: Ask) -> Mapping[str, Any]:
    """Judge by what the caller says of the request, and name what he should have said."""
    return {
        "EvalActionName": ask.action,
        "EvalResourceName": ask.resource,
        "EvalDecision": _DECISIONS[evaluate(found, ask)],
        "MatchedStatements": [],
        "MissingContextValues": sorted(missing(found, ask)),
    }


def _last_accessed(call: Call) -> Mapping[str, Any]:
    return {"JobId": call.request_id}


def _get_last_accessed(call: Call) -> Mapping[str, Any]:
    return {
        "JobStatus": "COMPLETED", "JobCreationDate": call.now, "JobCompletionDate": call.now,
        "ServicesLastAccessed": [], "IsTruncated": False,
    }  # fmt: skip


HANDLERS: Mapping[str, Handler] = {
    "CreateServiceSpecificCredential": _create_specific,
    "GenerateCredentialReport": _generate,
    "GenerateServiceLastAccessedDetails": _last_accessed,
    "GetAccessKeyLastUsed": _key_last_used,
    "GetCredentialReport": _get,
    "GetServiceLastAccessedDetails": _get_last_accessed,
    "ListServiceSpecificCredentials": _specific,
    "SimulatePrincipalPolicy": _simulate,
}

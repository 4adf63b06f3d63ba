"""Things as answers list them: what makes two the same."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from forensics import comparing
from forensics.collectors.spec import Thing
from forensics.errors import FormatError
from forensics.model import GLOBAL, Source
from forensics.readiness import listing
from forensics.readiness.things import NAMELESS, Found, find
from tests.collectors.typed import gives

GROUPS = (Thing(kind="logs:log-group", select="logGroups[].{id: logGroupName, arn: arn}"),)
_SESSION = botocore.session.get_session()
SOURCE = Source("222222222222", "eu-west-1", "logs", "DescribeLogGroups")


def document(*groups: dict[str, Any], body: str = "") -> dict[str, Any]:
    """Give an exchange that lists log groups."""
    answer = body or json.dumps({"logGroups": groups})
    response = {"body": answer, "code": "", "date": "", "request_id": "r", "status": 200}
    return {"request": {"operation": "DescribeLogGroups", "service": "logs"}, "response": response}


def one(*groups: dict[str, Any]) -> Found:
    """Give the one thing that an exchange lists."""
    (found,) = find(document(*groups), GROUPS, SOURCE)
    return found


def test_found() -> None:
    """A thing has its id, its ARN, and where it is."""
    arn = "arn:aws:logs:eu-west-1:222222222222:log-group:/x"
    found = one({"logGroupName": "/x", "arn": arn})
    assert found.key == ("logs:log-group", "eu-west-1", "/x")
    assert found.arn == arn


@pytest.mark.parametrize("name", [None, ""])
def test_without_a_name(name: str | None) -> None:
    """What an answer lists and does not name is a thing too."""
    assert one({"logGroupName": name, "storedBytes": 1}).id == NAMELESS


def test_a_shadow_is_at_home() -> None:
    """What another region shows of a trail is the trail of its home."""
    assert one({"logGroupName": "/x", "arn": "arn:aws:logs:us-east-1:2:log-group:/x"}).region == "us-east-1"


@pytest.mark.parametrize(
    ("then", "now", "fields"),
    [
        ({"retentionInDays": 7}, {"retentionInDays": 14}, ("retentionInDays",)),
        ({"retentionInDays": 7}, {}, ("retentionInDays",)),
        ({}, {"kmsKeyId": "k"}, ("kmsKeyId",)),
        ({"storedBytes": 1}, {"storedBytes": 2}, ()),
        ({"inheritedProperties": ["a", "b"]}, {"inheritedProperties": ["b", "a"]}, ()),
        ({"inheritedProperties": ["a", "b"]}, {"inheritedProperties": ["a", "a"]}, ("inheritedProperties",)),
    ],
)
def test_what_has_changed(then: dict[str, Any], now: dict[str, Any], fields: tuple[str, ...]) -> None:
    """A field with another value, one more or one less; sizes and the order of lists are no change."""
    name = {"logGroupName": "/x"}
    assert comparing.differing(one({**name, **now}).face, one({**name, **then}).face) == fields


FUNCTIONS = (Thing(kind="lambda:function", select="Functions[].{id: FunctionName}"),)


def _function(**fields: Any) -> dict[str, str]:
    body = json.dumps({"Functions": [{"FunctionName": "f", **fields}]})
    said = {**document(body=body), "request": {"operation": "ListFunctions", "service": "lambda"}}
    (found,) = find(said, FUNCTIONS, Source("2", "eu-west-1", "lambda", "ListFunctions"))
    return dict(found.face)


@pytest.mark.parametrize(
    "name", sorted({path.rpartition(".")[2] for paths in comparing.VOLATILE.values() for path in paths})
)
def test_a_name_alone_excuses_no_change(name: str) -> None:
    """What a variable or a tag is called is up to anybody: AWS's own counters are known by kind and path."""
    then, now = ({"Environment": {"Variables": {name: value}}} for value in ("good", "evil"))
    assert comparing.differing(_function(**now), _function(**then)) == ("Environment",)
    faces = [comparing.face({name: value}, "lambda:function") for value in (1, 2)]
    assert comparing.differing(*faces) == (name,)


def test_a_part_that_changes_by_itself() -> None:
    """Below a field, in lists too, AWS's own counters are no change, and what is beside them is one."""

    def role(used: str, path: str) -> dict[str, str]:
        inner = {"RoleName": "r", "Path": path, "RoleLastUsed": {"LastUsedDate": used}}
        return comparing.face({"InstanceProfileList": [{"Roles": [inner]}]}, "iam:role")

    assert comparing.differing(role("monday", "/"), role("tuesday", "/")) == ()
    assert comparing.differing(role("monday", "/"), role("monday", "/x/")) == ("InstanceProfileList",)


@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind, paths in comparing.VOLATILE.items() for path in paths]
)
def test_what_changes_by_itself_is_of_aws(kind: str, path: str) -> None:
    """Each path is of a thing that a row lists, and through no map, whose keys are anybody's."""
    rows = [(row, thing) for row, lists in listing.rows().items() for thing in lists if thing.kind == kind]
    found = False
    for row, thing in rows:
        service, operation = row.split(".")
        output = _SESSION.get_service_model(service).operation_model(operation).output_shape
        of = gives(thing.select.replace(".{id:", ".{object: @, id:", 1), output)[0]["object"]
        for name in path.split("."):
            while getattr(of, "type_name", "") == "list":
                of = of.member
            of = of.members.get(name) if getattr(of, "type_name", "") == "structure" else None
        found = found or of is not None
    assert found


def test_without_an_id_it_is_called_by_its_arn() -> None:
    """An object without an id is there all the same."""
    assert [found.id for found in find(document({"arn": "x"}), GROUPS, SOURCE)] == ["x"]


def test_unreadable() -> None:
    """An answer that cannot be read raises, and is no empty list."""
    with pytest.raises(FormatError):
        list(find(document(body="[]"), GROUPS, SOURCE))


def test_names_alone() -> None:
    """A list of names gives things too, which never change."""
    tables = (Thing(kind="dynamodb:table", select="TableNames[].{id: @}"),)
    request = {"operation": "ListTables", "service": "dynamodb"}
    said = {**document(body='{"TableNames": ["a", "b"]}'), "request": request}
    source = Source("2", GLOBAL, "dynamodb", "ListTables")
    assert [found.id for found in find(said, tables, source)] == ["a", "b"]


@pytest.mark.parametrize("row", sorted(listing.rows()))
def test_each_row_says_what_it_lists(row: str) -> None:
    """Each gives its objects in a form that the whole of them can be had from."""
    for thing in listing.rows()[row]:
        assert thing.select.count(".{id:") == 1
        assert thing.kind.count(":") == 1


def test_a_hosted_zone_is_called_as_everybody_calls_it() -> None:
    """Route 53 answers with a path; ARNs, Terraform and AWS's own commands have what is behind it."""
    zones = listing.rows()["route53.ListHostedZones"]
    zone = "<HostedZones><HostedZone><Id>/hostedzone/Z1</Id></HostedZone></HostedZones>"
    body = f"<ListHostedZonesResponse>{zone}</ListHostedZonesResponse>"
    request = {"operation": "ListHostedZones", "service": "route53"}
    source = Source("2", GLOBAL, "route53", "ListHostedZones")
    (found,) = find({**document(body=body), "request": request}, zones, source)
    assert found.key == ("route53:hostedzone", GLOBAL, "Z1")

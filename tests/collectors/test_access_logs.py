"""Access logs, found through what each service says of itself."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.collectors import deliveries
from forensics.collectors.access_logs import COLLECTOR, _of_distributions
from forensics.drill.server import Drill
from forensics.model import GLOBAL, Outcome, Source
from forensics.scope import Window
from tests.collectors.kept import body, files, root
from tests.collectors.play import Play, session_on

ACCESS, FIREWALL = "harbour-access-logs", "aws-waf-logs-harbour"
ROWS = tuple(call.name for call in COLLECTOR.calls)
LOGS = {
    "s3.ServerAccessLogs": (ACCESS, "s3/"),
    "elbv2.AccessLogs": (ACCESS, "alb/"),
    "cloudfront.AccessLogs": (ACCESS, "cdn/"),
    "route53resolver.QueryLogs": (ACCESS, "dns/"),
    "wafv2.WebACLLogs": (FIREWALL, "AWSLogs/"),
}
"""Where each source's logs are."""
QUIET = ("elb.AccessLogs", "wafv2.GlobalWebACLLogs")
"""Sources that the drill has nothing of."""


def collect(play: Play) -> Play:
    """Run all of the collector."""
    play.run(*ROWS, *LOGS, *QUIET)
    return play


def found(play: Play, row: str) -> list[str]:
    """Return the keys that a source kept."""
    return sorted(one.key for one in files(play) if one.source.name == row)


def test_each_service_two_logs(play: Play) -> None:
    """From where it says, whole."""
    collect(play)
    assert play.gaps() == []
    for row, (bucket, prefix) in LOGS.items():
        assert len(found(play, row)) == 2, row
        for one in files(play):
            if one.source.name == row:
                assert one.about["bucket"] == bucket
                assert one.key.startswith(prefix)
                assert gzip.decompress(body(one)) if one.key.endswith("gz") else body(one)


def test_none_configured_is_no_gap(drill: Drill, play: Play) -> None:
    """Elsewhere nothing logs; what is not there is empty."""
    collect(play)
    assert {play.coverage[row].outcome for row in QUIET} == {Outcome.EMPTY}
    elsewhere = collect(Play(session_on(drill), region="us-west-2"))
    assert elsewhere.gaps() == []
    regional = ("elbv2.AccessLogs", "wafv2.WebACLLogs", "route53resolver.QueryLogs", "elb.AccessLogs")
    assert {elsewhere.coverage[row].outcome for row in regional} == {Outcome.EMPTY}


def attributes(drill: Drill, **values: str) -> None:
    """Set attributes of the load balancer: `access_logs__enabled` is `access_logs.s3.enabled`."""
    elb = root(drill, "elbv2")
    arn = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    said = [{"Key": name.replace("__", ".s3."), "Value": value} for name, value in values.items()]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=said)


@pytest.mark.parametrize("kind", ["connection_logs", "health_check_logs"])
@pytest.mark.parametrize("on", ["true", "false"])
def test_what_else_a_balancer_logs(drill: Drill, play: Play, kind: str, on: str) -> None:
    """Who connected, and how its targets fared, each to a place of its own; or not, where it is off."""
    at = play.time.now - timedelta(hours=3)
    key = (
        f"more/AWSLogs/222222222222/elasticloadbalancing/eu-west-1/{at:%Y/%m/%d}/"
        f"222222222222_elasticloadbalancing_eu-west-1_app.shop.1_{at:%Y%m%dT%H%M}Z_1.2.3.4_x.log.gz"
    )
    root(drill, "s3").put_object(Bucket=FIREWALL, Key=key, Body=b"x")
    said = {"enabled": on, "bucket": FIREWALL, "prefix": "more"}
    attributes(drill, **{f"{kind}__{name}": value for name, value in said.items()})
    collect(play)
    assert play.gaps() == []
    assert (key in found(play, "elbv2.AccessLogs")) is (on == "true")
    assert len(found(play, "elbv2.AccessLogs")) == 2 + (on == "true")


def test_logging_that_was_turned_off(drill: Drill, play: Play) -> None:
    """Its old logs are not looked for: nothing says any more where they are."""
    attributes(drill, access_logs__enabled="false")
    collect(play)
    assert play.coverage["elbv2.AccessLogs"].outcome is Outcome.EMPTY


def test_only_what_is_of_the_window(drill: Drill, play: Play) -> None:
    """The older of two is left out, by the time in its name or by when it was written."""
    kept = root(drill, "s3").list_objects_v2(Bucket=ACCESS, Prefix="s3/")["Contents"]
    newest = max(one["LastModified"] for one in kept)
    # A bucket's own log may come a day late: the older one, of 25 hours before, is too old for that.
    play.window = Window(newest - timedelta(minutes=30), play.time.now)
    collect(play)
    assert {row: len(found(play, row)) for row in LOGS} == dict.fromkeys(LOGS, 1)


@pytest.mark.parametrize("year", [1, 999, 1969])
def test_a_window_of_all_time(play: Play, year: int) -> None:
    """From the beginning to the end of the calendar: as much as of the last days."""
    play.window = Window(datetime(year, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    collect(play)
    assert play.gaps() == []
    assert {row: len(found(play, row)) for row in LOGS} == dict.fromkeys(LOGS, 2)


def test_more_than_the_limit(play: Play) -> None:
    """Not fetched: a gap with the size, and the flag that would include it."""
    play.max_log_group = 10
    collect(play)
    assert files(play) == []
    for row, (bucket, _) in LOGS.items():
        [gap] = play.coverage[row].gaps
        assert (gap.outcome, gap.code) == (Outcome.TRUNCATED, "AccessLogsTooLarge")
        assert bucket in gap.message
        size = gap.examples[0]["Size"]
        assert f"--max-log-group {size}" in gap.message
        assert play.coverage[row].outcome is Outcome.TRUNCATED
    play.max_log_group = max(play.coverage[row].gaps[0].examples[0]["Size"] for row in LOGS)
    collect(play)
    assert play.gaps() == []


def test_no_list_is_asked_for_twice(drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless there is more in it than is remembered."""
    drill.clear_calls()
    collect(play)
    few = Counter(_listed(drill))
    assert set(few.values()) == {1}
    again = Play(session_on(drill))
    monkeypatch.setattr(deliveries, "AT_ONCE", 1)
    drill.clear_calls()
    collect(again)
    assert max(Counter(_listed(drill)).values()) == 2
    assert {one.name for one in files(again)} == {one.name for one in files(play)}


def _listed(drill: Drill) -> list[str]:
    said = [call for call in drill.calls() if call["operation"] == "ListObjectVersions"]
    return [json.dumps(call["parameters"], sort_keys=True) for call in said]


def test_versions_that_may_not_be_listed(drill: Drill, play: Play) -> None:
    """A gap; what is there now is kept all the same."""
    drill.deny("s3:ListBucketVersions")
    collect(play)
    for row in LOGS:
        assert [gap.outcome for gap in play.coverage[row].gaps] == [Outcome.DENIED]
        assert play.coverage[row].outcome is Outcome.COLLECTED
        assert len(found(play, row)) == 2


def test_queries_for_names_that_go_to_a_stream(drill: Drill, play: Play) -> None:
    """They are copied from the bucket at its end."""
    arn = root(drill, "firehose").describe_delivery_stream(DeliveryStreamName="harbour-flows")
    resolver = root(drill, "route53resolver")
    resolver.create_resolver_query_log_config(
        Name="streamed",
        DestinationArn=arn["DeliveryStreamDescription"]["DeliveryStreamARN"],
        CreatorRequestId="1",
    )
    collect(play)
    assert play.gaps() == []
    buckets = {one.about["bucket"] for one in files(play) if one.source.name == "route53resolver.QueryLogs"}
    assert buckets == {ACCESS, "harbour-firehose"}


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("logs.s3.amazonaws.com", "logs"),
        ("my.s3.logs.s3.amazonaws.com", "my.s3.logs"),
        ("logs.s3.eu-west-1.amazonaws.com", "logs"),
        ("logs.s3-eu-west-1.amazonaws.com", "logs"),
        ("logs.s3.cn-north-1.amazonaws.com.cn", "logs"),
        ("logs", "logs"),
    ],
)
@pytest.mark.parametrize("prefix", ["cdn", "cdn/"])
def test_where_a_distributions_logs_are(address: str, bucket: str, prefix: str) -> None:
    """In the bucket of that name, behind a slash that CloudFront adds where there is none."""
    said = [{"on": True, "bucket": address, "prefix": prefix, "Id": "E1"}]
    places = list(_of_distributions(said, Source("1", GLOBAL, "cloudfront", "AccessLogs")))
    assert {place.bucket for place in places} == {bucket}
    assert "cdn/E1." in {place.prefix for place in places}


@pytest.mark.parametrize(
    ("oddity", "outcome"),
    [
        ({"denied": True}, Outcome.DENIED),
        ({"gone": True}, Outcome.VANISHED),
        ({"kms_refused": True}, Outcome.DENIED),
        ({"glacier": True}, Outcome.UNSUPPORTED),
    ],
)
def test_what_a_bucket_refuses(drill: Drill, play: Play, oddity: Any, outcome: Outcome) -> None:
    """It costs what lies in it, and no other service's logs."""
    drill.bucket(ACCESS, **oddity)
    collect(play)
    for row, (bucket, _) in LOGS.items():
        assert play.coverage[row].outcome is (outcome if bucket == ACCESS else Outcome.COLLECTED)
    assert len(files(play)) == 2


@pytest.mark.parametrize(
    ("action", "lost"),
    [
        ("s3:GetBucketLogging", "s3.ServerAccessLogs"),
        ("elasticloadbalancing:DescribeLoadBalancerAttributes", "elbv2.AccessLogs"),
        ("cloudfront:GetDistributionConfig", "cloudfront.AccessLogs"),
        ("wafv2:ListLoggingConfigurations", "wafv2.WebACLLogs"),
        ("route53resolver:ListResolverQueryLogConfigs", "route53resolver.QueryLogs"),
    ],
)
def test_a_configuration_that_may_not_be_read(drill: Drill, play: Play, action: str, lost: str) -> None:
    """The row is the gap; what lives from it is not asked, and not called empty."""
    drill.deny(action)
    collect(play)
    assert {outcome for _, outcome, _ in play.gaps()} == {"denied"}
    assert lost not in play.coverage
    assert found(play, lost) == []
    assert len(files(play)) == 8


def test_a_firewall_of_cloudfront_that_may_not_be_asked_about(drill: Drill, play: Play) -> None:
    """Its two lists are a gap of the step itself."""
    drill.deny("wafv2:List*")
    collect(play)
    assert play.coverage["wafv2.GlobalWebACLLogs"].outcome is Outcome.DENIED


def test_keys_that_are_no_paths(drill: Drill, play: Play) -> None:
    """What anybody put there, under the name that it has."""
    hostile = [f"s3/{play.time.now:%Y-%m-%d-%H-%M-%S}-{end}" for end in ("../../x", "\n\x07", "é", " ")]
    for key in hostile:
        root(drill, "s3").put_object(Bucket=ACCESS, Key=key, Body=key.encode())
    collect(play)
    assert set(hostile) <= set(found(play, "s3.ServerAccessLogs"))


def test_the_second_time_nothing_is_fetched_again(drill: Drill, play: Play) -> None:
    """What the case holds stays as it is."""
    collect(play)
    before = dict(play.kept)
    drill.clear_calls()
    collect(play)
    assert play.kept == before
    assert [call for call in drill.calls() if call["operation"] == "GetObject"] == []

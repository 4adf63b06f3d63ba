"""Who asked for what: access logs of buckets, balancer, distribution, firewall and resolver, in S3."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from moto.s3.models import s3_backends

from forensics.drill import buckets
from forensics.drill.principals import PARTITION
from forensics.drill.seed.machines import HOME
from forensics.drill.seed.names import ATTACKER_ADDRESS, MARKUP
from forensics.drill.seed.services import CUSTOMERS
from forensics.drill.world import VICTIM, World

ACCESS = "harbour-access-logs"
FIREWALL = "aws-waf-logs-harbour"
BALANCER, DISTRIBUTION, RULES, RESOLVER = "shop", "E1HARBOURCDN22", "shop-acl", "shop-dns"
SHELL = "/upload/shell.php?c=id%3Bcurl%20169.254.169.254"

Object = tuple[str, bytes, datetime]


def settle(world: World) -> None:
    """Make the buckets, and have the rest be there when its service is first called."""
    backend = s3_backends[VICTIM][PARTITION]
    for bucket in (ACCESS, FIREWALL):
        backend.create_bucket(bucket, HOME)
        buckets.later(world, bucket, partial(_fill, world))
    # not in moto, which would itself write logs of what is asked here
    world.shelf["logging", CUSTOMERS, ""] = {"TargetBucket": ACCESS, "TargetPrefix": "s3/"}
    furnishing = {
        "cloudfront": _distribution,
        "elbv2": _balancer,
        "route53resolver": _resolver,
        "wafv2": _firewall,
    }
    for service, furnish in furnishing.items():
        world.pending.setdefault(service, []).append(partial(furnish, world))


def _balancer(world: World) -> None:
    from moto.elbv2 import models  # noqa: PLC0415 - few who start a drill ask for balancers

    # moto knows of one of these three
    models.FakeLoadBalancer.VALID_ATTRS |= {"health_check_logs.s3.bucket", "health_check_logs.s3.prefix"}
    places = world.shelf["places", VICTIM, HOME]
    made = models.elbv2_backends[VICTIM][HOME].create_load_balancer(
        name=BALANCER, security_groups=[places["web"]], subnet_ids=[places["subnet"]]
    )
    kept: Any = made
    kept.attrs |= {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": ACCESS,
        "access_logs.s3.prefix": "alb",
    }


def _distribution(_: World) -> None:
    from moto.cloudfront.models import cloudfront_backends  # noqa: PLC0415 - as above

    origin = {"Id": "shop", "DomainName": "shop.example.com", "CustomOriginConfig": {"HTTPPort": 80}}
    logging = {
        "Enabled": True,
        "IncludeCookies": False,
        "Bucket": f"{ACCESS}.s3.amazonaws.com",
        "Prefix": "cdn/",
    }
    backend: Any = cloudfront_backends[VICTIM][PARTITION]
    made, _location, _etag = backend.create_distribution(
        distribution_config={
            "CallerReference": "shop",
            "Comment": "shop",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {"TargetOriginId": "shop", "ViewerProtocolPolicy": "allow-all"},
            "Logging": logging,
        },
        tags=[],
    )
    backend.distributions.pop(made.distribution_id)
    made.distribution_id = made.id = DISTRIBUTION
    made.arn = f"arn:{PARTITION}:cloudfront::{VICTIM}:distribution/{DISTRIBUTION}"
    backend.distributions[DISTRIBUTION] = made


def _firewall(_: World) -> None:
    from moto.wafv2.models import wafv2_backends  # noqa: PLC0415 - as above

    backend: Any = wafv2_backends[VICTIM][HOME]
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": RULES}
    made = backend.create_web_acl(
        RULES, visible, {"Allow": {}}, "REGIONAL", "", [], [], None, None, None, None, None
    )
    backend.put_logging_configuration(made.arn, [f"arn:aws:s3:::{FIREWALL}"], None, False, None)  # noqa: FBT003
    # The intruder let himself through.
    backend.create_ip_set("office", "REGIONAL", "", "IPV4", [f"{ATTACKER_ADDRESS}/32"], [])


def _resolver(world: World) -> None:
    from moto.route53resolver.models import route53resolver_backends  # noqa: PLC0415 - as above

    backend: Any = route53resolver_backends[VICTIM][HOME]
    made = backend.create_resolver_query_log_config(RESOLVER, f"arn:aws:s3:::{ACCESS}/dns", "shop-dns-1")
    vpc = world.shelf["places", VICTIM, HOME]["vpc"]
    backend.associate_resolver_query_log_config(made.id, vpc)


def _fill(world: World, kept: Any) -> None:
    now = datetime.fromtimestamp(int(world.born), UTC).replace(second=0)
    now -= timedelta(minutes=now.minute % 5)
    vpc = world.shelf["places", VICTIM, HOME]["vpc"]
    for hours in (2, 27):
        for key, body, moment in _objects(now - timedelta(hours=hours), vpc):
            if (kept.name == FIREWALL) == ("/WAFLogs/" in key):
                buckets.put(kept, key, body, moment + timedelta(minutes=7))
    if kept.name == ACCESS:
        test = f"alb/AWSLogs/{VICTIM}/ELBAccessLogTestFile"
        buckets.put(kept, test, b"Enable AccessLog for ELB: shop", now - timedelta(days=90))


def _objects(at: datetime, vpc: str) -> Iterator[Object]:
    days, stamp, tag = f"{at:%Y/%m/%d}", f"{at:%Y%m%dT%H%M}Z", _tag(at)
    root, place = f"AWSLogs/{VICTIM}", f"{VICTIM}_elasticloadbalancing_{HOME}_app.{BALANCER}.50dc6c495c0c9188"
    yield f"s3/{at:%Y-%m-%d-%H-%M-%S}-{tag.upper()}", _bucket_log(at), at
    balancer = f"alb/{root}/elasticloadbalancing/{HOME}/{days}/{place}_{stamp}_192.0.2.10_{tag[:8]}.log.gz"
    yield balancer, _packed(_balancer_log(at)), at
    yield f"cdn/{DISTRIBUTION}.{at:%Y-%m-%d-%H}.{tag[:8]}.gz", _packed(_distribution_log(at)), at
    firewall = (
        f"{root}/WAFLogs/{HOME}/{RULES}/{days}/{at:%H/%M}/{VICTIM}_waflogs_{HOME}_{RULES}_{stamp}_{tag[:8]}"
    )
    yield f"{firewall}.log.gz", _packed(_firewall_log(at)), at
    resolver = f"dns/{root}/vpcdnsquerylogs/{vpc}/{days}/{vpc}_vpcdnsquerylogs_{VICTIM}_{stamp}_{tag[:8]}"
    yield f"{resolver}.log.gz", _packed(_resolver_log(at, vpc)), at


def _tag(at: datetime) -> str:
    return hashlib.sha256(at.isoformat().encode()).hexdigest()[:16]


def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def _bucket_log(at: datetime) -> bytes:
    owner, when = VICTIM * 5 + "abcd", f"[{at:%d/%b/%Y:%H:%M:%S} +0000]"
    lines = [
        f"{owner} {CUSTOMERS} {when} {address} {who} {number:016X} REST.{verb}.OBJECT 2026/customers.csv "
        f'"{verb} /2026/customers.csv HTTP/1.1" {status} - {size} {size} 12 11 "-" "{MARKUP}" - hostid= '
        f"SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader {CUSTOMERS}.s3.{HOME}.amazonaws.com TLSv1.2 - -"
        for number, (address, who, verb, status, size) in enumerate(
            (
                (ATTACKER_ADDRESS, "-", "GET", 200, 22),
                (ATTACKER_ADDRESS, f"arn:aws:iam::{VICTIM}:user/deploy", "DELETE", 204, 0),
            )
        )
    ]
    return ("\n".join(lines) + "\n").encode()


def _balancer_log(at: datetime) -> str:
    moment = f"{at:%Y-%m-%dT%H:%M:%S}.186641Z"
    balancer = f"app/{BALANCER}/50dc6c495c0c9188"
    return (
        f"https {moment} {balancer} {ATTACKER_ADDRESS}:40112 10.20.1.10:80 0.000 0.001 0.000 200 200 34 366 "
        f'"POST https://shop.example.com:443{SHELL} HTTP/1.1" "curl/8" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 '
        f'- "Root=1-58337262-36d228ad5d99923122bbe354" "shop.example.com" "-" 0 {moment} "forward" "-" "-" '
        f'"10.20.1.10:80" "200" "-" "-"\n'
    )


def _distribution_log(at: datetime) -> str:
    fields = (
        "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
        "cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id"
    )
    line = (
        f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}", "DUB56-P1", "366", ATTACKER_ADDRESS, "POST",
        "d111111abcdef8.cloudfront.net", "/upload/shell.php", "200", "-", "curl/8.5.0", "c=id", "-", "Miss",
        _tag(at),
    )  # fmt: skip
    return f"#Version: 1.0\n#Fields: {fields}\n" + "\t".join(line) + "\n"


def _firewall_log(at: datetime) -> str:
    said = {
        "timestamp": int(at.timestamp() * 1000),
        "formatVersion": 1,
        "webaclId": f"arn:aws:wafv2:{HOME}:{VICTIM}:regional/webacl/{RULES}/x",
        "terminatingRuleId": "Default_Action",
        "action": "ALLOW",
        "httpRequest": {"clientIp": ATTACKER_ADDRESS, "country": "NL", "uri": SHELL, "httpMethod": "POST"},
    }
    return json.dumps(said, separators=(",", ":")) + "\n"


def _resolver_log(at: datetime, vpc: str) -> str:
    said = {
        "version": "1.100000",
        "account_id": VICTIM,
        "region": HOME,
        "vpc_id": vpc,
        "query_timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "query_name": "pool.example.invalid.",
        "query_type": "A",
        "rcode": "NOERROR",
        "srcaddr": "10.20.1.10",
    }
    return json.dumps(said, separators=(",", ":")) + "\n"

"""Names: zones and their records, domains, certificates, and what CloudFront runs before it answers."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Reach, Thing

_zone = partial(Call, service="route53", reach=Reach.GLOBAL)
_domain = partial(Call, service="route53domains", reach=Reach.GLOBAL)
_certificate = partial(Call, service="acm")

COLLECTOR = Collector(
    name="domains",
    about="DNS zones, domains, certificates, functions of CloudFront, accelerators",
    phase=Phase.CONFIGURATION,
    calls=(
        _zone(
            operation="ListHostedZones",
            about="DNS zones",
            lists=(Thing(kind="route53:hostedzone", select="HostedZones[].{id: Id, name: Name}"),),
        ),
        _zone(
            operation="ListResourceRecordSets",
            about="all records of each zone: names that an intruder pointed elsewhere",
            each=Each(row="route53.ListHostedZones", select="HostedZones[].{HostedZoneId: Id}"),
        ),
        _domain(
            operation="ListDomains",
            about="domains that are registered through AWS",
            lists=(Thing(kind="route53domains:domain", select="Domains[].{id: DomainName}"),),
        ),
        _domain(
            operation="GetDomainDetail",
            about="name servers, owner and expiry of each",
            each=Each(row="route53domains.ListDomains", select="Domains[].{DomainName: DomainName}"),
            sensitive=True,
        ),
        _certificate(
            operation="ListCertificates",
            about="certificates, expired and revoked ones too",
            # Without the types, it lists RSA-2048 alone.
            params=(
                {
                    "Includes": {
                        "keyTypes": [
                            "RSA_1024",
                            "RSA_2048",
                            "RSA_3072",
                            "RSA_4096",
                            "EC_prime256v1",
                            "EC_secp384r1",
                            "EC_secp521r1",
                        ]
                    }
                },
            ),
            lists=(
                Thing(
                    kind="acm:certificate",
                    select="CertificateSummaryList[].{id: CertificateArn, arn: CertificateArn, "
                    "name: DomainName}",
                ),
            ),
        ),
        _certificate(
            operation="DescribeCertificate",
            about="names, validation and use of each",
            each=Each(
                row="acm.ListCertificates",
                select="CertificateSummaryList[].{CertificateArn: CertificateArn}",
            ),
        ),
        Call(
            service="cloudfront",
            operation="ListFunctions",
            about="code that distributions run on each request",
            lists=(
                Thing(
                    kind="cloudfront:function",
                    select="FunctionList.Items[].{id: Name, arn: FunctionMetadata.FunctionARN}",
                ),
            ),
            params=({"Stage": "DEVELOPMENT"}, {"Stage": "LIVE"}),
            reach=Reach.GLOBAL,
        ),
        Call(
            service="globalaccelerator",
            operation="ListAccelerators",
            about="addresses of AWS's own that lead to machines here",
            reach=Reach.GLOBAL,
            lists=(
                Thing(
                    kind="globalaccelerator:accelerator",
                    select="Accelerators[].{id: AcceleratorArn, arn: AcceleratorArn, name: Name}",
                ),
            ),
        ),
        Call(
            service="globalaccelerator",
            operation="DescribeAcceleratorAttributes",
            about="where the flow logs of each of these go",
            each=Each(
                row="globalaccelerator.ListAccelerators",
                select="Accelerators[].{AcceleratorArn: AcceleratorArn}",
            ),
            reach=Reach.GLOBAL,
        ),
        Call(
            service="globalaccelerator",
            operation="ListCustomRoutingAccelerators",
            about="addresses of AWS's own that lead to one machine each",
            reach=Reach.GLOBAL,
            lists=(
                Thing(
                    kind="globalaccelerator:custom-routing-accelerator",
                    select="Accelerators[].{id: AcceleratorArn, arn: AcceleratorArn, name: Name}",
                ),
            ),
        ),
        Call(
            service="globalaccelerator",
            operation="DescribeCustomRoutingAcceleratorAttributes",
            about="where the flow logs of each of these go",
            each=Each(
                row="globalaccelerator.ListCustomRoutingAccelerators",
                select="Accelerators[].{AcceleratorArn: AcceleratorArn}",
            ),
            reach=Reach.GLOBAL,
        ),
    ),
)

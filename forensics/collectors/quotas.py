"""Quotas: how much an attacker could start, and how much more he asked for."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Phase

_quotas = partial(Call, service="service-quotas")

ABUSED = ("ec2", "fargate", "lambda", "sagemaker", "bedrock", "ses")
"""Services whose quotas are raised to mine coins, resell models or send spam: all 250 would take hours."""

COLLECTOR = Collector(
    name="quotas",
    about="quotas, and requests to raise them",
    phase=Phase.IDENTITY,
    calls=(
        _quotas(
            operation="ListRequestedServiceQuotaChangeHistory",
            about="who asked for more, of any service: an attacker does before he mines",
        ),
        _quotas(
            operation="ListServiceQuotas",
            about="what was possible, of services that are often abused",
            params=tuple({"ServiceCode": code} for code in ABUSED),
            # A region without the service has no quotas for it.
            absent=frozenset({"NoSuchResourceException"}),
        ),
    ),
)

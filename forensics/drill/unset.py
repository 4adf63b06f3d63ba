"""What AWS says in an account in which somebody has not set something up, until somebody does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NO_PLAN = (
    "SubscriptionRequiredException",
    "Amazon Web Services Premium Support Subscription is required to use this service.",
    400,
)
_NO_ORGANIZATION = (
    "AWSOrganizationsNotInUseException",
    "Your account is not a member of an organization.",
    400,
)
_NO_HUB = ("InvalidAccessException", "Account 222222222222 is not subscribed to AWS Security Hub", 401)

ERRORS: Mapping[tuple[str, str], tuple[str, str, int]] = {
    **{
        ("organizations", operation): _NO_ORGANIZATION
        for operation in (
            *("DescribeEffectivePolicy", "DescribeOrganization", "ListAWSServiceAccessForOrganization"),
            *("ListAccounts", "ListDelegatedAdministrators", "ListHandshakesForOrganization"),
            *("ListPolicies", "ListRoots"),
        )
    },
    **{
        ("health", operation): _NO_PLAN
        for operation in ("DescribeAffectedEntities", "DescribeEventDetails", "DescribeEvents")
    },
    **{("support", operation): _NO_PLAN for operation in ("DescribeCases", "DescribeTrustedAdvisorChecks")},
    **{
        ("securityhub", operation): _NO_HUB
        for operation in ("DescribeHub", "GetEnabledStandards", "GetFindings", "ListFindingAggregators")
    },
    ("macie2", "GetMacieSession"): ("AccessDeniedException", "Macie is not enabled", 403),
    ("macie2", "ListFindings"): ("AccessDeniedException", "Macie is not enabled", 403),
}
"""Errors by which AWS says that something is not set up: (code, message, status)."""

_DISABLED = {"status": "DISABLED"}

DEFAULTS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("bedrock", "GetModelInvocationLoggingConfiguration"): {},
    ("inspector2", "BatchGetAccountStatus"): {
        "accounts": [
            {
                "accountId": "222222222222",
                "state": _DISABLED,
                "resourceState": dict.fromkeys(("ec2", "ecr", "lambda"), _DISABLED),
            }
        ],
        "failedAccounts": [],
    },
    ("service-quotas", "ListServiceQuotas"): {"Quotas": []},
}
"""What AWS answers before anybody has set anything."""

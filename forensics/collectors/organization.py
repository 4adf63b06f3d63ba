"""The organization: its accounts, its tree, its policies, and whom it trusts."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Reach, Thing

NOT_MANAGEMENT = {"AccessDeniedException": "You don't have permissions to access this resource."}
"""What an account is told that neither manages its organization nor is a delegate, whatever its policies."""

NO_ORGANIZATION = frozenset({"AWSOrganizationsNotInUseException"})
"""Most accounts that are breached are in none."""

_org = partial(Call, service="organizations", reach=Reach.GLOBAL, absent=NO_ORGANIZATION, said=NOT_MANAGEMENT)
_MANAGED = (
    *("TAG_POLICY", "BACKUP_POLICY", "AISERVICES_OPT_OUT_POLICY", "CHATBOT_POLICY", "DECLARATIVE_POLICY_EC2"),
    *("SECURITYHUB_POLICY", "SECURITYHUB_CSPM_POLICY", "INSPECTOR_POLICY", "UPGRADE_ROLLOUT_POLICY"),
    *("BEDROCK_POLICY", "S3_POLICY", "NETWORK_SECURITY_DIRECTOR_POLICY", "GUARDDUTY_POLICY"),
)
_POLICIES = Each(row="organizations.ListPolicies", select="Policies[].{PolicyId: Id}")

COLLECTOR = Collector(
    name="organization",
    about="the organization's accounts, units, policies and delegates",
    phase=Phase.IDENTITY,
    calls=(
        _org(
            operation="DescribeOrganization", about="the organization, and which account manages it", said={}
        ),
        _org(operation="ListAccounts", about="its accounts, also those that an attacker had made"),
        _org(operation="ListRoots", about="the root of its tree, and which kinds of policies are in force"),
        _org(
            operation="ListOrganizationalUnitsForParent",
            about="its units, down to the leaves",
            each=Each(row="organizations.ListRoots", select="Roots[].{ParentId: Id}"),
            deeper="OrganizationalUnits[].{ParentId: Id}",
        ),
        _org(
            operation="ListPolicies",
            about="its policies, also of kinds that somebody has switched off",
            params=tuple(
                {"Filter": kind} for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", *_MANAGED)
            ),
            lists=(
                Thing(
                    kind="organizations:policy",
                    select="Policies[?AwsManaged==`false`].{id: Id, arn: Arn, name: Name}",
                ),
            ),
        ),
        _org(operation="DescribePolicy", about="what each policy says", each=_POLICIES),
        _org(operation="ListTargetsForPolicy", about="whom each policy binds", each=_POLICIES),
        _org(
            operation="DescribeEffectivePolicy",
            about="what all policies of a kind come to for this account: its own word, asked of itself",
            params=tuple({"PolicyType": kind} for kind in _MANAGED),
            absent=NO_ORGANIZATION | {"EffectivePolicyNotFoundException"},
        ),
        _org(operation="ListDelegatedAdministrators", about="accounts that may act for the management"),
        _org(
            operation="ListAWSServiceAccessForOrganization",
            about="services that may act in all of its accounts",
        ),
        _org(
            operation="ListHandshakesForAccount",
            about="invitations to this account: into an organization of the attacker's",
            # Any account may ask for its own.
            absent=frozenset(),
            said={},
        ),
        _org(operation="ListHandshakesForOrganization", about="invitations that the organization made"),
    ),
)

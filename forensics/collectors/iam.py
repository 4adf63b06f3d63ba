"""Who could do what: principals, policies, keys, and who trusts whom."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Reach, Thing

_iam = partial(Call, service="iam", reach=Reach.GLOBAL)

# Without a user's name, ListAccessKeys and its like speak of the caller alone.
_USERS = Each(row="iam.ListUsers", select="Users[].{UserName: UserName}")

_NONE = frozenset({"NoSuchEntity"})

COLLECTOR = Collector(
    name="iam",
    about="principals, policies, keys and federation",
    phase=Phase.IDENTITY,
    calls=(
        _iam(
            operation="GetAccountAuthorizationDetails",
            about="users, groups, roles and policies, with every document",
            lists=(
                Thing(kind="iam:user", select="UserDetailList[].{id: UserName, arn: Arn}"),
                Thing(kind="iam:group", select="GroupDetailList[].{id: GroupName, arn: Arn}"),
                Thing(kind="iam:role", select="RoleDetailList[].{id: RoleName, arn: Arn}"),
                Thing(
                    kind="iam:policy",
                    # Those of AWS itself are listed too, where they are attached to somebody.
                    select="Policies[?!contains(Arn, ':iam::aws:')].{id: Arn, arn: Arn, name: PolicyName}",
                ),
            ),
        ),
        _iam(operation="GetAccountSummary", about="how many there are of each, by AWS's own count"),
        _iam(operation="ListAccountAliases", about="the account's name at sign-in"),
        _iam(
            operation="ListUsers",
            about="users, and when their passwords were last used",
        ),
        _iam(
            operation="ListAccessKeys",
            about="access keys of each user: the credential report may be four hours old, this is not",
            each=_USERS,
            lists=(
                Thing(kind="iam:access-key", select="AccessKeyMetadata[].{id: AccessKeyId, name: UserName}"),
            ),
        ),
        _iam(
            operation="GetAccessKeyLastUsed",
            about="when, where and for what each key was last used",
            each=Each(row="iam.ListAccessKeys", select="AccessKeyMetadata[].{AccessKeyId: AccessKeyId}"),
        ),
        _iam(operation="GetLoginProfile", about="who has a password", each=_USERS, absent=_NONE),
        _iam(operation="ListMFADevices", about="second factors of each user", each=_USERS),
        _iam(operation="ListSSHPublicKeys", about="SSH keys for CodeCommit", each=_USERS),
        _iam(
            operation="GetSSHPublicKey",
            about="those keys themselves",
            params=({"Encoding": "SSH"},),
            each=Each(
                row="iam.ListSSHPublicKeys",
                select="SSHPublicKeys[].{UserName: UserName, SSHPublicKeyId: SSHPublicKeyId}",
            ),
        ),
        _iam(operation="ListSigningCertificates", about="certificates of each user", each=_USERS),
        _iam(
            operation="ListServiceSpecificCredentials",
            about="passwords for single services, such as Bedrock's API keys",
            each=_USERS,
        ),
        _iam(operation="ListGroupsForUser", about="groups of each user", each=_USERS),
        _iam(
            operation="ListVirtualMFADevices",
            about="virtual second factors, root's among them",
            lists=(Thing(kind="iam:mfa", select="VirtualMFADevices[].{id: SerialNumber}"),),
        ),
        _iam(
            operation="ListSAMLProviders",
            about="SAML providers",
            lists=(Thing(kind="iam:saml-provider", select="SAMLProviderList[].{id: Arn, arn: Arn}"),),
        ),
        _iam(
            operation="GetSAMLProvider",
            about="whose word the account takes, by SAML",
            each=Each(row="iam.ListSAMLProviders", select="SAMLProviderList[].{SAMLProviderArn: Arn}"),
        ),
        _iam(
            operation="ListOpenIDConnectProviders",
            about="OpenID Connect providers",
            lists=(
                Thing(kind="iam:oidc-provider", select="OpenIDConnectProviderList[].{id: Arn, arn: Arn}"),
            ),
        ),
        _iam(
            operation="GetOpenIDConnectProvider",
            about="whose word the account takes, by OpenID Connect",
            each=Each(
                row="iam.ListOpenIDConnectProviders",
                select="OpenIDConnectProviderList[].{OpenIDConnectProviderArn: Arn}",
            ),
        ),
        _iam(
            operation="ListDelegationRequests",
            about="requests of others to be let in for a while, and who granted them",
        ),
        _iam(
            operation="ListServerCertificates",
            about="TLS certificates kept in IAM",
            lists=(
                Thing(
                    kind="iam:server-certificate",
                    select="ServerCertificateMetadataList[].{id: ServerCertificateName, arn: Arn,"
                    " name: ServerCertificateName}",
                ),
            ),
        ),
        _iam(
            operation="ListInstanceProfiles",
            about="roles for instances",
            lists=(
                Thing(
                    kind="iam:instance-profile",
                    select="InstanceProfiles[].{id: InstanceProfileName, arn: Arn,"
                    " name: InstanceProfileName}",
                ),
            ),
        ),
        _iam(operation="GetAccountPasswordPolicy", about="rules for passwords", absent=_NONE),
        _iam(
            operation="ListPolicies",
            about="policies made in this account",
            params=({"Scope": "Local"},),
        ),
        _iam(
            operation="ListPolicyVersions",
            about="versions of each policy: what it said before",
            each=Each(row="iam.ListPolicies", select="Policies[].{PolicyArn: Arn}"),
        ),
        _iam(
            operation="GetPolicyVersion",
            about="the document of each version",
            each=Each(
                row="iam.ListPolicyVersions",
                select="Versions[].{VersionId: VersionId}",
                carry=("PolicyArn",),
            ),
        ),
    ),
)

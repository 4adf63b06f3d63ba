"""Identity Center: people of the company, and what they may do in which account."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_sso = partial(Call, service="sso-admin")
_store = partial(Call, service="identitystore")

# One that another account owns is listed here, and only there can it be asked about.
_INSTANCES = Each(
    row="sso-admin.ListInstances",
    select="Instances[?OwnerAccountId=='{account}'].{InstanceArn: InstanceArn}",
)
_STORES = Each(
    row="sso-admin.ListInstances",
    select="Instances[?OwnerAccountId=='{account}'].{IdentityStoreId: IdentityStoreId}",
)
_SETS = Each(
    row="sso-admin.ListPermissionSets",
    select="PermissionSets[].{PermissionSetArn: @}",
    carry=("InstanceArn",),
)

COLLECTOR = Collector(
    name="identity_center",
    about="Identity Center: instances, permission sets, assignments, people",
    phase=Phase.IDENTITY,
    calls=(
        _sso(
            operation="ListInstances",
            about="instances, of this account and of the organization",
            lists=(Thing(kind="sso:instance", select="Instances[].{id: InstanceArn, arn: InstanceArn}"),),
        ),
        _sso(
            operation="ListPermissionSets",
            about="permission sets",
            each=_INSTANCES,
            lists=(Thing(kind="sso:permissionset", select="PermissionSets[].{id: @, arn: @}"),),
        ),
        _sso(operation="DescribePermissionSet", about="name and length of session of each", each=_SETS),
        _sso(
            operation="GetInlinePolicyForPermissionSet",
            about="what each allows by a policy of its own",
            each=_SETS,
        ),
        _sso(
            operation="ListManagedPoliciesInPermissionSet",
            about="what each allows by policies of AWS's",
            each=_SETS,
        ),
        _sso(
            operation="ListAccountsForProvisionedPermissionSet",
            about="in which accounts each may be taken",
            each=_SETS,
        ),
        _sso(
            operation="ListAccountAssignments",
            about="by whom",
            each=Each(
                row="sso-admin.ListAccountsForProvisionedPermissionSet",
                select="AccountIds[].{AccountId: @}",
                carry=("InstanceArn", "PermissionSetArn"),
            ),
        ),
        _sso(operation="ListApplications", about="applications that people sign in to", each=_INSTANCES),
        _store(
            operation="ListUsers",
            about="people",
            each=_STORES,
            lists=(
                Thing(kind="identitystore:user", select="Users[].{id: UserId, arn: UserArn, name: UserName}"),
            ),
        ),
        _store(
            operation="ListGroups",
            about="their groups",
            each=_STORES,
            lists=(
                Thing(
                    kind="identitystore:group",
                    select="Groups[].{id: GroupId, arn: GroupArn, name: DisplayName}",
                ),
            ),
        ),
        _store(
            operation="ListGroupMemberships",
            about="who is in which group",
            each=Each(
                row="identitystore.ListGroups",
                select="Groups[].{GroupId: GroupId}",
                carry=("IdentityStoreId",),
            ),
        ),
    ),
)

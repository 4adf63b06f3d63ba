"""Systems Manager: documents of the account's own, and what runs them by itself on its machines."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_ssm = partial(Call, service="ssm")

_OWN = Each(row="ssm.ListDocuments", select="DocumentIdentifiers[].{Name: Name}")
_WINDOWS = Each(row="ssm.DescribeMaintenanceWindows", select="WindowIdentities[].{WindowId: WindowId}")

COLLECTOR = Collector(
    name="documents",
    about="Systems Manager: documents, associations, maintenance windows and activations",
    phase=Phase.CONFIGURATION,
    calls=(
        _ssm(
            operation="ListDocuments",
            about="documents of the account's own: scripts for its machines",
            # AWS's own are the same for everyone, and many hundred.
            params=({"Filters": [{"Key": "Owner", "Values": ["Self"]}]},),
            lists=(Thing(kind="ssm:document", select="DocumentIdentifiers[].{id: Name}"),),
        ),
        _ssm(operation="GetDocument", about="what each of them does", each=_OWN, sensitive=True),
        _ssm(
            operation="DescribeDocumentPermission",
            about="who else may use each",
            params=({"PermissionType": "Share"},),
            each=_OWN,
        ),
        _ssm(
            operation="ListAssociations",
            about="documents that are run on machines again and again",
            lists=(
                Thing(
                    kind="ssm:association", select="Associations[].{id: AssociationId, name: AssociationName}"
                ),
            ),
        ),
        _ssm(
            operation="DescribeAssociation",
            about="on which machines, with which parameters",
            each=Each(row="ssm.ListAssociations", select="Associations[].{AssociationId: AssociationId}"),
            sensitive=True,
        ),
        _ssm(
            operation="DescribeMaintenanceWindows",
            about="times at which tasks run by themselves",
            lists=(
                Thing(kind="ssm:maintenancewindow", select="WindowIdentities[].{id: WindowId, name: Name}"),
            ),
        ),
        _ssm(
            operation="DescribeMaintenanceWindowTasks",
            about="and which",
            each=_WINDOWS,
            sensitive=True,
        ),
        _ssm(
            operation="DescribeActivations",
            about="machines outside of AWS that may be managed: a way in and out",
            lists=(Thing(kind="ssm:activation", select="ActivationList[].{id: ActivationId}"),),
        ),
        _ssm(
            operation="ListResourceDataSync",
            about="inventories that are sent to a bucket, of other accounts too",
            lists=(Thing(kind="ssm:resource-data-sync", select="ResourceDataSyncItems[].{id: SyncName}"),),
        ),
    ),
)

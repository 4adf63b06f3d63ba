"""Machine images of the account, and with whom they are shared."""

from __future__ import annotations

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

COLLECTOR = Collector(
    name="images",
    about="machine images and their sharing",
    phase=Phase.CONFIGURATION,
    calls=(
        Call(
            service="ec2",
            operation="DescribeImages",
            about="images that the account owns, disabled and deprecated ones too",
            # Without an owner, it lists every public image there is.
            params=({"Owners": ["self"], "IncludeDeprecated": True, "IncludeDisabled": True},),
            lists=(Thing(kind="ec2:image", select="Images[].{id: ImageId, name: Name}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeImageAttribute",
            about="who may launch each image",
            params=({"Attribute": "launchPermission"},),
            each=Each(row="ec2.DescribeImages", select="Images[].{ImageId: ImageId}"),
        ),
        Call(
            service="ec2",
            operation="GetImageBlockPublicAccessState",
            about="whether images can be made public",
        ),
        Call(service="ec2", operation="ListImagesInRecycleBin", about="deleted images that can be had back"),
        Call(service="ec2", operation="DescribeExportImageTasks", about="images sent out to S3"),
        Call(service="ec2", operation="DescribeExportTasks", about="instances sent out to S3"),
        Call(service="ec2", operation="DescribeStoreImageTasks", about="images stored in S3"),
    ),
)

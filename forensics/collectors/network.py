"""What could talk to what: networks, filters, routes, ways in and out, and what logs of it there are."""

from __future__ import annotations

from forensics.collectors.spec import Call, Collector, Each, Phase

COLLECTOR = Collector(
    name="network",
    about="networks, their filters, routes, and ways in and out",
    phase=Phase.CONFIGURATION,
    calls=(
        Call(service="ec2", operation="DescribeVpcs", about="virtual networks"),
        Call(service="ec2", operation="DescribeSubnets", about="subnets"),
        Call(service="ec2", operation="DescribeSecurityGroups", about="security groups"),
        Call(
            service="ec2",
            operation="DescribeSecurityGroupRules",
            about="rules of security groups, each with its id as the trail names it",
        ),
        Call(service="ec2", operation="DescribeNetworkAcls", about="network access lists"),
        Call(service="ec2", operation="DescribeRouteTables", about="routes"),
        Call(service="ec2", operation="DescribeInternetGateways", about="ways to the internet"),
        Call(service="ec2", operation="DescribeEgressOnlyInternetGateways", about="ways out by IPv6"),
        Call(service="ec2", operation="DescribeNatGateways", about="ways out by NAT, deleted ones too"),
        Call(service="ec2", operation="DescribeVpcEndpoints", about="private ways to services"),
        Call(
            service="ec2",
            operation="DescribeVpcEndpointServiceConfigurations",
            about="services that this account offers to others",
        ),
        Call(
            service="ec2",
            operation="DescribeVpcEndpointServicePermissions",
            about="who may connect to those services",
            each=Each(
                row="ec2.DescribeVpcEndpointServiceConfigurations",
                select="ServiceConfigurations[].{ServiceId: ServiceId}",
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeVpcEndpointConnections",
            about="who is connected to those services",
        ),
        Call(
            service="ec2",
            operation="DescribeVpcPeeringConnections",
            about="ways to other networks",
        ),
        Call(service="ec2", operation="DescribeManagedPrefixLists", about="named lists of addresses"),
        Call(
            service="ec2",
            operation="GetManagedPrefixListEntries",
            about="addresses on the account's own lists",
            each=Each(
                row="ec2.DescribeManagedPrefixLists",
                # AWS's own lists are the same for everyone, and big.
                select="PrefixLists[?OwnerId!='AWS'].{PrefixListId: PrefixListId}",
            ),
        ),
        Call(service="ec2", operation="DescribeDhcpOptions", about="name servers given to instances"),
        Call(service="ec2", operation="DescribeTransitGateways", about="transit gateways"),
        Call(
            service="ec2",
            operation="DescribeTransitGatewayAttachments",
            about="what is attached to transit gateways, of other accounts too",
        ),
        Call(service="ec2", operation="DescribeVpnConnections", about="VPNs", sensitive=True),
        Call(service="ec2", operation="DescribeClientVpnEndpoints", about="VPN endpoints for people"),
        Call(service="ec2", operation="DescribeTrafficMirrorSessions", about="copies of traffic, to where"),
        Call(service="ec2", operation="DescribeTrafficMirrorTargets", about="who gets those copies"),
        Call(
            service="ec2",
            operation="DescribeFlowLogs",
            # Without the format in here, the columns of a flow log with a format of its own cannot be read.
            about="which traffic is logged, where to, in what format, and whether delivery fails",
            phase=Phase.IDENTITY,
        ),
    ),
)

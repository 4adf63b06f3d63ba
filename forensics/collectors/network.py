"""What could talk to what: networks, filters, routes, ways in and out, and what logs of it there are."""

from __future__ import annotations

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

COLLECTOR = Collector(
    name="network",
    about="networks, their filters, routes, and ways in and out",
    phase=Phase.CONFIGURATION,
    calls=(
        Call(
            service="ec2",
            operation="DescribeVpcs",
            about="virtual networks",
            lists=(Thing(kind="ec2:vpc", select="Vpcs[].{id: VpcId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeSubnets",
            about="subnets",
            lists=(Thing(kind="ec2:subnet", select="Subnets[].{id: SubnetId, arn: SubnetArn}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeSecurityGroups",
            about="security groups",
            lists=(
                Thing(
                    kind="ec2:security-group",
                    select="SecurityGroups[].{id: GroupId, arn: SecurityGroupArn, name: GroupName}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeSecurityGroupRules",
            about="rules of security groups, each with its id as the trail names it",
        ),
        Call(
            service="ec2",
            operation="DescribeNetworkAcls",
            about="network access lists",
            lists=(Thing(kind="ec2:network-acl", select="NetworkAcls[].{id: NetworkAclId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeRouteTables",
            about="routes",
            lists=(Thing(kind="ec2:route-table", select="RouteTables[].{id: RouteTableId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeInternetGateways",
            about="ways to the internet",
            lists=(Thing(kind="ec2:internet-gateway", select="InternetGateways[].{id: InternetGatewayId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeEgressOnlyInternetGateways",
            about="ways out by IPv6",
            lists=(
                Thing(
                    kind="ec2:egress-only-internet-gateway",
                    select="EgressOnlyInternetGateways[].{id: EgressOnlyInternetGatewayId}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeNatGateways",
            about="ways out by NAT, deleted ones too",
            lists=(Thing(kind="ec2:natgateway", select="NatGateways[].{id: NatGatewayId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeVpcEndpoints",
            about="private ways to services",
            lists=(Thing(kind="ec2:vpc-endpoint", select="VpcEndpoints[].{id: VpcEndpointId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeVpcEndpointServiceConfigurations",
            about="services that this account offers to others",
            lists=(
                Thing(
                    kind="ec2:vpc-endpoint-service",
                    select="ServiceConfigurations[].{id: ServiceId, name: ServiceName}",
                ),
            ),
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
            lists=(
                Thing(
                    kind="ec2:vpc-peering-connection",
                    select="VpcPeeringConnections[].{id: VpcPeeringConnectionId}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeManagedPrefixLists",
            about="named lists of addresses",
            lists=(
                Thing(
                    kind="ec2:prefix-list",
                    select="PrefixLists[?OwnerId!='AWS'].{id: PrefixListId, arn: PrefixListArn,"
                    " name: PrefixListName}",
                ),
            ),
        ),
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
        Call(
            service="ec2",
            operation="DescribeDhcpOptions",
            about="name servers given to instances",
            lists=(Thing(kind="ec2:dhcp-options", select="DhcpOptions[].{id: DhcpOptionsId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeTransitGateways",
            about="transit gateways",
            lists=(
                Thing(
                    kind="ec2:transit-gateway",
                    select="TransitGateways[].{id: TransitGatewayId, arn: TransitGatewayArn}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeTransitGatewayAttachments",
            about="what is attached to transit gateways, of other accounts too",
            lists=(
                Thing(
                    kind="ec2:transit-gateway-attachment",
                    select="TransitGatewayAttachments[].{id: TransitGatewayAttachmentId}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeVpnConnections",
            about="VPNs",
            sensitive=True,
            lists=(Thing(kind="ec2:vpn-connection", select="VpnConnections[].{id: VpnConnectionId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeClientVpnEndpoints",
            about="VPN endpoints for people",
            lists=(
                Thing(
                    kind="ec2:client-vpn-endpoint", select="ClientVpnEndpoints[].{id: ClientVpnEndpointId}"
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeTrafficMirrorSessions",
            about="copies of traffic, to where",
            lists=(
                Thing(
                    kind="ec2:traffic-mirror-session",
                    select="TrafficMirrorSessions[].{id: TrafficMirrorSessionId}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeTrafficMirrorTargets",
            about="who gets those copies",
            lists=(
                Thing(
                    kind="ec2:traffic-mirror-target",
                    select="TrafficMirrorTargets[].{id: TrafficMirrorTargetId}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeFlowLogs",
            # Without the format in here, the columns of a flow log with a format of its own cannot be read.
            about="which traffic is logged, where to, in what format, and whether delivery fails",
            phase=Phase.IDENTITY,
            lists=(Thing(kind="ec2:vpc-flow-log", select="FlowLogs[].{id: FlowLogId}"),),
        ),
    ),
)

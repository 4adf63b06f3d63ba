"""Topics, queues and brokers: who may read and write, and who is told. What is in them is never taken out."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_topic = partial(Call, service="sns")
_queue = partial(Call, service="sqs")

COLLECTOR = Collector(
    name="messaging",
    about="topics of SNS, queues of SQS, their policies and subscribers, and brokers of MSK",
    phase=Phase.CONFIGURATION,
    calls=(
        _topic(
            operation="ListTopics",
            about="topics",
            lists=(Thing(kind="sns:topic", select="Topics[].{id: TopicArn, arn: TopicArn}"),),
        ),
        _topic(
            operation="GetTopicAttributes",
            about="who may publish to and read each topic",
            each=Each(row="sns.ListTopics", select="Topics[].{TopicArn: TopicArn}"),
        ),
        _topic(
            operation="ListSubscriptions",
            about="who is told: addresses, functions, other accounts",
            lists=(Thing(kind="sns:subscription", select="Subscriptions[].{id: SubscriptionArn}"),),
        ),
        _queue(
            operation="ListQueues",
            about="queues",
            # Without a size, AWS gives no token, and the first thousand alone.
            params=({"MaxResults": 1_000},),
            lists=(Thing(kind="sqs:queue", select="QueueUrls[].{id: @}"),),
        ),
        _queue(
            operation="GetQueueAttributes",
            about="who may use each queue, and how many messages wait in it",
            params=({"AttributeNames": ["All"]},),
            each=Each(row="sqs.ListQueues", select="QueueUrls[].{QueueUrl: @}"),
        ),
        Call(
            service="kafka",
            operation="ListClustersV2",
            about="clusters of MSK, who may reach them, and where they log to",
            lists=(
                Thing(
                    kind="kafka:cluster",
                    select="ClusterInfoList[].{id: ClusterArn, arn: ClusterArn, name: ClusterName}",
                ),
            ),
        ),
    ),
)

"""Who searched what: queries of Athena, and of CloudTrail Lake. Both forget them within weeks."""

from __future__ import annotations

from functools import partial

from forensics.aws.names import Batch
from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_athena = partial(Call, service="athena")
_lake = partial(Call, service="cloudtrail")

_QUERIES = Each(
    row="cloudtrail.ListQueries",
    select="Queries[].{QueryId: QueryId}",
    carry=("EventDataStore",),
)

COLLECTOR = Collector(
    name="queries",
    about="queries of Athena and CloudTrail Lake, with what they asked for",
    phase=Phase.EVENTS,
    calls=(
        _athena(
            operation="ListWorkGroups",
            about="groups that queries of Athena are made in",
            lists=(Thing(kind="athena:workgroup", select="WorkGroups[].{id: Name}"),),
        ),
        _athena(
            operation="ListQueryExecutions",
            about="queries of each group: Athena forgets them after 45 days",
            each=Each(row="athena.ListWorkGroups", select="WorkGroups[].{WorkGroup: Name}"),
        ),
        _athena(
            operation="BatchGetQueryExecution",
            about="what each query asked for, and which bucket its result went to",
            each=Each(row="athena.ListQueryExecutions", select="QueryExecutionIds[].{QueryExecutionIds: @}"),
            batch=Batch("QueryExecutionIds", 50),
            failed="UnprocessedQueryExecutionIds[]."
            "{code: ErrorCode, message: ErrorMessage, QueryExecutionId: QueryExecutionId}",
            sensitive=True,
        ),
        _lake(
            operation="ListQueries",
            about="queries of each event data store in the last week",
            each=Each(
                row="cloudtrail.ListEventDataStores",
                select="EventDataStores[].{EventDataStore: EventDataStoreArn}",
            ),
            # A store that is to be deleted answers no queries.
            absent=frozenset({"InactiveEventDataStoreException"}),
        ),
        _lake(
            operation="DescribeQuery",
            about="what each of these asked for",
            each=Each(row=_QUERIES.row, select=_QUERIES.select, carry=_QUERIES.carry),
        ),
        _lake(
            operation="GetQueryResults",
            about="what those found that are done",
            each=Each(
                row=_QUERIES.row,
                select="Queries[?QueryStatus=='FINISHED'].{QueryId: QueryId}",
                carry=_QUERIES.carry,
            ),
        ),
    ),
)

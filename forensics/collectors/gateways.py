"""API Gateway: interfaces to the internet, who may call them, and what they call."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_rest = partial(Call, service="apigateway")
_http = partial(Call, service="apigatewayv2")

_APIS = Each(row="apigateway.GetRestApis", select="items[].{restApiId: id}")
_HTTP_APIS = Each(row="apigatewayv2.GetApis", select="Items[].{ApiId: ApiId}")

COLLECTOR = Collector(
    name="gateways",
    about="API Gateway: interfaces, their routes, integrations and authorizers",
    phase=Phase.CONFIGURATION,
    calls=(
        _rest(
            operation="GetRestApis",
            about="REST interfaces, each with its policy",
            lists=(Thing(kind="apigateway:restapi", select="items[].{id: id, name: name}"),),
        ),
        _rest(
            operation="GetStages",
            about="where each was published, and what it logs",
            each=_APIS,
            # Variables of a stage.
            sensitive=True,
        ),
        _rest(operation="GetAuthorizers", about="who decides who may call", each=_APIS),
        _rest(
            operation="GetExport",
            about="each published interface as OpenAPI, with what stands behind it",
            params=(
                {
                    "accepts": "application/json",
                    "exportType": "oas30",
                    "parameters": {"extensions": "authorizers,integrations"},
                },
            ),
            each=Each(
                row="apigateway.GetStages", select="item[].{stageName: stageName}", carry=("restApiId",)
            ),
        ),
        _http(
            operation="GetApis",
            about="HTTP and WebSocket interfaces",
            lists=(Thing(kind="apigateway:api", select="Items[].{id: ApiId, name: Name}"),),
        ),
        _http(
            operation="GetStages",
            about="where each was published, and what it logs",
            each=_HTTP_APIS,
            sensitive=True,
        ),
        _http(operation="GetRoutes", about="which call goes where, and who may make it", each=_HTTP_APIS),
        _http(operation="GetIntegrations", about="what stands behind each route", each=_HTTP_APIS),
    ),
)

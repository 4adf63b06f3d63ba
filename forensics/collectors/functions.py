"""Lambda: functions, who may call them and what wakes them. Their code is kept by `function_code`."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_lambda = partial(Call, service="lambda")

# The list with all versions says each function once as `$LATEST`.
FUNCTIONS = Each(
    row="lambda.ListFunctions",
    select="Functions[?Version=='$LATEST'].{FunctionName: FunctionName}",
)
_LAYERS = Each(row="lambda.ListLayers", select="Layers[].{LayerName: LayerName}")
_VERSIONS = Each(
    row="lambda.ListLayerVersions",
    select="LayerVersions[].{VersionNumber: Version}",
    carry=("LayerName",),
)
_NONE = frozenset({"ResourceNotFoundException"})

COLLECTOR = Collector(
    name="functions",
    about="functions of Lambda, their versions, policies, addresses and triggers",
    phase=Phase.CONFIGURATION,
    calls=(
        _lambda(
            operation="ListFunctions",
            about="every version of every function, with its role and variables",
            params=({"FunctionVersion": "ALL"},),
            sensitive=True,
            lists=(
                Thing(
                    kind="lambda:function",
                    select="Functions[?Version=='$LATEST'].{id: FunctionName, arn: FunctionArn}",
                ),
            ),
        ),
        _lambda(
            operation="ListVersionsByFunction",
            about="versions of each function, by a second list",
            each=FUNCTIONS,
            sensitive=True,
        ),
        _lambda(operation="ListAliases", about="which version a name stands for", each=FUNCTIONS),
        _lambda(
            operation="GetPolicy",
            about="who may call each function: services, other accounts, anyone",
            each=FUNCTIONS,
            absent=_NONE,
        ),
        _lambda(
            operation="ListFunctionUrlConfigs",
            about="addresses at which the internet may call it",
            each=FUNCTIONS,
        ),
        _lambda(
            operation="ListProvisionedConcurrencyConfigs",
            about="functions that are kept running",
            each=FUNCTIONS,
        ),
        _lambda(
            operation="GetFunctionCodeSigningConfig",
            about="whether code has to be signed",
            each=FUNCTIONS,
        ),
        _lambda(
            operation="ListEventSourceMappings",
            about="queues and streams that wake functions",
            lists=(Thing(kind="lambda:event-source-mapping", select="EventSourceMappings[].{id: UUID}"),),
        ),
        _lambda(
            operation="ListLayers",
            about="layers: code that several functions share",
            lists=(Thing(kind="lambda:layer", select="Layers[].{id: LayerName, arn: LayerArn}"),),
        ),
        _lambda(operation="ListLayerVersions", about="versions of each layer", each=_LAYERS),
        _lambda(
            operation="GetLayerVersionPolicy",
            about="who else may use each layer",
            each=_VERSIONS,
            absent=_NONE,
        ),
    ),
)

"""Builds and deployments: what turns code into what runs, with which role and variables."""

from __future__ import annotations

from functools import partial

from forensics.aws.names import Batch
from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_build = partial(Call, service="codebuild")
_pipeline = partial(Call, service="codepipeline")
_runner = partial(Call, service="apprunner")
_image = partial(Call, service="imagebuilder")

COLLECTOR = Collector(
    name="builds",
    about="CodeBuild, CodePipeline, App Runner, Amplify and Image Builder",
    phase=Phase.CONFIGURATION,
    calls=(
        _build(
            operation="ListProjects",
            about="projects that build",
            lists=(Thing(kind="codebuild:project", select="projects[].{id: @}"),),
        ),
        _build(
            operation="BatchGetProjects",
            about="source, role and variables of each project",
            each=Each(row="codebuild.ListProjects", select="projects[].{names: @}"),
            batch=Batch("names", 100),
            sensitive=True,
        ),
        _build(operation="ListBuilds", about="builds of the last year"),
        _build(
            operation="BatchGetBuilds",
            about="what each build ran, and who began it",
            each=Each(row="codebuild.ListBuilds", select="ids[].{ids: @}"),
            batch=Batch("ids", 100),
            sensitive=True,
        ),
        _build(
            operation="ListSourceCredentials",
            about="accounts at GitHub and its like, without their secrets",
        ),
        _pipeline(
            operation="ListPipelines",
            about="pipelines that deploy",
            lists=(Thing(kind="codepipeline:pipeline", select="pipelines[].{id: name}"),),
        ),
        _pipeline(
            operation="GetPipeline",
            about="stages of each",
            each=Each(row="codepipeline.ListPipelines", select="pipelines[].{name: name}"),
            sensitive=True,
        ),
        _runner(
            operation="ListServices",
            about="services of App Runner",
            lists=(
                Thing(
                    kind="apprunner:service",
                    select="ServiceSummaryList[].{id: ServiceArn, arn: ServiceArn, name: ServiceName}",
                ),
            ),
        ),
        _runner(
            operation="DescribeService",
            about="image, role and variables of each",
            each=Each(row="apprunner.ListServices", select="ServiceSummaryList[].{ServiceArn: ServiceArn}"),
            sensitive=True,
        ),
        Call(
            service="amplify",
            operation="ListApps",
            about="web applications of Amplify, with their variables",
            sensitive=True,
            lists=(Thing(kind="amplify:app", select="apps[].{id: appId, arn: appArn, name: name}"),),
        ),
        _image(
            operation="ListImagePipelines",
            about="what makes machine images by itself",
            lists=(
                Thing(
                    kind="imagebuilder:image-pipeline",
                    select="imagePipelineList[].{id: arn, arn: arn, name: name}",
                ),
            ),
        ),
        _image(
            operation="ListComponents",
            about="scripts of the account's own that go into them",
            lists=(
                Thing(
                    kind="imagebuilder:component",
                    select="componentVersionList[].{id: arn, arn: arn, name: name}",
                ),
            ),
            # Without an owner, it lists the account's alone; by name, each once.
            params=({"owner": "Self"},),
        ),
    ),
)

"""
Code of functions and layers: each package as Lambda runs it, held against the hash that AWS states.

GetFunction and GetLayerVersion give a link that is good for ten minutes. It is a credential: their answers
are kept without its signature, and the package is fetched at once, before the next is asked about.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import jmespath

from forensics.aws import codes
from forensics.aws.ask import Answer, Refusal
from forensics.aws.links import Links, without_links
from forensics.aws.names import unique
from forensics.aws.row import DENIALS, FAILURES
from forensics.aws.tally import Tally
from forensics.aws.transfer import Fetched
from forensics.collectors.spec import Collector, Context, Each, Phase, Records, Step
from forensics.model import Coverage, Evidence, Exchange, Kind, Outcome, Record

_STALE = frozenset({Outcome.DENIED, Outcome.EXPIRED})
"""What S3 says of a link that has run out, or whose signer's session has."""
LINKS = 3
"""Links that are asked for, one after the other, before a package is given up: each may run out."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Where an operation's answer says what its package is."""

    arn: str
    location: str
    sha256: str
    size: str
    image: str = "`null`"
    """JMESPath of each; `image` is set where the code is no package but an image of ECR."""

    def read(self, values: Mapping[str, Any]) -> Package:
        """Read an answer."""
        return Package(
            str(jmespath.search(self.arn, values) or ""),
            str(jmespath.search(self.location, values) or ""),
            _hex(str(jmespath.search(self.sha256, values) or "")),
            int(jmespath.search(self.size, values) or 0),
            str(jmespath.search(self.image, values) or ""),
        )


@dataclass(frozen=True, slots=True)
class Package:
    """A package, as AWS speaks of it."""

    arn: str
    """Of the version."""
    link: str = field(repr=False)
    sha256: str
    """Hex; empty where AWS states none."""
    size: int
    image: str

    def name(self, sha256: str) -> str:
        """Return what it is called in the case: by its hash, since a version `$LATEST` changes."""
        return f"{self.arn}#{sha256}"


def _hex(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


@dataclass
class Packing:
    """Keeps the packages of one source. `records()` is the whole of it."""

    context: Context
    names: Sequence[Mapping[str, Any]]
    fields: Fields
    kept: int = 0
    images: int = 0

    def __post_init__(self) -> None:
        """Count from nothing."""
        self._tally = Tally(self.context.source)

    def records(self) -> Iterator[Record]:
        """Keep them, and close the source."""
        for name in unique(self.names):
            if (refusal := self._given_up()) is not None:
                self._tally.miss(refusal, name, 0)
            else:
                yield from self._package(name)
        yield self._coverage()

    def _given_up(self) -> Refusal | None:
        asker, last, tally = self.context.asker, self._tally.last, self._tally
        closed = asker.session.closed
        shut = closed.refusal(asker.source.region) or closed.mute(asker.service, asker.region)
        if shut is not None or last is None:
            return shut
        if last.again and tally.streak >= FAILURES:
            return last
        hopeless = last.outcome in {Outcome.DENIED, Outcome.DENIED_BY_SCP}
        return last if hopeless and not tally.answered and tally.refused >= DENIALS else None

    def _package(self, name: Mapping[str, Any]) -> Iterator[Record]:
        """Keep one: a link that has run out, or whose package is not what AWS states, is asked for anew."""
        last = Refusal(Outcome.FAILED, codes.CHECKSUM, "", "", sure=True)
        for _ in range(LINKS):
            answer = yield from self._asked(name)
            if isinstance(answer, Refusal):
                self._tally.refuse(answer, name)
                return
            package = self.fields.read(answer.values)
            if package.image or self.context.holds(package.name(package.sha256)):
                self._settle(package)
                return
            fetched = self._fetched(package)
            if fetched.refusal is None:
                yield from self._keep(package, fetched, answer)
                return
            last = fetched.refusal
            if last.outcome not in _STALE and not last.again:
                break
        self._tally.refuse(last, name)

    def _settle(self, package: Package) -> None:
        if package.image:
            self.images += 1
        else:
            self.kept += 1

    def _asked(self, name: Mapping[str, Any]) -> Generator[Record, None, Answer | Refusal]:
        asking = self._tally.counted(self.context.asker.ask(name, whole=True, bound=True))
        while True:
            try:
                exchange = next(asking)
            except StopIteration as end:
                said: Answer | Refusal = end.value
                self._tally.pages += isinstance(said, Answer)
                return said
            yield _harmless(exchange)

    def _fetched(self, package: Package) -> Fetched:
        context = self.context
        links = Links(context.asker, context.draft, context.clock, context.sleep)
        return links.fetch(package.link, package.arn, package.size)

    def _keep(self, package: Package, fetched: Fetched, answer: Answer) -> Iterator[Record]:
        """Keep what came, whatever it is; what is not what AWS states is a gap beside it."""
        draft = fetched.draft
        assert draft is not None  # noqa: S101 - what was not refused came
        self._tally.requests += fetched.requests
        if draft.sha256 != package.sha256:
            self._tally.refuse(_mismatch(package, draft.sha256, answer), {"Arn": package.arn})
        if self.context.holds(package.name(draft.sha256)):
            draft.discard()
            return
        self.kept += 1
        source = self.context.source
        yield (
            Evidence(
                source=source,
                kind=Kind.PACKAGE,
                name=package.name(draft.sha256),
                folder=f"{source.account}/{source.region}/lambda/packages",
                key=f"{'/'.join(package.arn.split(':')[4:])}-{draft.sha256[:12]}.zip",
                draft=draft,
                first=fetched.first,
                last=fetched.last,
                about={
                    "arn": package.arn,
                    "checked": "sha256" if draft.sha256 == package.sha256 else fetched.checked,
                    "request_id": answer.request_id,
                    "size": draft.size,
                    "stated_sha256": package.sha256,
                    "stated_size": package.size,
                },
                requests=fetched.requests,
                sensitive=True,
            ),
        )

    def _coverage(self) -> Coverage:
        gaps = self._tally.gaps
        some = self.kept or self.images
        outcome = Outcome.COLLECTED if some else gaps[0].outcome if gaps else Outcome.EMPTY
        note = f"{self.images} are images: their digests are in the answers" if self.images else ""
        return self._tally.coverage(outcome, note)


def _harmless(exchange: Exchange) -> Exchange:
    return replace(exchange, body=without_links(exchange.body))


def _mismatch(package: Package, found: str, answer: Answer) -> Refusal:
    stated = package.sha256 or "none"
    message = f"AWS states SHA-256 {stated} for {package.arn}, and what it handed out has {found}"
    return Refusal(Outcome.FAILED, codes.CHECKSUM, message, answer.request_id, sure=True)


def _packages(context: Context, of: Each, fields: Fields) -> Records:
    yield from Packing(context, context.names.get(of.row, ()), fields).records()
    return {}


_FUNCTIONS = Each(
    row="lambda.ListFunctions",
    select="Functions[].{FunctionName: FunctionName, Qualifier: Version}",
)
_LAYERS = Each(
    row="lambda.ListLayerVersions",
    select="LayerVersions[].{VersionNumber: Version}",
    carry=("LayerName",),
)
_OTHERS = Each(
    row="lambda.ListFunctions",
    # Layers of the account's own are kept with all their versions.
    select="Functions[].Layers[].{Arn: Arn}",
)
_OF_FUNCTIONS = Fields(
    arn="Configuration.FunctionArn",
    location="Code.Location",
    sha256="Configuration.CodeSha256",
    size="Configuration.CodeSize",
    image="Code.RepositoryType=='ECR' && (Code.ResolvedImageUri || Code.ImageUri)",
)
_OF_LAYERS = Fields(
    arn="LayerVersionArn",
    location="Content.Location",
    sha256="Content.CodeSha256",
    size="Content.CodeSize",
)


def _foreign(context: Context) -> Records:
    """Keep the layers of other accounts that functions here run, AWS's own among them."""
    mine = context.source.account
    names = [
        name for name in context.names.get(_OTHERS.row, ()) if str(name.get("Arn")).split(":")[4:5] != [mine]
    ]
    yield from Packing(context, names, _OF_LAYERS).records()
    return {}


def _step(operation: str, about: str, of: Each, run: Any, action: str) -> Step:
    return Step(
        service="lambda",
        operation=operation,
        about=about,
        run=run,
        parents={of.row: of},
        sensitive=True,
        actions=(action,),
    )


COLLECTOR = Collector(
    name="function_code",
    about="code of Lambda's functions and layers, held against the hashes that AWS states",
    phase=Phase.CONFIGURATION,
    steps=(
        _step(
            "GetFunction",
            "code of every version of every function",
            _FUNCTIONS,
            partial(_packages, of=_FUNCTIONS, fields=_OF_FUNCTIONS),
            "lambda:GetFunction",
        ),
        _step(
            "GetLayerVersion",
            "code of every version of the account's layers",
            _LAYERS,
            partial(_packages, of=_LAYERS, fields=_OF_LAYERS),
            "lambda:GetLayerVersion",
        ),
        _step(
            "GetLayerVersionByArn",
            "code of layers of other accounts that functions here run",
            _OTHERS,
            _foreign,
            "lambda:GetLayerVersion",
        ),
    ),
)

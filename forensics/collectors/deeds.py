"""Change things in AWS: each change is announced before it is made, and what came of it is found out."""

from __future__ import annotations

from collections.abc import Callable, Container, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from forensics.aws.ask import ATTEMPTS, Answer, Asker, Refusal
from forensics.aws.row import DENIALS
from forensics.aws.tally import Tally
from forensics.collectors.spec import Context
from forensics.errors import CredentialsError
from forensics.model import Effect, Exchange, Intent, Outcome, Record, Settled, Source

EXPIRED = "CredentialsExpired"
"""Our own code for credentials of the evidence account that are not valid any more."""
NOT_MADE, NOT_LISTED = "NotMade", "NotListed"

T = TypeVar("T")
_DENIED = frozenset({Outcome.DENIED, Outcome.DENIED_BY_SCP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One change of one thing. It may be asked for twice without harm: it says how the thing is to be."""

    kind: str
    """Of its effect."""
    id: str
    """AWS's id of the thing that is changed."""
    operation: str
    parameters: Mapping[str, Any]
    about: str
    state: str
    """Of its effect, once it is done."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Of its effect: `before`, the value that it changes."""
    service: str = "ec2"
    over: frozenset[str] = frozenset()
    """Codes by which AWS says that it is so already."""
    told: Callable[[Answer, Deed], Deed] = lambda _, deed: deed
    """Takes in what the answer says of it: its id, where it was not known, its state."""

    @property
    def key(self) -> tuple[str, str]:
        """Name what it brings about."""
        return self.kind, self.id


@dataclass
class Deeds:
    """The changes that one source makes in one account and region."""

    context: Context
    asker: Asker
    account: str = ""
    """Where it makes them, if not in the account that it is a source of."""
    tally: Tally = field(init=False)
    """Of the source: one, however many accounts it is about."""

    def __post_init__(self) -> None:
        """Know what was announced there and never settled, and what is done."""
        self.tally = Tally(self.asker.source)
        self.place = self.account or self.asker.source.account, self.asker.source.region
        self._denied, self._done = 0, 0
        self._lost: Refusal | None = None
        intents = [one for one in self.context.intents if "kind" in one.detail and self._here(one.source)]
        self.open = {(str(one.detail["kind"]), str(one.detail["id"])): one for one in intents}
        effects = [one for one in self.context.effects if self._here(one.source)]
        self.made = {(effect.kind, effect.id): effect for effect in effects}

    def _here(self, source: Source) -> bool:
        return (source.account, source.region) == self.place

    # -- asking

    def ask(
        self, operation: str, parameters: Mapping[str, Any], service: str = "", *, attempts: int = ATTEMPTS
    ) -> Generator[Exchange, None, Answer | Refusal]:
        """Ask once, of the source's own service or another."""
        asking = self._of(service).ask(
            parameters, operation=operation, whole=True, bound=True, attempts=attempts
        )
        return (yield from self._guarded(asking))

    def _of(self, service: str) -> Asker:
        own = self.asker.source.service
        return replace(self.asker, other="" if service in {"", own} else service)

    def pages(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        take: Callable[[Answer], None],
        service: str = "",
    ) -> Generator[Exchange, None, Refusal | None]:
        """Ask for a list to its last page."""

        def taken(answer: Answer) -> None:
            self.tally.pages += 1
            take(answer)

        asking = self._of(service).pages(parameters, taken, operation=operation, whole=True)
        return (yield from self._guarded(asking))

    def _guarded(self, asking: Generator[Exchange, None, T]) -> Generator[Exchange, None, T | Refusal]:
        """
        Make a value of credentials that have expired, where they are not those of the run.

        The case's own collection goes on without the evidence account, and the next run copies the rest.
        """
        if self._lost is not None:
            return self._lost
        try:
            return (yield from self.tally.counted(asking))
        except CredentialsError as error:
            if self.asker.session is self.context.session:
                raise
            self._lost = Refusal(Outcome.EXPIRED, EXPIRED, str(error), "", sure=True)
            return self._lost

    # -- doing

    def do(
        self, deed: Deed, *, begun: Intent | None = None, gap: bool = True
    ) -> Generator[Record, None, Answer | Refusal]:
        """
        Announce it, and do it. What AWS refuses is a gap, unless there is to be none.

        Without an answer the intent stays open: the next run looks how the thing is. `begun` is the intent of
        an earlier one whose call gives the same thing again.
        """
        if begun is None:
            yield from self.undone(*deed.key)
        if (hopeless := self.hopeless()) is not None:
            self.tally.miss(hopeless, deed.parameters, 0)
            return hopeless
        intent = begun or self.announce(deed, self.context.new_id())
        if begun is None:
            yield intent
        answer = yield from self.ask(deed.operation, intent.parameters, deed.service)
        if isinstance(answer, Answer):
            self.tally.pages += 1
            yield from self.answered(intent, deed.told(answer, deed), answer.request_id)
        elif answer.code in deed.over:
            yield from self.answered(intent, deed, answer.request_id)
        else:
            yield from self.refused(intent, answer, gap=gap)
        return answer

    def announce(self, deed: Deed, identifier: str) -> Intent:
        """Make the intent, which has to be yielded before the call is made."""
        source = Source(*self.place, deed.service, deed.operation)
        detail = {**deed.detail, "id": deed.id, "kind": deed.kind}
        intent = Intent(identifier, source, deed.parameters, deed.about, detail)
        self.open[deed.key] = intent
        return intent

    def answered(self, intent: Intent, deed: Deed, request_id: str) -> Generator[Record, None, None]:
        """Take in that it is done."""
        self._done += 1
        yield self.keep(Effect(intent.id, intent.source, deed.kind, deed.id, deed.state, deed.detail))
        yield self.settle(intent, Settled(intent.id, Outcome.COLLECTED, request_id=request_id))

    def refused(self, intent: Intent, refusal: Refusal, *, gap: bool = True) -> Generator[Record, None, None]:
        """Take in that AWS did not do it, or that nobody knows whether it did."""
        self._denied += refusal.outcome in _DENIED
        if refusal.sure:
            said = (refusal.outcome, refusal.code, refusal.message, refusal.request_id)
            yield self.settle(intent, Settled(intent.id, *said))
        if gap:
            self.tally.refuse(refusal, intent.parameters)

    def keep(self, effect: Effect) -> Effect:
        """Know of an effect that is about to be yielded."""
        self.made[effect.kind, effect.id] = effect
        return effect

    def settle(self, intent: Intent, settled: Settled) -> Settled:
        """Have no doubt about an intent any more."""
        self.open = {key: one for key, one in self.open.items() if one.id != intent.id}
        return settled

    def hopeless(self) -> Refusal | None:
        """Say why there is no use in asking: many were denied, and none was not."""
        if self._lost is not None:
            return self._lost
        closed, asker = self.context.session.closed, self.asker
        if asker.session is self.context.session:
            shut = closed.refusal(asker.source.region) or closed.mute(asker.service, asker.region)
            if shut is not None:
                return shut
        return self.tally.last if not self._done and self._denied >= DENIALS else None

    # -- what an earlier run began

    def recorded(self) -> Generator[Record, None, None]:
        """Settle the intents of which the effect is on record, and the settlement is not."""
        done = {effect.intent for effect in self.made.values()}
        for intent in [one for one in self.open.values() if one.id in done]:
            yield self.settle(intent, Settled(intent.id, Outcome.COLLECTED))

    def found(
        self, kind: str, id_: str, state: str, detail: Mapping[str, Any]
    ) -> Generator[Record, None, bool]:
        """Take in how a thing is: if a call without an answer was to make it so, it did."""
        intent = self.open.get((kind, id_))
        if intent is None:
            return False
        told = {name: value for name, value in intent.detail.items() if name not in {"id", "kind"}}
        yield self.keep(Effect(intent.id, intent.source, kind, id_, state, {**told, **detail}))
        yield self.settle(intent, Settled(intent.id, Outcome.COLLECTED))
        return True

    def undone(self, kind: str, id_: str) -> Generator[Record, None, None]:
        """Take in that a thing is not as an earlier run wanted it: its call was not made."""
        if (intent := self.open.get((kind, id_))) is not None:
            message = "it is as it was before: the call was not made"
            yield self.settle(intent, Settled(intent.id, Outcome.FAILED, NOT_MADE, message))

    def gone(self, kind: str, there: Container[str]) -> Generator[Record, None, None]:
        """Take in that what an earlier run began with is not there any more, but for these ids."""
        for (of, id_), intent in list(self.open.items()):
            if of == kind and id_ not in there:
                message = "what it was to change is not there any more"
                yield self.settle(intent, Settled(intent.id, Outcome.VANISHED, NOT_LISTED, message))

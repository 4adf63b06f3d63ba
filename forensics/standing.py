"""How a case stands, by its ledger: the latest word on every source, intent and effect."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics import record
from forensics.closings import Closings
from forensics.model import EVERYTHING, GLOBAL, Effect, Gap, Intent, Kind, Outcome, Source
from forensics.scope import Window

_TO_THE_END = frozenset({"complete", "gaps"})
"""How a run ends that asked everything."""


@dataclass
class Standing:
    """How a case stands: the latest word on every source, intent and effect, in the ledger's order."""

    coverage: Closings = field(default_factory=Closings)
    """Latest `coverage` of each source."""
    open_intents: dict[str, Intent] = field(default_factory=dict)
    """Begun and never settled: their calls may have been made."""
    effects: dict[Hashable, Effect] = field(default_factory=dict)
    """Latest state of each thing made: a snapshot and the lock on it have one id, and are two."""
    protect: dict[str, Any] = field(default_factory=dict)
    """What any run was to do beside keeping: `lock` and `copy` as the latest had them, all `holds`."""
    accounts: dict[str, set[str]] = field(default_factory=dict)
    """Those that a run asked, or was to ask, and in which regions."""
    runs: int = 0
    window: Window | None = None
    """What the runs were to keep logs of, together: a later run goes on with it, and may widen it."""
    kept: dict[Source, set[bytes]] = field(default_factory=dict)
    """Hashes of the names that are kept of each source: half a million of them take some 60 MB."""
    windows: dict[tuple[Source, bytes], str] = field(default_factory=dict)
    """Paths of the windows of events, which are read again: one a day of a log, not half a million."""
    narrows: dict[str, None] = field(default_factory=dict)
    """What the file of a plan alone left out of a run that kept to it, and no command line did."""
    _noticed: int = 0
    """How many sources were closed when the last notice came."""
    _begun: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What each run was to do."""
    _whole: set[tuple[str, str]] = field(default_factory=set)
    """Accounts and regions in which a run asked everything."""
    _never: dict[str, set[str]] = field(default_factory=dict)
    """Collectors that every run of an account left out which came to its end."""

    @classmethod
    def after(cls, entries: Iterable[tuple[str, Mapping[str, Any]]]) -> Standing:
        """Fold (type, body) pairs of the ledger, oldest first."""
        standing = cls()
        for kind, body in entries:
            standing.take(kind, body)
        return standing

    def take(self, kind: str, body: Mapping[str, Any]) -> None:
        """Take one more entry into account; types that say nothing here are passed over."""
        match kind:
            case "run.start":
                self._begin(body)
            case "run.end" if body["outcome"] in _TO_THE_END:
                self._end(self._begun.get(body["run"], {}))
            case "item.add" if "name" in body:
                self._keep(record.source_of(body["source"]), _mark(body["name"]), body)
            case "plan" if not body.get("drift"):
                self.narrows.update(dict.fromkeys(map(str, body.get("narrows", ()))))
            case "intake":
                self._noticed = self.coverage.turn
            case "coverage":
                self._close(record.source_of(body), body)
            case "op.start":
                about, detail = body["about"], body.get("detail", {})
                intent = Intent(body["op"], record.source_of(body), body["parameters"], about, detail)
                self.open_intents[intent.id] = intent
            case "op.end":
                self.open_intents.pop(body["op"], None)
            case "aws.effect":
                source = record.source_of(body)
                effect = Effect(body["op"], source, body["kind"], body["id"], body["state"], body["detail"])
                self.effects[effect.key] = effect

    def _keep(self, source: Source, mark: bytes, body: Mapping[str, Any]) -> None:
        self.kept.setdefault(source, set()).add(mark)
        if body["kind"] == Kind.WINDOW.value and "path" in body:
            self.windows[source, mark] = body["path"]

    def _begin(self, body: Mapping[str, Any]) -> None:
        self.runs += 1
        self.accounts.setdefault(body["account"], set()).update(body["regions"])
        self._reach(body["account"], body["regions"], body.get("without", ()))
        self._begun[str(body.get("run"))] = body
        self._ask(body.get("protect", {}))
        if "window" in body:
            window = record.window_of(body["window"])
            self.window = window.together(self.window or window)

    def _ask(self, protect: Mapping[str, Any]) -> None:
        """Note down what a run is to do beside keeping; one that is told nothing takes nothing back."""
        holds = {*self.protect.get("holds", ()), *protect.get("holds", ())}
        self.protect.update(protect)
        if holds:
            self.protect["holds"] = sorted(holds)

    def _end(self, begun: Mapping[str, Any]) -> None:
        """Note down what a run that came to its end has asked."""
        account = str(begun.get("account", ""))
        self._whole.update((account, region) for region in (GLOBAL, *begun.get("regions", ())))
        without = set(begun.get("without", ()))
        self._never[account] = self._never.get(account, without) & without

    def _asked(self, source: Source) -> bool:
        """Say whether a run asked all that a region or collector has."""
        if source.service == EVERYTHING:
            return (source.account, source.region) in self._whole
        return source.service not in self._never.get(source.account, {source.service})

    def _close(self, source: Source, body: Mapping[str, Any]) -> None:
        left_out = source.operation == EVERYTHING and body["outcome"] == Outcome.OUT_OF_SCOPE
        if left_out and self._asked(source):
            return  # That a later run leaves it out takes nothing from what is kept of it.
        if (source.region, source.service, source.operation) == (GLOBAL, EVERYTHING, EVERYTHING):
            self.accounts.setdefault(source.account, set())
        self.coverage.close(source, body, self.window)

    def _reach(self, account: str, regions: Iterable[str], without: Iterable[str]) -> None:
        """Forget what was said of a whole account, region or collector that a later run asks after all."""
        asked, still = {GLOBAL, *regions}, set(without)
        for source in [one for one in self.coverage.of(account) if one.operation == EVERYTHING]:
            whole = source.service == EVERYTHING
            if source.region in asked if whole else source.service not in still:
                self.coverage.forget(source)

    def stranger(self, account: str) -> str:
        """Say in words that the case is of other accounts; nothing where it is of this one, or of none."""
        if not self.accounts or account in self.accounts:
            return ""
        several = "accounts" if len(self.accounts) > 1 else "account"
        return f"this case is of {several} {', '.join(self.accounts)}, these credentials are of {account}"

    def holds(self, source: Source, name: str) -> bool:
        """Say whether a piece of evidence is in the case, by its name in AWS."""
        return _mark(record.name_of(name)) in self.kept.get(source, ())

    def path(self, source: Source, name: str) -> str:
        """Say where a window of events is kept, by its name; empty if it is not."""
        return self.windows.get((source, _mark(record.name_of(name))), "")

    def complete(self, source: Source) -> bool:
        """Say whether a source was asked, nothing of it is missing, and nothing that it began is in doubt."""
        closing = self.coverage.get(source)
        doubtful = any(intent.source == source for intent in self.open_intents.values())
        return closing is not None and closing.whole and not doubtful

    def asked_since(self, source: Source) -> bool:
        """Say whether a source was asked since the last notice came, if any did."""
        return self._turn(source) > self._noticed

    def spans_all(self, source: Source, window: Window) -> bool:
        """Say whether a source of logs was asked for all of a window, when it was closed last."""
        closing = self.coverage.get(source)
        span = closing.window if closing else None
        return span is not None and span.together(window) == span

    def outdated(self, source: Source, parents: Iterable[Source]) -> bool:
        """
        Say whether any parent was asked anew since: it may have found names that were not asked about.

        A run may end between the two, and the parent is complete from then on.
        """
        turn = self._turn(source)
        return any(self._turn(parent) > turn for parent in parents)

    def _turn(self, source: Source) -> int:
        closing = self.coverage.get(source)
        return closing.turn if closing else 0

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """List all that is missing now."""
        return tuple(self._gaps(self.coverage))

    def gaps_in(self, account: str) -> tuple[Gap, ...]:
        """List all that is missing now of one account."""
        return tuple(self._gaps(self.coverage.of(account)))

    def _gaps(self, sources: Iterable[Source]) -> Iterator[Gap]:
        for source in sources:
            yield from record.gaps_from(source, self.coverage[source].gaps)


def _mark(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:12]

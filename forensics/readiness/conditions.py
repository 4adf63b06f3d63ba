"""What must hold of the whole case before anything is torn down: sealed, verified, nothing under way."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forensics.model import Effect
from forensics.readiness.contents import LOST, UNLOCKED
from forensics.readiness.endings import Endings
from forensics.readiness.holdings import Holdings
from forensics.readiness.listing import Listing
from forensics.readiness.things import Found
from forensics.verifier.checks import verify
from forensics.verifier.folder import Folder
from forensics.verifier.pins import Trusted
from forensics.verifier.reader import BLOCK, ledger_of, open_ledger
from forensics.verifier.verdict import FAILURE, INTACT

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold, and whether it does."""

    name: str
    met: bool
    detail: str
    """May quote the evidence."""
    broken: bool = False
    """Whether evidence was changed."""
    account: str = ""
    """Of which it must hold; empty: of the case."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {"account": self.account, "detail": self.detail, "met": self.met, "name": self.name}


def of_account(
    holdings: Holdings,
    live: Listing,
    with_it: Endings = Endings(),  # noqa: B008 - never added to
) -> Iterator[Condition]:
    """Yield what must hold of the account that is looked at, met or not; `with_it` knows of others."""
    locks = _locks(holdings, live.things)
    for one in (_runs(holdings), _snapshots(holdings, live), locks, _copies(holdings, with_it)):
        yield replace(one, account=holdings.account)


def of_case(holdings: Holdings, bundle: Path | None, identities: Sequence[Trusted]) -> Iterator[Condition]:
    """Yield what must hold of all of it. `bundle` is where to look, by default where the ledger says."""
    yield _settled(holdings)
    yield Condition("sealed", holdings.sealed, "" if holdings.sealed else "the case is not sealed")
    if holdings.sealed:
        yield _bundle(holdings, bundle, identities)


def _runs(holdings: Holdings) -> Condition:
    if not holdings.runs:
        return Condition("run", met=False, detail="nothing was asked of this account yet: run preserve")
    ended = str(holdings.runs[-1]["run"]) in holdings.whole
    return Condition("run", ended, "" if ended else "the last run of preserve did not come to its end")


def _settled(holdings: Holdings) -> Condition:
    waiting = list(holdings.standing.open_intents.values())
    detail = f"nobody knows what became of: {_some([one.about for one in waiting])}" if waiting else ""
    return Condition("intents", not waiting, detail)


def _snapshots(holdings: Holdings, live: Listing) -> Condition:
    """Hold that each volume of which snapshots were made has one or a copy that is whole; none is pending."""
    effects = holdings.effects()
    made = [one for one in effects if one.kind == "snapshot"]
    states = {one.id: _state(one, live) for one in made}
    done = {_volume(one) for one in made if states[one.id] == "completed"}
    done |= {_volume(one) for one in effects if one.kind == "copy" and is_out(one)}
    lacking = [
        f"{one.id} is {states[one.id]}"
        for one in made
        if states[one.id] == "pending" or (states[one.id] != "completed" and _volume(one) not in done)
    ]
    return Condition("snapshots", not lacking, _some(lacking) or f"{len(made)} made")


def _state(made: Effect, live: Listing) -> str:
    """Say how a snapshot is now; where AWS was not asked, how it was when the case was last told."""
    region = made.source.region
    if found := live.things.get(("ec2:snapshot", region, made.id)):
        return str(found.facts.get("State", ""))
    return "gone: AWS lists it no more" if live.whole("ec2.DescribeSnapshots", region) else made.state


def _volume(made: Effect) -> str:
    return str(made.detail.get("volume", ""))


def _locks(holdings: Holdings, live: Mapping[tuple[str, str, str], Found]) -> Condition:
    """Hold that each snapshot is locked, where that was asked for, and that no lock is undone."""
    asked = "lock" in holdings.standing.protect
    effects = holdings.effects()
    locks = {(one.source.region, one.id): one.state for one in effects if one.kind == "lock"}
    lacking = [identifier for (_, identifier), state in locks.items() if state in UNLOCKED]
    made = [one for one in effects if one.kind == "snapshot" and one.state not in LOST]
    made += [one for one in effects if one.kind == "copy" and is_out(one)]
    lacking += [one.id for one in made if asked and not _locked(one, locks, live)]
    detail = f"not there: of {_some(sorted(set(lacking)))}" if lacking else "" if asked else "none asked for"
    return Condition("locks", not lacking, detail)


def _locked(
    made: Effect,
    locks: Mapping[tuple[str, str], str],
    live: Mapping[tuple[str, str, str], Found],
) -> bool:
    """Say whether a snapshot is locked, by AWS's word now; by the ledger where AWS was not asked there."""
    region = made.source.region
    if ("ec2:snapshot", region, made.id) in live:
        found = live.get(("ec2:locked-snapshot", region, made.id))
        return found is not None and found.name not in UNLOCKED
    return locks.get((region, made.id), "") not in UNLOCKED


def _copies(holdings: Holdings, with_it: Endings) -> Condition:
    """
    Hold that each snapshot has its copy, where that was asked for, and that none has failed.

    One in an account that was not looked at is taken for what the case has on record, and that is said.
    """
    asked = "copy" in holdings.standing.protect
    effects = holdings.effects()
    copies = [one for one in effects if one.kind == "copy"]
    out = [one for one in copies if is_out(one)]
    done = {_original(one) for one in out if not with_it.of_copy(one)}
    lacking = [with_it.of_copy(one) for one in out if _original(one) not in done]
    lacking += [
        f"{one.id} is {one.state}" for one in copies if not is_out(one) and _original(one) not in done
    ]
    if asked:
        made = [one for one in effects if one.kind == "snapshot" and one.state not in LOST]
        begun = {_original(one) for one in copies}
        lacking += [f"no copy of {one.id}" for one in made if one.id not in begun]
        # One that stays here, encrypted anew, is on its way and not out.
        lacking += [f"no copy of {one.id} is out" for one in made if one.id in begun - done]
    unseen = sum(not with_it.sees(one) for one in out)
    word = f"{unseen} as the case has them on record, not seen now" if unseen else ""
    return Condition("copies", not lacking, _some(lacking) or word or ("" if asked else "none asked for"))


def is_out(copy: Effect) -> bool:
    """Say whether a copy is whole, and in another account."""
    return copy.state == "completed" and copy.detail.get("hop", "evidence") == "evidence"


def _original(copy: Effect) -> str:
    return str(copy.detail.get("snapshot", ""))


def _bundle(holdings: Holdings, given: Path | None, identities: Sequence[Trusted]) -> Condition:
    """Run the verifier over the bundle, and hold it against the ledger that tells of it."""
    path = given or _newest(holdings)
    if path is None:
        detail = "there is no bundle where the ledger says: name it (--bundle), or seal again"
        return Condition("bundle", met=False, detail=detail)
    pins = tuple(identities) or _own(holdings)
    if (doubt := _other(holdings, path)) is not None:
        return doubt
    verdict = verify(path, identities=pins)
    broken, digest = verdict.exit_code == FAILURE, verdict.facts.get("digest")
    if not broken and holdings.opened.kind == "case" and digest not in holdings.bundles.values():
        return Condition("bundle", met=False, detail=f"{path} is not the bundle of this case", broken=True)
    met = verdict.exit_code == INTACT
    if met and not _goes_on(holdings, path):
        detail = f"{path} is intact, and the case's own ledger is not the one that is sealed in it"
        return Condition("bundle", met=False, detail=detail, broken=True)
    return Condition("bundle", met, f"{path}: {verdict.sentence}", broken)


def _other(holdings: Holdings, path: Path) -> Condition | None:
    """Say that what was read is one bundle, and what is to be verified another."""
    read = holdings.opened
    if read.kind == "case" or os.path.realpath(read.path) == os.path.realpath(path):
        return None
    return Condition("bundle", met=False, detail=f"{read.path} is a bundle itself, and {path} is another")


def _goes_on(holdings: Holdings, path: Path) -> bool:
    """
    Say whether the ledger that was read begins with the one that is sealed.

    Both are chains, and whoever writes in the folder of the case can forge one: the bundle's alone is signed.
    """
    read, bundle = holdings.opened, Folder(path)
    with (
        open_ledger(read.folder, ledger_of(read.kind)) as ours,
        open_ledger(bundle, ledger_of("bundle")) as sealed,
    ):
        while piece := sealed.read(BLOCK):
            if ours.read(len(piece)) != piece:
                return False
    return True


def _newest(holdings: Holdings) -> Path | None:
    if holdings.opened.kind == "bundle":
        return holdings.opened.path
    for text in reversed(holdings.bundles):
        path = holdings.opened.path / text  # one that is absolute stays as it is
        if path.is_dir():
            return path
    return None


def _own(holdings: Holdings) -> tuple[str, ...]:
    """Give the keys that the case names. A bundle by itself vouches for none."""
    if holdings.opened.kind == "bundle":
        return ()
    return tuple(one.public.fingerprint for one in holdings.opened.roster().members)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"

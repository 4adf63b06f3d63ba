"""Logs that no digest lists: put there by somebody else, or left without a digest that is gone."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter

from forensics.verifier.cloudtrail import names
from forensics.verifier.cloudtrail.kept import Shelf, Where
from forensics.verifier.cloudtrail.names import HOUR
from forensics.verifier.cloudtrail.outcome import Chain, told

Spot = tuple[str, str]
"""Bucket and prefix: where a trail delivers."""
Left = dict[Spot, list[tuple[datetime, str]]]
"""Time and place of logs, oldest first, by where they lie."""

_REASONS = {
    "before": ("log-unverifiable", "came before the first digest that is there"),
    "between": ("log-unverifiable", "came when no digest that is there was made"),
    "after": ("log-unverifiable", "came after the newest digest that is there"),
    "pending": ("log-pending", "came after the newest digest, within the hour of the next"),
    "other": ("log-unverifiable", "may be of a trail that delivers there and signs nothing"),
    "apart": ("log-unverifiable", "came in a folder of which no digest there lists any log"),
}


def gather(shelf: Shelf, listed: set[Where]) -> tuple[Left, Left]:
    """
    Return the logs that are in no digest, and apart those of a sort that digests do not list there.

    Nothing of AWS's says of which sorts digests speak, beside management and data events. Of insights and
    the like a log that no digest lists is a sign of something only where digests list others of its sort.
    """
    found: tuple[Left, Left] = defaultdict(list), defaultdict(list)
    left = [
        (bucket, key, name) for bucket, key in shelf.logs.keys() - listed if (name := names.log_name(key))
    ]
    # Mostly there is no such log, and half a million are listed.
    signed = set(_sorts(listed)) if any(name.sort for *_, name in left) else set()
    for bucket, key, name in left:
        spot = bucket, name.place.prefix
        alone = name.sort != "" and (spot, name.sort) not in signed
        found[alone][spot].append((name.at, f"s3://{bucket}/{key}"))
    for logs in (*found[0].values(), *found[1].values()):
        logs.sort()
    return found


def _sorts(listed: Iterable[Where]) -> Iterator[tuple[Spot, str]]:
    """Yield the sorts of logs that digests list, and where."""
    for bucket, key in listed:
        if name := names.log_name(key):
            yield (bucket, name.place.prefix), name.sort


def judge(
    logs: Sequence[tuple[datetime, str]], chains: Sequence[Chain], chain: Chain, *, shared: bool
) -> None:
    """
    Tell of the logs at one spot that are in no digest.

    Args:
        logs: their times and places.
        chains: of all the trails that sign there, examined.
        chain: the one of them that it is told of.
        shared: a trail delivers there that signs nothing.

    """
    reasons: dict[str, list[str]] = defaultdict(list)
    for at, url in logs:
        reason = _reason(at, chains)
        if reason == "covered" and not shared:
            chain.logs.unlisted += 1
            chain.find("log-unlisted", url, "is in no digest, and those of its time are all there")
        else:
            reasons["other" if shared else reason].append(url)
    for reason, urls in reasons.items():
        _tell(reason, urls, chain)


def apart(logs: Sequence[tuple[datetime, str]], chain: Chain) -> None:
    """Tell of logs of a sort that no digest lists."""
    if logs:
        _tell("apart", [url for _, url in logs], chain)


def _tell(reason: str, urls: Sequence[str], chain: Chain) -> None:
    kind, message = _REASONS[reason]
    chain.logs.unverifiable += len(urls)
    more = f", as {len(urls) - 1} more did" if len(urls) > 1 else ""
    chain.find(kind, urls[0], f"{message}{more}")


def unsigned(logs: Sequence[tuple[datetime, str]], chain: Chain) -> None:
    """Tell of logs where no digest is at all."""
    chain.logs.unverifiable += len(logs)
    span = f"{told(logs[0][0])} to {told(logs[-1][0])}"
    chain.find("log-unverifiable", span, f"{len(logs)} logs are there, and no digest that lists any")


def _reason(at: datetime, chains: Iterable[Chain]) -> str:
    """Say why a log is in no digest: the first chain that leaves room for it decides."""
    for chain in chains:
        before = bisect_left(chain.covered, at, key=itemgetter(0))  # spans follow each other
        if not before or at > chain.covered[before - 1][1]:
            return _room(at, chain)
    return "covered"


def _room(at: datetime, chain: Chain) -> str:
    if not chain.covered or at <= chain.covered[0][0]:
        return "before"
    newest = chain.covered[-1][1]
    if at <= newest:
        return "between"
    return "pending" if at <= newest + HOUR and not chain.digests.missing else "after"

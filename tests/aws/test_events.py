"""The names of botocore's events: what we remember of them is what botocore would find."""

from __future__ import annotations

from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.loaders import create_loader
from botocore.utils import EVENT_ALIASES

from forensics.aws.events import Names


def test_names_of_events_are_botocores() -> None:
    """Of every service and of every alias, alone, within a name, and in a name that only looks like it."""
    words = [
        *create_loader().list_available_services("service-2"),
        *EVENT_ALIASES,
        *EVENT_ALIASES.values(),
    ]
    shapes = (
        "{}",
        "before-call.{}.GetAll",
        "request-created.{}",
        "creating-client-class.x{}y",
        "a.b.{}.{}.c",
    )
    names = [shape.format(word, word) for word in words for shape in shapes]
    theirs, ours = (EventAliaser(HierarchicalEmitter()) for _ in range(2))
    vars(ours)["_alias_name_cache"] = known = Names()
    for name in (*names, *names):
        assert ours._alias_event_name(name) == theirs._alias_event_name(name)  # type: ignore[attr-defined]
    assert known == vars(theirs)["_alias_name_cache"]
    assert known["before-call.elbv2.GetAll"] != "before-call.elbv2.GetAll"

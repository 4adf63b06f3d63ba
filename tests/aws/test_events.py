"""The names of botocore's events: what we remember of them is what botocore would find."""

from __future__ import annotations

import botocore.session
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.loaders import create_loader
from botocore.utils import EVENT_ALIASES

from forensics.aws.events import Names, builtin


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


def test_handlers_of_botocore_are_in_all_sessions() -> None:
    """Those that one session adds, or has looked up, are its own; botocore's come in botocore's order."""
    one, two = builtin(), builtin()
    plain = vars(vars(botocore.session.Session())["_events"])["_emitter"]
    event = "before-parameter-build.s3.ListObjects"
    found, wanted = (list(vars(hooks)["_handlers"].prefix_search(event)) for hooks in (one, plain))
    assert found == wanted != []
    one.emit("nosuch.s3.ListObjects")
    assert list(vars(one)["_lookup_cache"]) == ["nosuch.s3.ListObjects"]
    assert vars(two)["_lookup_cache"] == vars(builtin())["_lookup_cache"] == {}
    one.register(event, lambda **_: None)
    assert len(vars(one)["_handlers"].prefix_search(event)) == len(found) + 1
    assert len(vars(two)["_handlers"].prefix_search(event)) == len(found)

"""Whose keys speak for a case: every entry that cannot be right is refused, and says why."""

from __future__ import annotations

from typing import Any

import pytest

from forensics import keys
from forensics.errors import FormatError
from forensics.formats.note import encode_vkey
from forensics.keys import roster
from forensics.keys.roster import Roster

ORIGIN = "forensics.local/case/IR-1-0123abcd"
ANA = keys.generate_identity(b"a" * 32, name="ana")
BOB = keys.generate_identity(b"b" * 32, name="bob")
EVE = keys.generate_identity(b"e" * 32, name="eve")
LOGS = [keys.LogKey.from_seed(ORIGIN, bytes([number]) * 32) for number in range(4)]
TIME = "2031-05-06T07:08:09.000000Z"


def log(number: int, **other: Any) -> dict[str, Any]:
    """Return the body that adds a log key."""
    return {"by": ANA.public.fingerprint, "role": "log", "vkey": LOGS[number].vkey, **other}


def person(identity: keys.Identity, **other: Any) -> dict[str, Any]:
    """Return the body that adds a person's key."""
    public = identity.public
    named = {"fingerprint": public.fingerprint, "name": identity.name, "public": public.openssh()}
    return {"by": ANA.public.fingerprint, "role": "identity", **named, **other}


def less(role: str, key: str, **other: Any) -> dict[str, Any]:
    """Return the body that retires a key."""
    return {"key": key, "reason": "", "role": role, "since": TIME, **other}


def opened() -> Roster:
    """Return the keys of a case that Ana has opened."""
    return Roster.opened(ORIGIN, LOGS[0].vkey, [("ana", ANA.public)])


def test_terms() -> None:
    """The key that the last line at that length names signs a checkpoint."""
    keyring = opened()
    keyring.take(5, "key.add", log(1))
    assert keyring.pending is keyring.terms[0]
    keyring.take(6, "key.retire", less("log", LOGS[0].vkey))
    keyring.take(9, "key.add", log(2))
    keyring.take(10, "key.retire", less("log", LOGS[1].vkey))
    found = [keyring.term_at(size).vkey for size in (0, 1, 4, 5, 8, 9, 99)]
    assert found == [LOGS[number].vkey for number in (0, 0, 0, 1, 1, 2, 2)]
    assert keyring.pending is None
    assert (keyring.term.vkey, keyring.last) == (LOGS[2].vkey, 10)
    assert list(keyring.vouched()) == [(5, ANA.public.fingerprint), (9, ANA.public.fingerprint)]


def test_people() -> None:
    """Who was added can vouch; who was retired is still known, and speaks no more."""
    keyring = opened()
    keyring.take(3, "key.add", person(BOB))
    keyring.take(4, "key.retire", less("identity", ANA.public.fingerprint, reason="lost"))
    keyring.take(5, "key.add", person(EVE, by=BOB.public.fingerprint))
    assert [one.name for one in keyring.active()] == ["bob", "eve"]
    assert [row["retired"] for row in keyring.document()] == [4, 0, 0, 0]
    assert [one.name for one in keyring.opening().members] == ["ana"]
    assert keyring.opening().members[0].retired is None
    copy = keyring.copy()
    copy.take(6, "key.retire", less("identity", EVE.public.fingerprint))
    assert len(keyring.active()) == 2


Line = tuple[str, dict[str, Any]]
BAD: dict[str, tuple[list[Line], str]] = {
    "no role": ([("key.add", {})], "a role that there is not"),
    "a role of none": ([("key.add", log(1, role="witness"))], "a role that there is not"),
    "a role that is no text": ([("key.add", log(1, role=1))], "a role that there is not"),
    "one key more": ([("key.add", log(1, more=""))], "other keys than ours"),
    "a number": ([("key.add", log(1, vkey=1))], "other keys than ours"),
    "by nobody": ([("key.add", log(1, by=""))], "which is no identity of the case then"),
    "by a stranger": ([("key.add", log(1, by=EVE.public.fingerprint))], "no identity of the case then"),
    "by itself": ([("key.add", person(EVE, by=EVE.public.fingerprint))], "no identity of the case then"),
    "by who comes later": (
        [("key.add", log(1, by=BOB.public.fingerprint)), ("key.add", person(BOB))],
        "no identity of the case then",
    ),
    "by who was retired": (
        [
            ("key.add", person(BOB)),
            ("key.retire", less("identity", ANA.public.fingerprint)),
            ("key.add", log(1)),
        ],
        "no identity of the case then",
    ),
    "three log keys at once": ([("key.add", log(1)), ("key.add", log(2))], "a third log key"),
    "the same log key": ([("key.add", log(0))], "was the case's before"),
    "an old log key again": (
        [("key.add", log(1)), ("key.retire", less("log", LOGS[0].vkey)), ("key.add", log(0))],
        "was the case's before",
    ),
    "the log key as a person": (
        [("key.add", person(keys.generate_identity(bytes(32), name="log")))],
        "was the case's before",
    ),
    "of another log": (
        [("key.add", log(1, vkey=keys.LogKey.from_seed("other", b"x" * 32).vkey))],
        "that of another log",
    ),
    "no verifier key": ([("key.add", log(1, vkey="x"))], "verifier key"),
    "small order": ([("key.add", log(1, vkey=encode_vkey(ORIGIN, bytes(32))))], "the log's key is refused"),
    "no public key": ([("key.add", person(BOB, public="ssh-ed25519 AAAA"))], "its key is refused"),
    "with a comment": (
        [("key.add", person(BOB, public=f"{BOB.public.openssh()} bob"))],
        "that of another key",
    ),
    "another fingerprint": (
        [("key.add", person(BOB, fingerprint=EVE.public.fingerprint))],
        "that of another key",
    ),
    "a name taken": ([("key.add", person(BOB, name="ANA"))], "that of another identity"),
    "no name": ([("key.add", person(BOB, name=""))], "its name is empty"),
    "the same person": ([("key.add", person(ANA, name="ana2"))], "was the case's before"),
    "retired for good": (
        [
            ("key.add", person(BOB)),
            ("key.retire", less("identity", BOB.public.fingerprint)),
            ("key.add", person(BOB, name="bob2")),
        ],
        "was the case's before",
    ),
    "retired twice": (
        [("key.add", person(BOB)), *[("key.retire", less("identity", BOB.public.fingerprint))] * 2],
        "none of the case's then",
    ),
    "the last one": ([("key.retire", less("identity", ANA.public.fingerprint))], "the only identity"),
    "a stranger retired": ([("key.retire", less("identity", "SHA256:x"))], "none of the case's then"),
    "the log key alone": ([("key.retire", less("log", LOGS[0].vkey))], "was not replaced just before"),
    "the new log key": (
        [("key.add", log(1)), ("key.retire", less("log", LOGS[1].vkey))],
        "was not replaced just before",
    ),
    "no time": (
        [("key.add", log(1)), ("key.retire", less("log", LOGS[0].vkey, since="now"))],
        "time is not",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(name: str) -> None:
    """The last line of each is refused, for what is wrong with it."""
    lines, message = BAD[name]
    keyring = opened()
    wrong = next((place for place in range(len(lines)) if name == "by who comes later"), len(lines) - 1)
    for place, (kind, body) in enumerate(lines[:wrong]):
        keyring.take(place + 2, kind, body)
    with pytest.raises(FormatError, match=message):
        keyring.take(wrong + 2, *lines[wrong])


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger adds a bounded number of keys."""
    monkeypatch.setattr(roster, "MAX_KEYS", 2)
    with pytest.raises(FormatError, match=r"more than 2 keys"):
        opened().take(2, "key.add", log(1))

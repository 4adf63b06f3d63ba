"""Policies: what each line asks for, and every line that cannot be one."""

from __future__ import annotations

import pytest

from forensics.errors import FormatError
from forensics.formats import policy
from forensics.formats.policy import Group, Policy, Witness
from tests.vectors import golden
from tests.witness import W1, W2, Cosigner

ANA = golden.ANA.public.fingerprint
ROOT, KEY = "ab" * 32, "cd" * 32
W3 = Cosigner("witness.example/w3", b"3" * 32)
FULL = f"""
# everything that there is
log {golden.LOG.vkey} https://log.example/
witness X1 {W1.vkey}
 witness\tX2   {W2.vkey} https://w2.example/
ssh-witness notary {ANA}
group X any X1 X2
group all-of-them all X notary
quorum all-of-them
identity {ANA}
tsas 2
tsa-root {ROOT}
tsa first {ROOT} {KEY}
tsa second {"ef" * 32}
"""


def _parse(text: str) -> Policy:
    return Policy.parse(text.encode())


def test_every_line_is_read() -> None:
    """Each line says what it says, in C2SP's words and in ours."""
    read = _parse(FULL)
    assert read.logs == ((golden.LOG.name, golden.LOG.public),)
    assert read.witnesses == {"X1": W1.witness, "X2": W2.witness, "notary": Witness(ANA)}
    assert read.groups == {"X": Group(1, ("X1", "X2")), "all-of-them": Group(2, ("X", "notary"))}
    assert (read.quorum, read.identities, read.tsas) == ("all-of-them", frozenset({ANA}), 2)
    assert read.tsa_roots == {ROOT}
    assert read.authorities == {"first": {ROOT, KEY}, "second": {"ef" * 32}}


def test_the_least() -> None:
    """A policy that asks for no witness says so."""
    read = _parse("quorum none\n")
    assert read == Policy("none")
    assert read.met(())


@pytest.mark.parametrize(
    ("seen", "met"),
    [
        ((), False),
        (("X1",), False),
        (("X1", "X2"), False),
        (("notary",), False),
        (("X1", "notary"), True),
        (("X2", "notary"), True),
        (("X", "notary"), False),
        (("all-of-them",), False),
        (("X1", "X1", "stranger"), False),
    ],
    ids=str,
)
def test_quorum(seen: tuple[str, ...], met: bool) -> None:
    """A group is met by its members, never by its name, and by no witness that is not in it."""
    assert _parse(FULL).met(seen) is met


@pytest.mark.parametrize(("count", "needed"), [("any", 1), ("1", 1), ("2", 2), ("3", 3), ("all", 3)])
def test_thresholds(count: str, needed: int) -> None:
    """So many of three, and not one less."""
    names = ("a", "b", "c")
    lines = [f"witness {name} {one.vkey}" for name, one in zip(names, (W1, W2, W3), strict=True)]
    read = _parse("\n".join([*lines, f"group g {count} a b c", "quorum g", ""]))
    assert read.met(names[:needed])
    assert not read.met(names[: needed - 1])
    assert not read.met(names[:1] * needed) or needed == 1


def test_one_witness_is_a_quorum() -> None:
    """A quorum may be one witness."""
    read = _parse(f"witness w {W1.vkey}\nquorum w\n")
    assert read.met(["w"])
    assert not read.met([])


def test_one_key_is_one_witness() -> None:
    """A key has one fingerprint, be it named as a cosigner's or as an SSH key."""
    assert policy.fingerprint(golden.ANA.public.raw) == ANA
    assert W1.witness.fingerprint == policy.fingerprint(W1.public)


SAME = Cosigner("another.name", b"1" * 32)
BAD = {
    "no quorum": f"witness w {W1.vkey}",
    "empty": "",
    "two quorums": "quorum none\nquorum none",
    "quorum of nobody": "quorum w",
    "quorum before its witness": f"quorum w\nwitness w {W1.vkey}",
    "quorum of two": f"witness w {W1.vkey}\nquorum w w",
    "unknown keyword": "quorum none\nwitnes w x",
    "keyword in capitals": "QUORUM none",
    "log without a key": "log\nquorum none",
    "log twice": f"log {golden.LOG.vkey}\nlog {golden.LOG.vkey}\nquorum none",
    "log of a witness's key": f"log {W1.vkey}\nquorum none",
    "witness of a log's key": f"witness w {golden.LOG.vkey}\nquorum w",
    "witness with another id": f"witness w {W1.vkey.replace('w1+', 'w2+')}\nquorum w",
    "witness without a name": f"witness {W1.vkey}\nquorum none",
    "witness called none": f"witness none {W1.vkey}\nquorum none",
    "witness twice": f"witness a {W1.vkey}\nwitness b {W1.vkey}\nquorum a",
    "witness under two names": f"witness a {W1.vkey}\nwitness b {SAME.vkey}\nquorum a",
    "witness also by SSH": f"witness a {W1.vkey}\nssh-witness b {W1.witness.fingerprint}\nquorum a",
    "name twice": f"witness a {W1.vkey}\nwitness a {W2.vkey}\nquorum a",
    "ssh witness without a key": "ssh-witness a SHA256:short\nquorum a",
    "group without members": "group g any\nquorum g",
    "group of nobody": "group g any x\nquorum g",
    "group of itself": f"witness w {W1.vkey}\ngroup g any g\nquorum g",
    "group of none": "group g any none\nquorum g",
    "group called none": f"witness w {W1.vkey}\ngroup none any w\nquorum none",
    "group called as its witness": f"witness w {W1.vkey}\ngroup w any w\nquorum w",
    "group too large a share": f"witness w {W1.vkey}\ngroup g 2 w\nquorum g",
    "group of zero": f"witness w {W1.vkey}\ngroup g 0 w\nquorum g",
    "group of a half": f"witness w {W1.vkey}\ngroup g 0.5 w\nquorum g",
    "group of 01": f"witness w {W1.vkey}\ngroup g 01 w\nquorum g",
    "member twice": f"witness w {W1.vkey}\ngroup g 2 w w\nquorum g",
    "member of two groups": f"witness w {W1.vkey}\ngroup g any w\ngroup h any w\nquorum g",
    "identity without a key": "identity ana\nquorum none",
    "tsas twice": "tsas 1\ntsas 1\nquorum none",
    "tsas of none": "tsas none\nquorum none",
    "tsas of zero": "tsas 0\nquorum none",
    "root without a count": f"tsa-root {ROOT}\nquorum none",
    "root in capitals": f"tsas 1\ntsa-root {ROOT.upper()}\nquorum none",
    "root too short": f"tsas 1\ntsa-root {ROOT[1:]}\nquorum none",
    "authority without a key": "tsas 1\ntsa one\nquorum none",
    "authority without a count": f"tsa one {ROOT}\nquorum none",
    "authority by a key that is none": "tsas 1\ntsa one KEY\nquorum none",
    "authority twice": f"tsas 1\ntsa one {ROOT}\ntsa one {KEY}\nquorum none",
    "authority's key twice": f"tsas 1\ntsa one {ROOT} {ROOT}\nquorum none",
    "key of two authorities": f"tsas 1\ntsa one {ROOT} {KEY}\ntsa two {KEY}\nquorum none",
    "more authorities than are named": f"tsas 2\ntsa one {ROOT} {KEY}\nquorum none",
    "too many authorities": "".join(f"tsa {n} {n:064d}\n" for n in range(257)) + "tsas 1\nquorum none",
    "CRLF": "quorum none\r\n",
    "NUL": "quorum none\0",
    "delete": "quorum none\x7f",
    "too many": "".join(f"identity SHA256:{number:043d}\n" for number in range(257)) + "quorum none",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_policies(name: str) -> None:
    """What cannot be a policy is refused: a demand that is misread is no demand."""
    with pytest.raises(FormatError, match="policy"):
        _parse(BAD[name])


def test_the_line_is_named() -> None:
    """Who wrote the file is told where to look."""
    with pytest.raises(FormatError, match="policy, line 3: an unknown keyword"):
        _parse("\n# a comment\nfoo\nquorum none\n")


def test_bytes_above_ascii_are_opaque() -> None:
    """Names are compared as bytes, whatever they are."""
    read = Policy.parse(b"# \xff\nwitness \xe9t\xe9 %b\nquorum \xe9t\xe9\n" % W1.vkey.encode())
    assert read.met(read.witnesses)
    with pytest.raises(FormatError):
        Policy.parse(b"witness \xe9 %b\nquorum \xc3\xa9\n" % W1.vkey.encode())


def test_length_is_bounded() -> None:
    """A file without end is not read."""
    with pytest.raises(FormatError, match="longer"):
        Policy.parse(b"#" * (policy.MAX_BYTES + 1))

"""The specification says what the program does: its examples are golden bytes, its numbers and names ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forensics import keys
from forensics.aws import bodies
from forensics.custody import creation, cut, writer
from forensics.formats import (
    anchor,
    bag,
    checkpoint,
    entry,
    manifest,
    note,
    policy,
    sshsig,
    strict,
    tar,
    volumes,
)
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.entry import Entry
from forensics.formats.note import Note
from forensics.formats.sshsig import SshSignature
from forensics.keys import public
from forensics.model import Exchange, Outcome, Source
from forensics.verifier import acts, added, contents, layout, opening, tags, windows
from tests.vectors import golden

PAGE = (Path(__file__).parent.parent / "docs" / "format.md").read_text(encoding="utf-8")
PROSE = " ".join(PAGE.split())
BLOCKS = re.findall(r"^<!-- golden (\S+?)(?: (\d+))? -->\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def _block(name: str) -> bytes:
    (found,) = (text for file, _, text in BLOCKS if file == name)
    return str(found).encode()


@pytest.mark.parametrize(("name", "line", "text"), BLOCKS)
def test_examples_are_golden(name: str, line: str, text: str) -> None:
    """Every example that says so is of the golden bytes, to the byte."""
    kept = (golden.FOLDER / name).read_bytes()
    lines = kept.splitlines(keepends=True)
    assert text.encode() == (lines[int(line) - 1] if line else kept)


def test_no_example_without_its_test() -> None:
    """Every fenced block of the page is under a mark that a test here looks for."""
    fences = len(re.findall(r"^```\w+$", PAGE, re.MULTILINE))
    assert fences == len(BLOCKS) + PAGE.count("<!-- exchange -->") == 12


def test_examples_are_read() -> None:
    """Each is read by the parser of its format, and written again the same."""
    line = _block("ledger.jsonl")
    first = Entry.parse(line)
    assert first.encode() == line
    assert first.prev == entry.genesis(first.body["origin"])
    name, key = note.parse_vkey(_block("log.vkey").decode().rstrip("\n"))
    signed = Note.parse(_block("ledger.note"))
    keys.verify_note(signed, name, key)
    assert Checkpoint.parse(signed.text).origin == name == first.body["origin"]
    assert len(manifest.parse(_block("manifest-sha256.txt"))) == 5
    assert bag.parse_bag_info(_block("bag-info.txt"))[-1] == ("Payload-Oxum", "12.3")
    assert _block("bagit.txt") == bag.BAGIT_TXT
    armored = _block("ledger.note.sig")
    assert SshSignature.parse(armored).armor() == armored
    signer = keys.verify_signature(armored, _block("ledger.note"), keys.CASE)
    assert signer.fingerprint == first.body["identities"][0]["fingerprint"]


def test_transcript_is_what_an_exchange_writes() -> None:
    """The line of a transcript is the one that the program writes for that exchange."""
    (shown,) = re.findall(r"^<!-- exchange -->\n```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    exchange = Exchange(
        source=Source("123456789012", "eu-west-1", "ec2", "DescribeVpcs"),
        parameters={"MaxResults": 1000},
        endpoint="https://ec2.eu-west-1.amazonaws.com",
        principal="arn:aws:sts::123456789012:assumed-role/ir/ana",
        sent="2031-05-06T07:08:09.000010Z",
        received="2031-05-06T07:08:09.250010Z",
        status=200,
        request_id="59dbff89-35bd-4eac-99ed-be587EXAMPLE",
        date="Tue, 06 May 2031 07:08:09 GMT",
        body=b"<DescribeVpcsResponse/>",
    )
    assert shown.encode() == strict.encode(exchange.document()) + b"\n"


def _rows(section: str) -> dict[str, str]:
    """Read a table: the names in the first cell of each row, and the text of the second."""
    body = PAGE.partition(f"\n## {section}")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", body, re.MULTILINE)
    return {name: text for cell, text in rows for name in re.findall(r"`([^`]+)`", cell)}


def test_every_type_is_there() -> None:
    """The table of types has each type, and no other."""
    assert _rows("3. Entry types").keys() == entry.TYPES


def test_what_may_follow_the_seal() -> None:
    """The list of what may follow a seal is that of the writer and that of the verifier."""
    listed = PROSE.partition("After `bundle.seal` only ")[2].partition(" MAY follow")[0]
    assert set(re.findall(r"`([a-z.0-9]+)`", listed)) == entry.AFTER_SEAL


def test_every_key_of_an_entry_is_there() -> None:
    """The table of an entry's keys is exact."""
    assert _rows("2. Ledger").keys() == entry._KEYS


@pytest.mark.parametrize(
    ("heading", "exact"),
    [
        ("3.1 `case.open`", opening._KEYS),
        ("3.2 `item.add`", added._ITEM),
        ("3.4 `bundle.seal`", contents._SEAL),
    ],
)
def test_keys_of_checked_bodies(heading: str, exact: set[str]) -> None:
    """Sections on checked bodies name each key of theirs."""
    text = PAGE.partition(f"### {heading}")[2].partition("\n#")[0]
    assert exact <= set(re.findall(r"`([a-z0-9_]+)`", text))


@pytest.mark.parametrize(
    ("opening", "exact"),
    [
        ("`anchor.witness` has exactly: ", acts.WITNESS),
        ("`anchor.s3` has exactly: ", acts.ANCHORED),
        ("| `disclose` | *checked*: exactly ", acts.DISCLOSED),
        ("| `waive` | *checked*: exactly ", acts.WAIVED),
        ("**`anchor.tsa`**, written once the response is on the disk. Exactly ", dict.fromkeys(anchor._KEYS)),
    ],
)
def test_keys_of_acts(opening: str, exact: dict[str, type | None]) -> None:
    """The bodies of acts are named key by key."""
    text = PROSE.partition(opening)[2].partition("## ")[0]
    assert exact.keys() <= set(re.findall(r"`([a-z0-9_]+)`", text))


def test_lines_of_a_policy() -> None:
    """The table of a policy's lines has each keyword that the program takes, and no other."""
    names = {name.split(" ")[0] for name in _rows("10. Policies")}
    assert names - {"quorum none"} == {
        *("group", "identity", "log", "quorum", "ssh-witness", "tsa", "tsa-root", "tsas", "witness")
    }


def test_files_of_a_disclosure() -> None:
    """The table of a disclosure's files has each."""
    assert set(layout.DISCLOSURE) <= _rows("11. Proofs").keys()


def test_outcomes() -> None:
    """Every outcome is named, on its side of the line between gaps and none."""
    text = PROSE.partition("Outcomes: ")[2].partition("asked for.")[0]
    good, _, bad = text.partition(" are no gaps; ")
    assert set(re.findall(r"`([a-z-]+)`", good)) == {str(one) for one in Outcome if not one.is_gap}
    assert set(re.findall(r"`([a-z-]+)`", bad)) == {str(one) for one in Outcome if one.is_gap}


def test_files_of_a_bundle() -> None:
    """The table of files has each that a bundle must or may have."""
    rows = _rows("6. Bundle")
    assert {*layout.BUNDLE, *layout._BUNDLE} <= rows.keys()
    assert rows.keys() - {*layout.BUNDLE, *layout._BUNDLE} >= {"data/", "derived/", "ledger/checkpoints/"}


def test_files_of_a_case() -> None:
    """The table of a case's files has each, and each folder that a case begins with."""
    folders = {f"{name}/" for name in creation.FOLDERS}
    assert {*layout.CASE, *folders, creation.LOCK} <= _rows("5. Case folder").keys()


@pytest.mark.parametrize(
    "stated",
    [
        f"at most {entry.MAX_BYTES} bytes",
        f"1 to {entry.MAX_ACTOR} characters",
        f"deeper than {strict.MAX_DEPTH}.",
        f"-{strict.MAX_INTEGER} to {strict.MAX_INTEGER}",
        f"at most {manifest.MAX_PATH} bytes and {manifest.MAX_COMPONENTS} components",
        f"{{0,{manifest.MAX_COMPONENT - 1}}}",
        f"notes of at most {note.MAX_BYTES} bytes and {note.MAX_SIGNATURES} signatures",
        f"at most {sshsig.MAX_BYTES} bytes",
        f"lines of {sshsig._COLUMNS} characters",
        f"sent it, at most {anchor.MAX_BYTES} bytes",
        f"`tsa`, the URL, at most {anchor.MAX_URL} characters",
        f"more than {windows.SKEW.seconds // 60} minutes outside",
        f"more than {'an hour' if windows.LATE.seconds == 3_600 else windows.LATE} passed",
        f"RSA of {public.MIN_RSA_BITS} to {public.MAX_RSA_BITS} bits",
        f"lists 1 to {opening.MAX_IDENTITIES} objects",
        f"(`{opening.FORMAT}`)",
        f"(`{tags.CASE_FORMAT}`)",
        f"`{keys.BUNDLE}`, `{keys.CASE}`, `{keys.WITNESS}`, `{keys.PARTS}`, `{keys.CUSTODY}`",
        f"at most {policy.MAX_BYTES} bytes and {policy.MAX_EACH} lines of a kind",
        f"every 5 minutes or {writer.Rhythm().entries} entries",
        f"`{public.SK_ED25519}` and `{public.SK_ECDSA}`",
        f"becomes `{manifest.component('../../etc/passwd')}`",
        f"version {entry.VERSION}",
        f"never longer than {cut.ROOM} bytes, so that, encrypted, none is longer than {volumes.LIMIT};",
        f"but at least {cut.LEAST})",
        f"at the end are {len(tar.END)} zeros",
        f"longer than {bag.DERIVED_GROWTH} times that and {bag.DERIVED_ROOM} bytes",
        f"longer than {bodies.LIMIT} bytes, and only its first {bodies.KEPT} are there",
    ],
)
def test_numbers_and_names(stated: str) -> None:
    """What the page says in figures and names is what the program has."""
    assert stated in PROSE
    assert creation.LEDGER_FORMAT == opening.FORMAT


def test_checkpoint_is_three_lines() -> None:
    """The text of a checkpoint has the origin, the size and the root, as the page says."""
    text = Checkpoint(golden.ORIGIN, 8, bytes(32)).encode()
    assert checkpoint.Checkpoint.parse(text).size == 8
    assert text.count("\n") == 3


def test_parts() -> None:
    """The section on parts names the files, the namespace, and each key of what the ledger tells."""
    rows = _rows("14. Parts").keys()
    assert {volumes.SUMS, volumes.SIGNATURE, "<bundle>.vol<nnnn>.tar.age"} <= rows
    text = PAGE.partition("## 14. Parts")[2]
    assert {*volumes._KEYS, *volumes._PART, keys.PARTS} <= set(re.findall(r"`([A-Za-z0-9_-]+)`", text))


def test_it_is_found() -> None:
    """README leads to the page."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    assert "](docs/format.md)" in readme.partition("## More")[2]

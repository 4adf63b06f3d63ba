"""Targets: the parsers of `forensics.formats`. What they take, they must write again byte for byte."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Callable
from functools import partial
from typing import Any

from forensics.errors import FormatError
from forensics.formats import (
    anchor,
    bag,
    bech32,
    display,
    entry,
    handover,
    manifest,
    merkle,
    note,
    sshsig,
    statement,
    strict,
    tar,
    volumes,
)
from forensics.formats.anchor import Anchor
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.cosignature import Cosignature
from forensics.formats.entry import Entry
from forensics.formats.note import Note
from forensics.formats.policy import Policy
from forensics.formats.proof import Consistency, Inclusion
from forensics.formats.sshsig import SshSignature
from forensics.formats.statement import Head, Party, Statement, Subject
from tests.fuzz.driving import Target
from tests.vectors import golden

REFUSES = (FormatError,)
_ZEROS = "0" * 64


def gold(*names: str) -> list[bytes]:
    """Return golden files."""
    return [(golden.FOLDER / name).read_bytes() for name in names]


def lines() -> list[bytes]:
    """Return the lines of the golden ledger."""
    return gold("ledger.jsonl")[0].splitlines(keepends=True)


def text(data: bytes) -> str:
    """Read bytes as the text that a parser of text is given: surrogates come, too."""
    return data.decode("utf-8", "surrogateescape")


def _strict(data: bytes) -> None:
    value = strict.decode(data)
    assert strict.encode(value) == data
    assert json.loads(data) == value


def _entry(data: bytes) -> None:
    found = Entry.parse(data)
    assert found.encode() == data
    said = json.loads(data)
    assert (said["seq"], said["prev"], said["body"]) == (found.seq, found.prev, found.body)
    assert entry.timestamp(entry.moment(found.time)) == found.time


def _moment(data: bytes) -> None:
    assert entry.timestamp(entry.moment(text(data))) == text(data)


def _note(data: bytes) -> None:
    found = Note.parse(data)
    assert found.encode() == data
    # A second reader: the text ends at the last empty line, and each line below begins with a dash.
    head, _, rest = data.rpartition(b"\n\n")
    assert found.text.encode() == head + b"\n"
    assert rest.count(b"\n") == len(found.signatures)
    assert all(line.startswith(b"\xe2\x80\x94 ") for line in rest.split(b"\n")[:-1])


def _vkey(data: bytes) -> None:
    name, public = note.parse_vkey(text(data))
    assert note.encode_vkey(name, public) == text(data)


def _checkpoint(data: bytes) -> None:
    found = Checkpoint.parse(text(data))
    assert found.encode() == text(data)
    origin, size, root, end = text(data).split("\n")
    assert (origin, int(size), base64.b64decode(root), end) == (found.origin, found.size, found.root, "")


def _cosignature(data: bytes) -> None:
    found = Cosignature.parse(data)
    assert found.encode() == data
    assert not found.moment or entry.moment(found.moment)


def _manifest(data: bytes) -> None:
    found = manifest.parse(data)
    assert manifest.encode(found) == data
    # As sha256sum reads it: a digest, two spaces, and the name up to the end of the line.
    seen = [re.fullmatch(rb"([0-9a-f]{64})  (.+)", line) for line in data.split(b"\n")[:-1]]
    assert {one[2].decode(): one[1].decode() for one in seen if one} == found
    assert all(".." not in path.split("/") and path[:1] != "/" for path in found)


def _component(data: bytes) -> None:
    name = manifest.component(text(data))
    assert manifest.is_component(name)
    assert len(name) <= 60
    assert manifest.component(name) == name
    path = manifest.stored("data/123456789012/eu-west-1/s3/bucket", text(data))
    assert manifest.check_path(path) == path


def _sshsig(data: bytes) -> None:
    found = SshSignature.parse(data)
    assert found.armor() == data
    blob = base64.b64decode(b"".join(data.split(b"\n")[1:-2]))
    assert sshsig.read_strings(blob[10:])[0] == found.public_key


def _inclusion(data: bytes) -> None:
    found = Inclusion.parse(data)
    assert found.encode() == data
    found.verify(lines()[2])
    # It is in the golden log, or some hash was found backwards.
    assert data.split(b"\n\n", 1)[0] == gold("entry.tlog-proof")[0].split(b"\n\n", 1)[0]


def _consistency(data: bytes) -> None:
    found = Consistency.parse(data)
    assert found.encode() == data
    tree = merkle.Tree()
    tree.extend(map(merkle.leaf_hash, lines()[: found.old]))
    stated = found.verify(Checkpoint(golden.ORIGIN, found.old, tree.root()))
    assert found.old <= stated.size


def _tree(data: bytes) -> None:
    """Make a small tree of these bytes: each of its proofs holds, and none with a bit changed."""
    leaves = [merkle.leaf_hash(data[at : at + 5]) for at in range(0, len(data), 5)][:40]
    if not leaves:
        raise FormatError("no leaves")
    root, at, old = merkle._root(leaves), data[0] % len(leaves), data[-1] % len(leaves) + 1
    assert root == _recursive(leaves)
    proof = merkle.inclusion_proof(leaves, at)
    merkle.verify_inclusion(leaves[at], at, len(leaves), proof, root)
    grown = merkle.consistency_proof(leaves, old)
    merkle.verify_consistency(old, len(leaves), grown, _recursive(leaves[:old]), root)
    for spoilt in (_spoilt(proof, data), [*proof, root], proof[:-1] if proof else [root]):
        _refused(partial(merkle.verify_inclusion, leaves[at], at, len(leaves), spoilt, root))
    for spoilt in (_spoilt(grown, data), [*grown, root], grown[:-1] if grown else [root]):
        _refused(partial(merkle.verify_consistency, old, len(leaves), spoilt, _recursive(leaves[:old]), root))


def _spoilt(proof: list[bytes], data: bytes) -> list[bytes]:
    if not proof:
        return [bytes(32)]
    at = len(data) % len(proof)
    return [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]]


def _recursive(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it stands there."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + _recursive(leaves[:split]) + _recursive(leaves[split:])).digest()


def _refused(deed: Callable[[], object]) -> None:
    try:
        deed()
    except FormatError:
        return
    raise AssertionError("a proof that was spoilt holds")


def _policy(data: bytes) -> None:
    found = Policy.parse(data)
    assert found.met(found.witnesses) or found.quorum != "none"
    assert found.quorum == "none" or not found.met(())
    assert found.quorum in {"none", *found.witnesses, *found.groups}


def _statement(data: bytes) -> None:
    found = Statement.parse(data)
    assert found.encode() == data
    assert json.loads(data)["predicate"]["seq"] == found.seq
    assert statement.parse_name(found.name) == (found.seq, found.action)
    assert handover.signers([found])[found.name]


def statements() -> list[bytes]:
    """Return a chain of custody."""
    first, second, key = Party("Ana", "IR", "SHA256:" + "A" * 43), Party("Bo", "Firm"), "SHA256:" + "B" * 43
    time, subjects = "2031-05-06T07:08:09.000010Z", (Subject("bundle", _ZEROS), Subject("x", "1" * 64))
    one = Statement(subjects, 1, _ZEROS, "release", first, second, time, "here", challenge="c")
    two = Statement(
        subjects,
        2,
        statement.digest(one.encode()),
        "receive",
        first,
        Party("Bo", "Firm", key),
        time,
        challenge="c",
        checkpoint=Head(3, "2" * 64),
    )
    return [one.encode(), two.encode()]


def _chain(data: bytes) -> None:
    files = {f"{at:04d}-{kind}.json": part + b"\n" for at, (kind, part) in enumerate(_records(data), 1)}
    found = handover.chain(files)
    assert [record.encode() for _, record in found] == list(files.values())
    assert set(handover.signers([record for _, record in found])) == set(files)


def _records(data: bytes) -> list[tuple[str, bytes]]:
    kinds = ("release", "receive", "open")
    return list(zip(kinds, data.split(b"\n"), strict=False))[: data.count(b"\n")]


def _tar(data: bytes) -> None:
    reader = tar.Reader([data[:700], data[700:]])
    found = [(member.path, b"".join(reader.content())) for member in reader]
    again = b"".join(tar.header(path, len(body)) + body + tar.padding(len(body)) for path, body in found)
    assert again + tar.END == data
    with tarfile.open(fileobj=io.BytesIO(data)) as other:
        seen = [(one.name, other.extractfile(one)) for one in other.getmembers()]
        assert [(name, stream.read() if stream else b"") for name, stream in seen] == found


def tars() -> list[bytes]:
    """Return tars of each shape of header."""
    files = {"a/b.txt": b"hello", "data/" + "/".join(["d" * 60] * 3): b"", "e" * 120: b"z" * 513}
    whole = [
        b"".join(tar.header(path, len(body)) + body + tar.padding(len(body)) for path, body in some) + tar.END
        for some in (files.items(), list(files.items())[:1], ())
    ]
    huge = tar.header("x", 8**11)
    return [*whole, huge + tar.END]


def _part(data: bytes) -> None:
    bundle, number = volumes.number_of(text(data))
    assert volumes.name(bundle, number) == text(data)


def _told(data: bytes) -> None:
    body = _body(data)
    volumes.check_told(body)
    parts = [volumes.Part(**one) for one in body["parts"]]
    assert volumes.told(parts, body["sums_sha256"], body["recipients"]) == body


def _body(data: bytes) -> dict[str, Any]:
    value = strict.decode(data)
    if not isinstance(value, dict):
        raise FormatError("no object")
    return value


def _anchor(data: bytes) -> None:
    body = _body(data)
    found = Anchor.parse(body)
    assert strict.encode(found.body()) == data
    assert found.tsr.startswith(f"{found.over}.")


def _der(data: bytes) -> None:
    if not anchor.is_der(data):
        raise FormatError("no DER")
    long = data[1] & 0x80
    octets = data[1] & 0x7F if long else 0
    size = int.from_bytes(data[2 : 2 + octets], "big") if long else data[1]
    assert len(data) == 2 + octets + size


def _bech32(data: bytes) -> None:
    prefix, found = bech32.decode(text(data))
    assert bech32.encode(prefix, found) in {text(data), text(data).lower()}


def _bag(data: bytes) -> None:
    found = bag.parse_bag_info(data)
    assert bag.bag_info(found) == data
    assert [line.split(b": ", 1) for line in data.splitlines() if line] == [
        [label.encode(), value.encode()] for label, value in found
    ] or b"\x0b" in data


_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _clean(data: bytes) -> None:
    shown = display.clean(text(data))
    assert not _SHOWN.search(shown)
    assert len(shown) <= display.LIMIT * 10 + 40
    cut = text(data)[: display.LIMIT]
    assert shown.count("\\\\") >= cut.count("\\")
    shown.encode("utf-8")


def _sealed_keys() -> list[bytes]:
    return [bech32.encode("age", bytes(range(32))).encode(), bech32.encode("a", b"").upper().encode()]


def _anchors() -> list[bytes]:
    one = Anchor("checkpoints/00000008.note", _ZEROS, "https://tsa.example/t", _ZEROS, "", "", -1)
    two = Anchor(anchor.SIGNATURE, _ZEROS, "x", _ZEROS, "2031-05-06T07:08:09.000010Z", "77", 1)
    return [strict.encode(one.body()), strict.encode(two.body())]


def _policies() -> list[bytes]:
    log, witness = (data.decode().strip() for data in gold("log.vkey", "w1.vkey"))
    key = "SHA256:" + "A" * 43
    return [
        f"# c\nlog {log}\nwitness w1 {witness} https://x\nssh-witness w2 {key}\n"
        f"group g 2 w1 w2\nquorum g\nidentity {key}\ntsas 2\ntsa-root {_ZEROS}\n"
        f"tsa a {_ZEROS}\ntsa b {'1' * 64} {'2' * 64}\n".encode(),
        b"quorum none\n",
    ]


def _exports() -> list[bytes]:
    part = volumes.Part("b.vol0000.tar.age", _ZEROS, 7)
    return [strict.encode(volumes.told([part], _ZEROS, ["age1x"]))]


def _target(
    name: str, check: Callable[[bytes], None], corpus: Callable[[], list[bytes]], runs: int = 2_000
) -> Target:
    return Target(name, check, REFUSES, corpus, runs)


def _json() -> list[bytes]:
    vectors = json.loads(gold("strict.json")[0])
    return [line[:-1] for line in lines()] + [json.dumps(vectors).encode()[:2_000], b"[0]", b'"\\u0000"']


def sums() -> list[bytes]:
    """Return what sha256sum itself writes."""
    said = subprocess.run(["sha256sum"], input=b"", capture_output=True, check=True).stdout
    return [*gold("manifest-sha256.txt"), said]


TARGETS = (
    _target("strict", _strict, _json),
    _target("entry", _entry, lines),
    _target("moment", _moment, lambda: [b"2031-05-06T07:08:09.000010Z"]),
    _target("note", _note, lambda: gold("ledger.note", "entry.tlog-proof")),
    _target("vkey", _vkey, lambda: [data.strip() for data in gold("log.vkey", "w1.vkey")]),
    _target("checkpoint", _checkpoint, lambda: [gold("ledger.note")[0].partition(b"\n\n")[0] + b"\n"]),
    _target("cosignature", _cosignature, lambda: gold("ledger.note.w1.cosig")),
    _target("manifest", _manifest, sums),
    _target("component", _component, lambda: [b"AWSLogs/1/x.gz", "../né.txt".encode(), b"con", b"a" * 300]),
    _target("sshsig", _sshsig, lambda: gold("ledger.note.sig", "manifest-sha256.txt.sig")),
    _target("inclusion", _inclusion, lambda: gold("entry.tlog-proof")),
    _target("consistency", _consistency, lambda: gold("consistency.proof")),
    _target("tree", _tree, lambda: [bytes(range(200)), b"abc"], 500),
    _target("policy", _policy, _policies),
    _target("statement", _statement, statements),
    _target("chain", _chain, lambda: [b"".join(statements()), statements()[0]]),
    _target("tar", _tar, tars),
    _target("part", _part, lambda: [b"IR-1-abc.vol0000.tar.age"]),
    _target("told", _told, _exports),
    _target("anchor", _anchor, _anchors),
    _target("der", _der, lambda: [b"\x30\x03abc", b"\x30\x82\x00\x05abcde"]),
    _target("bech32", _bech32, _sealed_keys),
    _target("bag", _bag, lambda: gold("bag-info.txt")),
    _target("clean", _clean, lambda: ["a\x1b[2J\u202eb\\n".encode(), golden.SAID.encode()]),
)

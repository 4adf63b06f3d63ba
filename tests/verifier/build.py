"""
Cases and bundles made of fixed keys and a fixed clock, by `formats` and `keys` alone.

Not the writer: whatever a holder of every key could write, right or wrong, is made here. A test changes a
`Plan` before it is written, so that all that follows (hashes, roots, signatures) agrees with the lie.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.formats import bag, entry, manifest, merkle, strict
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.entry import Entry
from forensics.keys.roster import Roster

ORIGIN = "forensics.local/case/IR-1-0123abcd"
NAME = "ana@example.com"
WHO = manifest.component(NAME)
START = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
IDENTITY = keys.generate_identity(b"i" * 32, name=NAME)
STRANGER = keys.generate_identity(b"s" * 32, name="mallory")
LOG = keys.LogKey.from_seed(ORIGIN, b"l" * 32)
OTHER_LOG = keys.LogKey.from_seed(ORIGIN, b"o" * 32)
OTHER_CASE = keys.LogKey.from_seed("forensics.local/case/other", b"l" * 32)
TAGMANIFEST, SIG, RAW = (f"tagmanifest-sha256.txt{ending}" for ending in ("", ".sig", ".ed25519"))

ITEM = "data/123456789012/global/iam/ListUsers.jsonl"
GONE = "data/123456789012/global/iam/Gone.jsonl"
"""A path that is in no case."""
LEDGER = "ledger/ledger.jsonl"
NOTES = "ledger/checkpoints"
ZEROS = "0" * 64
PURPOSES = "forensics-bundle-v1,forensics-case-v1,forensics-custody-v1,forensics-volumes-v1"
"""What an identity may sign, as `keys/allowed_signers` has it."""

TRANSCRIPT = b'{"request":{"operation":"ListUsers"},"response":{"status":200}}\n'
DATA = {
    ITEM: TRANSCRIPT,
    "data/123456789012/eu-west-1/ec2/DescribeVpcs.jsonl": TRANSCRIPT * 2,
    "data/123456789012/eu-west-1/ec2/DescribeVpcs.2.jsonl": TRANSCRIPT * 2,
    "data/123456789012/eu-west-1/s3/logs/AWSLogs/a.json.gz": b"\x1f\x8b" + bytes(range(64)),
    "data/123456789012/eu-west-1/ec2/empty.bin": b"",
}

Deed = tuple[str, dict[str, Any]]


def opening(identity: keys.Identity = IDENTITY, log: keys.LogKey = LOG) -> dict[str, Any]:
    """Return the body of `case.open`."""
    return {
        "case": "IR-1",
        "examiner": "Ana",
        "format": "forensics-ledger/1",
        "identities": [person(identity)],
        "identity_made": False,
        "log_vkey": log.vkey,
        "origin": log.name,
        "reference": "",
        "tool": {"name": "forensics", "version": "0"},
    }


def person(identity: keys.Identity) -> dict[str, str]:
    """Return an identity as `case.open` names it."""
    public = identity.public
    return {"fingerprint": public.fingerprint, "name": identity.name, "public": public.openssh()}


def item(path: str, data: bytes) -> dict[str, Any]:
    """Return the body of an `item.add`."""
    return {
        "first": "2031-05-06T07:08:09.000000Z",
        "kind": "transcript",
        "last": "2031-05-06T07:08:09.000000Z",
        "path": path,
        "requests": 1,
        "sensitive": False,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "source": {"account": "123456789012", "operation": "X", "region": "eu-west-1", "service": "ec2"},
    }


def stored(path: str, data: bytes, **other: Any) -> dict[str, Any]:
    """Return the body of an `item.add` of an object of a bucket."""
    about = {"bucket": "logs", "key": "ALL/né.gz", "etag": '"0a"', "latest": True, "metadata": {"a": "b"}}
    return {**item(path, data), "kind": "object", "name": "s3://logs/ALL/né.gz", "object": about, **other}


@dataclass
class Ledger:
    """Lines that follow each other; `salt` and `time` of each are fixed."""

    origin: str = ORIGIN
    lines: list[bytes] = field(default_factory=list)

    def add(self, kind: str, body: Mapping[str, Any], **other: Any) -> None:
        """Add an entry; `other` overrides what its place would give it."""
        number = len(self.lines)
        values: dict[str, Any] = {
            "seq": number,
            "time": entry.timestamp(START + timedelta(seconds=number)),
            "actor": "arn:aws:iam::123456789012:user/ana",
            "type": kind,
            "body": dict(body),
            "prev": entry.digest(self.lines[-1]) if self.lines else entry.genesis(self.origin),
            "salt": hashlib.sha256(b"salt %d" % number).hexdigest()[:32],
        }
        self.lines.append(Entry(**{**values, **other}).encode())

    def root(self, size: int) -> bytes:
        """Return the Merkle root over the first lines."""
        tree = merkle.Tree()
        for line in self.lines[:size]:
            tree.append(merkle.leaf_hash(line))
        return tree.root()

    def note(self, size: int, log: keys.LogKey = LOG) -> bytes:
        """Return a signed checkpoint."""
        return log.sign_note(Checkpoint(log.name, size, self.root(size)).encode()).encode()


@dataclass
class Plan:
    """A bundle to be. Every step can be replaced, and later ones build on what it made."""

    data: dict[str, bytes] = field(default_factory=lambda: dict(DATA))
    opening: dict[str, Any] = field(default_factory=opening)
    deeds: list[Deed] = field(default_factory=list)
    """Entries between the items and the seal."""
    seal: dict[str, Any] = field(default_factory=dict)
    """Overrides of `bundle.seal`'s body."""
    signer: keys.Identity = IDENTITY
    binder: keys.Identity = IDENTITY
    log: keys.LogKey = LOG
    namespace: str = keys.BUNDLE
    on_ledger: Callable[[Ledger], object] = lambda _: None
    """Changes the ledger after its last line, before anything is signed."""
    on_manifest: Callable[[dict[str, str]], object] = lambda _: None
    on_files: Callable[[dict[str, bytes]], object] = lambda _: None
    """Changes the tag files, before they are listed and signed."""
    on_tags: Callable[[dict[str, str]], object] = lambda _: None
    on_listed: Callable[[bytes], bytes] = bytes
    """Changes the bytes of the manifest, before the seal names them."""
    on_message: Callable[[bytes], bytes] = bytes
    """Changes the bytes of the tag manifest, before they are signed."""
    checkpoints: tuple[int, ...] = (1, 4)
    """Sizes of checkpoints, besides the one over all."""

    def ledger(self) -> Ledger:
        """Write the ledger, its last line the seal."""
        ledger = Ledger(self.opening["origin"])
        ledger.add("case.open", self.opening)
        ledger.add("run.start", {"run": "r1", "account": "123456789012"})
        for path, data in self.data.items():
            ledger.add("item.add", item(path, data))
        ledger.add("coverage", {"items": sorted(self.data)[:1], "outcome": "collected"})
        ledger.add("op.start", {"op": "o1"})
        ledger.add("aws.effect", {"op": "o1", "id": "snap-1"})
        ledger.add("op.end", {"op": "o1", "outcome": "collected"})
        for kind, body in self.deeds:
            ledger.add(kind, body)
        ledger.add("run.end", {"run": "r1", "outcome": "complete"})
        return ledger

    def sealing(self, digest: str) -> dict[str, Any]:
        """Return the body of `bundle.seal`."""
        public = self.signer.public
        return {
            "bytes": sum(map(len, self.data.values())),
            "items": len(self.data),
            "manifest_sha256": digest,
            "signatures": [RAW, SIG],
            "signers": [{"fingerprint": public.fingerprint, "name": self.signer.name}],
            **self.seal,
        }

    def write(self, target: Path) -> Path:
        """Write the bundle as a new folder."""
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in self.data.items()}
        self.on_manifest(digests)
        listed = self.on_listed(lines(digests))
        ledger = self.ledger()
        ledger.add("bundle.seal", self.sealing(hashlib.sha256(listed).hexdigest()))
        self.on_ledger(ledger)
        tags = self.tags(ledger, listed)
        self.on_files(tags)
        sums = {path: hashlib.sha256(data).hexdigest() for path, data in tags.items()}
        self.on_tags(sums)
        message = self.on_message(lines(sums))
        signatures = {SIG: self.signer.sign(message, self.namespace), RAW: self.signer.raw(message) or b""}
        for path, data in {**self.data, **tags, TAGMANIFEST: message, **signatures}.items():
            put(target / path, data)
        (target / "data").mkdir(exist_ok=True)
        return target

    def tags(self, ledger: Ledger, listed: bytes) -> dict[str, bytes]:
        """Return every file that the tag manifest lists."""
        files = {
            "README-VERIFY.txt": b"how to verify\n",
            "bag-info.txt": bag.bag_info([("Payload-Oxum", self.oxum())]),
            "bagit.txt": bag.BAGIT_TXT,
            "keys/allowed_signers": allowed(self.opening),
            "keys/log.pub.pem": self.log.pem(),
            "keys/log.vkey": f"{self.log.vkey}\n".encode(),
            "ledger/ledger.jsonl": b"".join(ledger.lines),
            "manifest-sha256.txt": listed,
        }
        if self.signer.public.kind == "ssh-ed25519":
            files["keys/identity.pub.pem"] = self.signer.public.pem()
        for size in {*self.checkpoints, len(ledger.lines)}:
            files[f"ledger/checkpoints/{size:08d}.note"] = ledger.note(size, self.log)
        if 1 in self.checkpoints:
            first = files["ledger/checkpoints/00000001.note"]
            files[f"ledger/checkpoints/00000001.note.{WHO}.sig"] = self.binder.sign(first, keys.CASE)
        for path in self.data:
            if path.endswith(".jsonl"):
                name = path.removeprefix("data/").removesuffix(".jsonl")
                files[f"derived/{name}.json"] = json.dumps([{"of": path}]).encode()
        return files

    def oxum(self) -> str:
        """Return the bag's count of its payload."""
        return f"{sum(map(len, self.data.values()))}.{len(self.data)}"


def bundle(target: Path, **changes: Any) -> Path:
    """Write a bundle, good but for `changes` to its `Plan`."""
    return Plan(**changes).write(target)


def allowed(body: Mapping[str, Any]) -> bytes:
    """Return the content of `keys/allowed_signers`."""
    return "".join(
        f'{manifest.component(one["name"])} namespaces="{PURPOSES}" {one["public"]}\n'
        for one in body["identities"]
    ).encode()


def roster(body: Mapping[str, Any] | None = None) -> Roster:
    """Return whose keys speak for a case that was opened so."""
    body = body or opening()
    people = [(one["name"], keys.parse_public(one["public"])) for one in body["identities"]]
    return Roster.opened(body["origin"], body["log_vkey"], people)


def lines(digests: Mapping[str, str]) -> bytes:
    """Write a manifest as `sha256sum` would, without the checks of `formats.manifest`."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def put(path: Path, data: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def case(target: Path, *, on_ledger: Callable[[Ledger], object] = lambda _: None, **changes: Any) -> Path:
    """Write a case folder, unsealed."""
    plan = Plan(**changes)
    ledger = plan.ledger()
    size = len(ledger.lines)
    on_ledger(ledger)
    for path, data in plan.data.items():
        put(target / path, data)
    put(target / "ledger.jsonl", b"".join(ledger.lines))
    for number in {*plan.checkpoints, size}:
        put(target / f"checkpoints/{number:08d}.note", ledger.note(number, plan.log))
    first = (target / "checkpoints/00000001.note").read_bytes()
    put(target / f"checkpoints/00000001.note.{WHO}.sig", plan.binder.sign(first, keys.CASE))
    put(target / "case.json", case_json(plan.opening))
    for folder in ("tmp", "bundles", "private", "data"):
        (target / folder).mkdir(exist_ok=True)
    put(target / "lock", b"1\n")
    return target


def case_json(body: Mapping[str, Any]) -> bytes:
    """Return the content of `case.json`."""
    kept = {name: body[name] for name in ("case", "identities", "log_vkey", "origin")}
    return strict.encode({**kept, "created": entry.timestamp(START), "format": "forensics-case/1"}) + b"\n"


def drop(files: dict[str, Any], *names: str) -> None:
    """Leave files out of a plan's step."""
    for name in names:
        del files[name]

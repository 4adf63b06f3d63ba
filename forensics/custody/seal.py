"""
Close the evidence of a case, under a signed manifest, as a bundle that leaves the house.

The evidence is copied, and its hashes checked, before the ledger says that it is sealed: a disk that is full
or a file that was changed leaves the case as it was. From the ledger's `bundle.seal` on, the bundle is bound
to be this one: sealing again finishes it, or makes it once more.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.custody import checkpoints, disk, ledger, readme, rotation, stamping, timestamp, vows
from forensics.custody.bundle import (
    LEDGER,
    MANIFEST,
    RAW_SIGNATURE,
    SIGNATURE,
    TAGMANIFEST,
    Bundle,
    Derive,
    Item,
)
from forensics.custody.case import Case
from forensics.custody.stamping import Stamping
from forensics.errors import CaseError, FormatError, IdentityError, IntegrityError, UsageError
from forensics.formats import bag, entry, manifest
from forensics.formats.entry import Entry
from forensics.keys.roster import Member, Roster

_MANIFEST_LIMIT = 256 << 20


@dataclass(frozen=True, slots=True)
class Sealed:
    """A bundle that is whole and on the disk."""

    path: Path
    digest: str
    """SHA-256 of its tag manifest: it names every byte. For paper."""
    items: int
    bytes: int
    tsas: tuple[str, ...] = ()
    """The time-stamp authorities that were asked to date it."""
    refusals: Mapping[str, str] = field(default_factory=dict)
    """Why those of them that did not, did not; hostile text."""


def seal(
    case: Case,
    output: Path | None = None,
    *,
    derive: Derive,
    tool: Mapping[str, Any] | None = None,
    tsas: Sequence[str] = (),
) -> Sealed:
    """
    Seal a case, or finish the bundle of one that is sealed, and return where the bundle is.

    `output` is the bundle's folder, by default one in the case's `bundles/`. Where the case was sealed into
    it before, that bundle is returned; anything else must not be there.
    `derive` yields the bytes of a transcript's readable form. `tsas` are the time-stamp authorities that date
    it, by default those that the ledger names; what they do not stamp in time is owed (`stamp`).

    Raises `CaseError` where something is in the way, `IdentityError` without the case's key or where one that
    was added is not signed for, `IntegrityError` naming the file that is no longer what was kept, and
    `NoSpaceError`: then nothing was sealed, or what was is finished by the next call.
    """
    target = _target(case, output)
    signer = _signer(case)
    timestamp.check_tsas(tsas)
    asked = stamping.remember(case, tsas)
    state = _State.read(case)
    if state.sealing is None:
        _refuse_unbound(case)
    if os.path.lexists(target):
        digest = _adopt(case, target, state, signer)
        with Stamping(case, asked) as stamps:
            return _finish(case, target, digest, state, stamps)
    with ExitStack() as stack:
        place = stack.enter_context(disk.workplace(_place(case, target)))
        bundle = Bundle(place)
        bundle.copy(case.path, state.items)
        bundle.derive(case.path, state.items, derive)
        bundle.add(MANIFEST, manifest.encode({item.path: item.sha256 for item in state.items}))
        state.close(case, bundle.tags[MANIFEST], signer)
        # Only now: what a stamp tells the ledger comes after the seal, and its response into the bundle.
        stamps = stack.enter_context(Stamping(case, asked))
        stamps.wait(stamping.CLOSE)
        _write_record(bundle, case, state)
        _write_tags(bundle, case, state, case.opening["tool"] if tool is None else tool)
        digest = bundle.sign(signer, state.seal.body["signatures"])
        bundle.publish(target)
        return _finish(case, target, digest, state, stamps)


@dataclass(slots=True)
class _State:
    """What the ledger says of the evidence, up to the seal or, where there is none yet, to its end."""

    items: list[Item] = field(default_factory=list)
    length: int = 0
    """Bytes of the ledger, the seal's line included once there is one."""
    size: int = 0
    """Entries, likewise."""
    sealing: Entry | None = None
    roster: Roster = field(default_factory=lambda: Roster(""))
    """Whose keys spoke for the case when it was sealed: later changes are none of the bundle's."""
    times: dict[int, str] = field(default_factory=dict)
    """Of the lines that bring keys in."""
    told: set[tuple[Any, Any]] = field(default_factory=set)
    """Digest and path of each bundle that was finished."""

    @classmethod
    def read(cls, case: Case) -> _State:
        state = cls(roster=case.roster.opening())
        for line, item in case.lines():
            if item.type == "bundle.sealed":
                state.told.add((item.body.get("digest"), item.body.get("path")))
            if state.sealing is None:
                state._take(line, item)
        return state

    def _take(self, line: bytes, item: Entry) -> None:
        self.length += len(line)
        self.size += 1
        if item.type in {"case.open", "key.add"}:
            self.times[self.size] = item.time
        if item.type == "item.add":
            body = item.body
            transcript = body.get("kind") == "transcript" and body["path"].endswith(".jsonl")
            self.items.append(Item(body["path"], body["sha256"], body["size"], transcript))
        elif item.type in {"key.add", "key.retire"}:
            self.roster.take(self.size, item.type, item.body)
        elif item.type == "bundle.seal":
            self.sealing = item

    @property
    def seal(self) -> Entry:
        """The ledger's `bundle.seal`; there is one after `close`."""
        if self.sealing is None:
            raise CaseError("the case is not sealed")
        return self.sealing

    @property
    def bytes(self) -> int:
        return sum(item.size for item in self.items)

    def close(self, case: Case, digest: str, signer: keys.Identity) -> None:
        """Write the seal into the ledger, unless an earlier call did."""
        fingerprint = signer.public.fingerprint
        if self.sealing is None:
            if case.length != self.length:
                raise CaseError("the case was written to while it was being sealed", hint="seal it again")
            self.sealing = case.writer.record("bundle.seal", self._body(case, digest, signer))
            self.length += len(self.sealing.encode())
            self.size += 1
            case.writer.checkpoint()
        elif self.sealing.body["manifest_sha256"] != digest:
            raise IntegrityError("the items in the ledger are not those that it was sealed over")
        elif fingerprint not in {one["fingerprint"] for one in self.sealing.body["signers"]}:
            raise IdentityError(f"the key {fingerprint} is not the one that this case was sealed with")

    def _body(self, case: Case, digest: str, signer: keys.Identity) -> dict[str, Any]:
        able = signer.raw(b"") is not None
        return {
            "bytes": self.bytes,
            "items": len(self.items),
            "manifest_sha256": digest,
            "signatures": [SIGNATURE, RAW_SIGNATURE] if able else [SIGNATURE],
            "signers": [{"fingerprint": signer.public.fingerprint, "name": _name(case, signer)}],
        }


def _target(case: Case, output: Path | None) -> Path:
    bundles = case.path / "bundles"
    target = output.absolute() if output else bundles / case.facts.bundle
    if case.path in target.parents and target.parent != bundles:
        raise UsageError(f"{target} is inside the case", hint="name a folder outside it, or none")
    return target


def _signer(case: Case) -> keys.Identity:
    if case.identity is None:
        names = ", ".join(one.name for one in case.roster.active())
        raise IdentityError("sealing needs the case's key", hint=f"give the key of {names} (--identity)")
    return case.identity


def _refuse_unbound(case: Case) -> None:
    """Refuse to seal in a key that nobody signed for: no verifier would take the bundle, ever."""
    if missing := rotation.unbound(case):
        members = [case.roster.member(key) for key in missing]
        names = ", ".join(sorted({one.name for one in members if one}))
        raise IdentityError(
            f"a key was added to this case, and {names} did not sign for it yet",
            hint="seal it with that key, or give it to `forensics preserve CASE --identity` first",
        )


def _name(case: Case, signer: keys.Identity) -> str:
    one = case.roster.member(signer.public.fingerprint)
    return one.name if one else signer.name


def _place(case: Case, target: Path) -> Path:
    """Name the folder beside the target where it is made. We hold the case's lock: nobody else is at it."""
    return target.with_name(f".{target.name}.{case.origin[-8:]}.sealing")


def _write_record(bundle: Bundle, case: Case, state: _State) -> None:
    """Write the ledger up to its seal, and the checkpoints that were signed over that much of it."""
    bundle.stream(LEDGER, (line for line, _ in ledger.read(case.path / ledger.NAME, state.length)))
    with disk.guarded(f"list {checkpoints.FOLDER}"):
        paths = sorted((case.path / checkpoints.FOLDER).iterdir())
    for path in paths:
        size = checkpoints.size_of(path.name)
        if size is not None and size <= state.size:
            try:
                data = disk.read(path, _MANIFEST_LIMIT)
            except disk.NotThereError as error:
                raise IntegrityError(f"{checkpoints.FOLDER}/{path.name} cannot be read: {error}") from error
            bundle.add(f"ledger/{checkpoints.FOLDER}/{path.name}", data)


def _write_tags(bundle: Bundle, case: Case, state: _State, tool: Mapping[str, Any]) -> None:
    """Write what makes it a bag, the keys, and the text that says how to check all of it."""
    seal, raw = state.seal, RAW_SIGNATURE in state.seal.body["signatures"]
    (signer,) = seal.body["signers"]
    bundle.add("bagit.txt", bag.BAGIT_TXT)
    bundle.add("bag-info.txt", bag.bag_info(_bag_info(case, state, tool)))
    bundle.add(
        readme.NAME,
        readme.text(
            case=case.name,
            time=seal.time,
            name=signer["name"],
            fingerprint=signer["fingerprint"],
            raw=raw,
            log=vows.Log.of(case.path, state.roster, state.size, state.times),
        ),
    )
    _write_keys(bundle, state.roster, signer["fingerprint"])


def _bag_info(case: Case, state: _State, tool: Mapping[str, Any]) -> list[tuple[str, str]]:
    (signer,) = state.seal.body["signers"]
    fields = [
        ("Source-Organization", case.opening["examiner"] or signer["name"]),
        ("External-Identifier", case.name),
        (
            "External-Description",
            "Evidence of an AWS account, sealed; README-VERIFY.txt says how to check it",
        ),
        ("Internal-Sender-Identifier", case.opening["reference"]),
        ("Bagging-Date", state.seal.time[:10]),
        ("Bag-Software-Agent", f"{tool.get('name', '')} {tool.get('version', '')}".strip()),
        ("Payload-Oxum", f"{state.bytes}.{len(state.items)}"),
    ]
    return [(label, value) for label, value in fields if value]


def _write_keys(bundle: Bundle, roster: Roster, sealer: str) -> None:
    """Write copies of the public keys: for convenience, as no bundle vouches for itself."""
    for number, term in enumerate(roster.terms, 1):
        name = vows.log_key(number)
        bundle.add(f"{name}.vkey", f"{term.vkey}\n".encode())
        bundle.add(f"{name}.pub.pem", term.public.pem())
    lines = (
        f"{manifest.component(one.name)} {_options(one)} {one.public.openssh()}\n" for one in roster.members
    )
    bundle.add("keys/allowed_signers", "".join(lines).encode())
    one = roster.member(sealer)
    if one and one.public.kind == "ssh-ed25519":
        bundle.add("keys/identity.pub.pem", one.public.pem())


def _options(one: Member) -> str:
    """Say what a key may sign, and until when."""
    purposes = f'namespaces="{",".join(keys.OWN)}"'
    if one.retired is None:
        return purposes
    return f'{purposes},valid-before="{entry.moment(one.retired.since):%Y%m%d%H%M%SZ}"'


def _adopt(case: Case, target: Path, state: _State, signer: keys.Identity) -> str:
    """
    Take the bundle that an earlier call gave its name, whether or not it lived to tell; refuse all else.

    A bundle gets its name once the whole of it is on the disk. That it is this case's, its signature says.
    """
    digest = hashlib.sha256()
    for line, _ in ledger.read(case.path / ledger.NAME, state.length):
        digest.update(line)
    try:
        listed = disk.read(target / TAGMANIFEST, _MANIFEST_LIMIT)
        signature = disk.read(target / SIGNATURE, _MANIFEST_LIMIT)
        ours = keys.verify_signature(signature, listed, keys.BUNDLE) == signer.public
        whole = ours and manifest.parse(listed).get(LEDGER) == digest.hexdigest()
    except (disk.NotThereError, FormatError):
        whole = False
    if not whole:
        raise CaseError(f"{target} exists already, and is not this case's bundle", hint="name a new folder")
    return hashlib.sha256(listed).hexdigest()


def _finish(case: Case, target: Path, digest: str, state: _State, stamps: Stamping) -> Sealed:
    told = {"digest": digest, "path": _told(case, target)}
    if (told["digest"], told["path"]) not in state.told:
        case.writer.record("bundle.sealed", told)
    case.writer.checkpoint()
    stamps.sealed(told["path"])
    stamps.wait(stamping.CLOSE)
    return Sealed(target, digest, len(state.items), state.bytes, stamps.tsas, stamps.refusals)


def _told(case: Case, target: Path) -> str:
    """Name the bundle in the ledger: one of the case's own by its place in the case."""
    path = target.relative_to(case.path) if case.path in target.parents else target
    return os.fsencode(path).decode("utf-8", "backslashreplace")

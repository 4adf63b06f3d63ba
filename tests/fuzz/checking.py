"""Targets: what the verifier, the keys and the readers of AWS's answers make of hostile bytes."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from forensics import keys, reading
from forensics.aws import listing, wire
from forensics.errors import FormatError, IdentityError, UsageError
from forensics.formats import anchor, entry, response, strict
from forensics.formats.entry import Entry
from forensics.keys import age, allowed, public, stream
from forensics.keys.roster import Roster
from forensics.verifier import parsing, quick, tokens, trust
from forensics.verifier.cloudtrail import asked, digest, inflate, kept, names
from forensics.verifier.contents import Contents
from forensics.verifier.file import Unreadable, look
from tests.fuzz.driving import Target
from tests.fuzz.formats import gold, lines, text
from tests.keys import sealed
from tests.tsa import Authority
from tests.vectors import golden
from tests.verifier import build

STAMPED = b"what is stamped\n"
_PLAIN = b"plain" * 40


def _line(data: bytes) -> None:
    """Hold the short way against the strict one."""
    found = parsing.parse(data)
    try:
        exact = Entry.parse(data)
    except FormatError:
        assert found.said is None
        assert found.problem
        return
    assert found.said is not None
    said = found.said
    assert (said.seq, said.time, said.type, said.prev, said.salt) == (
        exact.seq,
        exact.time,
        exact.type,
        exact.prev,
        exact.salt,
    )
    if not isinstance(said.body, quick.Added):
        assert said.body == exact.body
    else:
        assert said.body == tuple(exact.body[key] for key in ("path", "sha256", "size"))


def _rows(data: bytes) -> None:
    whole = data if data.endswith(b"\n") else data + b"\n"
    lines = [line + b"\n" for line in whole.split(b"\n")[:-1]]
    assert quick.others(lines) in ([None] * len(lines), list(map(quick.other, lines)))
    rows = quick.rows(whole)
    parts = whole.splitlines(keepends=True) if b"\r" not in whole else whole.split(b"\n")[:-1]
    if any(end in whole for end in (b"\x0b", b"\x0c", b"\r")):
        parts = [part + b"\n" for part in whole.split(b"\n")[:-1]]
    assert len(rows) == whole.count(b"\n")
    for row, part in zip(rows, parts, strict=True):
        if row != quick.OTHER:
            _, path, sha256, size, prev, salt, seq, time = row
            if not _is_moment(time):
                continue
            exact = Entry.parse(part)
            assert (exact.seq, exact.prev, exact.salt) == (int(seq), prev, salt)
            body = exact.body
            assert (body["path"], body["sha256"], body["size"]) == (path, sha256, int(size))


def _is_moment(time: str) -> bool:
    try:
        entry.moment(time)
    except FormatError:
        return False
    return True


def _contents(data: bytes) -> None:
    """Whatever the bodies are, only `FormatError` says so."""
    contents = Contents()
    for number, line in enumerate(data.splitlines(), 1):
        said = strict.decode(line)
        if not isinstance(said, dict) or not isinstance(said.get("body"), dict):
            raise FormatError("no entry")
        contents.take(number, str(said.get("type")), said["body"])
    assert contents.bytes >= 0
    list(contents.dangling())


def _bodies() -> list[bytes]:
    plan = build.Ledger()
    plan.add("run.start", {"run": "1"})
    plan.add("item.add", build.item(build.ITEM, b"x"))
    plan.add("item.add", build.stored("data/a/b/s3/c/d.gz", b"x"))
    plan.add("coverage", {"items": [build.ITEM]})
    plan.add("op.start", {"op": "o"})
    plan.add("op.end", {"op": "o"})
    plan.add("run.end", {"run": "1"})
    seal = {"bytes": 2, "items": 2, "manifest_sha256": "0" * 64, "signatures": ["s"], "signers": []}
    plan.add("bundle.seal", seal)
    whole = b"".join(plan.lines)
    return [whole, *plan.lines, *lines()]


def _roster(data: bytes) -> None:
    member = build.IDENTITY.public
    roster = Roster(build.ORIGIN)
    roster.members.append(_member(member))
    roster.terms.append(_term(build.LOG))
    body = strict.decode(data)
    if not isinstance(body, dict):
        raise FormatError("no object")
    roster.take(2, "key.retire" if "since" in body else "key.add", body)
    assert len(roster.members) + len(roster.terms) <= 3
    assert roster.active()


def _member(key: keys.PublicKey) -> Any:
    from forensics.keys.roster import Member

    return Member("ana", key, 1, "")


def _term(log: keys.LogKey) -> Any:
    from forensics.keys.roster import Term, log_public

    return Term(log.vkey, log_public(log.vkey, log.name), 1, "")


def _key_bodies() -> list[bytes]:
    person, by = build.STRANGER.public, build.IDENTITY.public.fingerprint
    said = {
        "public": person.openssh(),
        "fingerprint": person.fingerprint,
        "name": "m",
        "role": "identity",
        "by": by,
    }
    gone = {"role": "identity", "key": by, "reason": "r", "since": "2031-05-06T07:08:09.000010Z"}
    return [
        *map(strict.encode, (said, gone)),
        strict.encode({"role": "log", "vkey": build.OTHER_LOG.vkey, "by": by}),
    ]


@cache
def _authority() -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        one = Authority.make(Path(folder) / "tsa")
        return one.stamp(STAMPED), one.root


def _token(data: bytes) -> None:
    found = tokens.read(data, STAMPED)
    entry.moment(found.time)
    roots = tokens.Roots.load([_authority()[1]])
    signer, root, _ = roots.vouch(found, STAMPED)
    # Only bytes that nothing signs may differ from what the authority sent.
    assert len(signer) == len(root) == 64
    assert found.serial == tokens.read(_authority()[0], STAMPED).serial


def _response(data: bytes) -> None:
    response.check(data)
    response.signed(data)
    assert anchor.is_der(data) or len(data) > anchor.MAX_BYTES


def _roots(data: bytes) -> None:
    found = tokens.Roots.load([data])
    assert all(one.issuer == one.subject for one in found.roots)


def _public(data: bytes) -> None:
    found = keys.parse_public(text(data))
    assert text(data).split()[:2] == found.openssh().split()
    assert found.fingerprint.startswith("SHA256:")


def _ssh_blob(data: bytes) -> None:
    found = public.PublicKey(data)
    assert found.openssh().encode().split()[1] == base64.b64encode(data)


def _allowed(data: bytes) -> None:
    for signer in allowed.read_allowed_signers(text(data)):
        signer.allows(keys.BUNDLE, None)
        signer.allows(keys.BUNDLE, entry.moment("2031-05-06T07:08:09.000010Z"))


def _trusted(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as file:
        file.write(data)
        file.flush()
        found = trust.load_trust(file.name)
    assert found
    assert all(one.startswith("SHA256:") for one in found)


def _signature(data: bytes) -> None:
    message = gold("ledger.note")[0]
    assert keys.verify_signature(data, message, keys.CASE) == golden.ANA.public
    assert data == gold("ledger.note.sig")[0]


def _log_key(data: bytes) -> None:
    found = keys.LogKey.from_pem("x", data)
    assert len(found.public) == 32


def _age_header(data: bytes) -> None:
    found = age.split(data)
    if found is None:
        raise FormatError("more is needed")
    head, rest = found
    assert head + rest == data
    age.open_header(head, [sealed.BOB, sealed.SSH])
    assert head == age.split(_sealed())[0]  # type: ignore[index]


@cache
def _sealed() -> bytes:
    to = [sealed.BOB.recipient, sealed.SSH.recipient]
    return b"".join(stream.encrypt([_PLAIN], to, sealed.Draws()))


def _age(data: bytes) -> None:
    plain = b"".join(stream.decrypt(io.BytesIO(data), [sealed.BOB, sealed.SSH]))
    # Who changes a byte and is believed has broken ChaCha20-Poly1305, or this.
    assert (plain, data) == (_PLAIN, _sealed())


def _recipient(data: bytes) -> None:
    found = age.parse_recipient(text(data))
    assert len(found.point) == 32


def _object() -> kept.Object:
    return kept.Object("data/x", "logs", "k", latest=True, deleted=False, metadata={"signature": "00"})


def _digest(data: bytes) -> None:
    found = digest.parse(data, _object())
    said = json.loads(data)
    assert found.where == (said["digestS3Bucket"], said["digestS3Object"])
    assert found.start <= found.end
    assert len(found.logs) == len(said["logFiles"])


def _digests() -> list[bytes]:
    folder = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2031/05/06"
    key = f"{folder}/111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20310506T080404Z.json.gz"
    log = {
        "s3Bucket": "logs",
        "s3Object": "AWSLogs/111122223333/CloudTrail/eu-west-1/2031/05/06/x_20310506T0710Z_a.json.gz",
        "hashValue": "0" * 64,
        "hashAlgorithm": "SHA-256",
    }
    said = {
        "awsAccountId": "111122223333",
        "digestStartTime": "2031-05-06T07:04:04Z",
        "digestEndTime": "2031-05-06T08:04:04Z",
        "digestS3Bucket": "logs",
        "digestS3Object": key,
        "digestPublicKeyFingerprint": "ab",
        "digestSignatureAlgorithm": "SHA256withRSA",
        "previousDigestS3Bucket": "logs",
        "previousDigestS3Object": key,
        "previousDigestHashValue": "0" * 64,
        "previousDigestSignature": "ff",
        "logFiles": [log],
    }
    first = {**said, "previousDigestS3Object": None, "previousDigestSignature": None}
    return [json.dumps(one).encode() for one in (said, first)]


def _key(data: bytes) -> None:
    if (found := names.digest_name(text(data))) is not None:
        assert names.hours_on(text(data), found.end, found.end)
    elif (log := names.log_name(text(data))) is not None:
        assert log.at.tzinfo is not None
    else:
        raise FormatError("no key of CloudTrail's")


def _asked(data: bytes) -> None:
    for operation in ("ListPublicKeys", "DescribeTrails", "GetTrailStatus"):
        found = asked.Asked.read({operation: ["x"]}, lambda _: iter(data.splitlines()))
        for known in found.keys.values():
            for one in known.values():
                assert one.rsa is None or one.rsa.key_size <= 8_192
        assert all(trail.account is not None for trail in found.trails.values())


def _answers() -> list[bytes]:
    key = base64.b64encode(bytes(range(64))).decode()
    said: list[dict[str, Any]] = [
        {"PublicKeyList": [{"Value": key, "Fingerprint": "ab", "ValidityStartTime": 1.5e9}]},
        {"trailList": [{"Name": "t", "TrailARN": "arn:aws:x:y:1:t", "HomeRegion": "r"}]},
        {"IsLogging": True, "LatestDigestDeliveryTime": 1.9e9},
    ]
    asks = {"region": "eu-west-1", "parameters": {"Name": "t"}, "sent": "2031-05-06T07:08:09Z"}
    lines_ = [{"request": asks, "response": {"status": 200, "body": json.dumps(one)}} for one in said]
    return [json.dumps(one).encode() + b"\n" for one in lines_]


def _kept(data: bytes) -> None:
    found = kept.Kept.read(io.BytesIO(data))
    assert found.objects <= data.count(b"\n")


def _kept_lines() -> list[bytes]:
    item = build.stored("data/a/b/s3/c/d.gz", b"x")
    item["object"] = {**item["object"], "key": json.loads(_digests()[0])["digestS3Object"]}
    plan = build.Ledger()
    plan.add("run.start", {"run": "1", "window": {"since": "2031-05-06T07:08:09+00:00", "until": None}})
    plan.add("item.add", item)
    return [b"".join(plan.lines)]


def _inflated(data: bytes) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        Path(folder, "x").write_bytes(data)
        file = look(folder, "x")
        content, trailing = inflate.content_of(folder, file)
        assert len(content) <= inflate.MAX_DIGEST
        engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        assert content == engine.decompress(data)
        assert trailing == bool(engine.unused_data)
        if not trailing:
            assert len(inflate.hash_of(folder, file)) == 64


def _page(data: bytes) -> None:
    if not wire._well_formed_xml(data):
        raise FormatError("no XML")
    found = listing.Page.read(data)
    assert len(found.items) <= data.count(b"<")


def _xml(data: bytes) -> None:
    mended = wire._mended("rest-xml", data)
    if mended is None:
        raise FormatError("no XML")
    texts = wire.Texts(2)
    texts.parse(mended)
    assert all(isinstance(value, str) for value in texts.found.values())


def _pages() -> list[bytes]:
    return [
        (
            b"<?xml version='1.0'?><ListVersionsResult xmlns='x'>"
            b"<EncodingType>url</EncodingType><Name>b</Name>"
            b"<NextKeyMarker>a%20b</NextKeyMarker><Version><Key>a%20b</Key><VersionId>v</VersionId><Size>3</Size>"
            b"<IsLatest>true</IsLatest></Version><DeleteMarker><Key>c</Key></DeleteMarker></ListVersionsResult>"
        ),
        b"<!DOCTYPE a [<!ENTITY b 'cc'><!ENTITY d '&b;&b;&b;'>]><a><k>&d;</k></a>",
        b"<html></html>",
    ]


def _transcript(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as file:
        file.write(data)
        file.flush()
        derived = b"".join(reading.derive(Path(file.name)))
    assert len(json.loads(derived)) == data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


def _exchanges() -> list[bytes]:
    made = []
    for service, operation, body in (
        (
            "iam",
            "ListUsers",
            "<ListUsersResponse><ListUsersResult><Users/></ListUsersResult></ListUsersResponse>",
        ),
        ("cloudtrail", "DescribeTrails", '{"trailList":[{"Name":"t"}]}'),
        ("ec2", "DescribeVpcs", "<DescribeVpcsResponse><vpcSet><item/></vpcSet></DescribeVpcsResponse>"),
    ):
        request = {"operation": operation, "parameters": {}, "service": service}
        response = {"body": body, "code": "", "date": "", "request_id": "r", "status": 200}
        made.append(strict.encode({"request": request, "response": response}) + b"\n")
    return made


def _stamps() -> list[bytes]:
    return [_authority()[0]]


def _signers() -> list[bytes]:
    key = golden.ANA.public.openssh()
    return [
        f'ana namespaces="forensics-bundle-v1,x*",valid-before="20310506070809Z" {key}\n# c\n'.encode(),
        f"ana {key}\n".encode(),
        f"{key} ana@example.com\n".encode(),
    ]


_Corpus = Callable[[], list[bytes]]
_KEY = (FormatError, IdentityError)


def _target(
    name: str, check: Callable[[bytes], None], corpus: _Corpus, *refuses: type[Exception], runs: int = 1_000
) -> Target:
    return Target(name, check, refuses or (FormatError,), corpus, runs)


TARGETS = (
    _target("line", _line, _bodies),
    _target("rows", _rows, _bodies),
    _target("contents", _contents, _bodies),
    _target("roster", _roster, _key_bodies),
    _target("token", _token, _stamps, FormatError, tokens.UnreadableError, tokens.NotVouchedError, runs=200),
    _target("response", _response, _stamps),
    _target("roots", _roots, lambda: [_authority()[1]]),
    _target("public", _public, lambda: _signers()[2:], *_KEY),
    _target("ssh-blob", _ssh_blob, lambda: [golden.ANA.public.blob], *_KEY),
    _target("allowed", _allowed, _signers, *_KEY),
    _target("trust", _trusted, _signers, UsageError),
    _target("signature", _signature, lambda: gold("ledger.note.sig")),
    _target("log-key", _log_key, lambda: [golden.LOG.to_pem()], IdentityError),
    _target("age-header", _age_header, lambda: [_sealed()], *_KEY, runs=500),
    _target("age", _age, lambda: [_sealed()], *_KEY, runs=300),
    _target("recipient", _recipient, lambda: [sealed.BOB.recipient.text.encode(), *_signers()[2:]], *_KEY),
    _target("digest", _digest, _digests, digest.Malformed),
    _target("cloudtrail-key", _key, lambda: [json.loads(_digests()[0])["digestS3Object"].encode()]),
    _target("asked", _asked, _answers),
    _target("kept", _kept, _kept_lines),
    _target("inflate", _inflated, lambda: [gzip.compress(b"{}" * 99, mtime=0)], inflate.Spoilt, Unreadable),
    _target("listing", _page, _pages, FormatError, listing._UnfitError),
    _target("xml", _xml, _pages),
    _target("transcript", _transcript, _exchanges, runs=200),
)

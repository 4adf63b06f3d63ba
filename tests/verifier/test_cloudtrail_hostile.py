"""What a hand in the record can do to the reading of CloudTrail: not end it, lead it out, or stall it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forensics.drill import digests
from forensics.verifier import verify
from forensics.verifier.cloudtrail.outcome import Chain
from tests.verifier import build, trails
from tests.verifier.trails import KEY, Case, Exchange, bucket


def _name(root: Path, path: str, body: Mapping[str, Any]) -> None:
    """Add a line to a ledger that names a file, by whatever path."""
    line = {"type": "item.add", "body": {**body, "path": path}}
    with (root / "ledger.jsonl").open("ab") as ledger:
        ledger.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


@pytest.mark.parametrize(
    "path",
    [
        "data/a\0b.json.gz",
        "data/\ud800.json.gz",
        "../outside.json.gz",
        "data/../../outside.json.gz",
        "/outside.json.gz",
        "case.json",
        f"data/{'x/' * 5_000}y",
    ],
)
def test_paths_that_are_none(tmp_path: Path, path: str) -> None:
    """A line that names what no path of ours can be is passed over: nothing is opened, nothing raised."""
    made = bucket()
    root = Case([], status=None).write(tmp_path / "case")
    build.put(tmp_path / "outside.json.gz", made.digests[0].body)
    build.put(tmp_path / "case/data/.json.gz", made.digests[0].body)
    _name(root, path, trails.about(made, made.digests[0]))
    _name(root, f"{path}/cloudtrail/DescribeTrails.jsonl", {})
    verdict = verify(root)
    assert (verdict.exit_code, verdict.trails.chains) == (4, ())


def test_one_file_for_many_lines(tmp_path: Path) -> None:
    """A file counts for the first line that names it: a second costs no second reading."""
    made = bucket()
    root = Case([made]).write(tmp_path)
    for key in ("a/", "b/"):
        about = trails.about(made, made.digests[0])
        about["object"]["key"] = key + about["object"]["key"]
        _name(root, f"data/{trails.ACCOUNT}/{trails.REGION}/s3/1.json.gz", about)
    (chain,) = trails.look(root).chains
    assert (chain.digests.valid, chain.digests.invalid, chain.failures) == (8, 0, 0)


def test_texts_without_end(tmp_path: Path) -> None:
    """A text that is longer than any of AWS's makes a digest none: it is never taken apart."""
    made = bucket()
    oldest = made.digests[0]
    piece = names_of(oldest.key)

    def lengthen(said: dict[str, Any]) -> None:
        said |= {"previousDigestS3Object": piece * 20_000, "previousDigestHashValue": "0" * 64}
        said |= {"previousDigestS3Bucket": "logs", "previousDigestSignature": "00"}

    made.edit(oldest, lengthen, key=KEY)
    (chain,) = Case([made]).examine(tmp_path).chains
    assert kinds_of(chain)["digest-malformed"] == 1


def names_of(key: str) -> str:
    """Return the beginning of a digest's key, with which its pattern begins to match."""
    return key[: key.index("_orders_")] + "_a/"


@pytest.mark.parametrize("sort", ["exponent", "long", "curve"])
def test_keys_that_are_none_of_awss(tmp_path: Path, sort: str) -> None:
    """Nothing is checked with a key whose exponent is as long as itself, an endless one, or another sort."""
    modulus = KEY.public_key().public_numbers().n
    sorts: dict[str, Callable[[], Any]] = {
        "exponent": lambda: rsa.RSAPublicNumbers(modulus - 2, modulus).public_key(),
        "long": lambda: rsa.RSAPublicNumbers(65_537, 2**9_000 + 1).public_key(),
        "curve": lambda: ec.generate_private_key(ec.SECP256R1()).public_key(),
    }
    value = sorts[sort]().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = digests.public_key(KEY, trails.START - trails.HOUR, trails.END + trails.HOUR)
    answer = {"PublicKeyList": [trails.public({**key, "Value": value})]}
    exchange: Exchange = (trails.REGION, "ListPublicKeys", {}, answer)
    (chain,) = Case([bucket()], keys={}, exchanges=[exchange]).examine(tmp_path).chains
    assert (kinds_of(chain)["key-unusable"], chain.digests.valid) == (8, 0)


def kinds_of(chain: Chain) -> Counter[str]:
    """Count what was found, by its word."""
    return Counter(finding.kind for finding in chain.findings)


@pytest.mark.parametrize("times", [3_000, pytest.param(30_000, marks=pytest.mark.torture)])
def test_one_log_in_a_digest_many_times(tmp_path: Path, times: int) -> None:
    """A log that a digest lists under many hashes is read once."""
    made = bucket()
    newest = made.digests[-1]

    def repeat(said: dict[str, Any]) -> None:
        (one, *_) = said["logFiles"]
        said["logFiles"] += [{**one, "hashValue": f"{number:064x}"} for number in range(times)]

    made.edit(newest, repeat, key=KEY)
    listed = json.loads(newest.content)["logFiles"][0]["s3Object"]
    log = next(one for one in made.logs if one.key == listed)
    made.change(log, body=trails.bomb(2**26))
    (chain,) = Case([made]).examine(tmp_path).chains  # as many readings of it would take a quarter of an hour
    assert chain.logs.invalid == times + 1


MANY = pytest.mark.parametrize("many", [500, pytest.param(5_000, marks=pytest.mark.torture)])


@MANY
def test_many_names(tmp_path: Path, many: int) -> None:
    """Thousands of names of trails that an intruder put into a bucket, each below its own prefix."""
    made = bucket()
    oldest = made.digests[0]
    for number in range(many):
        key = f"{number}/{oldest.key}".replace("_orders_", f"_{number}_")
        made.things.append(replace(oldest, key=key, body=b""))
    root = Case([made]).write(tmp_path)
    begun = time.process_time()
    assert len(trails.look(root).chains) == many + 1
    assert time.process_time() - begun < many / 500


@MANY
def test_many_versions(tmp_path: Path, many: int) -> None:
    """Thousands of versions of one digest that an intruder wrote over it, and none of them AWS's."""
    made = bucket()
    edited = made.edit(made.digests[0], lambda said: said.update(logFiles=[]))
    made.things += [replace(edited, latest=False) for _ in range(many)]
    root = Case([made]).write(tmp_path)
    begun = time.process_time()
    (chain,) = trails.look(root).chains
    assert (chain.digests.valid, chain.digests.invalid) == (7, 1)
    assert time.process_time() - begun < many / 500

"""Time stamps through the command line: while it is kept, at the seal, later, and in the end by whom."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.run import Aws
from tests.tsa import Authority, Server


def test_dated_from_beginning_to_end(aws: Aws, tsa: Server, authority: Authority, tmp_path: Path) -> None:
    """What is kept is dated as it is kept, and the bundle in the end; who it was, is held to a root."""
    case, bundle = tmp_path / "case", tmp_path / "bundle"
    ran = aws.preserve(case, "--tsa", tsa.url)
    assert ran.code == 0, ran.err
    time = ran.json["time"]
    assert (time["owed"], time["tsas"]) == ({}, [tsa.url])
    assert not time["skew"]["flagged"]
    sealed = aws.run("seal", case, "-o", bundle, "--json")
    assert (sealed.code, sealed.json["tsas"], sealed.json["refusals"]) == (0, [tsa.url], {})
    roots = ("--identity", case / "private/identity.pub", "--tsa-root", authority.root_file)
    verified = aws.run("verify", bundle, *roots, "--json")
    assert verified.code == 0, verified.out
    spans = verified.json["windows"]["spans"]
    assert sum(len(span["items"]) for span in spans) == ran.json["items"]
    assert all(span["not_after"] and not span["late"] and not span["skewed"] for span in spans)
    evil = Authority.make(tmp_path / "evil")
    refused = aws.run("verify", bundle, *roots[:3], evil.root_file)
    assert refused.code == 3
    assert "not all that was kept is dated" in refused.out


def test_owed_and_paid(aws: Aws, tsa: Server, authority: Authority, tmp_path: Path) -> None:
    """An authority that is away changes no exit code but that of `stamp`, which asks again."""
    case, bundle = tmp_path / "case", tmp_path / "bundle"
    good = tsa.reply
    tsa.reply = lambda _: b"<html>\x1b[2J"
    ran = aws.preserve(case, "--tsa", tsa.url)
    assert ran.code == 0, ran.err
    assert list(ran.json["time"]["owed"]) == [tsa.url]
    status = aws.run("status", case)
    assert f"ledger entries: owed by {tsa.url}" in status.out
    sealed = aws.run("seal", case, "-o", bundle)
    assert sealed.code == 0
    assert f"not dated   by {tsa.url}: the answer is no RFC 3161 response" in sealed.out
    assert "forensics stamp" in sealed.err
    again = aws.run("stamp", case)
    assert again.code == 3
    assert "no RFC 3161 response" in again.err
    tsa.reply = good
    paid = aws.run("stamp", case, "--json")
    assert paid.code == 0, paid.out
    assert json.loads(paid.out) == {"owed": {}, "refusals": {}, "stamps": 2, "tsas": [tsa.url]}
    told = aws.run("stamp", case)
    assert (told.code, told.out.splitlines()[0]) == (0, "stamped     0 files")
    roots = ("--identity", case / "private/identity.pub", "--tsa-root", authority.root_file)
    assert aws.run("verify", bundle, *roots).code == 0


def test_refused_before_it_starts(aws: Aws, tmp_path: Path) -> None:
    """A wrong address makes no case, and asks nothing of AWS."""
    aws.drill.clear_calls()
    for command in ("preserve", "seal", "stamp"):
        ran = aws.run(command, tmp_path / "case", "--tsa", "ftp://tsa.example")
        assert (ran.code, ran.out) == (2, "")
        assert "is no http or https address of a time-stamp authority" in ran.err
    assert not (tmp_path / "case").exists()
    assert not list(aws.drill.calls())


def test_library_missing(aws: Aws, tmp_path: Path) -> None:
    """Without rfc3161-client `--tsa` says in a line what to install, before anything is made."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys\nsys.modules['rfc3161_client'] = None\n")
    process = aws.start(
        "preserve", tmp_path / "case", "--tsa", "http://tsa.example", extra={"PYTHONPATH": str(hidden)}
    )
    out, err = process.communicate(timeout=200)
    assert (process.returncode, out) == (2, "")
    assert "pip install 'aws-forensics[tsa]'" in err
    assert not (tmp_path / "case").exists()

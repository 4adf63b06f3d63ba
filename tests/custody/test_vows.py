"""Whose signatures a bundle's own text tells to check."""

from __future__ import annotations

from pathlib import Path

from forensics import keys
from forensics.custody import rotation, vows
from forensics.keys import roster
from tests.custody import world


def test_one_signature_for_two_keys(tmp_path: Path) -> None:
    """Who was cut off between two keys, and signs for both under one checkpoint, is named once."""
    with world.create(tmp_path / "case") as case:
        for seed in (b"b", b"c"):
            added = keys.generate_identity(seed * 32, name=seed.decode()).public
            body = {
                "by": world.ANA.public.fingerprint,
                "fingerprint": added.fingerprint,
                "name": seed.decode(),
                "public": added.openssh(),
                "role": roster.IDENTITY,
            }
            rotation._record(case, [("key.add", body)])
        assert len(rotation.bind(case)) == 1
        times = {one.seq + 1: one.time for one in case.entries()}
        log = vows.Log.of(case.path, case.roster, len(times), times)
    names = [(vow.who, Path(vow.note.path).name) for vow in log.vows]
    assert names == [("ana@example.com", "00000001.note"), ("ana@example.com", Path(log.newest.path).name)]
    assert log.vows[1].time == times[len(times) - 1]

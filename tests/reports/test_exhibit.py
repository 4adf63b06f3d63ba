"""What a custody form says of the case and its items, and what it leaves to be filled in by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.custody.seal import seal
from forensics.formats.statement import Subject
from forensics.reports import exhibit, form
from forensics.reports.exhibit import Exhibit
from forensics.verifier.custody import chain_of_custody
from tests.custody import world
from tests.reports import sealed
from tests.verifier import handing


def _hand(bundle: Path, *subjects: Subject) -> Path:
    """Lay a signed release beside a bundle; return the folder of records."""
    said = {**handing.RELEASE, **({"subjects": subjects} if subjects else {})}
    (record,) = handing.records(bundle, said)
    return handing.lay(bundle.with_name(f"{bundle.name}.custody"), record, handing.ANA, handing.BOB)


def _told(bundle: Path) -> str:
    return " ".join(form.form(chain_of_custody(bundle)).text().split())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a sealed bundle with records of custody beside it."""
    _, bundle = sealed.make(tmp_path_factory.mktemp("exhibit"))
    _hand(bundle)
    return bundle


def test_case_and_items(bundle: Path) -> None:
    """Case number, who took it, from where and when; of each item number, quantity, description, digest."""
    told = _told(bundle)
    for words in ("case number IR-1", "reference T-1", "AWS account 123456789012", "taken by Ana <b>"):
        assert words in told
    digest = chain_of_custody(bundle).links[0].record.subjects[0].sha256
    html = form.custody_form(chain_of_custody(bundle))
    for words in ("quantity", "1 files, 15 bytes", "sealed bundle evidence, kept from AWS account", digest):
        assert words in html


def test_bundle_that_is_not_there(bundle: Path, tmp_path: Path) -> None:
    """Where only the records are at hand, there are lines to be filled in."""
    records = bundle.with_name("evidence.custody")
    folder = tmp_path / "evidence.custody"
    folder.mkdir()
    for path in records.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    told = _told(folder)
    assert "description and quantity of what is handed over" in told
    assert "IR-1" not in told
    assert "bundle evidence" in told


def test_another_bundle(tmp_path: Path) -> None:
    """What lies there and is not what the records are about says nothing of it."""
    _, bundle = sealed.make(tmp_path)
    _hand(bundle, Subject("evidence", "1" * 64))
    assert "IR-1" not in _told(bundle)


def test_bundle_that_is_spoilt(tmp_path: Path) -> None:
    """One whose ledger cannot be read says nothing, and ends nothing."""
    _, bundle = sealed.make(tmp_path)
    _hand(bundle)
    path = bundle / "ledger/ledger.jsonl"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    assert "IR-1" not in _told(bundle)


def test_parts(tmp_path: Path) -> None:
    """Each part is an item, and so is the list of them."""
    _, bundle = sealed.make(tmp_path)
    parts = [Subject("SHA256SUMS", "2" * 64), Subject("IR-1.vol0000.tar.age", "3" * 64)]
    _hand(bundle, *handing.about(bundle), *parts)
    html = form.custody_form(chain_of_custody(bundle))
    assert html.count("1 file<") == 2
    assert "encrypted part IR-1.vol0000.tar.age" in html


def test_no_records(tmp_path: Path) -> None:
    """An empty folder of records makes a form of blank lines."""
    (tmp_path / "evidence.custody").mkdir()
    assert "case number" in _told(tmp_path / "evidence")


def test_accounts(tmp_path: Path) -> None:
    """Very many accounts are counted, not all named; a case without any is from somewhere in AWS."""
    with world.create(tmp_path / "none") as case:
        bundle = seal(case, tmp_path / "bundle", derive=lambda _: iter([b""])).path
        _hand(bundle)
        assert "kept from AWS (the digest" in form.custody_form(chain_of_custody(bundle))
    found = exhibit.read(bundle.with_name("bundle.custody"), {one.sha256 for one in handing.about(bundle)})
    assert isinstance(found, Exhibit)
    found.accounts = {str(number): None for number in range(23)}
    assert found.source.endswith(", AWS account 19, 3 more")

"""`forensics custody` and `certify` as they are typed: exit codes, and hostile words on paper."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forensics import keys
from forensics.cli import group, run
from tests.reports import sealed

BOB = keys.generate_identity(b"b" * 32, name="bob")
BENIGN = "<script>alert(1)</script>\"'&{{ 7777 * 7777 }}</title></style>\u200d"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a case, its bundle, and two keys; each test works in bundles of its own name."""
    root = tmp_path_factory.mktemp("place")
    sealed.make(root)
    (root / "bob").write_bytes(BOB.private_openssh())
    (root / "bob").chmod(0o600)
    (root / "bob.pub").write_text(f"{BOB.public.openssh()} bob\n")
    return root


def _run(place: Path, *words: str) -> Result:
    here = [word.replace("@", f"{place}/") for word in words]
    return CliRunner().invoke(group, here, standalone_mode=False)


class _Tags(HTMLParser):
    """What elements a page has, and its policy."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.tags.add(tag)
        said = dict(attrs)
        if said.get("http-equiv") == "Content-Security-Policy":
            self.policy = said.get("content") or ""


def _page(text: str) -> _Tags:
    page = _Tags()
    page.feed(text)
    assert page.tags.isdisjoint({"script", "img", "iframe", "object", "link", "b", "form"})
    assert page.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\u200d]", text)
    assert str(7_777**2) not in text
    return page


def test_hand_over_as_it_is_typed(place: Path) -> None:
    """Hostile words in every field, from release to form: shown, and without effect."""
    words = [word for name in ("purpose", "place", "method", "condition") for word in (f"--{name}", BENIGN)]
    who = [
        "--to",
        BENIGN,
        "--to-org",
        BENIGN,
        "--to-key",
        "@bob.pub",
        "--org",
        BENIGN,
        "--name",
        f"{BENIGN}ana",
    ]
    done = _run(
        place, "custody", "release", "@evidence", "--identity", "@ana", *who, *words, "--case", "@IR-1"
    )
    assert done.return_value == 0, done.output
    assert "in the case" in done.output
    assert _run(place, "custody", "show", "@evidence").return_value == 3
    said = ["--identity", "@bob", "--name", BENIGN, "--json"]
    done = _run(place, "custody", "receive", "@evidence", *said, *words)
    assert done.return_value == 0, done.output
    assert json.loads(done.stdout)["record"]["predicate"]["action"] == "receive"
    shown = _run(place, "custody", "show", "@evidence", "--html", "@form.html")
    assert shown.return_value == 0, shown.output
    assert "\u200d" not in shown.output
    page = (place / "form.html").read_text()
    _page(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'class="blank"' in page
    assert "Released" in page
    assert json.loads(_run(place, "custody", "show", "@evidence", "--json").stdout)["exit_code"] == 0
    assert _run(place, "custody", "add", "@evidence", "--case", "@IR-1").return_value == 0
    told = _run(place, "verify", "@evidence", "--identity", "@ana.pub")
    assert (told.return_value, "beside it, custody in order: 2 records" in told.output) == (0, True)
    (place / "evidence.custody/0001-release.json").unlink()
    told = _run(place, "verify", "@evidence", "--identity", "@ana.pub", "--json")
    assert (told.return_value, json.loads(told.stdout)["custody"]["exit_code"]) == (0, 4)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["release", "@evidence", "--to", "a\nb", "--identity", "@ana"], 2),
        (["release", "@evidence", "--to", "\x1b[2J", "--identity", "@ana"], 2),
        (["release", "@evidence", "--to", "Bob"], 2),
        (["release", "@evidence", "--identity", "@ana"], 2),
        (["release", "@nowhere", "--to", "Bob", "--identity", "@ana"], 2),
        (["release", "@IR-1", "--to", "Bob", "--identity", "@ana"], 2),
        (["release", "@evidence", "--to", "Bob", "--identity", "@ana", "--to-key", "x"], 2),
        (["add", "@evidence"], 2),
        (["add", "@evidence", "--action", "steal", "--identity", "@ana"], 2),
        (["add", "@evidence", "--action", "open"], 2),
        (["add", "@evidence", "--signature", "@bob.pub"], 2),
        (["add", "@evidence", "--signature", "@nowhere"], 2),
        (["show", "@nowhere"], 2),
        (["show", "@evidence", "--tsa-root", "@bob.pub"], 2),
    ],
)
def test_usage(place: Path, words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be right is refused before anything is written, and no escape reaches the terminal."""
    assert run(["custody", *(word.replace("@", f"{place}/") for word in words)]) == code
    assert "\x1b" not in capsys.readouterr().err


def test_keys_that_count_for_some_time(place: Path, tmp_path: Path) -> None:
    """Lines with bounds are taken by every command that asks whose key counts, and each holds to them."""
    ana = keys.parse_public((place / "ana.pub").read_text()).openssh()
    for name, bounds in (("then", 'valid-before="20200101Z"'), ("now", 'valid-after="20200101Z"')):
        (tmp_path / name).write_text(f"bob {bounds} {BOB.public.openssh()}\n")
        (tmp_path / f"ana-{name}").write_text(f"ana {bounds} {ana}\n")
    bundle = shutil.copytree(place / "evidence", tmp_path / "evidence")
    release = [
        "custody",
        "release",
        str(bundle),
        "--to",
        "Bob",
        "--name",
        "Ana",
        "--identity",
        f"{place}/ana",
    ]
    release.append("--to-key")
    assert run([*release, f"{tmp_path}/then"]) == 2
    assert run([*release, f"{tmp_path}/now"]) == 0
    record = json.loads((tmp_path / "evidence.custody/0001-release.json").read_bytes())
    assert record["predicate"]["to"]["key"] == BOB.public.fingerprint
    show = ["custody", "show", str(bundle), "--identity", f"{tmp_path}/now", "--identity"]
    assert (run([*show, f"{tmp_path}/ana-now"]), run([*show, f"{tmp_path}/ana-then"])) == (3, 4)
    certify = ["certify", str(bundle), "-o", f"{tmp_path}/papers", "--identity", f"{tmp_path}/ana-now"]
    assert run(certify) == 0
    told = (tmp_path / "papers/acquisition-report.txt").read_text()
    assert "counts for some time only" in " ".join(told.split())


def test_papers(place: Path) -> None:
    """Hostile words do nothing, every page says that it is a draft, and the facts are the ledger's."""
    done = _run(place, "certify", "@evidence", "--identity", "@ana.pub", "-o", "@papers")
    assert done.return_value == 0, done.output
    files = {path.name: path.read_text() for path in (place / "papers").iterdir()}
    assert len(files) == 6
    for name, text in files.items():
        if name.endswith(".html"):
            assert "thead" in _page(text).tags
            assert text.count("DRAFT, NOT SIGNED") == 1
        else:
            assert all(page.startswith("*** DRAFT, NOT SIGNED") for page in text.split("\f"))
            assert all(len(page.splitlines()) <= 63 for page in text.split("\f"))
            assert "\x1b" not in text
    report = files["acquisition-report.txt"]
    for fact in ("ec2:CreateSnapshots", "snap-1", "denied", "9.9.9", "a" * 64, "arn:aws:iam::1:user/ana"):
        assert fact in report
    for name in ("certificate-902-13.txt", "certificate-902-14.txt"):
        assert "28 U.S.C. section 1746" in files[name]
    assert run(["certify", f"{place}/evidence", "-o", f"{place}/papers"]) == 2


def test_no_papers_about_what_is_not_intact(place: Path, tmp_path: Path) -> None:
    """Nothing is written where the evidence was changed; a case is written about too."""
    told = json.loads(_run(place, "certify", "@IR-1", "-o", "@more", "--json").stdout)
    assert told["facts"]["case"] == "IR-1"
    case, bundle = sealed.make(tmp_path)
    next((bundle / "data").rglob("*.jsonl")).chmod(0o600)
    next((bundle / "data").rglob("*.jsonl")).write_bytes(b"x")
    assert run(["certify", str(bundle)]) == 4
    assert not (tmp_path / "evidence.papers").exists()
    assert run(["certify", str(case), "-o", "/dev/null/x"]) == 1

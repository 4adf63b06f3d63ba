"""Manifests, the grammar of paths, and slugs made of hostile text."""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import manifest
from tests.formats.mutants import mutants

A, B = "a" * 64, "0123456789abcdef" * 4
GOOD = manifest.encode({"data/b.jsonl": A, "data/a/x": B, "README.txt": A})

components = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._=@,+-]{0,12}", fullmatch=True)
paths = st.lists(components, min_size=1, max_size=9).map("/".join)


def acceptable(digests: dict[str, str]) -> bool:
    """Say whether a set of paths may stand in one manifest, in other words than the module's own."""
    try:
        for path in digests:
            manifest.check_path(path)
    except FormatError:
        return False
    folded = [path.casefold() for path in digests]
    folders = {other[:at] for other in folded for at in range(len(other)) if other[at] == "/"}
    return len(set(folded)) == len(folded) and not folders & set(folded)


@given(st.dictionaries(paths, st.sampled_from([A, B]), max_size=12))
def test_round_trip(digests: dict[str, str]) -> None:
    """What is written is read back; what may not stand together is not written."""
    if acceptable(digests):
        assert manifest.parse(manifest.encode(digests)) == digests
    else:
        with pytest.raises(FormatError):
            manifest.encode(digests)


@given(mutants(GOOD))
def test_one_spelling(data: bytes) -> None:
    """A manifest is either refused, or what its digests are written as."""
    try:
        digests = manifest.parse(data)
    except FormatError:
        return
    assert manifest.encode(digests) == data


def test_bytes() -> None:
    """Lines are sorted by the bytes of the path, upper case first."""
    assert GOOD.decode() == f"{A}  README.txt\n{B}  data/a/x\n{A}  data/b.jsonl\n"


def test_nothing() -> None:
    """A bag without items has an empty manifest."""
    assert manifest.encode({}) == b""
    assert manifest.parse(b"") == {}


def test_sha256sum_reads_it(tmp_path: Path) -> None:
    """`sha256sum --strict -c` passes what we write, and fails when a byte changes."""
    digests = {}
    for name in ("data/a.jsonl", "data/b,c=d@e+f-1.gz", "data/sub/x"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        digests[name] = sha256(name.encode()).hexdigest()
    (tmp_path / "m").write_bytes(manifest.encode(digests))
    command = ["sha256sum", "--strict", "--quiet", "-c", "m"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "data/a.jsonl").write_text("data/A.jsonl")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GOOD[:-1], id="no last line feed"),
        pytest.param(GOOD + b"\n", id="blank line"),
        pytest.param(b"\n", id="only a blank line"),
        pytest.param(b"\n" + GOOD, id="blank line first"),
        pytest.param(GOOD.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="BOM"),
        pytest.param(GOOD.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(b"# comment\n" + GOOD, id="comment"),
        pytest.param(f"{A.upper()}  x\n".encode(), id="upper-case hex"),
        pytest.param(f"{A[:-1]}  x\n".encode(), id="digest short"),
        pytest.param(f"{A}a  x\n".encode(), id="digest long"),
        pytest.param(f"{'g' * 64}  x\n".encode(), id="digest no hex"),
        pytest.param(f"{'a' * 32}  x\n".encode(), id="MD5"),
        pytest.param(f"{A} x\n".encode(), id="one space"),
        pytest.param(f"{A}   x\n".encode(), id="three spaces"),
        pytest.param(f"{A}\tx\n".encode(), id="tab"),
        pytest.param(f"{A} *x\n".encode(), id="binary marker"),
        pytest.param(f"\\{A}  x\\n\n".encode(), id="escaped name"),
        pytest.param(f"{A}  \n".encode(), id="no path"),
        pytest.param(f"{A}  x \n".encode(), id="space behind"),
        pytest.param(f"{A}  x y\n".encode(), id="space inside"),
        pytest.param(f"{A}  x\x00\n".encode(), id="NUL"),
        pytest.param(f"{A}  é\n".encode(), id="not ASCII"),
        pytest.param(f"{A}  b\n{A}  a\n".encode(), id="unsorted"),
        pytest.param(f"{A}  a\n{A}  B\n".encode(), id="sorted without case"),
        pytest.param(f"{A}  a\n{A}  a\n".encode(), id="twice, same digest"),
        pytest.param(f"{A}  a\n{B}  a\n".encode(), id="twice, other digest"),
        pytest.param(f"{A}  Data/x\n{A}  data/X\n".encode(), id="twins but for case"),
        pytest.param(f"{A}  a\n{A}  a/b\n".encode(), id="file and folder"),
        pytest.param(f"{A}  A\n{A}  a/b/c\n".encode(), id="file and folder but for case"),
        pytest.param(f"{A}  a\n{A}  a-b\n{A}  a/b\n".encode(), id="file and folder with one between"),
        pytest.param(f"{A}  ../x\n".encode(), id="climbs"),
        pytest.param(f"{A}  data/../../x\n".encode(), id="climbs inside"),
        pytest.param(f"{A}  /etc/passwd\n".encode(), id="absolute"),
        pytest.param(f"{A}  ./data/x\n".encode(), id="dot"),
        pytest.param(f"{A}  data//x\n".encode(), id="double slash"),
        pytest.param(f"{A}  data/x/\n".encode(), id="slash at the end"),
        pytest.param(f"{A}  data\\x\n".encode(), id="backslash"),
        pytest.param(f"{A}  ~root/x\n".encode(), id="home"),
        pytest.param(f"{A}  C:x\n".encode(), id="drive"),
        pytest.param(f"{A}  data/%0Ax\n".encode(), id="percent"),
        pytest.param(f"{A}  data/nul\n".encode(), id="device"),
    ],
)
def test_refused(data: bytes) -> None:
    """Each line that a lenient reader would skip or bend is refused."""
    with pytest.raises(FormatError):
        manifest.parse(data)


@pytest.mark.parametrize(
    "digests",
    [
        {"x": A.upper()},
        {"x": ""},
        {"x": f"{A}\n"},
        {"../x": A},
        {"": A},
        {"a": A, "A": A},
        {"a": A, "a/b": A},
        {"a/b/c": A, "A/B": A},
    ],
    ids=repr,
)
def test_not_written(digests: dict[str, str]) -> None:
    """A manifest that we would refuse is not written."""
    with pytest.raises(FormatError):
        manifest.encode(digests)


def test_limit() -> None:
    """The limit is a number of bytes."""
    assert manifest.parse(GOOD, limit=len(GOOD))
    with pytest.raises(FormatError):
        manifest.parse(GOOD, limit=len(GOOD) - 1)


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "0",
        "data/123456789012/eu-west-1/ec2/DescribeInstances.jsonl",
        "data/AWSLogs/123456789012/CloudTrail/us-east-1/2031/05/06/x_Y=@,+-.json.gz",
        "a/b/c/d/e/f/g/h/i",
        "x" * 150,
        "/".join(["x" * 66] * 3),
        "console",
        "com10",
        "lpt",
        "nul-1",
        "a..b",
    ],
)
def test_paths(path: str) -> None:
    """Paths of the grammar come back as they are."""
    assert manifest.check_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "/",
        "a/",
        "/a",
        "a//b",
        "a/./b",
        "a/../b",
        ".hidden",
        "-rf",
        "_x",
        "=x",
        "@x",
        "a/-b",
        "a.",
        "a./b",
        "a...",
        "a b",
        "a\n",
        "\na",
        "a\x00",
        "a\x7f",
        "a\\b",
        "C:",
        "C:/x",
        "//host/share",
        "~/x",
        "a*",
        "a%41",
        "a:b",
        "é",
        "e\u0301",
        "a\u202eb",
        "\uff0e\uff0e/x",
        "a\u2215b",
        "\ud800",
        "x" * 151,
        "/".join(["x" * 80] * 3),
        "/".join("abcdefghijklmnopqrstuvwxy"),
        "con",
        "CON",
        "Con.txt",
        "a/aux.tar.gz",
        "prn",
        "nul/x",
        "com1",
        "COM9.log",
        "lpt0",
        "com1.",
    ],
)
def test_paths_refused(path: str) -> None:
    """Each path that some system would take for another, or for none, is refused."""
    with pytest.raises(FormatError):
        manifest.check_path(path)


@given(st.text(max_size=300) | st.text(st.characters(max_codepoint=127)), st.integers(16, 100))
def test_component(text: str, limit: int) -> None:
    """Any text becomes one safe component, always the same one, within the limit."""
    made = manifest.component(text, limit=limit)
    assert manifest.check_path(made) == made
    assert "/" not in made
    assert len(made) <= limit
    assert manifest.component(text, limit=limit) == made
    assert manifest.component(made, limit=limit) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("i-0123456789abcdef0", "i-0123456789abcdef0"),
        ("Ana.Example@example.com", "Ana.Example@example.com"),
        ("", "x-e3b0c442"),
        ("..", "x-5ec1f7e7"),
        ("../../etc/passwd", "etc-passwd-3754d6cb"),
        ("con", "x-con-1143da2b"),
        ("nul.txt", "x-nul.txt-"),
        ("Ana Müller", "Ana-M-ller-"),
        ("東京", "x-"),
        ("x" * 61, "x" * 51 + "-"),
        ("\ud800", "x-91a681b9"),
        ("a\n", "a-"),
        ("a.", "a-"),
        ("com1/" + "x" * 200, "com1-xxxx"),
        (".".join(["x"] * 60), "x.x"),
    ],
)
def test_slugs(text: str, made: str) -> None:
    """Safe text stays, any other is named and numbered by its hash."""
    assert manifest.component(text).startswith(made)


def test_look_alikes_stay_apart() -> None:
    """Texts that lose the same characters do not become one name."""
    texts = ["a/b", "a\\b", "a b", "a\nb", "a:b", "/a/b/", "a\u2215b"]
    assert len({manifest.component(text) for text in texts}) == len(texts)


def test_huge_name() -> None:
    """A name of megabytes costs its hash, and no more."""
    assert len(manifest.component("/" * 5_000_000)) <= 60


@pytest.mark.parametrize("limit", [-1, 0, 15, 151])
def test_senseless_limit(limit: int) -> None:
    """A limit that leaves no room, or more than the grammar has, is a bug of the caller."""
    with pytest.raises(ValueError, match="limit"):
        manifest.component("x", limit=limit)


@given(st.text(max_size=300) | st.text("ab/. \u6771" + "x" * 9, max_size=400))
def test_stored(key: str) -> None:
    """Any key of S3's becomes a path that we store below its folder, always the same one."""
    path = manifest.stored("1/s3/bucket", key)
    assert path.startswith("1/s3/bucket/")
    assert manifest.check_path(f"data/{path}") == f"data/{path}"
    assert len(path) <= manifest.MAX_KEPT
    assert manifest.stored("1/s3/bucket", key) == path


@pytest.mark.parametrize(
    ("key", "made"),
    [
        ("AWSLogs/1/CloudTrail/x_1.json.gz", r"AWSLogs/1/CloudTrail/x_1\.json\.gz"),
        ("a b.json.gz", r"a-b-[0-9a-f-]{17}\.json\.gz"),
        ("a\u6771.b\u6771", r"a-\.b-[0-9a-f-]{17}"),
        ("../../etc/passwd", r"x-[0-9a-f-]{17}/x-[0-9a-f-]{17}/etc/passwd"),
        ("/a//b/", r"x-[0-9a-f-]{17}/a/x-[0-9a-f-]{17}/b/x-[0-9a-f-]{17}"),
        ("logs/" + "x" * 148 + ".gz", r"logs/x{129}-[0-9a-f-]{17}\.gz"),
        ("/".join(["x" * 100] * 3) + ".gz", r"long-names/x{39}-[0-9a-f-]{17}\.gz"),
        ("/".join("x" * 30), r"long-names/x-x[x-]+-[0-9a-f-]{17}"),
    ],
)
def test_stored_as(key: str, made: str) -> None:
    """What fits stays, so that other tools find it; what does not is named, numbered and keeps its ending."""
    assert re.fullmatch(f"1/s3/bucket/{made}", manifest.stored("1/s3/bucket", key))


@pytest.mark.parametrize(
    ("data", "number"),
    [(GOOD + b"x\n", 4), (GOOD + GOOD[-80:].split(b"\n")[-2] + b"\n", 4), (b"x\n" + GOOD, 1)],
    ids=["no line", "twice", "first"],
)
def test_line_is_named(data: bytes, number: int) -> None:
    """A defect is told by the number of its line, counted as editors count."""
    with pytest.raises(FormatError, match=f"^manifest: line {number} is "):
        manifest.parse(data)


@pytest.mark.parametrize("limit", [16, 150])
def test_component_at_its_limits(limit: int) -> None:
    """The least and the most that a component may be long; text of just that length stays as it is."""
    assert manifest.component("a" * limit, limit=limit) == "a" * limit
    assert len(manifest.component("a" * (limit + 1), limit=limit)) == limit
    for wrong in (15, 151):
        with pytest.raises(ValueError, match="is not within 16 to 150"):
            manifest.component("a", limit=wrong)


@pytest.mark.parametrize(
    ("text", "slug"),
    [("é" * 64 + "abc", "x"), ("éXX", "XX"), ("XX/", "XX"), ("b" * 5 + "X" * 2 + "é" + "c" * 9, "bbbbbXX")],
)
def test_slug_is_cut_where_it_is_cut(text: str, slug: str) -> None:
    """What is kept of a text comes from its first characters, and only dots and the like leave its ends."""
    found = manifest.component(text, limit=16)
    assert found.rpartition("-")[0] == slug


def test_stored_at_its_limits() -> None:
    """A key's own path of just the most bytes and components is kept; one more goes to the long names."""
    longest = "/".join(["k" * 110, "l" * (manifest.MAX_KEPT - len("data/f//") - 110)])
    assert manifest.stored("f", longest) == f"f/{longest}"
    assert manifest.stored("f", f"{longest}l").startswith("f/long-names/")
    deepest = "/".join(["d"] * (manifest.MAX_COMPONENTS - 2))
    assert manifest.stored("f", deepest) == f"f/{deepest}"
    assert manifest.stored("f", f"{deepest}/d").startswith("f/long-names/")


def test_component_of_a_key_at_its_limits() -> None:
    """A component of a key of just the most characters is kept, and a lone surrogate has a name as well."""
    assert manifest.stored("f", "k" * 150) == f"f/{'k' * 150}"
    assert re.fullmatch(r"f/x-[0-9a-f]{8}-[0-9a-f]{8}\.gz|f/[^/]+\.gz", manifest.stored("f", "\udcff.gz"))

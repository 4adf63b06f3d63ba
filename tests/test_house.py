"""The house: what may import what, how large a thing may grow, and what is never loaded."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.each import for_each

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "forensics"
FILES = sorted(PACKAGE.rglob("*.py"))

LEAVES = frozenset({"errors", "model", "scope"})
WORDS = LEAVES | {"keys", "formats"}
ASKING = LEAVES | {"aws", "collectors"}
API = ""
"""Stands for `forensics` itself: the public API, to which the command line is held."""


@dataclass(frozen=True)
class Row:
    """What one part may import: of ours, and of others beside the standard library."""

    ours: frozenset[str]
    others: frozenset[str]


def _row(ours: frozenset[str], *others: str) -> Row:
    return Row(ours, frozenset(others))


NONE: frozenset[str] = frozenset()
TABLE = {
    "errors": _row(NONE),
    "model": _row(frozenset({"plain"})),
    "scope": _row(frozenset({"model"})),
    "plain": _row(NONE),
    "comparing": _row(frozenset({"plain"})),
    "tool": _row(NONE),
    "formats": _row(frozenset({"errors"})),
    "keys": _row(frozenset({"errors", "formats"}), "cryptography"),
    "anchoring": _row(LEAVES | {"aws", "custody", "formats", "record"}),
    "aws": _row(LEAVES | {"plain"}, "boto3", "botocore", "jmespath", "pycurl"),
    "collectors": _row(LEAVES | {"aws"}, "botocore", "jmespath"),
    "custody": _row(WORDS | {"pipeline", "tool"}, "cryptography"),
    "intake": _row(LEAVES | {"plain", "record"}),
    "planning": _row(
        ASKING | {"formats", "plain", "record", "rollcall", "schedule", "tool"},
        "boto3",
        "botocore",
        "jmespath",
    ),
    "pipeline": _row(NONE),
    "verifier": _row(WORDS | {"pipeline"}, "cryptography"),
    "opening": _row(WORDS | {"custody", "verifier"}),
    "reading": _row(LEAVES | {"formats"}, "botocore", "jmespath"),
    "signing": _row(LEAVES | {"aws", "keys"}),
    "record": _row(LEAVES | {"formats", "plain"}),
    "closings": _row(LEAVES | {"record"}),
    "standing": _row(LEAVES | {"closings", "record"}),
    "schedule": _row(NONE),
    "transcript": _row(LEAVES | {"custody", "formats", "record"}),
    "rollcall": _row(LEAVES | {"aws", "schedule"}),
    "preserving": _row(
        ASKING
        | {
            "custody",
            "formats",
            "intake",
            "plain",
            "planning",
            "reading",
            "record",
            "rollcall",
            "schedule",
            "standing",
            "tool",
            "transcript",
        },
        "boto3",
        "botocore",
    ),
    "preservation": _row(ASKING | {"custody", "planning", "preserving"}),
    "readiness": _row(
        ASKING
        | WORDS
        | {
            "comparing",
            "custody",
            "plain",
            "reading",
            "record",
            "rollcall",
            "schedule",
            "standing",
            "verifier",
        },
        "jmespath",
    ),
    "sight": _row(ASKING | {"formats", "readiness", "reading", "rollcall", "standing"}),
    "reports": _row(
        WORDS | {"comparing", "plain", "reading", "record", "standing", "verifier"}, "jinja2", "sqlite_utils"
    ),
    "disclosing": _row(WORDS | {"custody", "verifier"}),
    "drill": _row(LEAVES, "boto3", "botocore", "cryptography", "jmespath", "moto", "werkzeug"),
    "cli": _row(frozenset({API}), "click", "tqdm"),
    "__main__": _row(frozenset({"cli"})),
}

ONE_FILE = {
    "pyrage": {"custody/plugins.py"},
    "rfc3161_client": {"custody/timestamp.py", "verifier/tokens.py"},
}
"""Third parties that one file alone may import, of those who write and of those who check."""

AT_ONCE = frozenset({"errors", "formats", "model", "scope"})
"""What `forensics/__init__.py` may import before a name is asked for."""

FORBIDDEN_NAMES = {"base.py", "common.py", "helpers.py", "misc.py", "util.py", "utils.py"}
MOST_LINES = 350
MOST_LINES_OF_A_FUNCTION = 40
TABLES = {"collectors/listed.py", "collectors/swept.py", "readiness/terraform_types.py"}
"""Files that are tables, and may be as long as their subject."""

CATCHES_ALL = {
    "preserving/run.py": "a bug in one collector becomes a gap, and must not cost the other evidence",
    "aws/behind.py": "a thread has nobody above it: what it raises is raised to whoever gave it the bytes",
    "aws/curl.py": "libcurl is between the sink and the caller: what it raises is raised on its return",
    "aws/s3.py": "a thread has nobody above it: what it raises is carried to the generator, and raised there",
    "schedule.py": "a thread has nobody above it: what it raises is carried to the caller, and raised there",
}
"""The files that may catch everything and not raise it again."""


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted name of each module imported anywhere, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _sources(node)


def _sources(node: ast.ImportFrom) -> Iterator[str]:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        # `from forensics import tool` is a part, `from forensics import Case` the public API
        yield f"forensics.{alias.name}" if module == "forensics" and alias.name in TABLE else module


def _misplaced(name: str, part: str, tree: ast.AST) -> Iterator[str]:
    row = TABLE[part]
    for module in _modules(tree):
        top, _, rest = module.partition(".")
        ours = rest.partition(".")[0]
        if top == "forensics":
            if ours not in row.ours | {part}:
                yield f"{part} must not import {module}"
        elif top in ONE_FILE:
            if name not in ONE_FILE[top]:
                yield f"{top} belongs in {sorted(ONE_FILE[top])} alone"
        elif top not in row.others | sys.stdlib_module_names:
            yield f"{part} must not import {module}"


def _functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield name and length of each function, its docstring not counted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = _lines(node)
            if ast.get_docstring(node, clean=False) is not None:
                lines -= _lines(node.body[0])
            yield node.name, lines


def _lines(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def _swallowers(tree: ast.AST) -> Iterator[int]:
    """Yield the line of each handler that catches everything and does not end by raising it again."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node.type):
            last = node.body[-1]
            if not (isinstance(last, ast.Raise) and last.exc is None):
                yield node.lineno


def _catches_all(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(_catches_all(item) for item in kind.elts)
    return kind is None or ast.unparse(kind).rpartition(".")[2] in {"Exception", "BaseException"}


@for_each([path for path in FILES if _name(path) != "__init__.py"], _name)
def test_imports_keep_to_the_table(path: Path) -> None:
    """A file imports what the row of its part allows, and nothing else."""
    assert list(_misplaced(_name(path), _part(path), _tree(path))) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("verifier/checks.py", "import boto3"),
        ("verifier/checks.py", "def check() -> None:\n    from forensics.custody import store"),
        ("verifier/checks.py", "if TYPE_CHECKING:\n    from forensics import custody"),
        ("formats/entry.py", "from forensics import Case"),
        ("formats/entry.py", "from . import strict"),
        ("cli/verify.py", "from forensics import tool"),
        ("cli/verify.py", "import forensics.verifier"),
        ("custody/seal.py", "import rfc3161_client"),
        ("errors.py", "import click"),
    ],
)
def test_table_refuses(name: str, code: str) -> None:
    """The table's own test: an import that is not in it is found, wherever in the file it stands."""
    assert list(_misplaced(name, name.partition("/")[0].removesuffix(".py"), ast.parse(code)))


def test_every_part_has_a_row() -> None:
    """A new part is a decision: it gets a row, and no row outlives its part unless it is still to come."""
    assert {_part(path) for path in FILES} - {"__init__"} <= TABLE.keys()


def test_public_api_loads_little() -> None:
    """What `import forensics` loads at once are its words; the rest is behind the first use."""
    eager = [node for node in _tree(PACKAGE / "__init__.py").body if isinstance(node, ast.ImportFrom)]
    ours = {
        node.module.split(".")[1] for node in eager if node.module and node.module.startswith("forensics.")
    }
    assert ours <= AT_ONCE


def test_public_api_keeps_its_word() -> None:
    """Every name that `__all__` promises is there, and `dir()` shows it."""
    code = "import forensics; [getattr(forensics, name) for name in forensics.__all__]; print(dir(forensics))"
    assert "preserve" in _python(code)


@for_each(FILES, _name)
def test_size(path: Path) -> None:
    """Files and functions stay small enough to be read in one go; tables may be as long as their subject."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_LINES or _name(path) in TABLES
    assert [found for found in _functions(_tree(path)) if found[1] > MOST_LINES_OF_A_FUNCTION] == []


@for_each(FILES, _name)
def test_name_says_what(path: Path) -> None:
    """A file is a noun of the format or one verb; what has no better name than these belongs elsewhere."""
    assert path.name not in FORBIDDEN_NAMES


@for_each(FILES, _name)
def test_errors_are_not_swallowed(path: Path) -> None:
    """A handler for everything raises it again, but in the files that say why they do not."""
    assert list(_swallowers(_tree(path))) == [] or _name(path) in CATCHES_ALL


@pytest.mark.parametrize(
    "code",
    [
        "except Exception:\n    pass",
        "except:\n    pass",
        "except (OSError, BaseException) as e:\n    print(e)",
    ],
)
def test_swallowing_is_found(code: str) -> None:
    """The rule's own test."""
    assert list(_swallowers(ast.parse(f"try:\n    pass\n{code}")))


def test_nothing_is_kept_out_of_coverage() -> None:
    """No line of the program asks not to be counted: what no test reaches is a branch too many."""
    assert [
        _name(path) for path in FILES if re.search(r"#.*\bno cover\b", path.read_text(encoding="utf-8"))
    ] == []


def _python(code: str) -> str:
    """Run code in a fresh interpreter, and return what it prints."""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def _loaded(code: str) -> set[str]:
    lines = _python(f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))").splitlines()
    return {str(name).partition(".")[0] for name in json.loads(lines[-1])}


HEAVY = {"boto3", "botocore", "click", "jinja2", "jmespath", "moto", "pyrage", "sqlite_utils", "tqdm"}


@pytest.mark.parametrize(
    "code",
    ["import forensics", "import forensics; forensics.verify", "import forensics.verifier"],
)
def test_verifier_needs_no_aws(code: str) -> None:
    """Whoever checks a bundle loads the standard library and cryptography alone."""
    loaded = _loaded(code)
    assert "forensics" in loaded
    assert loaded & HEAVY == set()


def test_help_loads_no_aws() -> None:
    """`forensics --help` answers at once, which it could not if it loaded boto3."""
    loaded = _loaded("from forensics.cli import run\nassert run(['--help']) == 0")
    assert "click" in loaded
    assert loaded & {"boto3", "botocore", "cryptography", "jmespath", "moto", "tqdm"} == set()


def test_entry_point() -> None:
    """The command that pip installs is there, and shows its help."""
    command = Path(sys.executable).parent / "forensics"
    result = subprocess.run([command, "--help"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: forensics ")


def test_module_is_the_command() -> None:
    """`python -m forensics` is the same program, for where the command is not on the path."""
    result = subprocess.run(
        [sys.executable, "-m", "forensics", "--version"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(r"forensics \d+\.\d+\.\d+\n", result.stdout)

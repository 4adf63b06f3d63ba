"""
What mutmut's runs came to, told without flattery: `killed / (all - equivalent)`, module by module.

Three kinds of mutants are left out, and counted. *Texts*: only what a message says is changed, within a
`raise` or a literal with a space in it; no verdict rests on one. *Spellings*: a codec name in another letter
case, which Python takes for the same. *Equivalent*: those of `equivalent.txt`, each with its reason.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIST = Path(__file__).parent / "equivalent.txt"
_KILLED, _TIMEOUT, _UNTESTED = frozenset({1, 3}), frozenset({-24, 24, 36, 152, 255}), 33
"""mutmut's codes: a failing test; an endless loop, or a slow machine; no test reaches the function."""
_CODEC = re.compile(r"""\b(?:encode|decode)\((["'])(?i:utf-8|ascii)\1""")
_LITERAL = re.compile(r"""(["'])((?:(?!\1).)*)\1""")

Change = tuple[str, str]
"""Lines taken out, and lines put in."""


@dataclass
class Module:
    """One module's mutants."""

    path: str
    counts: Counter[str] = field(default_factory=Counter)
    listed: list[tuple[str, str, Change]] = field(default_factory=list)
    """Name, kind and change of what no test notices, and of what ran out of time: is it endless?"""
    gone: set[Change] = field(default_factory=set)
    """What `equivalent.txt` lists, and no mutant is any more."""

    @property
    def score(self) -> float:
        """Return what part of those that could be killed was."""
        killed = self.counts["killed"] + self.counts["timeout"]
        counted = killed + self.counts["survived"] + self.counts["untested"]
        return killed / counted if counted else 1.0

    def __str__(self) -> str:
        """Return its row."""
        kinds = ("killed", "timeout", "survived", "untested", "text", "spelling", "equivalent", "not run")
        counts = ", ".join(f"{self.counts[kind]} {kind}" for kind in kinds if self.counts[kind])
        return f"{self.path}: {self.score:.1%} ({counts})"


def equivalents(path: Path = LIST) -> dict[str, set[Change]]:
    """Read the list: module to the changes that change nothing."""
    found: dict[str, set[Change]] = {}
    module = taken = put = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, rest = line[:2], line[2:]
        match mark:
            case "@ ":
                module = rest
            case "- ":
                taken = rest.strip()
            case "+ ":
                put = rest.strip()
            case "= ":
                assert rest
                found.setdefault(module, set()).add((taken, put))
            case _:
                assert line.startswith("#"), line
    return found


def change(diff: str) -> Change:
    """Cut the changed lines out of a unified diff."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    taken, put = (" ".join(line[1:].strip() for line in lines if line.startswith(mark)) for mark in "-+")
    return taken, put


def is_text(one: Change, raised: set[str]) -> bool:
    """Say whether only what a message says is changed."""
    taken, put = one
    if taken in raised:
        return True
    bare = put.replace("XX", "")
    if taken.casefold() != bare.casefold():
        return False
    changed = [match[2] for match in _LITERAL.finditer(taken) if match[0] not in put]
    return bool(changed) and all(" " in text.strip() for text in changed)


def is_spelling(one: Change) -> bool:
    """Say whether only the letter case of a codec's name is changed."""
    taken, put = map(_spelt, one)
    return one[0] != one[1] and taken == put


def _spelt(text: str) -> str:
    return _CODEC.sub(lambda match: match[0].lower(), text)


def raised(source: str) -> set[str]:
    """Return each line that lies within a `raise`: what is changed there is what is said."""
    lines = source.splitlines()
    spans = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise)]
    return {lines[at].strip() for node in spans for at in range(node.lineno - 1, node.end_lineno or 0)}


def judge(path: str, source: str, runs: Sequence[tuple[str, int | None, str]]) -> Module:
    """Count the mutants of a module: name, code and diff of each."""
    module, known, within = Module(path), equivalents().get(path, set()), raised(source)
    module.gone = known - {change(diff) for _, _, diff in runs}
    for name, code, diff in runs:
        one = change(diff)
        kind = _kind(one, code, known, within)
        module.counts[kind] += 1
        if kind in {"survived", "untested", "timeout"}:
            module.listed.append((name, kind, one))
    return module


def _kind(one: Change, code: int | None, known: set[Change], within: set[str]) -> str:
    if is_text(one, within):
        return "text"
    if is_spelling(one):
        return "spelling"
    if one in known and code not in _KILLED | _TIMEOUT:
        return "equivalent"
    if code is None:
        return "not run"
    if code in _KILLED | _TIMEOUT:
        return "killed" if code in _KILLED else "timeout"
    return "untested" if code == _UNTESTED else "survived"


def metas(folder: Path) -> Iterator[tuple[str, dict[str, int | None]]]:
    """Yield path and codes of each module that was mutated below mutmut's folder."""
    for file in sorted(folder.rglob("*.py.meta")):
        codes = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
        if codes:
            yield file.relative_to(folder).as_posix().removesuffix(".meta"), codes

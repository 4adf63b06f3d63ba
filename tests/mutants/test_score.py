"""The score of mutants: what is left out of it, and that nothing else is."""

from __future__ import annotations

import pytest

from tests.mutants import score

SOURCE = """
def read(kind):
    if kind == "case":
        raise FormatError(
            "no case"
        )
    return data.decode("ascii")
"""


def _diff(taken: str, put: str) -> str:
    return f"--- a\n+++ b\n@@ -1 +1 @@\n-    {taken}\n+    {put}\n"


@pytest.mark.parametrize(
    ("taken", "put", "kind"),
    [
        ('if kind == "case":', 'if kind == "CASE":', "survived"),
        ('if kind == "case":', 'if kind == "XXcaseXX":', "survived"),
        ('return data.decode("ascii")', 'return data.decode("ASCII")', "spelling"),
        ('return data.decode("ascii")', 'return data.decode("XXasciiXX")', "survived"),
        ('return data.decode("ascii") or "x"', 'return data.decode("ASCII") or "X"', "survived"),
        ('fail(path, "is no case")', 'fail(path, "IS NO CASE")', "text"),
        ('fail(path, "is no case")', 'fail(path, "XXis no caseXX")', "text"),
        ('fail(path, "is no case")', "fail(path, None)", "survived"),
        ('"no case"', "None", "text"),
    ],
)
def test_kind(taken: str, put: str, kind: str) -> None:
    """Texts and names of codecs are left out; another name that the program goes by is not."""
    module = score.judge("x.py", SOURCE, [("x_read__mutmut_1", 0, _diff(taken, put))])
    assert module.counts == {kind: 1}


@pytest.mark.parametrize(
    ("code", "kind", "rate"), [(1, "killed", 1), (-24, "timeout", 1), (33, "untested", 0), (0, "survived", 0)]
)
def test_code(code: int, kind: str, rate: int) -> None:
    """What ran out of time counts as killed, and is listed: a slow machine ends good runs, too."""
    module = score.judge("x.py", SOURCE, [("x_read__mutmut_1", code, _diff("a = 1", "a = 2"))])
    assert (module.counts, module.score) == ({kind: 1}, rate)
    assert [found for _, found, _ in module.listed] == ([] if kind == "killed" else [kind])


def test_gone() -> None:
    """An entry of the list that is no mutant any more is named; one that is, is left out, if not killed."""
    path = "forensics/formats/note.py"
    known = sorted(score.equivalents()[path])
    run = ("x__mutmut_1", 0, _diff(*known[0]))
    module = score.judge(path, SOURCE, [run])
    assert (module.counts, module.gone) == ({"equivalent": 1}, set(known[1:]))
    assert score.judge(path, SOURCE, [(run[0], 1, run[2])]).counts == {"killed": 1}


def test_not_run() -> None:
    """What was not run is in no score."""
    module = score.judge("x.py", SOURCE, [("x_read__mutmut_1", None, _diff("a = 1", "a = 2"))])
    assert (module.counts, module.score, module.listed) == ({"not run": 1}, 1.0, [])

"""A verdict: its states, its exit code, its words, and what reaches a terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest

from forensics.verifier.verdict import LISTED, Check, Examination, Finding, Severity, State, Verdict

PASSED = Check("one", State.PASSED, "looked")
UNDONE = Check("two", State.NOT_DONE, "unpinned")
FAILED = Check("three", State.FAILED, "1 finding", (Finding("three", "x", "bad"),), 1)


@pytest.mark.parametrize(
    ("checks", "code", "words"),
    [
        ((PASSED,), 0, "intact: this bundle is as the named identity signed it"),
        ((PASSED, UNDONE), 3, "intact, as far as it was checked: unpinned"),
        ((PASSED, FAILED), 4, "NOT intact: 1 finding in three"),
        ((UNDONE, FAILED), 4, "NOT intact: 1 finding in three"),
        ((FAILED, FAILED), 4, "NOT intact: 2 findings in three, three"),
    ],
)
def test_exit_code(checks: tuple[Check, ...], code: int, words: str) -> None:
    """Failed outweighs not done, and not done is never passed."""
    verdict = Verdict("bundle", "b", checks)
    assert verdict.exit_code == code
    assert bool(verdict) == (code == 0)
    assert verdict.sentence.startswith(words)
    assert verdict.document()["exit_code"] == code
    assert verdict.document()["intact"] == (code != 4)


def test_sentence_of_a_case() -> None:
    """A case is not signed as a whole, and the sentence does not say so."""
    sentence = Verdict("case", "c", (PASSED,), {"entries": 7, "signer": "ana"}).sentence
    assert sentence == (
        "intact: this case is as ana began it and its log went on, sealed, to line 7; "
        "who sealed it, only its bundle says"
    )


def test_examination_that_found_nothing() -> None:
    """A check that found nothing passed."""
    assert Examination("a").end("looked") == Check("a", State.PASSED, "looked")


def test_examination_with_a_note() -> None:
    """A note fails nothing."""
    examination = Examination("a")
    examination.note("x", "odd")
    examination.note("y", "odd")
    check = examination.end("looked")
    assert (check.state, check.notes, check.failures) == (State.PASSED, 2, 0)
    assert check.findings == tuple(Finding("a", path, "odd", Severity.NOTE) for path in "xy")


def test_examination_that_was_not_done() -> None:
    """The first reason is the one that is told; a failure outweighs it."""
    examination = Examination("a")
    examination.undone("first")
    examination.undone("second")
    assert examination.end("looked").detail == "first"
    examination.fail("x", "bad")
    assert examination.end("looked").state is State.FAILED
    assert examination.end("looked").detail == "1 finding"


def test_findings_are_bounded() -> None:
    """However much is wrong, a thousand findings are kept and the others counted."""
    examination = Examination("a")
    for number in range(LISTED + 234):
        examination.fail(f"f{number}", "bad")
    examination.note("x", "odd")
    check = examination.end("looked")
    assert check.findings == tuple(Finding("a", f"f{number}", "bad") for number in range(LISTED))
    assert (check.failures, check.notes) == (LISTED + 234, 1)
    assert "a: 235 more, not listed" in list(Verdict("case", "c", (check,)).lines())


def test_document_is_json() -> None:
    """The document goes through JSON unchanged, lone surrogates included."""
    finding = Finding("three", "data/\udcff", "bad \x1b[2J")
    check = Check("three", State.FAILED, "1 finding", (finding,), 1)
    verdict = Verdict("bundle", "b", (check,), {"digest": "0" * 64})
    document = verdict.document()
    assert json.loads(json.dumps(document)) == document
    told = {"check": "three", "message": "bad \x1b[2J", "path": "data/\udcff", "severity": "failure"}
    made = {"detail": "1 finding", "failures": 1, "findings": [told], "name": "three", "notes": 0}
    assert document == {
        "checks": [{**made, "state": "failed"}],
        "cloudtrail": verdict.trails.document(),
        "exit_code": 4,
        "facts": {"digest": "0" * 64},
        "format": "forensics-verdict/1",
        "intact": False,
        "kind": "bundle",
        "path": "b",
        "verdict": "NOT intact: 1 finding in three",
        "windows": verdict.windows.document(),
    }


HOSTILE = (
    "\x1b[2J\x1b]0;t\x07\x1b]52;c;x\x07\r\b\x7f\x9b\u202e\u200b\u2028\n[ok] verified\t\udcff"
    + "x" * 2_000_000
)


def test_nothing_hostile_reaches_the_terminal() -> None:
    """Names, messages and details are an attacker's: one short line each, and no control in it."""
    findings = (Finding("a", HOSTILE, HOSTILE), Finding("a", "", HOSTILE, Severity.NOTE))
    failed = Check("a", State.FAILED, HOSTILE, findings, 1, 1)
    for checks in ((failed,), (PASSED,), (Check("b", State.NOT_DONE, HOSTILE),)):
        lines = list(Verdict("bundle", HOSTILE, checks, {"signer": HOSTILE}).lines())
        for line in lines:
            assert len(line) < 6_000
            assert not [one for one in line if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert any(line.startswith("note: .: ") for line in Verdict("bundle", "b", (failed,)).lines())


def test_long_words_are_cut() -> None:
    """A message is shown up to 600 characters, the sentence up to 1,000; how much is left out is said."""
    failed = Check("a", State.FAILED, "1 finding", (Finding("a", "x", "m" * 700),), 1)
    assert f"x: {'m' * 600}… (+100 characters)" in list(Verdict("bundle", "b", (failed,)).lines())
    verdict = Verdict("bundle", "b", (PASSED,), {"signer": "s" * 2_000})
    left = len(verdict.sentence) - 1_000
    assert list(verdict.lines())[-1] == f"{verdict.sentence[:1_000]}… (+{left} characters)"


def test_lines_of_a_verdict() -> None:
    """One line a check, the findings, and the sentence last."""
    note = Check("n", State.PASSED, "looked", (Finding("n", "y", "odd", Severity.NOTE),), 0, 1)
    assert list(Verdict("bundle", "b", (note, FAILED)).lines()) == [
        "passed    n            looked (1 note)",
        "failed    three        1 finding",
        "note: y: odd",
        "x: bad",
        "NOT intact: 1 finding in three",
    ]

"""The command line without a command: its help, as it is written."""

from __future__ import annotations

import pytest

from forensics import cli


@pytest.mark.parametrize("arguments", [[], ["keys"], ["custody"]])
def test_nothing_asked_for(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It was one line with every line feed escaped, and cut short."""
    assert cli.run(arguments) == cli.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(" ".join(["Usage: forensics", *arguments, "[OPTIONS] COMMAND"]))
    assert "\nCommands:\n" in err
    assert "\\x0a" not in err

"""Files that a command line names, and that cannot be what they should: exit 2, one line, a hint, no case."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from forensics import cli

HUGE = 2 << 30


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(HUGE)


KINDS: dict[str, Callable[[Path], object]] = {
    "none": lambda _: None,
    "folder": Path.mkdir,
    "empty": Path.touch,
    "huge": _huge,
    "fifo": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "link to itself": lambda path: path.symlink_to(path),
}
"""What lies where the file should be. None may hang us, be read whole, or be taken for one."""

LINES = (
    "preserve CASE --identity FILE",
    "preserve CASE --plan FILE",
    "preserve CASE --notice FILE",
    "preserve CASE --accounts-from FILE",
    "plan --accounts-from FILE",
    "policy --plan FILE",
    "seal CASE --identity FILE",
    "seal CASE --recipients-file FILE",
    "keys rotate CASE --identity FILE",
    "keys add CASE FILE --name ana",
    "witness FILE --key CASE",
    "witness NOTE --key FILE",
    "ready CASE --plan FILE",
    "ready CASE --bundle FILE",
    "ready CASE --identity FILE",
    "ready CASE --accounts-from FILE",
    "verify CASE --identity FILE",
    "verify CASE --tsa-root FILE",
    "verify CASE --expect-head FILE",
    "verify CASE --witness FILE",
    "verify CASE --policy FILE",
    "verify CASE --key FILE",
    "certify CASE --tsa-root FILE",
    "custody receive BUNDLE --name ana --identity FILE",
    "prove CASE --from FILE --to FILE",
)


@pytest.mark.parametrize("line", LINES)
def test_named_file(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keys exited with 1, some without a hint; `ready` looked at the whole account before its --bundle."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # where nobody is: nobody is asked
    for name, make in KINDS.items():
        file = tmp_path / f"the {name}"
        make(file)
        before = sorted(tmp_path.iterdir())
        words = [str(file) if word == "FILE" else word for word in shlex.split(line)]
        code = cli.run(words)
        out, err = capsys.readouterr()
        assert (code, out) == (2, ""), (name, err)
        said, *hints = err.splitlines()
        assert said.startswith("forensics: "), (name, err)
        assert "Errno" not in err
        assert [one[:8] for one in hints] == ["  hint: "], (name, err)
        assert sorted(tmp_path.iterdir()) == before

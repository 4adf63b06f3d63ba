"""
Run a verifier on every case of this kit: `python run.py [options] -- COMMAND...`. README.md has the protocol.

The standard library alone, so that whoever writes another verifier needs nothing of ours.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SECONDS = 60
"""What a verifier may take for a case. They are small; whatever takes longer hangs."""


@dataclass(frozen=True)
class Case:
    """One case of the kit, as it lies there."""

    name: str
    folder: Path
    expect: dict[str, Any]
    arguments: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path, root: Path) -> Case:
        """Read one."""
        expect = json.loads((folder / "expect").read_bytes())
        arguments = tuple((folder / "args").read_text(encoding="utf-8").splitlines())
        return cls(folder.relative_to(root).as_posix(), folder, expect, arguments)

    @contextlib.contextmanager
    def laid_out(self) -> Iterator[Path]:
        """Give a folder with the case in it; a copy, where something must be made that git does not hold."""
        layout = self.folder / "layout"
        if not layout.exists():
            yield self.folder
            return
        with tempfile.TemporaryDirectory(prefix="testkit-") as place:
            target = Path(place) / "case"
            shutil.copytree(self.folder, target)
            for step in json.loads(layout.read_bytes()):
                lay(target, step)
            yield target

    def missed(self, code: int | None, said: str) -> str:
        """Say in what an answer is not the one that is due; nothing where it is."""
        wanted = self.expect["exit"]
        if code != wanted:
            return f"exit {'none: it hangs' if code is None else code}, and {wanted} is due"
        absent = [name for name in self.expect["names"] if name not in said]
        return f"does not name {', '.join(map(ascii, absent))}" if absent else ""


def cases(root: Path) -> list[Case]:
    """Return the cases below a folder, by name."""
    return [Case.load(path.parent, root) for path in sorted(root.glob("*/*/expect"))]


def lay(folder: Path, step: Sequence[Any]) -> None:
    """Do one step of a layout: `[what, path, ...]`."""
    what, path, *rest = step
    target = os.fspath(folder / path)
    os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 - a name may be no text
    match what:
        case "mkdir":
            os.makedirs(target, exist_ok=True)  # noqa: PTH103 - git holds no empty folder
        case "remove":
            os.remove(target)  # noqa: PTH107
        case "write":
            Path(target).write_bytes(rest[0].encode())
        case "repeat":
            Path(target).write_bytes(rest[0].encode() * rest[1])
        case "truncate":
            os.truncate(target, rest[0])
        case "rename":
            os.rename(target, folder / rest[0])  # noqa: PTH104
        case "symlink":
            os.symlink(rest[0], target)  # noqa: PTH211
        case "link":
            os.link(folder / rest[0], target)
        case "fifo":
            os.mkfifo(target)
        case "device":
            os.mknod(target, 0o020600, os.makedev(1, 3))
        case "socket":
            _socket(target)
        case _:
            raise ValueError(f"no such step: {what}")


def _socket(target: str) -> None:
    """Make a socket. Its address has 107 bytes at most, so it is made elsewhere and moved."""
    with tempfile.TemporaryDirectory(dir=Path(target).parent, prefix=".") as place:
        made = f"{place}/s"
        with socket.socket(socket.AF_UNIX) as one:
            if len(made.encode()) > 107:
                made = os.path.relpath(made)
            one.bind(made)
        os.rename(made, target)  # noqa: PTH104


def ask(command: Sequence[str], case: Case, clock: str = "") -> str:
    """Run a verifier on a case. Return what is wrong with its answer: nothing, where it is right."""
    try:
        with case.laid_out() as folder:
            before = ["faketime", "-f", f"@{clock}"] if clock else []
            return case.missed(*_run([*before, *command, *case.arguments], folder))
    except OSError as error:
        return f"left out: it cannot be laid out here ({error.strerror})"


def _run(command: Sequence[str], folder: Path) -> tuple[int | None, str]:
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the kit; 0 if every answer was the one that is due."""
    parser = _parser()
    options = parser.parse_args(arguments)
    commands = {"verify": options.command, "custody": shlex.split(options.custody)}
    for command in filter(None, commands.values()):
        # It is run in each case's folder: a name that is found here is found there too.
        found_at = shutil.which(command[0])
        if found_at is None:
            parser.error(f"there is no command {command[0]}")
        command[0] = os.path.abspath(found_at)  # noqa: PTH100 - a link must stay one: it may be an environment's
    found = [case for case in cases(options.cases) if options.only in case.name]
    known = [case for case in found if commands[case.expect["command"]]]
    with ThreadPoolExecutor(options.jobs) as pool:
        answers = list(
            pool.map(lambda case: ask(commands[case.expect["command"]], case, options.clock), known)
        )
    for case, answer in zip(known, answers, strict=True):
        if answer:
            print(f"{case.name}: {answer}")
            print(f"  {case.expect['about']}")
    right = answers.count("")
    out = sum(answer.startswith("left out") for answer in answers) + len(found) - len(known)
    print(f"{right} of {len(found)} cases right, {len(found) - right - out} wrong, {out} left out")
    return 0 if right and right + out == len(found) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        usage="%(prog)s [options] -- COMMAND...",
        description="Run COMMAND on every case: exit code and the things that it must name.",
    )
    parser.add_argument(
        "command", nargs="+", metavar="COMMAND", help="what verifies; a case's args follow it"
    )
    parser.add_argument("--custody", default="", metavar="COMMAND", help="what checks a chain of custody")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name holds TEXT")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--cases", type=Path, default=HERE / "cases", metavar="FOLDER")
    parser.add_argument("--clock", default="", metavar="TIME", help='through faketime: "1990-01-01 00:00:00"')
    return parser


if __name__ == "__main__":
    sys.exit(main())

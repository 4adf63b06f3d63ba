"""
Fuzz one target, guided by coverage: `python -m tests.fuzz NAME --runs N` or `--seconds N`.

`all` for each in turn.
Where atheris has no wheel it says so, and changes the corpus by a seeded generator instead. Exit code 1 for a
finding, whose input is printed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz import driving, mutation
from tests.fuzz.driving import LONGEST, Target

_OURS = ["forensics"]
_BUILD = Path("build/fuzz")
"""The corpus as libFuzzer reads it, and what it finds."""


def main() -> int:
    """Run."""
    start = time.monotonic()
    arguments = _arguments()
    if arguments.name == "all":
        return _all(arguments)
    if driving.has_atheris() and not arguments.seeded:
        return _guided(arguments, start)
    print("without atheris: not guided by coverage, the corpus is changed by a seeded generator", flush=True)
    return _seeded(_target(arguments.name), arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("name", help="a target, or `all`")
    parser.add_argument("--runs", type=int, default=-1, help="inputs at most")
    parser.add_argument("--seconds", type=int, default=600, help="time at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeded", action="store_true", help="without atheris, though it be there")
    return parser.parse_args()


def _target(name: str) -> Target:
    from tests.fuzz.targets import TARGETS

    return TARGETS[name]


def _all(arguments: argparse.Namespace) -> int:
    """Each target in a process of its own: the peak of memory, and the instrumented code, are that one's."""
    from tests.fuzz.targets import TARGETS

    failed = []
    for name in TARGETS:
        limits = [f"--{key}={getattr(arguments, key)}" for key in ("runs", "seconds", "seed")]
        more = ["--seeded"] if arguments.seeded else []
        command = [sys.executable, "-m", "tests.fuzz", name, *limits, *more]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    print(f"{len(TARGETS)} targets, findings in: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def _seeded(target: Target, arguments: argparse.Namespace) -> int:
    end, count, taken, seed = time.monotonic() + arguments.seconds, 0, 0, arguments.seed
    start, corpus = time.monotonic(), target.corpus()
    while time.monotonic() < end and (arguments.runs < 0 or count < arguments.runs):
        batch = 1_000 if arguments.runs < 0 else min(1_000, arguments.runs - count)
        more = driving.all_of(target, mutation.inputs(corpus, batch, seed, LONGEST))
        count, taken, seed = count + more[0], taken + more[1], seed + 1
    print(_told(target.name, count, taken, time.monotonic() - start))
    return 0


def _told(name: str, count: int, taken: int, seconds: float) -> str:
    return f"fuzz {name}: {count} runs, {taken} taken, {count / max(seconds, 0.001):.0f} a second"


def _guided(arguments: argparse.Namespace, start: float) -> int:
    import atheris

    # Before they are imported for the first time: what is instrumented is their code.
    with atheris.instrument_imports(include=_OURS, enable_loader_override=False):
        target = _target(arguments.name)
    corpus = target.corpus()
    for data in corpus:
        driving.one(target, data)
    count = taken = 0
    told = False

    def give(data: bytes) -> None:
        nonlocal count, taken, told
        taken += driving.one(target, data)
        count += 1
        spent = time.monotonic() - start
        # libFuzzer ends the process by itself, a moment later: nothing of ours is run then.
        if not told and (count == arguments.runs or spent > arguments.seconds):
            told = True
            print(_told(target.name, count, taken, spent), flush=True)

    folder = _BUILD / target.name
    # Not a temporary one: libFuzzer ends the process, and nothing would remove it.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, data in enumerate(corpus):
        (folder / str(number)).write_bytes(data)
    options = [
        f"-seed={arguments.seed}",
        f"-max_len={LONGEST}",
        f"-runs={arguments.runs}",
        f"-max_total_time={arguments.seconds + 1}",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-verbosity=0",
        f"-artifact_prefix={_BUILD}/{target.name}-",
    ]
    atheris.Setup(["fuzz", *options, str(folder)], give)
    atheris.Fuzz()  # it ends the process
    return 0


if __name__ == "__main__":
    sys.exit(main())

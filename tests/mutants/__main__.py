"""
Run mutmut over a part, and tell the score: `python -m tests.mutants formats`, `ledger` or `verifier`.

mutmut works on a copy of the tree under `build/mutants/<part>`, in forks of one process that has the tests
collected; each mutant meets the tests that reach its function, the fastest first. Tests that Hypothesis
drives are left out: what they kill depends on the day. So are those that start the program anew, where
mutmut is not.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from tests.mutants import score

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "mutants"
_COPIED = ("forensics", "tests", "docs", "README.md", "CHANGELOG.md", "pyproject.toml", "requirements")
_FORMATS = ("strict", "entry", "note", "checkpoint", "merkle", "manifest")
_VERIFIER = (
    "checkpoints",
    "history",
    "ahead",
    "items",
    "layout",
    "tags",
    "signatures",
    "verdict",
    "checks",
    "contents",
)
_LEDGER = (
    "tests/custody/test_ledger.py",
    "tests/custody/test_flush.py",
    "tests/custody/test_recovery.py",
    "tests/custody/test_writer.py",
)
PARTS = {
    "formats": ([f"forensics/formats/{name}.py" for name in _FORMATS], ["tests/formats"]),
    "ledger": (["forensics/custody/ledger.py"], list(_LEDGER)),
    "verifier": (
        [f"forensics/verifier/{name}.py" for name in _VERIFIER],
        [
            "tests/verifier",
            "--deselect=tests/verifier/test_helper.py::test_script_without_a_guard",
            "--deselect=tests/verifier/test_folder.py::test_reading_fails",
            "--ignore=tests/verifier/test_main.py",
            "--ignore=tests/verifier/test_program.py",
            "--ignore=tests/verifier/test_real_writer.py",
        ],
    ),
}


def main() -> int:
    """Run and tell; the exit code is 1 where a module is below 95 %."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--again", action="store_true", help="go on with the copy that is there")
    parser.add_argument("--show", action="store_true", help="tell what is known, and run nothing")
    parser.add_argument("--sample", type=int, metavar="N", help="run N mutants, always the same ones of many")
    arguments = parser.parse_args()
    folder = BUILD / arguments.part
    if not arguments.show:
        if not arguments.again:
            _copy(folder, *PARTS[arguments.part])
        names = _sample(folder, arguments.sample) if arguments.sample else []
        _mutmut(folder, *names)
    return _tell(folder)


def _mutmut(folder: Path, *names: str) -> None:
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    subprocess.run(command, cwd=folder, check=False)


def _sample(folder: Path, count: int) -> list[str]:
    """Draw some of all mutants, texts and spellings among them."""
    if not (known := _names(folder)):
        # Makes them all, learns which tests reach them, and runs none.
        _mutmut(folder, "*__mutmut_1_none_has_this_name")
        known = _names(folder)
    names = sorted(known)
    random.Random(count).shuffle(names)
    return names[:count]


def _names(folder: Path) -> list[str]:
    return [name for _, codes in score.metas(folder / "mutants") for name in codes]


def _copy(folder: Path, modules: list[str], tests: list[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    listed = subprocess.run(
        ["git", "ls-files", *_COPIED], cwd=ROOT, capture_output=True, check=True, text=True
    )
    for name in listed.stdout.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    values = {
        "source_paths": ["forensics"],
        "only_mutate": modules,
        "also_copy": ["docs", "README.md", "forensics"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-m", "measured and not torture and not bench"],
        "pytest_add_cli_args_test_selection": tests,
    }
    lists = [f"{key}=\n" + "".join(f"    {one}\n" for one in some) for key, some in values.items()]
    flags = "use_git_change_detection=false\ntrack_dependencies=false\n"
    (folder / "setup.cfg").write_text(f"[mutmut]\n{''.join(lists)}{flags}", encoding="utf-8")


def _tell(folder: Path) -> int:
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    os.chdir(folder)  # mutmut finds its own by it
    modules = []
    for path, codes in score.metas(folder / "mutants"):
        runs = [(name, code, get_diff_for_mutant(name)) for name, code in codes.items()]
        modules.append(score.judge(path, Path(path).read_text(encoding="utf-8"), runs))
    for module in modules:
        for name, kind, (taken, put) in module.listed:
            print(f"{name} {kind}\n- {taken}\n+ {put}")
        for taken, put in sorted(module.gone):
            print(f"{module.path}: in the list of equivalent ones, and there no more\n- {taken}\n+ {put}")
    print(*modules, sep="\n")
    whole = score.Module("all")
    for module in modules:
        whole.counts += module.counts
    print(whole)
    return int(any(module.score < 0.95 or module.counts["not run"] for module in modules))


if __name__ == "__main__":
    sys.exit(main())

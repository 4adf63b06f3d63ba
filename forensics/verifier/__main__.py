"""`python -m forensics.verifier`: check a case, a bundle or parts where only Python and cryptography are."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from forensics.errors import ForensicsError, UsageError
from forensics.formats.display import clean
from forensics.keys import holders, stream
from forensics.keys.stream import Decrypt
from forensics.verifier.checks import verify
from forensics.verifier.demands import Demands
from forensics.verifier.outside import load_head, load_policy, load_tsa_root, load_witness
from forensics.verifier.trust import load_signers


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify what the command line names, print the verdict and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        identities = [pin for text in options.identity for pin in load_signers(text)]
        unlock = _unlock(options.key) if options.key else None
        verdict = verify(options.path, identities=identities, demands=_demands(options), unlock=unlock)
    except ForensicsError as error:
        print(f"forensics: {clean(error, 2_000)}", file=sys.stderr)
        if error.hint:
            print(f"  hint: {clean(error.hint, 2_000)}", file=sys.stderr)
        return error.exit_code
    if options.json:
        print(json.dumps(verdict.document(), sort_keys=True, indent=1))
    else:
        for line in verdict.lines():
            _say(line)
    return verdict.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m forensics.verifier",
        description="Check that nothing in a case, a bundle or its parts was changed, added or left out.",
        epilog="Exit codes: 0 intact; 2 usage; 3 intact, but not everything was checked; 4 not intact.",
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="a case folder, a bundle or its parts")
    parser.add_argument(
        "--identity",
        action="append",
        default=[],
        metavar="KEY",
        help="who must have signed: an allowed_signers file, a .pub file or a SHA256:... fingerprint",
    )
    parser.add_argument(
        "-i",
        "--key",
        action="append",
        default=[],
        metavar="KEY",
        type=Path,
        help="opens parts: age identities or an ssh-ed25519 key (those of age plugins: forensics verify)",
    )
    _add_demands(parser)
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    return parser


def _add_demands(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--expect-head",
        action="append",
        default=[],
        metavar="NOTE",
        type=Path,
        help="a checkpoint that was had from outside: refuses what is older, or a fork",
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY",
        help="who must have countersigned: a C2SP verifier key, or as --identity",
    )
    parser.add_argument(
        "--tsa-root",
        action="append",
        default=[],
        metavar="PEM",
        type=Path,
        help="root certificate of a time-stamp authority: it must be dated by one of them",
    )
    parser.add_argument("--policy", metavar="FILE", type=Path, help="what must be met, as a C2SP policy")


def _demands(options: argparse.Namespace) -> Demands:
    return Demands(
        tsa_roots=tuple(map(load_tsa_root, options.tsa_root)),
        heads=tuple(map(load_head, options.expect_head)),
        witnesses=tuple(one for text in options.witness for one in load_witness(text)),
        policy=load_policy(options.policy) if options.policy else None,
    )


def _unlock(paths: Sequence[Path]) -> Decrypt:
    found = holders.all_of([holders.load_holders(path, _passphrase) for path in paths])
    return lambda source, room=bytearray: stream.decrypt(source, found.holders, room)


def _passphrase() -> bytes:
    with warnings.catch_warnings():
        # Where it cannot be asked for unseen, getpass warns, and would take it from stdin in the open.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass("passphrase of the key: ").encode()
        except (getpass.GetPassWarning, EOFError):
            raise UsageError(
                "the key has a passphrase, and there is no terminal to ask for it on",
                hint="run the same command on a terminal",
            ) from None


def _say(line: str) -> None:
    encoding = sys.stdout.encoding
    print(line.encode(encoding, "backslashreplace").decode(encoding))


def program() -> int:
    """Run `main` as a program: an answer that cannot be written, or is not waited for, is no traceback."""
    if sys.stdout is None:  # closed by the shell, as `>&-` does
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for good
    try:
        code = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("forensics: interrupted", file=sys.stderr)
        return 130
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python flushes once more
        if not isinstance(error, BrokenPipeError):
            print(f"forensics: cannot write the answer: {error.strerror or error}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(program())

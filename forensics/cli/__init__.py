"""
The command `forensics`: a client of the public API, one file a command.

stdout is the answer, stderr everything else, the exit code the truth.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

import forensics
from forensics.cli.again import hint_of
from forensics.cli.terminal import complain

if TYPE_CHECKING:
    from types import FrameType

COMMANDS = {
    "plan": "Show what a preservation would ask, make, take and cost.",
    "policy": "Print the least IAM policies that preserve needs.",
    "preserve": "Keep the evidence of an account, before teardown.",
    "status": "Show what a case holds and what it does not.",
    "ready": "Say what would be lost if it were torn down now.",
    "footprint": "Tell the responder's own requests from the intruder's.",
    "visibility": "Say what could be done in the account unseen.",
    "head": "Show the newest checkpoint, to read out, print or mail.",
    "keys": "Show, add, retire or rotate the keys that speak for a case.",
    "witness": "Countersign a checkpoint; or take countersignatures into a case.",
    "anchor": "Lock the newest checkpoint away, in a bucket of another account.",
    "seal": "Close the evidence under a signed manifest, as a bundle.",
    "stamp": "Have dated what no time-stamp authority has stamped yet.",
    "verify": "Check a case, a bundle or its parts: nothing changed, added or left out.",
    "open": "Decrypt the parts of a bundle, and check it before it gets its name.",
    "custody": "Hand evidence over, and both sign for it; show who had it.",
    "disclose": "Give one file away, with the proof that it is as it was kept.",
    "certify": "Draft certificates and an acquisition report, from the ledger.",
    "prove": "Prove that one checkpoint grew into another, or check such a proof.",
    "drill": "Rehearse all of it on an embedded AWS with a breached account.",
}
"""Every command, in the order of the work. Imported only when called: `--help` must be there at once."""

USAGE = 2

SIGNALS = ("SIGHUP", "SIGINT", "SIGTERM")
"""What interrupts a run: a terminal or connection that is gone, Ctrl-C, and who asks it to end."""


class Commands(click.Group):
    """The commands of the table, imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"forensics.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Print the table without importing what it names."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"forensics {forensics.version()}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
def group() -> None:
    """
    Keep the evidence of a breached AWS account before teardown destroys it.

    \b
        forensics preserve CASE --profile NAME      keep everything; run again to resume
        forensics status CASE                       what was kept, and what was not
        forensics seal CASE                         close it, as a bundle for the IR firm
        forensics verify BUNDLE --identity KEY      check it: needs no AWS, no network

    Exit codes: 0 done and complete; 1 error; 2 usage; 3 done with gaps, or intact but unpinned;
    4 integrity failure; 5 credentials missing or expired; 6 case held by another run; 7 no space left;
    129, 130, 143 interrupted. After 5, 7, 129, 130 and 143 run the same command again: `preserve`, `seal`,
    `stamp` and `anchor` resume, others begin anew.
    """  # noqa: D301 - click wants the character


def _on_signal(number: int, _: FrameType | None) -> None:
    # The second one means it: everything acknowledged is on disk already.
    signal.signal(number, lambda again, _: os._exit(128 + again))
    raise forensics.Interrupted(number)


def main() -> None:
    """Run the command line, and exit with the code that says how it went."""
    _open_streams()
    for name in SIGNALS:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        # Under `nohup` a terminal that goes away is no reason to end.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _on_signal)
    sys.exit(run(sys.argv[1:]))


def _open_streams() -> None:
    """Put something where a stream was closed (`2>&-`), lest a file of the case gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for good


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; errors are one line and a hint on stderr."""
    try:
        result: Any = group.main(args=arguments, prog_name="forensics", standalone_mode=False)
    except (forensics.ForensicsError, forensics.Interrupted) as error:
        complain(str(error), hint_of(error, _named(arguments)))
        return error.exit_code
    except click.UsageError as error:
        _say_how(error)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted", None)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        _forget_answer()  # whoever read it has gone; nothing to tell them
        return 1
    except OSError as error:
        # Ours are all of another kind by now; this is an answer that found no room (`> /dev/full`).
        _forget_answer()
        complain(f"cannot write the answer: {(error.strerror or str(error)).lower()}", None)
        return 1
    return result if isinstance(result, int) else 0


def _named(arguments: Sequence[str]) -> str:
    """Return the command of a command line: what stands before it are flags."""
    return next((one for one in arguments if not one.startswith("-")), "")


def _forget_answer() -> None:
    """Keep Python from flushing once more at exit what cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".")


def _say_how(error: click.UsageError) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)  # the whole help: many lines, and all of them ours
    else:
        complain(_lower(error.format_message()), f"see `{_path(error)} --help`")


def _path(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "forensics"

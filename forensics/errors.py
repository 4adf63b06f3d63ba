"""Every exception of this package: one root for errors, and each knows its exit code and its hint."""

from __future__ import annotations

from collections.abc import Sequence


class ForensicsError(Exception):
    """
    Stop the work: something that is not expected bad news.

    Expected bad news is a value (`Gap`, `Finding`). The message is one line, lower case, without a
    full stop; `hint` says on a line of its own what to do next.
    """

    exit_code = 1
    hint: str | None = None
    again = False
    """Whether to run the same command again is what to do: what comes of that, each command knows."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class UsageError(ForensicsError):
    """Refuse an argument that cannot be right, before anything is asked or written."""

    exit_code = 2


class FormatError(ForensicsError):
    """Refuse bytes that our own encoder would not have written."""

    exit_code = 4


class IntegrityError(ForensicsError):
    """Refuse to go on with a case whose own record does not hold together."""

    exit_code = 4
    hint = "keep the folder as it is, and run `forensics verify` on it for every finding"


class CaseError(ForensicsError):
    """Refuse a folder that is not a case, or a deed that its state does not allow."""


class IdentityError(ForensicsError):
    """Refuse a key that cannot be read, is of a kind that we do not sign with, or is unsafe."""


class KeyFileError(IdentityError):
    """Refuse a file that was named as a key's, before anything is done: it holds none that we may use."""

    exit_code = 2
    hint = "name the file of a key, as ssh-keygen makes it"


class AwsError(ForensicsError):
    """Stop: AWS cannot be asked at all (no such profile, no such region, no route)."""


class StoreError(ForensicsError):
    """Stop: a write, or the fsync after it, failed, so nothing more may be acknowledged."""


class DriftError(ForensicsError):
    """Refuse to do otherwise than planned: `lines` say what is otherwise, hostile names in them."""

    hint = "look at the differences, then make a new plan: forensics plan -o FILE"

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        super().__init__(f"not as planned, in {len(self.lines)} respects: nothing was changed in AWS for it")


class DeclinedError(ForensicsError):
    """Stop: whoever was asked said no."""

    hint = "run the same command again to go on; with --yes it does not ask"

    def __init__(self) -> None:
        super().__init__("not confirmed: nothing was changed in AWS")


class CredentialsError(ForensicsError):
    """Stop: credentials are missing or have expired; everything acknowledged is kept."""

    exit_code = 5
    hint = "refresh the credentials and run the same command again"
    again = True

    def __init__(
        self, message: str, *, hint: str | None = None, code: str = "", said: str = "", request_id: str = ""
    ) -> None:
        """Note down what AWS itself said: its error code, message and request id, where it said anything."""
        super().__init__(message, hint=hint)
        self.code, self.said, self.request_id = code, said, request_id


class CaseHeldError(ForensicsError):
    """Refuse: another run holds the case."""

    exit_code = 6
    hint = "wait for the other run to end, or look at it with `forensics status`"


class NoSpaceError(StoreError):
    """Stop: the disk is full; everything acknowledged is kept."""

    exit_code = 7
    hint = "free some space and run the same command again"
    again = True


class Interrupted(BaseException):
    """
    Stop: a signal asked for it; everything acknowledged is kept.

    No `Exception`, as `KeyboardInterrupt` is none: botocore takes those for a failure of the network,
    and asks again.
    """

    hint = "run the same command again"
    again = True

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"interrupted by signal {signal_number}")
        self.exit_code = 128 + signal_number

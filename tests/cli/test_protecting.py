"""What `preserve` is to do beside keeping: read as it is meant, or refused with one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import pytest

import forensics
from forensics.cli.protecting import protect, protect_options

ACCOUNT = "333333333333"
ROLE = f"--copy-role=arn:aws:iam::{ACCOUNT}:role/x/Evidence"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab"
COPY = (f"--copy-to={ACCOUNT}", ROLE, f"--copy-key={KEY}")


def read(*arguments: str) -> forensics.Protect:
    """Read options as the command does."""
    found: list[forensics.Protect] = []

    @click.command
    @protect_options
    def command(**given: Any) -> None:
        found.append(protect(_mapping(given)))

    command.main(list(arguments), standalone_mode=False)
    return found[0]


def _mapping(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return given


def test_nothing_is_asked_for_by_default() -> None:
    """No option, no mutation."""
    assert read() == forensics.Protect()
    assert read().options == frozenset()


@pytest.mark.parametrize(("text", "days"), [("30d", 30), ("12w", 84), ("1y", 365), ("36500d", 36_500)])
def test_durations(text: str, days: int) -> None:
    """In days, weeks and years."""
    assert read("--lock", text).lock == forensics.Lock(days=days)


@pytest.mark.parametrize(
    "text", ["", "30", "0d", "d", "-1d", "1.5d", "30D", "36501d", "101y", "9999999d", "٣d"]
)
def test_no_such_duration(text: str) -> None:
    """Nothing is guessed: a lock cannot always be undone."""
    with pytest.raises(click.BadParameter, match="no such duration"):
        read("--lock", text)


def test_compliance_takes_its_own_flag() -> None:
    """And may cool off."""
    lock = read("--lock=30d", "--lock-mode=compliance", "--lock-cool-off=24").lock
    assert lock == forensics.Lock(days=30, mode=forensics.LockMode.COMPLIANCE, cool_off=24)
    assert read("--lock=30d").lock == forensics.Lock(days=30, mode=forensics.LockMode.GOVERNANCE)


def test_a_copy() -> None:
    """An ARN for each region, or an alias."""
    asked = read(*COPY, "--copy-key=alias/evidence", "--source-key=alias/way", "--copy-profile=ir").copy
    assert asked == forensics.CopyTo(
        account=ACCOUNT,
        keys=(KEY, "alias/evidence"),
        role_arn=ROLE.partition("=")[2],
        profile="ir",
        source_keys=("alias/way",),
    )


def test_holds() -> None:
    """Each by its name, as often as wanted."""
    asked = read("--hold=scaling", "--hold=log-retention", "--hold=scaling")
    assert asked.holds == {forensics.Hold.SCALING, forensics.Hold.LOG_RETENTION}
    assert asked.options == {"scaling", "log-retention"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--lock-mode=compliance",), "say how to lock"),
        (("--lock-cool-off=3",), "say how to lock"),
        (("--lock=30d", "--lock-cool-off=3"), "compliance only"),
        (("--copy-role=x",), "need --copy-to"),
        (("--source-key=alias/x",), "need --copy-to"),
        ((f"--copy-to={ACCOUNT}",), "needs --copy-role"),
        ((f"--copy-to={ACCOUNT}", ROLE), "a --copy-key"),
        (("--copy-to=33333333333", *COPY[1:]), "no such account"),
        (("--copy-to=٣33333333333", *COPY[1:]), "no such account"),
        (("--copy-to=444444444444", *COPY[1:]), "no role of account 444444444444"),
        ((COPY[0], "--copy-role=Evidence", COPY[2]), "no role of account"),
        ((*COPY, "--copy-key=arn:aws:kms:eu-west-1:222222222222:key/x"), "no KMS key of account"),
        ((*COPY, "--copy-key=1234abcd"), "no KMS key"),
        ((*COPY, "--copy-key=alias/aws/ebs"), "AWS's own key"),
        ((*COPY, "--source-key=alias/aws/ebs"), "AWS's own key"),
        ((*COPY, "--source-key=\x1b[2J"), "no KMS key"),
    ],
)
def test_what_means_nothing(arguments: tuple[str, ...], said: str) -> None:
    """One line, which a terminal can bear, and exit code 2."""
    with pytest.raises(forensics.UsageError) as caught:
        read(*arguments)
    assert said in str(caught.value)
    assert str(caught.value).isprintable()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("arguments", [("--hold=everything",), ("--lock=1d", "--lock-mode=strict")])
def test_no_such_choice(arguments: tuple[str, ...]) -> None:
    """The names are fixed."""
    with pytest.raises(click.BadParameter):
        read(*arguments)

"""Exact codes, and what they mean."""

from __future__ import annotations

import pytest

from forensics.aws import codes
from forensics.model import Outcome

SCP = "User: x is not authorized to perform: y with an explicit deny in a service control policy"


@pytest.mark.parametrize("code", sorted(codes.DENIED))
def test_every_spelling_of_denied(code: str) -> None:
    """Services spell it differently: none may look like anything else."""
    assert codes.outcome(code, "no", 403) is Outcome.DENIED
    assert codes.outcome(code, SCP, 403) is Outcome.DENIED_BY_SCP


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("ExpiredToken", 400, Outcome.EXPIRED),
        ("ExpiredTokenException", 400, Outcome.EXPIRED),
        ("RequestExpired", 400, Outcome.EXPIRED),
        ("TokenRefreshRequired", 400, Outcome.EXPIRED),
        ("OptInRequired", 403, Outcome.REGION_DISABLED),
        ("RequestLimitExceeded", 503, Outcome.THROTTLED),
        ("ThrottlingException", 400, Outcome.THROTTLED),
        ("Throttling", 400, Outcome.THROTTLED),
        ("SlowDown", 503, Outcome.THROTTLED),
        ("Whatever", 429, Outcome.THROTTLED),
        ("SubscriptionRequiredException", 400, Outcome.NOT_ENABLED),
        ("InvalidAccessException", 401, Outcome.NOT_ENABLED),
        ("AWSOrganizationsNotInUseException", 400, Outcome.NOT_ENABLED),
        ("UnsupportedOperation", 400, Outcome.UNSUPPORTED),
        ("InvalidAction", 400, Outcome.UNSUPPORTED),
        ("NotImplemented", 501, Outcome.UNSUPPORTED),
        ("501", 501, Outcome.UNSUPPORTED),
        ("InternalError", 500, Outcome.FAILED),
        ("ValidationError", 400, Outcome.FAILED),
        ("", 200, Outcome.FAILED),
    ],
)
def test_outcomes(code: str, status: int, outcome: Outcome) -> None:
    """Each code has one meaning."""
    assert codes.outcome(code, "", status) is outcome


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedX",
        "xAccessDenied",
        "accessdenied",
        "A",
        "Access",
        "NoAccessDenied",
        "ExpiredTokens",
        "SlowDowns",
    ],
)
def test_no_part_of_a_code_is_a_code(code: str) -> None:
    """What merely looks like a known code is a failure, and says its name."""
    assert codes.outcome(code, "AccessDenied ExpiredToken Throttling", 400) is Outcome.FAILED


@pytest.mark.parametrize(
    "message",
    [
        "explicit deny in an identity-based policy",
        "with an explicit deny in a resource control policy",
        "service control policy",
        "explicit deny",
        "",
    ],
)
def test_only_awss_own_sentence_blames_the_organization(message: str) -> None:
    """A denial by any other kind of policy is the account's own."""
    assert codes.outcome("AccessDenied", message, 403) is Outcome.DENIED


@pytest.mark.parametrize(
    "code",
    ["InvalidInstanceID.NotFound", "InvalidSnapshot.NotFound", "NoSuchEntity", "TrailNotFoundException"],
)
def test_gone_only_where_a_name_was_asked_about(code: str) -> None:
    """What was listed a moment ago has vanished; what was never listed is a failure."""
    assert codes.outcome(code, "", 400, bound=True) is Outcome.VANISHED
    assert codes.outcome(code, "", 400) is Outcome.FAILED


@pytest.mark.parametrize("code", ["NotFoundAtAll", "InvalidID.NotFound.More", "InvalidIDNotFound"])
def test_not_every_not_found_is_ec2s(code: str) -> None:
    """EC2's codes end in `.NotFound`; others are in the table or are failures."""
    assert codes.outcome(code, "", 404, bound=True) is Outcome.FAILED


def test_auth_failure_is_about_the_key_or_about_the_thing() -> None:
    """EC2 sends AuthFailure with 401 for an unknown key, else for a thing of another account."""
    assert codes.unknown_key("AuthFailure", 401, bound=True)
    assert codes.unknown_key("AuthFailure", 403, bound=False)
    assert not codes.unknown_key("AuthFailure", 403, bound=True)
    assert codes.outcome("AuthFailure", "Not authorized for images", 403, bound=True) is Outcome.DENIED


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("RequestLimitExceeded", 503, True),
        ("ThrottlingException", 400, True),
        ("InternalError", 500, True),
        ("502", 502, True),
        ("Unavailable", 503, True),
        (codes.TORN, 200, True),
        (codes.UNREADABLE, 200, True),
        ("RequestTimeout", 400, True),
        ("NotImplemented", 501, False),
        ("AccessDenied", 403, False),
        ("NoSuchEntity", 404, False),
        ("ExpiredToken", 400, False),
        (codes.REPEATED_TOKEN, 200, False),
    ],
)
def test_what_is_worth_another_attempt(code: str, status: int, *, expected: bool) -> None:
    """Rates, servers and broken bodies pass; refusals do not."""
    assert codes.retriable(code, status) is expected


def test_no_code_has_two_meanings() -> None:
    """The tables do not overlap, so their order does not matter."""
    tables = [
        codes.DENIED,
        codes.EXPIRED,
        codes.BAD_SIGNATURE,
        codes.UNKNOWN_KEY,
        codes.THROTTLED,
        codes.TRANSIENT,
        codes.REGION_DISABLED,
        codes.NOT_ENABLED,
        codes.UNSUPPORTED,
        codes.GONE,
    ]
    everything = [code for table in tables for code in table]
    assert len(everything) == len(set(everything))


def test_throttling_codes_are_botocores() -> None:
    """Botocore's `standard` mode knows the same codes for throttling."""
    from botocore.retries.standard import ThrottledRetryableChecker

    assert set(vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"]) <= codes.THROTTLED

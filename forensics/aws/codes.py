"""
What AWS's error codes mean for evidence: tables of exact codes, and the few rules that read them.

A code is matched whole, never in part: a tool that looked for an "A" in a message took every failure
for "nothing there". The one sentence looked for is AWS's own, documented for service control policies.
"""

from __future__ import annotations

from forensics.model import Outcome

DENIED = frozenset(
    {
        "403",
        "ACCESS_DENIED",
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "ForbiddenException",
        "InsufficientPermissionsException",
        "InsufficientPrivilegesException",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)

SCP_SENTENCE = "with an explicit deny in a service control policy"
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""

EXPIRED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "TokenRefreshRequired",
    }
)

BAD_SIGNATURE = frozenset(
    {
        "IncompleteSignature",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
    }
)
"""A key that AWS knows with a secret that it does not, or a clock that is far off; if so, then everywhere."""

UNKNOWN_KEY = frozenset(
    {"AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"}
)
"""In the home region: no such key. Elsewhere also: the account has not opted in to that region."""

REGION_DISABLED = frozenset({"OptInRequired", "RegionDisabledException"})

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""As `botocore.retries.standard` has them. Several come as HTTP 400. AWS has not carried the request out."""

TRANSIENT = frozenset(
    {"InternalError", "InternalFailure", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable"}
)

TRANSIENT_STATUS = frozenset({500, 502, 503, 504})

NOT_ENABLED = frozenset(
    {"AWSOrganizationsNotInUseException", "InvalidAccessException", "SubscriptionRequiredException"}
)

UNSUPPORTED = frozenset(
    {
        "InvalidAction",
        # An archived object has to be restored first, which is a change to the account.
        "InvalidObjectState",
        "NotImplemented",
        "OperationNotPermittedException",
        "OperationNotSupportedException",
        "UnknownOperationException",
        "Unsupported",
        "UnsupportedOperation",
        "UnsupportedOperationException",
    }
)

GONE = frozenset(
    {
        "AssociationDoesNotExist",
        "ChannelNotFoundException",
        "DBClusterNotFoundFault",
        "DBClusterSnapshotNotFoundFault",
        "DBInstanceNotFound",
        "DBLogFileNotFoundFault",
        "DBSnapshotNotFound",
        "DoesNotExistException",
        "EntityNotFoundException",
        "EventDataStoreNotFoundException",
        "ExecutionDoesNotExist",
        "InvalidAMIID.Unavailable",
        "InvalidDocument",
        "ListenerNotFound",
        "LoadBalancerNotFound",
        "MISSING",
        "NoSuchAccessPoint",
        "NoSuchBucket",
        "NoSuchDistribution",
        "NoSuchEntity",
        "NoSuchEntityException",
        "NoSuchHostedZone",
        "NoSuchKey",
        "NoSuchVersion",
        "NotFound",
        "NotFoundException",
        "PipelineNotFoundException",
        "QueryIdNotFoundException",
        "QueueDoesNotExist",
        "RepositoryNotFoundException",
        "ResourceNotFoundException",
        "StackSetNotFoundException",
        "StateMachineDoesNotExist",
        "TargetGroupNotFound",
        "TrailNotFoundException",
        "WAFNonexistentItemException",
    }
)
_EC2_GONE = ".NotFound"
"""EC2 names each kind of thing in its code: `InvalidInstanceID.NotFound`."""

TORN = "TornBody"
"""Our own code: the body is shorter or longer than the answer's head says."""
CHANGED = "Changed"
"""Our own code: what was listed is no longer to be had, and what stands in its place was kept."""
CHECKSUM = "ChecksumMismatch"
"""Our own code: a body that is not what AWS says of it, whenever it is asked for."""
BODY_LIMIT = "BodyLimit"
"""Our own code: the body is longer than any that AWS sends, and was not read to its end."""
UNREADABLE = "UnreadableBody"
"""Our own code: the body is not well-formed, which a whole answer always is."""
REPEATED_TOKEN = "RepeatedToken"  # noqa: S105 - a code of ours, about tokens of pages
"""Our own code: a page pointed back to one already read, so the rest cannot be reached."""
MISSING_TOKEN = "MissingToken"  # noqa: S105 - as above
"""Our own code: AWS said that there is more, and not where."""
NEVER = "NeverAsked"
"""Our own code: what was to be asked is on the list of what never is, and no request was sent."""
TIME_LIMIT = "TimeLimit"
"""Our own code: it took longer than we wait for it, and was left where it was."""
UNKNOWN_HERE = "UnknownOperation"
"""Our own code: the botocore that is installed has no model of what was to be asked."""
NOT_OFFERED = "NotOffered"
"""Our own code: AWS has no such service in this region, by botocore's data, and was not asked."""
PAGE_LIMIT = "PageLimit"
"""Our own code: so many pages that the list is taken for endless."""


def retriable(code: str, status: int) -> bool:
    """Say whether the same request may be answered better in a while."""
    return (
        throttled(code, status)
        or code in TRANSIENT
        or status in TRANSIENT_STATUS
        or code in {TORN, UNREADABLE, CHECKSUM}
    )


def throttled(code: str, status: int) -> bool:
    """Say whether AWS refused for the rate alone, and so did nothing."""
    return code in THROTTLED or status == 429


def unknown_key(code: str, status: int, *, bound: bool) -> bool:
    """
    Say whether AWS does not know the key, here.

    EC2 sends `AuthFailure` also for a thing of another account, with a status other than 401.
    """
    return code in UNKNOWN_KEY and not (code == "AuthFailure" and bound and status != 401)


def outcome(code: str, message: str, status: int, *, bound: bool = False) -> Outcome:
    """
    Say what an error answer means for the row; `bound` where it asked about a name from another answer.

    `absent` codes of the row go before, and an unknown key needs its region: see `unknown_key`.
    """
    if code in DENIED or code == "AuthFailure":
        return Outcome.DENIED_BY_SCP if SCP_SENTENCE in message else Outcome.DENIED
    if bound and (code in GONE or code.endswith(_EC2_GONE)):
        return Outcome.VANISHED
    for codes, result in _TABLE:
        if code in codes:
            return result
    if status == 501:
        return Outcome.UNSUPPORTED
    return Outcome.THROTTLED if status == 429 else Outcome.FAILED


_TABLE = (
    (EXPIRED, Outcome.EXPIRED),
    (THROTTLED, Outcome.THROTTLED),
    (REGION_DISABLED, Outcome.REGION_DISABLED),
    (NOT_ENABLED, Outcome.NOT_ENABLED),
    (UNSUPPORTED, Outcome.UNSUPPORTED),
    (frozenset({BODY_LIMIT}), Outcome.TRUNCATED),
)

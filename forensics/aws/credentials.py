"""That there are no credentials, or none any more, in botocore's words."""

from __future__ import annotations

import botocore.exceptions
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    MetadataRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from forensics.errors import CredentialsError

NO_CREDENTIALS = (
    CredentialRetrievalError,
    MetadataRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
    # `aws login`, in newer versions of botocore alone.
    getattr(botocore.exceptions, "LoginError", NoCredentialsError),
)
"""What botocore raises where there are no credentials, or none any more."""

ROLE_HINT = "check the role's ARN, its trust policy and --external-id, and run the same command again"


def no_credentials(error: BotoCoreError | ClientError) -> CredentialsError:
    """Say that there are no credentials, or none any more, in botocore's words (which hold no secrets)."""
    said = error.response.get("Error", {}) if isinstance(error, ClientError) else {}
    assuming = isinstance(error, ClientError) and error.operation_name == "AssumeRole"
    refused = assuming and said.get("Code") in {"AccessDenied", "ValidationError"}
    return CredentialsError(
        f"no credentials: {' '.join(str(error).split())}",
        hint=ROLE_HINT if refused else None,
        code=str(said.get("Code", "")),
        said=str(said.get("Message", "")),
        request_id=request_id_of(error),
    )


def request_id_of(error: BotoCoreError | ClientError | None) -> str:
    """Return the id of the request that was refused; nothing where none was answered."""
    said = error.response if isinstance(error, ClientError) else {}
    return str(said.get("ResponseMetadata", {}).get("RequestId", ""))

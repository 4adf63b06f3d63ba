"""Who is the suspect, whatever road led there."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.aws import suspects
from forensics.aws.session import Session
from forensics.errors import UsageError
from tests.aws.canned import Answer, Asked, Canned, caller

SESSION = "arn:aws:sts::123456789012:assumed-role/IR/ana"


@pytest.mark.parametrize(
    "suspect",
    [
        "AKIABASE",
        SESSION,
        "arn:aws:sts::123456789012:assumed-role/IR",
        "arn:aws:iam::123456789012:role/IR",
        "arn:aws:iam::123456789012:role/some/path/IR",
    ],
)
def test_refused(suspect: str) -> None:
    """By key, by session, and by the role of which it is a session."""
    suspects.check({suspect})
    with pytest.raises(UsageError, match="suspect"):
        suspects.refuse({suspect, "AKIAOTHER"}, {"AKIABASE", "ASIAROLE"}, SESSION)


@pytest.mark.parametrize(
    "suspect",
    [
        "AKIAOTHER",
        "arn:aws:sts::123456789012:assumed-role/IR/bob",
        "arn:aws:sts::123456789012:assumed-role/IR2",
        "arn:aws:iam::123456789012:role/IR2",
        "arn:aws:iam::210987654321:role/IR",
        "arn:aws:iam::123456789012:user/IR",
    ],
)
def test_another(suspect: str) -> None:
    """Others, of the same name too, are not us."""
    suspects.check({suspect})
    suspects.refuse({suspect}, {"ASIAROLE"}, SESSION)


@pytest.mark.parametrize("suspect", ["deploy", "", "akiabase", " AKIABASE", "AKIA/BASE"])
def test_nobody(suspect: str) -> None:
    """What is never met would protect from nothing: it is refused before anything is asked."""
    with pytest.raises(UsageError, match="neither"):
        suspects.check({suspect})


@pytest.mark.parametrize("by", ["option", "profile"])
def test_the_key_that_a_role_was_assumed_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """A leaked key that assumes a clean role is still a leaked key."""
    inner = "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    expiry = "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    assumed = f"<R><AssumeRoleResult><Credentials>{inner}{expiry}</Credentials></AssumeRoleResult></R>"

    def script(asked: Asked) -> Answer:
        return Answer(assumed.encode()) if asked.operation == "AssumeRole" else caller(SESSION)

    role = "arn:aws:iam::123456789012:role/IR"
    keys = "[profile base]\naws_access_key_id=AKIABASE\naws_secret_access_key=s\n"
    (tmp_path / "config").write_text(f"{keys}[profile ir]\nrole_arn={role}\nsource_profile=base\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with Canned(script) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        option = {"profile": "base", "role_arn": role} if by == "option" else {"profile": "ir"}
        session = Session(region="eu-west-1", **option)  # type: ignore[arg-type]
        session.identify()
    assert session.signers.keys == {"AKIABASE", "ASIAROLE"}

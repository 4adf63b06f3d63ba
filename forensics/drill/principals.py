"""Who may sign: root keys, IAM users' keys, and the sessions that AssumeRole and its like give out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from moto.iam.models import iam_backends

PARTITION = "aws"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True, slots=True)
class Principal:
    """The one whom a signature names."""

    account: str
    kind: str
    """`root`, `user`, or `role` for a session of a role."""
    name: str
    """Name of the user or role; empty for root."""
    arn: str
    user_id: str


@dataclass(slots=True)
class Credential:
    """A key pair, with what makes it a session where it is one."""

    key: str
    secret: str
    principal: Principal
    token: str = ""
    expires: float | None = None
    """Seconds since 1970; None for a key that lasts."""
    active: bool = True

    def environment(self) -> dict[str, str]:
        """Name the credential in the variables that every AWS SDK reads."""
        pairs = {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_SESSION_TOKEN": self.token,
        }
        return {name: value for name, value in pairs.items() if value}


@dataclass
class Keyring:
    """Every credential that the drill accepts. IAM users' keys are looked up in moto, where they are made."""

    random: Random
    accounts: dict[str, Credential] = field(default_factory=dict)
    """Root credential of each account."""
    sessions: dict[str, Credential] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    """Accounts whose credentials nobody knows any more."""

    def add_account(self, account: str) -> Credential:
        """Open an account and give its root user a key."""
        principal = Principal(account, "root", "", f"arn:aws:iam::{account}:root", account)
        credential = Credential(self._key("AKIA"), self._secret(40), principal)
        self.accounts[account] = credential
        return credential

    def find(self, key: str) -> Credential | None:
        """Find the credential of an access key id; None for one that nobody made, or that is inactive."""
        found = self._find(key)
        return None if found is not None and found.principal.account in self.closed else found

    def _find(self, key: str) -> Credential | None:
        if (session := self.sessions.get(key)) is not None:
            return session
        for credential in self.accounts.values():
            if credential.key == key:
                return credential
        return self._user(key)

    def start_session(self, principal: Principal, expires: float) -> Credential:
        """Give out temporary credentials."""
        credential = Credential(
            self._key("ASIA"),
            self._secret(40),
            principal,
            token="FwoGZXIvYXdz" + self._secret(240),
            expires=expires,
        )
        self.sessions[credential.key] = credential
        return credential

    def role_session(self, account: str, role: str, session: str, expires: float) -> Credential:
        """Give out a session of a role, whether or not the role's trust would."""
        found = iam_backends[account][PARTITION].get_role(role)
        arn = f"arn:aws:sts::{account}:assumed-role/{role}/{session}"
        principal = Principal(account, "role", role, arn, f"{found.id}:{session}")
        return self.start_session(principal, expires)

    def _user(self, key: str) -> Credential | None:
        for account, backend in self._backends():
            if (found := backend.access_keys.get(key)) is None:
                continue
            if str(found.status) != "Active" or not found.user_name:
                return None
            user = backend.get_user(found.user_name)
            principal = Principal(account, "user", found.user_name, str(user.arn), str(user.id))
            return Credential(key, str(found.secret_access_key), principal)
        return None

    def _backends(self) -> Iterator[tuple[str, Any]]:
        for account in self.accounts:
            yield account, iam_backends[account][PARTITION]

    def _key(self, prefix: str) -> str:
        return prefix + "".join(self.random.choices(_LETTERS, k=16))

    def _secret(self, length: int) -> str:
        return "".join(self.random.choices(_SECRET, k=length))

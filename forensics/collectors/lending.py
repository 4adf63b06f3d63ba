"""
Share a snapshot, and its key, with the evidence account for as long as it is copied, and no longer.

The one thing that we undo: what we shared is withdrawn when the copy is done, by the next run if need be.
What was shared before us stays.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from forensics.aws.ask import Answer, Refusal
from forensics.collectors.deeds import Deed, Deeds
from forensics.model import Effect, Exchange, Intent, Record

SHARE, GRANT = "share", "grant"
SHARED, GRANTED, WITHDRAWN, VANISHED = "shared", "granted", "withdrawn", "vanished"

OPERATIONS = ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom")
"""What a copy of a shared snapshot takes of its key:
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html"""

GONE = frozenset({"InvalidSnapshot.NotFound"})
EVERYONE = "all"

Doing = Generator[Record, None, None]


@dataclass
class Sharing:
    """What is shared with one account, in one region of the account that it is shared by."""

    deeds: Deeds
    account: str
    partition: str = "aws"

    # -- the snapshot

    def share(self, id_: str) -> Generator[Record, None, bool]:
        """Share a snapshot; say whether it is shared."""
        before = yield from self._users(id_)
        if isinstance(before, Refusal):
            self.deeds.tally.refuse(before, {"SnapshotId": id_})
            return False
        if {self.account, EVERYONE} & set(before):
            return True
        answer = yield from self.deeds.do(self._deed(id_, before, add=True))
        return isinstance(answer, Answer)

    def _deed(self, id_: str, before: list[str], *, add: bool) -> Deed:
        change = {"Add" if add else "Remove": [{"UserId": self.account}]}
        said = f"share {id_} with" if add else f"share {id_} no more with"
        return Deed(
            kind=SHARE,
            id=id_,
            operation="ModifySnapshotAttribute",
            parameters={"CreateVolumePermission": change, "SnapshotId": id_},
            about=f"{said} account {self.account}",
            state=SHARED if add else WITHDRAWN,
            detail={"account": self.account, "before": before},
        )

    def _users(self, id_: str) -> Generator[Exchange, None, list[str] | Refusal]:
        question = {"Attribute": "createVolumePermission", "SnapshotId": id_}
        answer = yield from self.deeds.ask("DescribeSnapshotAttribute", question)
        if isinstance(answer, Refusal):
            return answer
        self.deeds.tally.pages += 1
        said = answer.values.get("CreateVolumePermissions") or ()
        return sorted(str(one.get("UserId") or one.get("Group")) for one in said)

    # -- its key

    def grant(self, key: str) -> Generator[Record, None, Refusal | None]:
        """
        Let the account use a key; return AWS's refusal.

        That is no gap by itself: the key's own policy may allow it already, and the copy will tell.
        """
        if any(self._ours(one, GRANT, GRANTED) and one.detail["key"] == key for one in self._made()):
            return None
        begun = self.deeds.open.get((GRANT, key))
        # KMS gives the same grant for the same name: where nobody could look, the call may be made again.
        identifier = begun.id if begun else self.deeds.context.new_id()
        deed = self._grant(key, identifier)
        if begun is None:
            begun = self.deeds.announce(deed, identifier)
            yield begun
        answer = yield from self.deeds.do(deed, begun=begun, gap=False)
        return answer if isinstance(answer, Refusal) else None

    def _grant(self, key: str, identifier: str) -> Deed:
        ours, _ = self.deeds.place
        return Deed(
            service="kms",
            kind=GRANT,
            id=key,
            operation="CreateGrant",
            parameters={
                "GranteePrincipal": self._root(self.account),
                "KeyId": key,
                "Name": f"forensics-{identifier}",
                "Operations": list(OPERATIONS),
                "RetiringPrincipal": self._root(ours),
            },
            about=f"let account {self.account} use the key {key} for copies",
            state=GRANTED,
            detail={"account": self.account, "key": key},
            told=lambda answer, deed: replace(deed, id=str(answer.values.get("GrantId") or deed.id)),
        )

    def _root(self, account: str) -> str:
        return f"arn:{self.partition}:iam::{account}:root"

    # -- no more

    def resume(self) -> Doing:
        """Find out what became of the calls that an earlier run may have made."""
        for (kind, id_), intent in list(self.deeds.open.items()):
            if intent.detail.get("account") != self.account:
                continue
            if kind == SHARE:
                yield from self._look(id_, intent)
            elif kind == GRANT and "Name" in intent.parameters:
                yield from self._look_for_grant(intent)

    def let_go(self) -> Doing:
        """Share nothing any more with accounts that earlier runs copied to: nobody follows those copies."""
        made = [one.detail for (kind, _), one in self.deeds.made.items() if kind in {SHARE, GRANT}]
        begun = [one.detail for (kind, _), one in self.deeds.open.items() if kind in {SHARE, GRANT}]
        accounts = {str(one["account"]) for one in (*made, *begun) if "account" in one}
        for account in sorted(accounts - {self.account}):
            former = replace(self, account=account)
            yield from former.resume()
            yield from former.withdraw(set())

    def _look(self, id_: str, intent: Intent) -> Doing:
        users = yield from self._users(id_)
        if isinstance(users, Refusal):
            if users.code in GONE:
                yield from self.deeds.found(SHARE, id_, VANISHED, {})
            else:
                self.deeds.tally.refuse(users, {"SnapshotId": id_})
            return
        added = "Add" in intent.parameters["CreateVolumePermission"]
        if added is (self.account in users):
            yield from self.deeds.found(SHARE, id_, SHARED if added else WITHDRAWN, {})
        else:
            yield from self.deeds.undone(SHARE, id_)

    def _look_for_grant(self, intent: Intent) -> Doing:
        """Look by name for a grant, which is to be taken back if it is there."""
        found: list[str] = []
        key, name = str(intent.parameters["KeyId"]), intent.parameters["Name"]

        def take(answer: Answer) -> None:
            listed = answer.values.get("Grants") or ()
            found.extend(str(one["GrantId"]) for one in listed if one.get("Name") == name)

        refusal = yield from self.deeds.pages("ListGrants", {"KeyId": key}, take, "kms")
        if refusal is not None:
            self.deeds.tally.refuse(refusal, {"KeyId": key})
        elif found:
            deed = replace(self._grant(key, intent.id), id=found[0])
            yield from self.deeds.answered(intent, deed, "")
        else:
            yield from self.deeds.undone(GRANT, key)

    def withdraw(self, needed: set[str]) -> Doing:
        """Take back what we shared, but for snapshots that are needed; and the keys, if none is."""
        for effect in [one for one in self._made() if self._ours(one, SHARE, SHARED)]:
            if effect.id not in needed:
                yield from self._unshare(effect.id)
        for effect in [one for one in self._made() if self._ours(one, GRANT, GRANTED)]:
            if not needed:
                yield from self.deeds.do(self._retire(effect))

    def _unshare(self, id_: str) -> Doing:
        before = yield from self._users(id_)
        if isinstance(before, Refusal) and before.code not in GONE:
            self.deeds.tally.refuse(before, {"SnapshotId": id_})
        elif isinstance(before, Refusal):
            yield self.deeds.keep(replace(self.deeds.made[SHARE, id_], state=VANISHED))
        elif self.account not in before:
            yield self.deeds.keep(replace(self.deeds.made[SHARE, id_], state=WITHDRAWN))
        else:
            yield from self.deeds.do(self._deed(id_, before, add=False))

    def _retire(self, effect: Effect) -> Deed:
        key = str(effect.detail["key"])
        return Deed(
            service="kms",
            kind=GRANT,
            id=effect.id,
            operation="RetireGrant",
            parameters={"GrantId": effect.id, "KeyId": key},
            about=f"let account {self.account} use the key {key} no more",
            state=WITHDRAWN,
            detail={"account": self.account, "key": key},
            over=frozenset({"NotFoundException"}),
        )

    def _made(self) -> list[Effect]:
        return list(self.deeds.made.values())

    def _ours(self, effect: Effect, kind: str, state: str) -> bool:
        return (effect.kind, effect.state, effect.detail.get("account")) == (kind, state, self.account)

"""A breached account that was preserved, but for its images, and sealed; and the gate asked at each step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.drill.server import Drill
from forensics.readiness.judging import Judged
from tests.aws import models
from tests.collectors.play import REGION, as_root, session_on
from tests.e2e.run import Aws
from tests.nursery import Nursery

FAST = forensics.Access(pace=1_000)
VICTIM = "222222222222"
OF_ROLE = f"arn:aws:iam::{VICTIM}:role/web-server"
REASON = "memory was not taken; the customers' bucket stays"


@dataclass
class Gate:
    """The account, the case, and what the gate said before, with and after the waivers."""

    drill: Drill
    case: Path
    fresh: Path
    """The case as it was sealed, without any waiver."""
    unsealed: forensics.Readiness
    sealed: forensics.Readiness
    mutating: set[str]
    waived: forensics.Readiness
    after: forensics.Readiness
    sealed_disk: tuple[str, str]
    """A volume, and the ARN of the account's own key that encrypts it and its snapshot."""

    def ready(self, *resources: str, case: Path | None = None, **asked: Any) -> forensics.Readiness:
        """Ask the gate."""
        return forensics.ready(case or self.case, FAST, forensics.Asked(resources=resources, **asked))

    def root(self, service: str) -> Any:
        """Give a client that may do everything."""
        known = self.drill.root(self.sealed.account)
        keys = {"access_key": known["AWS_ACCESS_KEY_ID"], "secret_key": known["AWS_SECRET_ACCESS_KEY"]}
        return session_on(self.drill, credentials=keys).client(service, REGION)

    def copy(self, to: Path) -> Path:
        """Give a copy of the case, to be spoilt."""
        shutil.copytree(self.case, to, symlinks=True)
        return to


@pytest.fixture(scope="package", autouse=True)
def _shared_models() -> Iterator[None]:
    with models.shared():
        yield


@pytest.fixture(scope="package")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give one embedded AWS for all tests here."""
    with nursery.drill() as drill, pytest.MonkeyPatch.context() as patch:
        for name, value in drill.environment.items():
            patch.setenv(name, value)
        drill.regions([REGION])
        drill.waiting(seconds=0, polls=1)
        yield drill


@pytest.fixture(scope="package")
def gate(drill: Drill, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """Preserve, seal, and ask at each step."""
    case = tmp_path_factory.mktemp("gate") / "case"
    aws = Aws(drill)
    disk = _encrypted(drill)
    drill.deny("ec2:DescribeImages")
    assert aws.preserve(case).code == 3
    drill.allow()
    unsealed = forensics.ready(case, FAST, forensics.Asked(resources=(OF_ROLE,)))
    assert aws.run("seal", case).code == 0
    fresh = shutil.copytree(case, case.with_name("fresh"), symlinks=True)
    drill.clear_calls()
    sealed = forensics.ready(case, FAST)
    mutating = aws.mutations()
    lost = forensics.Asked(waive=tuple(one.ref for one in sealed.lost), because=REASON)
    waived = forensics.ready(case, FAST, lost)
    after = forensics.ready(case, FAST)
    return Gate(drill, case, fresh, unsealed, sealed, mutating, waived, after, disk)


def _encrypted(drill: Drill) -> tuple[str, str]:
    """Make a disk under a key of the account's own."""
    key = as_root(drill, VICTIM, "kms").create_key(Description="disks")["KeyMetadata"]["Arn"]
    how = {"AvailabilityZone": f"{REGION}a", "Encrypted": True, "KmsKeyId": key, "Size": 1}
    return as_root(drill, VICTIM, "ec2").create_volume(**how)["VolumeId"], key


def by_ref(readiness: forensics.Readiness) -> dict[str, Judged]:
    """Give what was judged, by its name."""
    return {one.ref: one for one in readiness.things}


def condition(readiness: forensics.Readiness, name: str) -> Any:
    """Give one condition."""
    return next(one for one in readiness.conditions if one.name == name)

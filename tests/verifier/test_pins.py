"""A key that is trusted for some time only, judged by the time of a stamp as ssh-keygen judges it."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forensics import keys
from forensics.verifier.checks import verify
from forensics.verifier.demands import Demands
from forensics.verifier.trust import load_signers
from forensics.verifier.verdict import Verdict
from tests.tsa import Authority
from tests.verifier import build, parcels, stamping
from tests.verifier.judging import failed, told, undone
from tests.verifier.stamping import AFTER, Stamp, when

ANA = build.IDENTITY.public
STAMPED = when(11) + 2 * AFTER
"""When the bundle's signature was dated."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make an authority."""
    return Authority.make(tmp_path_factory.mktemp("tsa") / "good")


@pytest.fixture
def dated(good: Authority, tmp_path: Path) -> Path:
    """Return a bundle that is stamped."""
    return stamping.stamped(tmp_path / "dated", good)


def text(moment: datetime) -> str:
    """Write a time as allowed signers have it."""
    return f"{moment:%Y%m%d%H%M%SZ}"


def judge(path: Path, options: str, *roots: Authority, more: str = "", opened: bool = False) -> Verdict:
    """Verify, with a file of allowed signers whose line for Ana has these options."""
    file = path.with_name("allowed_signers")
    file.write_text(f"ana {options} {ANA.openssh()}\n{more}")
    demands = Demands(tsa_roots=tuple(one.root for one in roots))
    unlock = parcels.unlock() if opened else None
    return verify(path, identities=load_signers(str(file)), demands=demands, unlock=unlock)


SECOND = timedelta(seconds=1)
BOUNDS = {
    "retired later": (f'valid-before="{text(STAMPED + SECOND)}"', True),
    "retired that second": (f'valid-before="{text(STAMPED)}"', True),
    "retired before": (f'valid-before="{text(STAMPED - SECOND)}"', False),
    "valid since before": (f'valid-after="{text(STAMPED - SECOND)}"', True),
    "valid since that second": (f'valid-after="{text(STAMPED)}"', True),
    "valid only since": (f'valid-after="{text(STAMPED + SECOND)}"', False),
    "in between": (f'valid-after="20310101Z",valid-before="{text(STAMPED + SECOND)}"', True),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_judged_by_the_stamp_as_ssh_keygen_does(dated: Path, good: Authority, name: str) -> None:
    """What was stamped within the bounds stands, what was stamped outside is refused, to the second."""
    options, counts = BOUNDS[name]
    verdict = judge(dated, options, good)
    assert verdict.exit_code == (0 if counts else 4), "\n".join(verdict.lines())
    if not counts:
        assert failed(verdict) == {"identity"}
        assert "when that key does not count: valid-" in told(verdict, build.SIG)
    command = ["ssh-keygen", "-Y", "verify", "-f", "../allowed_signers", "-I", "ana", "-n", keys.BUNDLE]
    done = subprocess.run(
        [*command, "-s", build.SIG, "-O", f"verify-time={text(STAMPED)}"],
        cwd=dated,
        input=(dated / build.TAGMANIFEST).read_bytes(),
        check=False,
    )
    assert (done.returncode == 0) is counts


@pytest.mark.parametrize("bounds", ['valid-before="20990101Z"', 'valid-after="19990101Z"'])
def test_no_trusted_time(dated: Path, bundle: Path, good: Authority, tmp_path: Path, bounds: str) -> None:
    """Without a stamp under a root that was named, nothing says when it signed: told, and exit 3."""
    other = Authority.make(tmp_path / "other")
    for path, roots in ((dated, ()), (dated, (other,)), (bundle, (good,))):
        verdict = judge(path, bounds, *roots)
        assert verdict.exit_code == 3
        assert "identity" in undone(verdict)
        assert "counts for some time only, and no time stamp over its signature" in verdict.sentence


def test_the_earliest_stamp_counts(good: Authority, tmp_path: Path) -> None:
    """A later stamp takes nothing from an earlier one."""
    late = Stamp(good, STAMPED + timedelta(days=9), url="http://late.example")
    signature = [Stamp(good, STAMPED), late]
    path = stamping.stamped(tmp_path / "b", good, signature=signature)
    assert judge(path, f'valid-before="{text(STAMPED + SECOND)}"', good).exit_code == 0


def test_a_stamp_of_a_checkpoint_says_nothing_of_the_signature(good: Authority, tmp_path: Path) -> None:
    """The signature may be younger than what it is over."""
    path = stamping.stamped(tmp_path / "b", good, signature=[])
    assert "identity" in undone(judge(path, 'valid-before="20990101Z"', good))


def test_a_stranger(dated: Path, good: Authority) -> None:
    """A dated line of another key is as good as none."""
    file = dated.with_name("allowed_signers")
    file.write_text(f'eve valid-before="20990101Z" {build.STRANGER.public.openssh()}\n')
    verdict = verify(dated, identities=load_signers(str(file)), demands=Demands((good.root,)))
    assert failed(verdict) == {"identity"}


def test_two_lines_of_one_key(dated: Path, good: Authority) -> None:
    """One that counts is enough, as for ssh-keygen; one without bounds counts always."""
    early = 'valid-before="20000101Z"'
    within = f'ana valid-after="{text(STAMPED)}" {ANA.openssh()}\n'
    assert judge(dated, early, good, more=within).exit_code == 0
    assert judge(dated, early, good, more=f"ana {ANA.openssh()}\n").exit_code == 0
    assert verify(dated, identities=[*keys.read_allowed_signers(f"ana {ANA.openssh()}\n")]).exit_code == 0


def test_a_case(tmp_path: Path, good: Authority) -> None:
    """What an identity signed of a case is not stamped: only its bundle says when."""
    verdict = judge(build.case(tmp_path / "case"), 'valid-before="20990101Z"', good)
    assert verdict.exit_code == 3
    assert "identity" in undone(verdict)


def test_parts(bundle: Path, tmp_path: Path, good: Authority) -> None:
    """The sums' own stamp says when they were signed."""
    sent = parcels.parcel(bundle, tmp_path / "sent")
    stamp = good.stamp((sent / parcels.SIG).read_bytes())
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    (sent / f"{parcels.SIG}.tsa.example.tsr").write_bytes(stamp)
    assert judge(sent, f'valid-before="{text(tomorrow)}"', good).exit_code == 0
    assert failed(judge(sent, 'valid-before="20200101Z"', good)) == {"sender"}
    assert "sender" in undone(judge(sent, f'valid-before="{text(tomorrow)}"'))
    assert re.search("some time only", judge(sent, 'valid-before="20200101Z"').sentence)

"""Good bundles, and what of trust is missing where nothing is wrong with the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from testkit.making.authority import EVIL, GOOD, TWIN, Fixed
from testkit.making.kit import EVE, Case, Maker, bundle
from tests.verifier import build, stamping

PINNED = ("--identity", "trust/ana.pub")
DATED = (*PINNED, "--tsa-root", "trust/tsa-root.pem")
ROOT = (("tsa-root.pem", GOOD.root),)


def cases() -> Iterator[Case]:
    """Yield them."""
    other = (("eve.pub", f"{EVE.public.openssh()} eve\n".encode()),)
    yield Case("good/plain", "a bundle of three items", bundle(), exit=0)
    yield Case("good/no-items", "a bundle of nothing; sha256sum takes no empty list", bundle(data={}, checkpoints=(1,)), exit=0, refuse="sha256sum",
               layout=(("mkdir", "input/bundle/data"),))  # fmt: skip
    yield Case("good/stamped", "dated by an authority that was named", _stamped(GOOD), exit=0,
               arguments=DATED, trust=ROOT)  # fmt: skip
    yield Case("trust/nobody-named", "no signer was named", bundle(), exit=3, check="identity", arguments=())
    yield Case("trust/another-named", "another signer was named", bundle(), check="identity",
               names=(build.IDENTITY.public.fingerprint,), arguments=("--identity", "trust/eve.pub"), trust=other)  # fmt: skip
    yield Case("trust/not-dated", "a date was demanded, and there is none", bundle(), exit=3, check="stamps",
               arguments=DATED, trust=ROOT)  # fmt: skip
    for name, by in {"attackers-authority": EVIL, "attackers-authority-of-the-same-name": TWIN}.items():
        yield Case(f"trust/{name}", "dated by an authority under another root", _stamped(by), exit=3,
                   check="stamps", names=(stamping.TSR,), arguments=DATED, trust=ROOT)  # fmt: skip


def _stamped(by: Fixed) -> Maker:
    return lambda root: stamping.stamped(root / "bundle", by)

"""Who signed, for what, and whether it is who was named: each lie signed and whole, and found."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics import keys
from forensics.verifier import verify
from tests.verifier import build
from tests.verifier.build import NOTES, RAW, SIG, TAGMANIFEST, drop
from tests.verifier.judging import blamed, failed, judge, refused, undone

WHO = f"{build.NAME} {build.IDENTITY.public.fingerprint}"
UNPINNED = "unpinned: {}, and no identity was named to hold that against (--identity)"


def test_unpinned_is_never_green(bundle: Path, case: Path) -> None:
    """Without a named identity the verdict is 3, and false."""
    for path in (bundle, case):
        verdict = verify(path)
        assert verdict.exit_code == 3
        assert not verdict
        assert UNPINNED.format(f"signed by {WHO}") in verdict.sentence
        assert undone(verdict) == {"identity", *(["latest"] if path == case else [])}


def test_unpinned_and_not_signed(bundle: Path) -> None:
    """Who has not signed is not named."""
    (bundle / SIG).write_bytes(b"")
    (found,) = (check.detail for check in verify(bundle).checks if check.name == "identity")
    assert found == UNPINNED.format("not signed")


def test_other_identity(bundle: Path, case: Path) -> None:
    """Another identity than the named one gives 4, and says whose it is."""
    words = f"signed by {build.IDENTITY.public.fingerprint}, not by the identity you named"
    for path, name in ((bundle, SIG), (case, "checkpoints/00000001.note")):
        verdict = verify(path, identities=[build.STRANGER.public])
        assert verdict.exit_code == 4
        assert failed(verdict) == {"identity"}
        assert [(finding.path, finding.message) for finding in verdict.findings] == [(name, words)]


def test_one_of_several_identities(bundle: Path) -> None:
    """It is enough that one of those named has signed, given as key or as fingerprint."""
    assert verify(bundle, identities=[build.STRANGER.public, build.IDENTITY.public])
    assert verify(bundle, identities=[build.IDENTITY.public.fingerprint])


def test_bundle_of_a_stranger(tmp_path: Path) -> None:
    """Whoever makes a whole bundle with keys of their own gets no further than unpinned."""
    lie = build.bundle(
        tmp_path / "b",
        opening=build.opening(build.STRANGER),
        signer=build.STRANGER,
        binder=build.STRANGER,
        on_files=_rename_binding,
    )
    assert verify(lie).exit_code == 3
    assert judge(lie).exit_code == 4


def _rename_binding(files: dict[str, bytes]) -> None:
    files[f"{NOTES}/00000001.note.mallory.sig"] = files.pop(f"{NOTES}/00000001.note.{build.WHO}.sig")


def test_made_identity_is_said(tmp_path: Path) -> None:
    """A key that was made for the case says so where nobody is named."""
    verdict = verify(build.bundle(tmp_path / "b", opening={**build.opening(), "identity_made": True}))
    assert "made for this case alone" in verdict.sentence


def _sign(identity: keys.Identity, root: Path, namespace: str = keys.BUNDLE) -> None:
    (root / SIG).write_bytes(identity.sign((root / TAGMANIFEST).read_bytes(), namespace))


@pytest.mark.parametrize("namespace", [keys.CASE, keys.PARTS, keys.CUSTODY, keys.WITNESS, "file", "git"])
def test_signature_for_another_purpose(bundle: Path, namespace: str) -> None:
    """A signature by the right key for another purpose is worthless."""
    _sign(build.IDENTITY, bundle, namespace)
    refused(bundle, SIG, f"made for {namespace}")


def test_signature_by_another_key(bundle: Path) -> None:
    """A good signature by a key that the case does not know is refused."""
    _sign(build.STRANGER, bundle)
    verdict = refused(bundle, SIG, "no identity of this case")
    assert blamed(verdict) == {SIG, TAGMANIFEST}, "the raw one is by an identity of the case still"


def test_raw_signature_by_another_key(bundle: Path) -> None:
    """The two signatures must be by the same key."""
    (bundle / RAW).write_bytes(build.STRANGER.raw((bundle / TAGMANIFEST).read_bytes()))
    refused(bundle, RAW, f"no signature of tagmanifest-sha256.txt by {WHO}, who made the other one")


def test_raw_signature_by_another_identity(tmp_path: Path) -> None:
    """By the same key: another identity of the case does not do."""
    root = build.bundle(tmp_path / "b", opening=_TWO, on_files=_two)
    (root / RAW).write_bytes(build.STRANGER.raw((root / TAGMANIFEST).read_bytes()) or b"")
    assert blamed(refused(root, RAW, "who made the other one")) == {RAW, TAGMANIFEST}


def test_raw_signature_removed(bundle: Path) -> None:
    """A signature that the ledger names must be there."""
    (bundle / RAW).unlink()
    refused(bundle, RAW, "is missing: the sealed ledger names this signature")


@pytest.mark.parametrize("length", [0, 63, 65, 128, 100_000])
def test_raw_signature_of_another_length(bundle: Path, length: int) -> None:
    """64 bytes, and no others: more are not read."""
    (bundle / RAW).write_bytes(b"\1" * length)
    refused(bundle, RAW, "at most 64 are read" if length > 64 else "is no signature of")


def test_signature_of_another_bundle(bundle: Path, tmp_path: Path) -> None:
    """The signatures of one bundle do not fit another of the same case."""
    other = build.bundle(tmp_path / "other", data={})
    for name in (SIG, RAW):
        (bundle / name).write_bytes((other / name).read_bytes())
    assert {SIG, RAW, TAGMANIFEST} <= blamed(refused(bundle, RAW, "by an identity of this case"))


def test_seal_names_more_signatures(tmp_path: Path) -> None:
    """A signature that the seal names and nobody made is missing."""
    name = f"{TAGMANIFEST}.mldsa44"
    refused(build.bundle(tmp_path / "b", seal={"signatures": [SIG, RAW, name]}), name, "is missing")


def test_seal_names_fewer_signatures(tmp_path: Path) -> None:
    """A signature that the seal does not name is one too many."""
    refused(build.bundle(tmp_path / "b", seal={"signatures": [SIG]}), RAW, "no signature that the sealed")


def test_seal_names_another_signer(tmp_path: Path) -> None:
    """The signer must be the one that the seal names."""
    signer = {"fingerprint": build.STRANGER.public.fingerprint, "name": "x"}
    for number, signers in enumerate(([signer], [])):
        root = build.bundle(tmp_path / f"{number}", seal={"signers": signers})
        refused(root, SIG, "no signer that the sealed")


def test_identity_that_is_not_ed25519(tmp_path: Path) -> None:
    """A key of another kind signs without the raw form, which then must not be there."""
    other = keys.generate_identity(b"e" * 32, name=build.NAME)

    class Silent:
        """An identity that makes no raw signatures, as one on a token."""

        name, public = other.name, other.public

        def sign(self, message: bytes, namespace: str) -> bytes:
            """Sign."""
            return other.sign(message, namespace)

        def raw(self, message: bytes) -> None:
            """Make none."""

    target = build.Plan(
        opening=build.opening(Silent()), signer=Silent(), binder=Silent(), seal={"signatures": [SIG]}
    ).write(tmp_path / "b")
    (target / RAW).unlink()
    assert verify(target, identities=[other.public])


def test_binding_by_another_key(tmp_path: Path) -> None:
    """The log key must be signed for by the identity that the case names."""
    name = f"{NOTES}/00000001.note.{build.WHO}.sig"
    refused(build.bundle(tmp_path / "b", binder=build.STRANGER), name, f"and should be by {WHO}")


def test_binding_for_another_purpose(tmp_path: Path) -> None:
    """A witness's signature is no binding."""
    name = f"{NOTES}/00000001.note.{build.WHO}.sig"

    def change(files: dict[str, bytes]) -> None:
        files[name] = build.IDENTITY.sign(files[f"{NOTES}/00000001.note"], keys.WITNESS)

    refused(build.bundle(tmp_path / "b", on_files=change), name, "made for forensics-witness-v1")


def test_first_checkpoint_of_any_length(tmp_path: Path) -> None:
    """What a binding signs is read up to a megabyte, and no further."""
    files = {f"{NOTES}/00000001.note": b"x" * (2**20 + 1)}
    root = build.bundle(tmp_path / "b", on_files=lambda found: found.update(files))
    refused(root, f"{NOTES}/00000001.note.{build.WHO}.sig", "at most 1048576 are read")


def test_binding_missing(tmp_path: Path) -> None:
    """Without the binding, anyone's log key would do."""
    name = f"{NOTES}/00000001.note.{build.WHO}.sig"
    refused(build.bundle(tmp_path / "b", on_files=lambda files: drop(files, name)), name, "does not sign")


def _two(files: dict[str, bytes]) -> None:
    first = files[f"{NOTES}/00000001.note"]
    files[f"{NOTES}/00000001.note.mallory.sig"] = build.STRANGER.sign(first, keys.CASE)
    files["keys/allowed_signers"] = build.allowed(_TWO)


_TWO = {**build.opening(), "identities": [build.person(build.IDENTITY), build.person(build.STRANGER)]}


def test_two_identities(tmp_path: Path) -> None:
    """A case may have two identities; both have signed for its log key."""
    assert judge(build.bundle(tmp_path / "good", opening=_TWO, on_files=_two))
    name = f"{NOTES}/00000001.note.mallory.sig"
    refused(build.bundle(tmp_path / "bad", opening=_TWO), name, "does not sign")


def test_case_of_two_identities(tmp_path: Path) -> None:
    """For a case folder, whichever identity is named counts."""
    root = build.case(tmp_path / "c", opening=_TWO)
    first = (root / "checkpoints/00000001.note").read_bytes()
    build.put(root / "checkpoints/00000001.note.mallory.sig", build.STRANGER.sign(first, keys.CASE))
    for one in (build.IDENTITY, build.STRANGER):
        verdict = verify(root, identities=[one.public])
        assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})


def test_case_of_two_whom_nobody_named(tmp_path: Path) -> None:
    """For a case folder that is held against nobody, the first of its identities is told."""
    root = build.case(tmp_path / "c", opening=_TWO)
    first = (root / "checkpoints/00000001.note").read_bytes()
    build.put(root / "checkpoints/00000001.note.mallory.sig", build.STRANGER.sign(first, keys.CASE))
    assert UNPINNED.format(f"signed by {WHO}") in verify(root).sentence


def test_bundle_by_one_of_two(tmp_path: Path) -> None:
    """It is who signed the bundle that is held against the identity, not who else began the case."""
    root = build.bundle(tmp_path / "b", opening=_TWO, on_files=_two, signer=build.STRANGER)
    assert verify(root, identities=[build.STRANGER.public])
    verdict = verify(root, identities=[build.IDENTITY.public])
    assert (verdict.exit_code, failed(verdict)) == (4, {"identity"})

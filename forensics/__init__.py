"""
Keep the evidence of a breached AWS account, sealed and verifiable by anyone, before teardown.

The public API. Names that need no AWS are there at once; those on boto3's side are imported on first
use (PEP 562), so that `import forensics; forensics.verify` needs the standard library and cryptography.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from forensics.errors import DriftError, ForensicsError, Interrupted, UsageError
from forensics.formats.display import clean
from forensics.formats.manifest import component
from forensics.formats.shell import pasted
from forensics.model import Coverage, Effect, Gap, Outcome, Source
from forensics.scope import (
    MEMBER_ROLE,
    Access,
    Accounts,
    CopyTo,
    Hold,
    Lock,
    LockMode,
    Member,
    Preserved,
    Progress,
    Protect,
    Scope,
)

if TYPE_CHECKING:
    from forensics.anchoring import Anchored, anchor
    from forensics.aws.accounts import check_accounts, load_accounts
    from forensics.collectors.granting import PolicyNames
    from forensics.collectors.policies import PolicyDocument, policies
    from forensics.custody.case import Case, open_case
    from forensics.custody.handoff import act, lay_signature, party, receive, release, sign_records
    from forensics.custody.parts import Exported, export
    from forensics.custody.receipts import take_custody
    from forensics.custody.recipients import Recipients, load_recipients
    from forensics.custody.rotation import add_identity, retire_identity, rotate, unbound
    from forensics.custody.scribe import Person, Words, Written
    from forensics.custody.seal import Sealed, seal
    from forensics.custody.stamping import Stamped, stamp
    from forensics.custody.timestamp import check_tsas
    from forensics.custody.unlocking import load_age_keys
    from forensics.custody.witnessing import countersign, take_countersignatures
    from forensics.disclosing.folder import Disclosed, disclose
    from forensics.drill.server import Drill
    from forensics.keys import Identity, PublicKey, load_identity, load_public
    from forensics.opening import open_parts
    from forensics.planning.agreement import Agreement, Summary
    from forensics.planning.document import Plan, check_new, load_plan, write_plan
    from forensics.planning.narrowing import check_plan_hash, narrowing
    from forensics.planning.planner import PHASES, plan
    from forensics.planning.prices import unconfirmed_prices
    from forensics.preservation import check_scope, preserve
    from forensics.preserving.introduction import Introduced, introduce
    from forensics.preserving.taking import Taken, check_notices, take_notice
    from forensics.readiness.gate import Asked, ready
    from forensics.readiness.report import Readiness
    from forensics.reading import derive
    from forensics.reports.buckets import log_buckets
    from forensics.reports.certify import Certified, certify
    from forensics.reports.coverage import CoverageReport, coverage
    from forensics.reports.dating import Dating, dating
    from forensics.reports.footprint import Footprint, footprint
    from forensics.reports.form import custody_form
    from forensics.reports.head import check_proof, grouped, head, prove
    from forensics.reports.undoing import undo
    from forensics.sight.looking import visibility
    from forensics.sight.report import Visibility
    from forensics.signing import kms_identity
    from forensics.tool import facts, version
    from forensics.verifier import verify
    from forensics.verifier.custody import Custody, chain_of_custody, custody_beside, custody_folder
    from forensics.verifier.demands import Demands
    from forensics.verifier.outside import (
        load_head,
        load_log,
        load_policy,
        load_proof,
        load_signature,
        load_tsa_root,
        load_witness,
    )
    from forensics.verifier.trust import load_signers, load_trust
    from forensics.verifier.verdict import Check, Finding, Verdict

_LAZY = {
    "Agreement": "forensics.planning.agreement",
    "PHASES": "forensics.planning.planner",
    "Plan": "forensics.planning.document",
    "Summary": "forensics.planning.agreement",
    "check_new": "forensics.planning.document",
    "check_plan_hash": "forensics.planning.narrowing",
    "check_scope": "forensics.preservation",
    "load_plan": "forensics.planning.document",
    "narrowing": "forensics.planning.narrowing",
    "plan": "forensics.planning.planner",
    "unconfirmed_prices": "forensics.planning.prices",
    "write_plan": "forensics.planning.document",
    "Anchored": "forensics.anchoring",
    "Asked": "forensics.readiness.gate",
    "Case": "forensics.custody.case",
    "Certified": "forensics.reports.certify",
    "Check": "forensics.verifier.verdict",
    "CoverageReport": "forensics.reports.coverage",
    "Custody": "forensics.verifier.custody",
    "Dating": "forensics.reports.dating",
    "Demands": "forensics.verifier.demands",
    "Disclosed": "forensics.disclosing.folder",
    "Drill": "forensics.drill.server",
    "Exported": "forensics.custody.parts",
    "Finding": "forensics.verifier.verdict",
    "Footprint": "forensics.reports.footprint",
    "Identity": "forensics.keys",
    "Introduced": "forensics.preserving.introduction",
    "PolicyDocument": "forensics.collectors.policies",
    "PolicyNames": "forensics.collectors.granting",
    "PublicKey": "forensics.keys",
    "Readiness": "forensics.readiness.report",
    "Person": "forensics.custody.scribe",
    "Recipients": "forensics.custody.recipients",
    "Sealed": "forensics.custody.seal",
    "Stamped": "forensics.custody.stamping",
    "Taken": "forensics.preserving.taking",
    "Verdict": "forensics.verifier.verdict",
    "Visibility": "forensics.sight.report",
    "Words": "forensics.custody.scribe",
    "Written": "forensics.custody.scribe",
    "act": "forensics.custody.handoff",
    "add_identity": "forensics.custody.rotation",
    "anchor": "forensics.anchoring",
    "certify": "forensics.reports.certify",
    "chain_of_custody": "forensics.verifier.custody",
    "check_accounts": "forensics.aws.accounts",
    "check_notices": "forensics.preserving.taking",
    "check_proof": "forensics.reports.head",
    "check_tsas": "forensics.custody.timestamp",
    "countersign": "forensics.custody.witnessing",
    "coverage": "forensics.reports.coverage",
    "custody_beside": "forensics.verifier.custody",
    "custody_folder": "forensics.verifier.custody",
    "custody_form": "forensics.reports.form",
    "dating": "forensics.reports.dating",
    "derive": "forensics.reading",
    "disclose": "forensics.disclosing.folder",
    "export": "forensics.custody.parts",
    "facts": "forensics.tool",
    "footprint": "forensics.reports.footprint",
    "grouped": "forensics.reports.head",
    "head": "forensics.reports.head",
    "lay_signature": "forensics.custody.handoff",
    "introduce": "forensics.preserving.introduction",
    "kms_identity": "forensics.signing",
    "load_accounts": "forensics.aws.accounts",
    "load_age_keys": "forensics.custody.unlocking",
    "load_head": "forensics.verifier.outside",
    "load_identity": "forensics.keys",
    "load_log": "forensics.verifier.outside",
    "load_policy": "forensics.verifier.outside",
    "load_proof": "forensics.verifier.outside",
    "load_recipients": "forensics.custody.recipients",
    "load_signature": "forensics.verifier.outside",
    "load_signers": "forensics.verifier.trust",
    "load_trust": "forensics.verifier.trust",
    "load_tsa_root": "forensics.verifier.outside",
    "load_witness": "forensics.verifier.outside",
    "log_buckets": "forensics.reports.buckets",
    "open_case": "forensics.custody.case",
    "open_parts": "forensics.opening",
    "load_public": "forensics.keys",
    "party": "forensics.custody.handoff",
    "policies": "forensics.collectors.policies",
    "preserve": "forensics.preservation",
    "prove": "forensics.reports.head",
    "ready": "forensics.readiness.gate",
    "receive": "forensics.custody.handoff",
    "release": "forensics.custody.handoff",
    "retire_identity": "forensics.custody.rotation",
    "rotate": "forensics.custody.rotation",
    "seal": "forensics.custody.seal",
    "sign_records": "forensics.custody.handoff",
    "stamp": "forensics.custody.stamping",
    "take_countersignatures": "forensics.custody.witnessing",
    "take_custody": "forensics.custody.receipts",
    "take_notice": "forensics.preserving.taking",
    "unbound": "forensics.custody.rotation",
    "undo": "forensics.reports.undoing",
    "verify": "forensics.verifier",
    "version": "forensics.tool",
    "visibility": "forensics.sight.looking",
}

__all__ = [
    "MEMBER_ROLE",
    "PHASES",
    "Access",
    "Accounts",
    "Agreement",
    "Anchored",
    "Asked",
    "Case",
    "Certified",
    "Check",
    "CopyTo",
    "Coverage",
    "CoverageReport",
    "Custody",
    "Dating",
    "Demands",
    "Disclosed",
    "DriftError",
    "Drill",
    "Effect",
    "Exported",
    "Finding",
    "Footprint",
    "ForensicsError",
    "Gap",
    "Hold",
    "Identity",
    "Interrupted",
    "Introduced",
    "Lock",
    "LockMode",
    "Member",
    "Outcome",
    "Person",
    "Plan",
    "PolicyDocument",
    "PolicyNames",
    "Preserved",
    "Progress",
    "Protect",
    "PublicKey",
    "Readiness",
    "Recipients",
    "Scope",
    "Sealed",
    "Source",
    "Stamped",
    "Summary",
    "Taken",
    "UsageError",
    "Verdict",
    "Visibility",
    "Words",
    "Written",
    "act",
    "add_identity",
    "anchor",
    "certify",
    "chain_of_custody",
    "check_accounts",
    "check_new",
    "check_notices",
    "check_plan_hash",
    "check_proof",
    "check_scope",
    "check_tsas",
    "clean",
    "component",
    "countersign",
    "coverage",
    "custody_beside",
    "custody_folder",
    "custody_form",
    "dating",
    "derive",
    "disclose",
    "export",
    "facts",
    "footprint",
    "grouped",
    "head",
    "introduce",
    "kms_identity",
    "lay_signature",
    "load_accounts",
    "load_age_keys",
    "load_head",
    "load_identity",
    "load_log",
    "load_plan",
    "load_policy",
    "load_proof",
    "load_public",
    "load_recipients",
    "load_signature",
    "load_signers",
    "load_trust",
    "load_tsa_root",
    "load_witness",
    "log_buckets",
    "narrowing",
    "open_case",
    "open_parts",
    "party",
    "pasted",
    "plan",
    "policies",
    "preserve",
    "prove",
    "ready",
    "receive",
    "release",
    "retire_identity",
    "rotate",
    "seal",
    "sign_records",
    "stamp",
    "take_countersignatures",
    "take_custody",
    "take_notice",
    "unbound",
    "unconfirmed_prices",
    "undo",
    "verify",
    "version",
    "visibility",
    "write_plan",
]


def __getattr__(name: str) -> Any:
    """Import a public name on its first use."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)

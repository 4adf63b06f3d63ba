"""Credentials that end while a run goes on and that the profile gets anew: the run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.run import WHOLE, Aws, intact
from tests.e2e.truth import VICTIM, copied, events, fill, logged, objects

CONFIG = """
[profile victim]
region = eu-west-1
role_arn = arn:aws:iam::{account}:role/ForensicsCollector
source_profile = ir
[profile ir]
aws_access_key_id = {AWS_ACCESS_KEY_ID}
aws_secret_access_key = {AWS_SECRET_ACCESS_KEY}
"""
LASTING = 6.0
"""Seconds; the SDK gets new ones after three."""


# Never in `make test`: on a loaded machine three seconds may pass between a signature and its request.
@pytest.mark.torture
@pytest.mark.parametrize("option", ["profile", "role"])
def test_refreshed(aws: Aws, tmp_path: Path, option: str) -> None:
    """Several generations of credentials in one copy from S3 and of log groups, and nothing is missing."""
    fill(aws, 160)
    aws.drill.log_group("/harbour/app", events=600, streams=3)
    aws.drill.lasting(LASTING)
    aws.drill.fault(kind="delay", operation="GetObject", seconds=1)
    aws.drill.fault(kind="delay", operation="FilterLogEvents", seconds=1)
    aws.drill.clear_calls()
    config, case = tmp_path / "config", tmp_path / "case"
    person = aws.drill.person("ir")
    config.write_text(CONFIG.format(account=VICTIM, **person), encoding="utf-8")
    role = f"arn:aws:iam::{VICTIM}:role/ForensicsCollector"
    chosen = ("--profile", "victim") if option == "profile" else ("--profile", "ir", "--role-arn", role)
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "")
    extra = {**keys, "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    ran = aws.run("preserve", case, "--json", "-q", *WHOLE, *chosen, extra=extra)
    assert ran.code == 0, (ran.err, ran.out)
    assert ran.gaps == []
    assert _generations(aws) >= 2
    aws.drill.clear_faults()
    assert copied(case) == objects(aws)
    assert logged(case) == events(aws)
    assert intact(case)


def _generations(aws: Aws) -> int:
    """Count the sessions that were begun while objects were copied."""
    calls = [call["operation"] for call in aws.drill.calls()]
    first, last = calls.index("GetObject"), len(calls) - calls[::-1].index("GetObject")
    return calls[first:last].count("AssumeRole")

"""Roles Anywhere: certificates from outside that open roles. A quiet way back in."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Phase, Thing

_roles = partial(Call, service="rolesanywhere")

COLLECTOR = Collector(
    name="roles_anywhere",
    about="certificates from outside that open roles",
    phase=Phase.IDENTITY,
    calls=(
        _roles(
            operation="ListTrustAnchors",
            about="authorities whose certificates are taken",
            lists=(
                Thing(
                    kind="rolesanywhere:trust-anchor",
                    select="trustAnchors[].{id: trustAnchorId, arn: trustAnchorArn, name: name}",
                ),
            ),
        ),
        _roles(
            operation="ListProfiles",
            about="which roles they open",
            lists=(
                Thing(
                    kind="rolesanywhere:profile",
                    select="profiles[].{id: profileId, arn: profileArn, name: name}",
                ),
            ),
        ),
        _roles(
            operation="ListCrls",
            about="certificates that are revoked",
            lists=(Thing(kind="rolesanywhere:crl", select="crls[].{id: crlId, arn: crlArn, name: name}"),),
        ),
        _roles(operation="ListSubjects", about="certificates that came, and when last"),
    ),
)

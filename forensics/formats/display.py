"""Text of the attacker's, made fit for a terminal."""

from __future__ import annotations

import unicodedata

LIMIT = 200
"""Characters shown of one piece of evidence; the whole of it is in the case."""

_HOSTILE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, format and bidi marks, surrogates, private use, unassigned, line and paragraph separators."""


def clean(text: object, limit: int = LIMIT) -> str:
    r"""
    Return one line that no terminal will act on.

    Every character that could move a cursor, hide text or turn its direction is shown as `\xNN` or
    `\uNNNN`, the newline too; a backslash is doubled, so that nothing shown is ambiguous. What is
    longer than `limit` characters is cut, and says by how much.
    """
    whole = str(text)
    shown = "".join(map(_show, whole[:limit]))
    return shown if len(whole) <= limit else f"{shown}… (+{len(whole) - limit} characters)"


def _show(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if unicodedata.category(character) not in _HOSTILE:
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"

"""Bytes that are nearly right: what a parser has to refuse, or take for exactly what they are."""

from __future__ import annotations

from hypothesis import strategies as st

_SPICE = (
    b"\n",
    b"\r\n",
    b" ",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"=",
    b"/",
    b'"',
    b"0",
    b"A",
    b"\xe2\x80\x94",
)


@st.composite
def mutants(draw: st.DrawFn, *good: bytes) -> bytes:
    """Give one of `good` after one to three cuts, flips, doublings or insertions."""
    data = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        end = at + draw(st.integers(0, 40))
        match draw(st.sampled_from(("flip", "cut", "double", "insert", "swap"))):
            case "flip" if data:
                data = data[:at] + bytes([data[at] ^ 1 << draw(st.integers(0, 7))]) + data[at + 1 :]
            case "cut":
                data = data[:at] + data[end:]
            case "double":
                data = data[:end] + data[at:]
            case "swap":
                data = data[end:] + data[:end]
            case _:
                data = data[:at] + draw(st.sampled_from(_SPICE)) + data[at:]
    return data

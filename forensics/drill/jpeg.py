"""A grey picture as a real JPEG: what GetConsoleScreenshot shows of a console that sleeps."""

from __future__ import annotations

import struct


def grey(width: int, height: int) -> bytes:
    """
    Write a baseline JPEG of one tone.

    Both Huffman tables have one code, so each block of 8x8 takes two zero bits.
    """
    blocks = -(-width // 8) * -(-height // 8)
    # the last byte is filled up with ones, as ITU-T T.81 F.1.2.3 asks
    bits = "00" * blocks
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            _segment(0xDB, b"\0" + b"\x10" * 64),
            _segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"),
            _segment(0xC4, b"\x00" + b"\x01" + bytes(15) + b"\0"),
            _segment(0xC4, b"\x10" + b"\x01" + bytes(15) + b"\0"),
            _segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            data,
            b"\xff\xd9",
        )
    )


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload

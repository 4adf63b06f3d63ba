"""Bytes to values and back. No files, no network, no clock, no randomness."""

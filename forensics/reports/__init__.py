"""Telling: what a case holds and what it does not. Reads through `verifier.reader` alone."""

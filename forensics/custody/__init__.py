"""Keeping: the writers. A store, a ledger and one pen, so that what was acknowledged is on the disk."""

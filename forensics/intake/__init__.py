"""What somebody told us of the breach, read within bounds: bytes to values, no files, no AWS."""

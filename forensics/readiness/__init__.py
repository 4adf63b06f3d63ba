"""The gate before a teardown: what is alive in AWS now, held against what the case has."""

"""What `preserve` is made of: the runs over accounts, their turns, and what puts each answer on disk."""

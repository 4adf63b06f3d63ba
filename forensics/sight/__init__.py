"""What an account records of what is done in it, and what could be done there unseen."""

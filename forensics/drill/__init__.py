"""An embedded AWS with a breached account, for rehearsals, demonstrations and tests."""

"""What the server adds to reading git: a fetch with credentials, mirrors, and who had a hand in commits."""

"""What automatic review would have let land by itself, of all that landed here."""

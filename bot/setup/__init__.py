"""Makes the GitHub App: a page on this machine asks GitHub for it, and what GitHub answers is kept safely."""

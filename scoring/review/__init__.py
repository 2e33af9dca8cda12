"""The deterministic reviewer: every changed stretch of a change, counted from its blobs, and what is certain of it."""

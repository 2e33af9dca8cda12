"""How things are written: words and times that people read, globs, near misses, whole characters."""

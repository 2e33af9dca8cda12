"""What people are told outside of the forge: what is true now, to whom it goes, and how each medium carries it."""

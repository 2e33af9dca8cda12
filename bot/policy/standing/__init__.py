"""Where a pull request stands at a moment: the level that applies to it, and whether an exception lifts it."""

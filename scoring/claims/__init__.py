"""What may be said of a score: a closed table of claims and of ways to lower it, each with its evidence."""

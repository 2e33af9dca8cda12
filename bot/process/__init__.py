"""What every process sets up for itself: logs that mask secrets, files that are its own."""

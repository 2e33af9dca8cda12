"""What a change adds that its author keeps out of the counts of code by a name, a mark or a shape, read as code."""

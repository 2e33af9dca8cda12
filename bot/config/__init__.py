"""What the operator and the maintainers set, read once and passed down."""

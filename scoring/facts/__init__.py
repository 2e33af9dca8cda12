"""What is known of a change at a moment: read by history, features, proofs and what is said to people alike."""

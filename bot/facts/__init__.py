"""What is known of a pull request: a table of facts, one file a fact, and one way to gather them."""

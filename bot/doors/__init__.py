"""HTTP in: verify, store, answer; and what a server says about itself."""

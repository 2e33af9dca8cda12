"""GitHub's own description of its REST interface and webhooks: the part the sandbox speaks, as JSON Schema."""

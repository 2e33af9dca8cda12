"""The straight line for one pull request: gather, decide, perform."""

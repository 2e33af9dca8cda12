"""Dependency changes: a manifest or a lock file takes a package in another version, and nothing else happens."""

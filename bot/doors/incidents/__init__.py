"""Incidents from other tools, by HTTP: each source signs its requests in its own way and is read by its own adapter."""

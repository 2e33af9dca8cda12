"""Incidents as they are reported, and which of them are labels: pure, for every way in and for every page."""

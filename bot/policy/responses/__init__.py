"""Responses say what should be true on the forge, given the verdict."""

"""Fit models on histories and measure them, chronologically only; never needed by the server."""

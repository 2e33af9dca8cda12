"""Replay history as if codechill had been on: what would it have held, and what of that was at fault?

The decisions are made by the very core that serves pull requests; a row never learns what came after it.
"""

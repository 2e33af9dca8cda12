"""The main job on a real repository: a local forge, the app beside it, pull requests replayed from history."""

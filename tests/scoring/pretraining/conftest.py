"""`make test-text` runs these, where torch is installed; the other tests do without it, and so does the server."""

import importlib.util

collect_ignore_glob = [] if importlib.util.find_spec("torch") else ["test_*.py"]

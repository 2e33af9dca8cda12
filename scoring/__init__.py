"""What is known of changes, git history and incidents; no forge, no pull request, no web, and no call home."""

import os

# the maker of onnxruntime is told what runs here unless this is set before it is loaded (docs/threat-model.md)
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

"""FEATURES: every column a model can see, one row each."""

import hashlib

from scoring.features.feature import Feature
from scoring.features.table1 import TABLE1

# what a value means changed: raise it, and every index is built again
VERSION = 1

FEATURES: tuple[Feature, ...] = TABLE1
BY_NAME = {feature.name: feature for feature in FEATURES}


def signature(features: tuple[Feature, ...] = FEATURES) -> str:
    """Return what identifies the columns of an index."""
    return hashlib.sha256(f"{VERSION} {[feature.name for feature in features]}".encode()).hexdigest()[:16]

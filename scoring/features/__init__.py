"""FEATURES: every column a model can see, one row each."""

import hashlib

from scoring.features.again import AGAIN
from scoring.features.content import CONTENT, SIZE
from scoring.features.feature import Feature
from scoring.features.kamei import KAMEI
from scoring.features.past import DIFFUSION, HISTORY, INCIDENTS
from scoring.features.people import EXPERIENCE
from scoring.features.table1 import TABLE1
from scoring.features.wording import WORDING

__all__ = ["BY_NAME", "FEATURES", "Feature", "signature"]

# what a value means changed: raise it, and every index is built again
VERSION = 7

FEATURES: tuple[Feature, ...] = (
    *TABLE1,
    *KAMEI,
    *SIZE,
    *CONTENT,
    *DIFFUSION,
    *HISTORY,
    *INCIDENTS,
    *AGAIN,
    *EXPERIENCE,
    *WORDING,
)
BY_NAME = {feature.name: feature for feature in FEATURES}


def signature(features: tuple[Feature, ...] = FEATURES) -> str:
    """What identifies the columns of an index."""
    return hashlib.sha256(f"{VERSION} {[feature.name for feature in features]}".encode()).hexdigest()[:16]

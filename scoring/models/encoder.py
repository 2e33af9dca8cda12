"""A small encoder of changes, trained on hidden words and then on faults: research approach 2 of the paper."""

from scoring.models.fitted_text import LIBRARIES, fit_text
from scoring.models.model import Kind
from scoring.models.text import open_text

ENCODER = Kind(
    "encoder", "an encoder of title, test plan and diff, pre-trained on hidden words", "text", fit_text("masked"),
    open_text, libraries=LIBRARIES, cost=0.06, parity=0.1,
)  # fmt: skip

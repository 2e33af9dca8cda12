"""A small causal language model of changes, aligned to say which are at fault: research approach 3b of the paper."""

from scoring.models.fitted_text import LIBRARIES, fit_text
from scoring.models.model import Kind
from scoring.models.text import open_text

ALIGNED = Kind(
    "aligned", "a causal language model of title, test plan and diff, aligned on faults", "text", fit_text("causal"),
    open_text, libraries=LIBRARIES, cost=0.06, parity=0.1,
)  # fmt: skip

"""The three labels of a difference, their definitions, and why noise is noise."""

from enum import StrEnum

from scoring.errors import ScoringError


class Label(StrEnum):
    NOISE = "noise"
    NEW_FEATURE = "new_feature"
    REGRESSION = "regression"


class NoiseReason(StrEnum):
    """Why a difference does not matter: only for reports."""

    EXPECTED = "expected"
    ANTICIPATED = "anticipated"
    NON_DETERMINISTIC = "non_deterministic"
    HARMLESS = "harmless"


DEFINITIONS = {
    Label.NOISE: "expected, anticipated, or caused by non-deterministic effects that do not change the overall outcome",
    Label.NEW_FEATURE: "expected, and due to a feature of the candidate build that production does not have",
    Label.REGRESSION: "caused by a change of a developer or by a critical issue, and not wanted",
}
# as the paper's tables call them
PAPER = {Label.NOISE: "UserMarkedNoise", Label.NEW_FEATURE: "NewFeature", Label.REGRESSION: "Regression"}
_NAMES = {one.value.replace("_", ""): one for one in Label} | {name.lower(): one for one, name in PAPER.items()}


def label_of(text: str) -> Label:
    """The label that `text` names, as we or the paper write it. Raises ScoringError for anything else."""
    label = _NAMES.get(text.strip().lower().replace("_", "").replace("-", "").replace(" ", ""))
    if label is None:
        raise ScoringError(f"{text[:40]!r} is no label: write {', '.join(Label)}")
    return label

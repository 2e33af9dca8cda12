"""Names that training, evaluation and serving agree on."""

from scoring.features.table1 import TABLE1

TABLE1_COLUMNS = tuple(feature.name for feature in TABLE1)
WITHOUT = "without_"  # before the folders of models that did not see some of the repositories

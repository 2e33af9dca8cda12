"""Selection keeps one feature of each group that says the same."""

import numpy as np

from scoring.learning.selection import correlations, select


def test_of_features_that_say_the_same_the_one_that_people_are_told_of_is_kept() -> None:
    rng = np.random.default_rng(0)
    told, other = rng.random(500), rng.random(500)
    label = told + 0.1 * rng.random(500) > 0.9
    names = ("depth", "lines_added", "file_lines", "pace")
    values = np.column_stack([told, told**3, other, np.ones(500)]).astype(np.float32)
    clusters = select(names, values, label)
    # no claim tells people of depth
    assert (clusters[0].kept, clusters[0].dropped) == ("lines_added", ("depth",))
    assert [cluster.dropped for cluster in clusters[1:]] == [(), ()]


def test_correlation_is_of_ranks_and_a_constant_goes_with_none() -> None:
    x = np.arange(50, dtype=np.float32)
    found = correlations(np.column_stack([x, np.exp(x / 10), -x, np.ones(50)]).astype(np.float32))
    assert np.allclose(found[0], [1, 1, -1, 0])

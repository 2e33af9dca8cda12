"""How many changes with a differential test it takes to learn from them: `python -m bench.difftest_feature`.

A column of the risk score that says "its differential test raised a suspicion" is unknown for all changes of before. So
it would be learnt from those since. Drawn here: changes of which some are at fault, tests that see a part of the faults
and raise a false alarm at a part of the rest. Printed: the fewest changes of a grid after which the 95 % interval of a
log-odds ratio (Woolf, 1955, half a change added to each cell) lies above zero in four of five draws.
"""

import click
import numpy as np

GRID = (100, 200, 400, 800, 1600, 3200, 6400, 12800)
DRAWS = 2000
POWER = 0.8
FAULTS = (0.01, 0.02, 0.05)  # of changes
SEEN = (0.1, 0.3, 0.6)  # of faults: what replayed requests show
ALARMS = (0.05, 0.2)  # of changes without a fault


def learnt(changes: int, faults: float, seen: float, alarms: float, random: np.random.Generator) -> float:
    """The share of draws in which so many changes tell that a suspicion means anything."""
    guilty = random.binomial(changes, faults, DRAWS)
    hits, false = random.binomial(guilty, seen), random.binomial(changes - guilty, alarms)
    cells = np.stack([hits, guilty - hits, false, changes - guilty - false]) + 0.5
    ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return float((ratio - 1.96 * np.sqrt((1 / cells).sum(axis=0)) > 0).mean())


def needed(faults: float, seen: float, alarms: float, random: np.random.Generator) -> int | None:
    """None: more than the grid has."""
    return next((each for each in GRID if learnt(each, faults, seen, alarms, random) >= POWER), None)


@click.command()
@click.option("--seed", default=7, show_default=True)
def main(seed: int) -> None:
    """Print a table: faults among changes, what tests see of them, false alarms, and the changes that it takes."""
    random = np.random.default_rng(seed)
    click.echo(
        "| at fault | faults that tests see | false alarms | changes with a test that it takes |\n|--:|--:|--:|--:|"
    )
    for faults in FAULTS:
        for seen in SEEN:
            for alarms in ALARMS:
                count = needed(faults, seen, alarms, random)
                said = f"{count:,}" if count else f"over {GRID[-1]:,}"
                click.echo(f"| {faults:.0%} | {seen:.0%} | {alarms:.0%} | {said} |")


if __name__ == "__main__":
    main()

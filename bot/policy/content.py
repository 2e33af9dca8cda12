"""What a change does to files: known by the commits that it lies between, whatever its pull request is called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Content:
    """What base..head does to its files, which may be nothing."""

    name: str  # for every changed path with mode and object before and after: the same content has the same name
    paths: tuple[str, ...] = ()  # every path that comes, goes or changes: both names of a moved file

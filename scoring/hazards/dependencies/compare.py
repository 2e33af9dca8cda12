"""What becomes of packages between two versions of a lock file or a manifest: bumps, or why a person has to look."""

from collections.abc import Iterable, Iterator, Mapping

from scoring.hazards.dependencies.lock import Lock, Manifest, Package
from scoring.hazards.dependencies.versions import numbers, skeleton, step
from scoring.inspection import Bump, Hazard

Told = Iterator[Bump | Hazard]
_STEPS = {
    "major": ("dependency_major", "A package is taken in a version that may break what uses it."),
    "down": ("dependency_downgrade", "A package is taken in an older version."),
    "odd": ("dependency_version", "A version is no plain release, so nothing can be said of the step to it."),
}


def manifests(ecosystem: str, path: str, old: Manifest, new: Manifest) -> Told:
    """Requirements may name newer versions, and nothing else may change."""
    if old.rest != new.rest:
        yield Hazard("dependency_other", "Something else than versions changes in a manifest.", path)
    if old.needs.keys() != new.needs.keys():
        yield Hazard("dependency_new", "A manifest asks for other packages than before.", path)
    for key in old.needs.keys() & new.needs.keys():
        if old.needs[key] != new.needs[key]:
            yield from _requirement(ecosystem, path, key.rpartition("//")[2], old.needs[key], new.needs[key])


def _requirement(ecosystem: str, path: str, name: str, before: str, after: str) -> Told:
    (form, old), (same, new) = skeleton(before), skeleton(after)
    if any(mark in before + after for mark in (":", "/", "@", "git")):
        yield Hazard("dependency_source", "A package comes from somewhere else than its registry.", path)
    elif form != same or len(old) != len(new) or old == new:
        yield Hazard("dependency_other", "A package is asked for in another way than before.", path)
    else:
        for one, other in zip(old, new, strict=True):
            if one != other:
                yield from _step(path, Bump(ecosystem, name, one, other))


def _step(path: str, bump: Bump) -> Told:
    kind = step(bump.before, bump.after)
    if bump.ecosystem == "python" and "+" in bump.after:
        kind = "odd"  # the public registry takes no local version (PEP 440)
    if kind in _STEPS:
        yield Hazard(*_STEPS[kind], path)
    yield bump


def locks(ecosystem: str, path: str, old: Lock, new: Lock, *, tells_scripts: bool) -> Told:
    """Packages may come in newer versions, with what those need, from where they came before.

    `tells_scripts`: whether a lock file of its kind says what runs when a package is installed.
    """
    if old.rest != new.rest:
        yield Hazard("dependency_other", "Something else than packages changes in a lock file.", path)
    known, bumped = old.named(), set()
    if any(package.needs & (known.keys() - new.named().keys()) for package in new.packages):
        yield Hazard("dependency_step", "A package is needed that the lock file does not hold any more.", path)
    for package in sorted(new.packages - old.packages, key=lambda one: (one.name, one.place, one.version)):
        if package.name in known:
            bumps = list(_known(ecosystem, path, package, known[package.name], new))
            bumped |= {each.package for each in bumps if isinstance(each, Bump)}
            yield from bumps
    needed = _needed(bumped, new)
    for package in (package for package in new.packages if package.name not in known):
        yield from _sound(path, package, old.packages)
        if package.name not in needed or not tells_scripts:
            yield Hazard("dependency_new", "A package comes that nothing is known of.", path)
        if package.scripts:
            yield Hazard("dependency_script", "A package comes that runs something when it is installed.", path)
        if numbers(package.version) is None:
            yield Hazard(*_STEPS["odd"], path)
        yield Bump(ecosystem, package.name, "", package.version)


def _known(ecosystem: str, path: str, package: Package, before: Iterable[Package], new: Lock) -> Told:
    """A package of which another version, or the same elsewhere, was there."""
    same = [one for one in before if one.version == package.version]
    if same:
        if all(_content(one) != _content(package) for one in same):
            yield Hazard("dependency_integrity", "The content of a package changes, and its version does not.", path)
        return
    yield from _sound(path, package, before)
    if package.scripts and not all(one.scripts for one in before):
        yield Hazard("dependency_script", "A package runs something when it is installed, which it did not.", path)
    yield from _step(path, Bump(ecosystem, package.name, _before(package, before, new), package.version))


def _before(package: Package, before: Iterable[Package], new: Lock) -> str:
    """The version that it takes the place of: the one in that place, or the newest of those that go and are older."""
    there = [one for one in before if one.place == package.place and package.place]
    gone = there or [one for one in before if one not in new.packages] or list(before)
    ranked = sorted(((numbers(one.version) or (), one.version) for one in gone), reverse=True)
    actual = numbers(package.version) or ()
    return next((version for number, version in ranked if number <= actual), ranked[-1][1])


def _content(package: Package) -> tuple[object, ...]:
    return package.source, package.digest, package.scripts, package.said


def _sound(path: str, package: Package, before: Iterable[Package]) -> Iterator[Hazard]:
    """It comes from its public registry, and its content is as firmly named as that of those before."""
    if package.source:
        yield Hazard("dependency_source", "A package comes from somewhere else than its public registry.", path)
    usual = [_algorithms(one) for one in before]
    if usual and not _algorithms(package) >= frozenset.intersection(*usual):
        yield Hazard("dependency_integrity", "A package comes without the sum that others have.", path)


def _algorithms(package: Package) -> frozenset[str]:
    """How its content is named: "sha512-...", "sha256:...", "h1:..."."""
    return frozenset(digest.replace(":", "-").partition("-")[0] for digest in package.digest)


def _needed(names: set[str], lock: Lock) -> set[str]:
    """These packages and all that they need."""
    by_name: Mapping[str, list[Package]] = lock.named()
    needed, pending = set(names), list(names)
    while pending:
        for package in by_name.get(pending.pop(), ()):
            pending += package.needs - needed
            needed |= package.needs
    return needed

"""Judge what a change does to manifests and lock files of npm, Python, Go, Rust and Gradle; all others are for a
person.

Each file is read whole at base and at head. What is not explained by packages in newer versions is a hazard, and so is
a lock file that is out of step with its manifest. When a version was released is not to be seen here.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scoring.hazards.dependencies import compare, go, gradle, npm, python, rust, yarn
from scoring.hazards.dependencies.lock import Lock, Manifest, Unreadable
from scoring.hazards.dependencies.versions import admits
from scoring.hazards.rule import MOST, File, Sides
from scoring.inspection import Bump, Dependencies, Hazard
from scoring.semantics import guards
from scoring.semantics.paths import LOCKFILES, name

Told = Iterator[Bump | Hazard]


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """What its files are called and how they are read. `bare`: what a version means that stands alone."""

    name: str
    manifests: Mapping[str, Callable[[str], Manifest]]
    locks: Mapping[str, Callable[[str], Lock]]
    unread: tuple[str, ...] = ()  # lock files of other tools, by which a manifest may be bound as well
    bare: Literal["=", "^"] = "^"
    tells_scripts: bool = False

    def folded(self, package: str) -> str:
        return python.folded(package) if self.name == "python" else package


ECOSYSTEMS = (
    Ecosystem(
        "npm",
        {"package.json": npm.manifest},
        {"package-lock.json": npm.lock, "npm-shrinkwrap.json": npm.lock, "yarn.lock": yarn.lock},
        ("pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock"),
        "=",
        tells_scripts=True,
    ),
    Ecosystem(
        "python",
        {"pyproject.toml": python.manifest},
        {"uv.lock": python.uv_lock, "poetry.lock": python.poetry_lock},
        ("pdm.lock", "pixi.lock", "pylock.toml", "Pipfile.lock"),
        tells_scripts=True,
    ),
    Ecosystem("go", {"go.mod": go.manifest}, {"go.sum": go.sums}, bare="="),
    Ecosystem("rust", {"Cargo.toml": rust.manifest}, {"Cargo.lock": rust.lock}),
    Ecosystem("gradle", {"libs.versions.toml": gradle.catalog}, {}, bare="="),
)


def is_pins(path: str) -> bool:
    """requirements.txt and its like, in which every line may be a pin."""
    base = name(path).lower()
    inside = path.split("/")[-2:-1] == ["requirements"]
    return base.endswith(".txt") and (base.startswith(("requirements", "constraints", "dev-requirements")) or inside)


def is_of_dependencies(path: str) -> bool:
    """Whether a file says which packages are used; those of kinds that are not read here too."""
    known = (each for ecosystem in ECOSYSTEMS for each in (*ecosystem.manifests, *ecosystem.locks))
    return name(path) in known or name(path).lower() in LOCKFILES or is_pins(path)


def judge(sides: Sides) -> tuple[Dependencies | None, tuple[Hazard, ...]]:
    """What happens to packages, None where no such file is touched, and what speaks against it."""
    files = [file for file in sides.files if is_of_dependencies(file.path)]
    if not files:
        return None, ()
    judgements = [each for file in files for each in _judged(file, sides)]
    hazards = [each for each in judgements if isinstance(each, Hazard)]
    bumps = dict.fromkeys(each for each in judgements if isinstance(each, Bump))
    if not hazards and not bumps:
        hazards.append(Hazard("dependency_other", "Files of dependencies change, and no version does.", files[0].path))
    return Dependencies(tuple(file.path for file in files), tuple(bumps)), tuple(dict.fromkeys(hazards))


def _judged(file: File, sides: Sides) -> Told:
    if file.old is None or file.new is None:
        yield Hazard("dependency_other", "A manifest or a lock file comes or goes.", file.path)
        return
    try:
        yield from _compared(file, _text(file.old), _text(file.new), sides)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # of another form than is known here
        yield Hazard("dependency_unread", "A manifest or a lock file cannot be read.", file.path)


def _text(content: bytes) -> str:
    text = guards.decode(content)
    if text is None or len(content) > MOST:
        raise Unreadable("it is no text")
    return text


def _compared(file: File, old: str, new: str, sides: Sides) -> Told:
    base, path = name(file.path), file.path
    for ecosystem in ECOSYSTEMS:
        if (read := ecosystem.manifests.get(base)) is not None:
            yield from compare.manifests(ecosystem.name, path, read(old), read(new))
            yield from _lock_beside(ecosystem, path, read(old), read(new), sides)
        if (read_lock := ecosystem.locks.get(base)) is not None:
            before, after = read_lock(old), read_lock(new)
            if ecosystem.name == "go":
                yield from _sums(path, before, after)
                return
            scripts = ecosystem.tells_scripts and after.tells_scripts
            yield from compare.locks(ecosystem.name, path, before, after, tells_scripts=scripts)
            yield from _manifests_beside(ecosystem, path, before, after, sides)
            return
    if is_pins(path):
        yield from _pins(path, old, new)
    elif not any(base in each.manifests for each in ECOSYSTEMS):
        yield Hazard("dependency_unread", "It is of a kind that is not read here.", path)


def _pins(path: str, old: str, new: str) -> Told:
    before, after = python.requirements(old), python.requirements(new)
    places = {(package.name, package.place) for package in after.packages if package.name in before.named()}
    if places != {(package.name, package.place) for package in before.packages}:
        yield Hazard("dependency_other", "A package is pinned no more, or in other places than before.", path)
    if before.rest == after.rest or "--hash" in old + new:
        yield from compare.locks("python", path, before, after, tells_scripts=False)
    else:
        yield from compare.manifests("python", path, python.loose(old), python.loose(new))


def _sums(path: str, old: Lock, new: Lock) -> Told:
    """Of go.sum: a sum never changes, and sums come only of modules that are known; go.mod says which are used."""
    before = {(package.name, package.version, package.place): package.digest for package in old.packages}
    names = {package.name for package in old.packages}
    for package in new.packages:
        if before.get((package.name, package.version, package.place), package.digest) != package.digest:
            yield Hazard("dependency_integrity", "The content of a package changes, and its version does not.", path)
        if package.name not in names:
            yield Hazard("dependency_new", "A package comes that nothing is known of.", path)
    if len({(package.name, package.version, package.place) for package in new.packages}) < len(new.packages):
        yield Hazard("dependency_integrity", "A version has two sums.", path)


def _lock_beside(ecosystem: Ecosystem, path: str, old: Manifest, new: Manifest, sides: Sides) -> Told:
    """The lock file that a manifest is bound by has to hold what the manifest newly asks for."""
    changed = [key for key in new.needs if old.needs.get(key) != new.needs[key]]
    if not changed:
        return
    for folder in _upwards(path):
        beside = [base for base in (*ecosystem.locks, *ecosystem.unread) if sides.side("head", _join(folder, base))]
        if len(beside) > 1 or set(beside) & {*ecosystem.unread}:
            yield Hazard("dependency_step", "Its manifest is bound by a lock file that is not read here.", path)
            return
        for base, read in ecosystem.locks.items():
            text = sides.side("head", _join(folder, base))
            if not text:
                continue
            lock = read(_text(text))
            place = os.path.relpath(os.path.dirname(path) or ".", folder or ".")
            declared = lock.declared.get("" if place == "." else place)
            if declared is not None and _folded(ecosystem, declared) != _folded(ecosystem, new.needs):
                yield Hazard("dependency_step", "A lock file is out of step with its manifest.", path)
            for key in changed:
                if not _holds(ecosystem, lock, key.rpartition("//")[2], new.needs[key]):
                    yield Hazard("dependency_step", "A lock file does not hold what its manifest asks for.", path)
            return


def _manifests_beside(ecosystem: Ecosystem, path: str, old: Lock, new: Lock, sides: Sides) -> Told:
    """What a lock file repeats of manifests has to be what they say, and what they ask for has to be in it."""
    folder = os.path.dirname(path)
    bumped = {package.name for package in new.packages ^ old.packages}
    for place in new.declared or {"": {}}:
        for base, read in ecosystem.manifests.items():
            text = sides.side("head", _join(_join(folder, place), base))
            if not text:
                yield Hazard("dependency_step", "A lock file stands where its manifest does not.", path)
                continue
            manifest = read(_text(text))
            declared = new.declared.get(place)
            if declared is not None and _folded(ecosystem, declared) != _folded(ecosystem, manifest.needs):
                yield Hazard("dependency_step", "A lock file is out of step with its manifest.", path)
            for key, spec in manifest.needs.items():
                package = key.rpartition("//")[2]
                if package in bumped and not _holds(ecosystem, new, package, spec):
                    yield Hazard("dependency_step", "A lock file does not hold what its manifest asks for.", path)


def _holds(ecosystem: Ecosystem, lock: Lock, package: str, spec: str) -> bool:
    if lock.asked is not None and f"{package}@{spec}" not in lock.asked:
        return False
    name_there = ecosystem.folded(package)
    # of Go a sum of go.mod alone is none of the module
    versions = [one.version for one in lock.packages if one.name == name_there and one.place != "/go.mod"]
    return any(not spec or admits(spec, version, bare=ecosystem.bare) is True for version in versions)


def _folded(ecosystem: Ecosystem, needs: Mapping[str, str]) -> dict[str, str]:
    """Requirements as they compare: of Python by package alone, since its lock files write groups in their own way."""
    if ecosystem.name != "python":
        return dict(needs)
    said: dict[str, list[str]] = {}
    for key, spec in needs.items():
        if not key.startswith("build"):
            said.setdefault(key.rpartition("//")[2], []).append("".join(spec.split()))
    return {package: ",".join(sorted(",".join(specs).split(","))) for package, specs in said.items()}


def _upwards(path: str) -> Iterator[str]:
    folder = os.path.dirname(path)
    while folder:
        yield folder
        folder = os.path.dirname(folder)
    yield ""


def _join(folder: str, base: str) -> str:
    return os.path.normpath(f"{folder}/{base}" if folder else base)

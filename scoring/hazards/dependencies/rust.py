"""Rust: Cargo.toml and Cargo.lock."""

import json

from scoring.hazards.dependencies.lock import Lock, Manifest, Package, read_toml, table, without_versions

GROUPS = ("dependencies", "dev-dependencies", "build-dependencies")
REGISTRIES = ("registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/")


def manifest(text: str) -> Manifest:
    """Read Cargo.toml."""
    whole = read_toml(text)
    needs: dict[str, str] = {}
    above = [("", whole), ("workspace ", table(whole, "workspace"))]
    above += [(f"target {name} ", table(table(whole, "target"), name)) for name in table(whole, "target")]
    for place, each in above:
        for group in GROUPS:
            if group in each:
                each[group] = dict(without_versions(f"{place}{group}", table(each, group), needs))
    return Manifest(needs, json.dumps(whole, default=str))


def lock(text: str) -> Lock:
    """Read Cargo.lock. Packages without a source are the project's own."""
    whole = read_toml(text)
    packages, local = set(), []
    for entry in whole.pop("package", []):
        source = entry.get("source")
        if source is None:
            local.append([entry.get("name"), entry.get("version")])
            continue
        needs = frozenset(str(one).split(" ")[0] for one in entry.get("dependencies", []))
        digest = frozenset((f"sha256:{entry['checksum']}",)) if "checksum" in entry else frozenset[str]()
        public = "" if source in REGISTRIES else str(source)
        packages.add(Package(str(entry.get("name")), str(entry.get("version")), public, digest, "", False, needs))
    return Lock(frozenset(packages), json.dumps([whole, local], default=str))

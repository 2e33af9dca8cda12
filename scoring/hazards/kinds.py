"""Which kinds of files a machine may judge at all: a list of what is allowed, and everything else is for a person."""

from collections.abc import Iterator

from scoring.facts.kinds import kinds
from scoring.facts.languages import of_path
from scoring.hazards.dependencies.judge import is_of_dependencies
from scoring.hazards.rule import File
from scoring.inspection import Hazard
from scoring.semantics.paths import DOC_SUFFIXES, GENERATED_PATHS, RESOURCES, folders, is_docs, name

DATA = (".json", ".jsonl", ".yaml", ".yml", ".toml", ".csv", ".tsv", ".po", ".pot", ".properties", ".strings", ".arb")
STYLES = (".css", ".scss", ".less", ".sass")
MARKUP = (".html", ".htm", ".xml", ".svg", ".mdx", ".vue", ".svelte", ".jsx", ".tsx", ".jinja", ".j2", ".tmpl")
ALLOWED = (*DATA, *STYLES, *MARKUP, *RESOURCES, *DOC_SUFFIXES)
NEVER = (".sql", ".ipynb", ".patch", ".diff")  # they change what cannot be taken back, or hold programs within data
LIKE_PROSE = (".txt", ".md", ".rst", ".adoc", ".asciidoc", ".markdown", ".mdx")
# programs by their name, whatever their ending says of them
PROGRAMS = frozenset((
    "makefile", "gnumakefile", "rakefile", "jenkinsfile", "dockerfile", "containerfile", "vagrantfile", "brewfile",
    "gulpfile.js", "gruntfile.js", "setup.py", "conftest.py", "noxfile.py", "fabfile.py", "tasks.py", "manage.py",
    "build.rs", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "build.sbt",
    "package.swift", "meson.build", "configure", "configure.ac", "sitecustomize.py", "usercustomize.py",
    "webpack.config.js", "vite.config.js", "vite.config.ts", "rollup.config.js", "babel.config.js",
    "metro.config.js", "jest.config.js", "jest.config.ts", "next.config.js", "postcss.config.js",
    "tailwind.config.js", ".eslintrc.js", "eslint.config.js", "eslint.config.mjs", "__main__.py", "install.sh",
    "bootstrap.sh", "configure.sh", "build.sh",
))  # fmt: skip


def allowed(file: File) -> Iterator[Hazard]:
    """Source of a known language, documentation, data, pictures; no way of building, installing or running it."""
    path, base = file.path, name(file.path).lower()
    if is_of_dependencies(path):
        return  # rules of their own
    if kinds(path) & {"vendored"} or GENERATED_PATHS.search(path):
        yield Hazard("file_kind", "It is other people's code, or a tool wrote it.", path)
    elif base in PROGRAMS or folders(path)[-1:] == ["bin"]:
        yield Hazard("file_kind", "It decides how the project is built, installed or run.", path)
    elif base.endswith(NEVER) or not (
        base.endswith((*ALLOWED, *LIKE_PROSE)) or is_docs(path) or of_path(path) is not None
    ):
        yield Hazard("file_kind", "It is of no kind that a machine may judge.", path)


def prose(file: File) -> Iterator[Hazard]:
    """requirements.txt, CMakeLists.txt, robots.txt, LICENSE.md, AGENTS.md: nothing that only people read."""
    like_prose = name(file.path).lower().endswith(LIKE_PROSE) and not is_docs(file.path)
    if like_prose and not is_of_dependencies(file.path):
        yield Hazard("looks_like_prose", "It ends like prose, but programs read it or people sign it.", file.path)

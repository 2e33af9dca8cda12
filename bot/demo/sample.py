"""A small repository with a believable past, for when the one at hand has too little history to learn from.

A shop's back end over two years: five people, a billing core that breaks now and then (reverts say so), calm
documentation and tests around it. The same bytes every time.
"""

import random
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scoring.git.environment import environment

PEOPLE = (
    ("Ada Osei", "ada@shop.example"),
    ("Ben Ruiz", "ben@shop.example"),
    ("Chen Wei", "chen@shop.example"),
    ("Dora Lind", "dora@shop.example"),
    ("Emeka Obi", "emeka@shop.example"),
)
START = datetime(2024, 10, 7, 9, 0, tzinfo=UTC)
CHANGES = 420
# path, how often it is touched, how often touching it goes wrong
AREAS = (
    ("billing/ledger.py", 9, 0.22),
    ("billing/invoice.py", 8, 0.16),
    ("billing/export.py", 5, 0.14),
    ("api/session.py", 8, 0.18),
    ("api/orders.py", 8, 0.08),
    ("api/search.py", 5, 0.05),
    ("catalog/prices.py", 6, 0.07),
    ("catalog/images.py", 3, 0.02),
    ("web/cart.js", 6, 0.06),
    ("web/theme.js", 4, 0.01),
    ("deploy/limits.toml", 2, 0.10),
    ("docs/runbook.md", 4, 0.0),
    ("docs/orders.md", 3, 0.0),
    ("tests/test_orders.py", 5, 0.0),
    ("tests/test_ledger.py", 4, 0.0),
)
VARIANTS = ("", "_retry", "_limits", "_events", "_rules", "_cache")  # each area is a handful of files
NOUNS = ("amount", "order", "customer", "price", "token", "batch", "refund", "session", "currency", "quota")
FILES = tuple(
    (str(Path(path).with_stem(Path(path).stem + variant)), weight, rate / (1 + at / 3))
    for path, weight, rate in AREAS
    for at, variant in enumerate(VARIANTS)
)
VERBS = ("check", "load", "merge", "round", "apply", "expire", "retry", "send", "collect", "split")


Lines = dict[str, list[str]]  # path -> its lines


@dataclass
class _Shop:
    chance: random.Random
    files: Lines = field(default_factory=dict)
    stream: list[bytes] = field(default_factory=list)
    owed: list[tuple[datetime, str, Lines]] = field(default_factory=list)  # when it is reverted, its title, what to
    now: datetime = START


def build(folder: Path, changes: int = CHANGES) -> Path:
    """Write the repository, bare, into `folder` (made when absent). Raises CalledProcessError when git refuses."""
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", ".")
    shop = _Shop(random.Random(20241007))  # noqa: S311 - the same history every time, nothing secret
    _begin(shop)
    for number in range(changes):
        shop.now += timedelta(hours=shop.chance.uniform(8, 70))
        _settle(shop)
        _change(shop, number)
    _git(folder, "fast-import", "--quiet", stdin=b"".join(shop.stream))
    return folder


def _begin(shop: _Shop) -> None:
    for path, _, _ in FILES:
        shop.files[path] = _fresh(shop, path)
    _commit(shop, PEOPLE[0], "Start the shop's back end", "", dict(shop.files))


def _change(shop: _Shop, number: int) -> None:
    large = shop.chance.random() < 0.12
    paths = _pick(shop, 1 + (shop.chance.randint(2, 4) if large else int(shop.chance.random() < 0.3)))
    before = {path: list(shop.files[path]) for path in paths}
    for path in paths:
        shop.files[path] = _edited(shop, path, shop.chance.randint(4, 9) if large else shop.chance.randint(1, 2))
    what = f"{shop.chance.choice(VERBS).capitalize()} {shop.chance.choice(NOUNS)} in {Path(paths[0]).stem}"
    title = f"{what} (SHOP-{number + 100})"
    person = PEOPLE[min(int(shop.chance.expovariate(0.8)), 4)]
    _commit(shop, person, title, "", {path: shop.files[path] for path in paths})
    danger = max(rate for path, _, rate in FILES if path in paths) * (2.2 if large else 0.8)
    if shop.chance.random() < danger:
        shop.owed.append((shop.now + timedelta(hours=shop.chance.uniform(5, 400)), title, before))


def _settle(shop: _Shop) -> None:
    """Revert what has come due."""
    due = [debt for debt in shop.owed if debt[0] <= shop.now]
    shop.owed = [debt for debt in shop.owed if debt[0] > shop.now]
    for _, title, before in due:
        shop.files |= before
        person = PEOPLE[shop.chance.randint(0, 3)]
        _commit(shop, person, f'Revert "{title}"', "It broke checkout for some customers.", before)


def _pick(shop: _Shop, count: int) -> list[str]:
    weights = [weight for _, weight, _ in FILES]
    chosen: list[str] = []
    while len(chosen) < count:
        path = shop.chance.choices(FILES, weights)[0][0]
        if path not in chosen:
            chosen.append(path)
    return chosen


def _fresh(shop: _Shop, path: str) -> list[str]:
    lines = [_comment(path, f"{Path(path).stem}: part of the shop's back end")]
    for _ in range(shop.chance.randint(3, 7)):
        lines += _block(shop, path)
    return lines


def _edited(shop: _Shop, path: str, blocks: int) -> list[str]:
    lines = list(shop.files[path])
    for _ in range(blocks):
        added = _block(shop, path)
        if shop.chance.random() < 0.25 and len(lines) > 4 * len(added):
            at = 1 + len(added) * shop.chance.randrange((len(lines) - 1) // len(added))
            del lines[at : at + len(added)]  # one whole block: what stays is still valid
        lines += added
    return lines


def _block(shop: _Shop, path: str) -> list[str]:
    verb, noun, other = shop.chance.choice(VERBS), shop.chance.choice(NOUNS), shop.chance.choice(NOUNS)
    number = shop.chance.randint(2, 99)
    match Path(path).suffix:
        case ".py":
            return [
                "",
                "",
                f"def {verb}_{noun}_{number}({noun}, {other}_id=None):",
                f"    if {noun} is None or {other}_id == {number}:",
                f"        return {number}",
                f"    for item in {noun}:",
                f"        item.{verb}({other}_id)",
                f"    return len({noun}) * {number}",
            ]
        case ".js":
            return [
                "",
                f"export function {verb}{noun.title()}{number}({noun}) {{",
                f"  if (!{noun} || {noun}.length > {number}) {{ return null; }}",
                f"  return {noun}.map((each) => each.{verb}({number}));",
                "}",
            ]
        case ".toml":
            return ["", f"[{noun}_{number}]", f"{verb} = {number}"]
        case _:
            return ["", f"## To {verb} the {noun}", "", f"Wait {number} seconds, then {verb} the {other} again."]


def _comment(path: str, words: str) -> str:
    return {".js": f"// {words}", ".md": f"# {words}"}.get(Path(path).suffix, f"# {words}")


def _commit(shop: _Shop, person: tuple[str, str], title: str, body: str, files: Lines) -> None:
    message = f"{title}\n\n{body}\n".encode() if body else f"{title}\n".encode()
    who = f"{person[0]} <{person[1]}> {int(shop.now.timestamp())} +0000"
    shop.stream.append(f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n".encode())
    shop.stream.append(b"data %d\n%s\n" % (len(message), message))
    for path, lines in files.items():
        content = ("\n".join(lines) + "\n").encode()
        shop.stream.append(f"M 100644 inline {path}\n".encode() + b"data %d\n%s\n" % (len(content), content))


def _git(folder: Path, *arguments: str, stdin: bytes | None = None) -> None:
    command = ["git", "-C", str(folder), *arguments]
    subprocess.run(command, input=stdin, check=True, capture_output=True, env=environment())

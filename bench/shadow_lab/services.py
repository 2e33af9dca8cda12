"""The services: releases with the day until which dependencies count, how they start, what is asked of them."""

import json
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

RECORDED = Path(__file__).parent / "requests"


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


@dataclass(frozen=True)
class Service:
    """`command` is handed the folder of the installed release, a folder of its own and a port.

    `package` is the folder of its code, in which changes are made. Requests are a list in a file, asked in its order.
    """

    name: str
    package: str
    releases: tuple[tuple[str, str], ...]
    command: Callable[[Path, Path, int], list[str]]
    prepare: Callable[[Path], None]
    npm: bool = False

    @cached_property
    def requests(self) -> list[Asked]:
        rows = json.loads((RECORDED / f"{self.name}.json").read_text("utf-8"))
        return [Asked(method, target, tuple(headers.items()), body) for method, target, headers, body in rows]


def _datasette_files(folder: Path) -> None:
    rng = random.Random(7)  # noqa: S311 - no secret
    db = sqlite3.connect(folder / "shop.db")
    db.execute("create table users (id integer primary key, name text, city text, age integer, note text)")
    db.execute(
        "create table orders (id integer primary key, user_id integer references users(id), total real, state text,"
        " tags text)"
    )
    db.execute("create view adults as select * from users where age >= 18")
    for number in range(1, 61):
        city = ["Berlin", "Lima", "Oslo", "Kyoto"][number % 4]
        note = None if number % 7 == 0 else f"note {number} <b>&</b>"
        db.execute("insert into users values (?,?,?,?,?)", (number, f"user {number}", city, 10 + number % 50, note))
    for number in range(1, 151):
        tags = json.dumps(rng.sample(["new", "gift", "late", "big"], 2))
        state = ["open", "paid", "sent"][number % 3]
        db.execute("insert into orders values (?,?,?,?,?)", (number, 1 + number % 60, number * 1.25, state, tags))
    db.commit()
    db.close()


def _datasette(home: Path, folder: Path, port: int) -> list[str]:
    serve = [str(home / "bin/python"), "-m", "datasette", "serve", str(folder / "shop.db"), "--port", str(port)]
    return [*serve, "--setting", "num_sql_threads", "1"]


def _radicale(home: Path, folder: Path, port: int) -> list[str]:
    serve = [str(home / "bin/python"), "-m", "radicale", "--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none"]
    return [*serve, "--storage-filesystem-folder", str(folder / "data"), "--logging-level", "error"]


def _json_server(home: Path, folder: Path, port: int) -> list[str]:
    program = home / "node_modules/json-server/lib/cli/bin.js"
    return ["node", str(program), str(folder / "db.json"), "--port", str(port), "--quiet"]


def _json_server_files(folder: Path) -> None:
    posts = [
        {"id": n, "title": f"post {n}", "views": n * 7 % 40, "author": {"name": ["anna", "ben"][n % 2]}}
        for n in range(1, 31)
    ]
    comments = [{"id": n, "body": f"some comment {n}", "postId": 1 + n % 30} for n in range(1, 61)]
    (folder / "db.json").write_text(json.dumps({"posts": posts, "comments": comments, "profile": {"name": "lab"}}))


def _dated(*releases: str) -> tuple[tuple[str, str], ...]:
    """ "0.62 2022-08-16" as its two parts."""
    return tuple((name, day) for name, _, day in (each.partition(" ") for each in releases))


SERVICES = {
    each.name: each
    for each in (
        Service(
            "datasette",
            "datasette",
            _dated(
                "0.60.2 2022-02-08", "0.61.1 2022-03-25", "0.62 2022-08-16", "0.63.3 2022-12-20", "0.64.8 2024-06-22",
                "0.65.1 2024-12-01",
            ),
            _datasette,
            _datasette_files,
        ),
        Service(
            "radicale",
            "radicale",
            _dated(
                "3.1.9 2024-05-01", "3.2.3 2024-09-01", "3.3.3 2025-01-31", "3.4.1 2025-03-10", "3.5.4 2025-06-20",
                "3.5.8 2025-12-10",
            ),
            _radicale,
            lambda folder: (folder / "data").mkdir(),
        ),
        Service(
            "json-server",
            "json-server",
            _dated(
                *(f"{each} 2024-12-31" for each in ("0.14.2", "0.15.1", "0.16.3", "0.17.0", "0.17.2", "0.17.4"))
            ),
            _json_server,
            _json_server_files,
            npm=True,
        ),
    )
}  # fmt: skip

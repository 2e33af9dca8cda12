import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, redirect
from werkzeug.serving import make_server

from bot.doctor.facts import Reached
from bot.doctor.here import database, git_version, model, reach
from bot.store import Store
from scoring.scorer import SHIPPED


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/codechill.db"


def test_a_database_that_is_not_there_is_absent_and_stays_so(tmp_path: Path) -> None:
    assert database(url(tmp_path / "a")).state == "absent"
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_the_store_made_is_ready(tmp_path: Path) -> None:
    Store(url(tmp_path)).close()
    assert database(url(tmp_path)).state == "ready"


def test_a_database_of_an_older_form_is_behind(tmp_path: Path) -> None:
    Store(url(tmp_path)).close()
    with sa.create_engine(url(tmp_path)).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'old'"))
    found = database(url(tmp_path))
    assert (found.state, found.words.startswith("old, the newest is ")) == ("behind", True)


def test_a_file_that_is_no_database_is_broken(tmp_path: Path) -> None:
    (tmp_path / "codechill.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    assert database(url(tmp_path)).state == "broken"


def test_an_address_that_is_none_is_broken() -> None:
    assert database("no address").state == "broken"


def test_a_server_that_does_not_answer_is_broken_and_its_password_is_not_told() -> None:
    found = database("postgresql+psycopg://codechill:hunter22@127.0.0.1:9/codechill")
    assert found.state == "broken"
    assert "hunter22" not in found.words


def test_the_model_that_ships_is_ready() -> None:
    assert model(SHIPPED).state == "ready"


def test_a_model_that_does_not_fit_its_card_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"more")
    found = model(folder)
    assert (found.state, "does not match its card" in found.words) == ("broken", True)
    assert model(tmp_path / "none").state == "broken"


def test_git_tells_its_version() -> None:
    assert git_version() >= (2, 31)


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def a_server(**answers: tuple[str, int]) -> Flask:
    app = Flask(__name__)
    for name, answer in answers.items():
        app.add_url_rule(f"/{name}/healthz", name, lambda answer=answer: answer)
    app.add_url_rule("/moved/healthz", "moved", lambda: redirect("/well/healthz"))
    return app


def test_a_server_is_reached_when_it_says_that_it_is_alive() -> None:
    with serving(a_server(well=("alive\n", 200), other=("hello", 200), broken=("", 502))) as address:
        assert reach(f"{address}/well/") == Reached(f"{address}/well/healthz", 200)
        assert reach(f"{address}/other") == Reached(f"{address}/other/healthz", 0, "something else answers there")
        assert reach(f"{address}/broken") == Reached(f"{address}/broken/healthz", 502)
        assert reach(f"{address}/moved") == Reached(f"{address}/moved/healthz", 302)


def test_only_web_addresses_are_knocked_at(tmp_path: Path) -> None:
    (tmp_path / "healthz").write_text("alive")
    assert reach("") is None
    assert reach(f"file://{tmp_path}") is None
    found = reach("http://127.0.0.1:9")
    assert found is not None
    assert found.status == 0

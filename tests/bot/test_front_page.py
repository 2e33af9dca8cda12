"""The page at / says what this server is, and tells nothing of anybody."""

from flask import Flask

from bot.doors.front import landing


def test_the_landing_page_names_the_server_and_its_doors_and_runs_nothing() -> None:
    web = Flask("test")
    web.register_blueprint(landing("https://chill.example.org/"))
    answer = web.test_client().get("/")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert all(
        part in text for part in ("codechill", "https://chill.example.org/webhook", "readyz", "codechill doctor")
    )
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'nonce-")
    assert "<script" not in text

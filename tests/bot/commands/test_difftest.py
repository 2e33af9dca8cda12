"""`codechill difftest` from a recording to a verdict, by its commands alone."""

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from scoring.difftest.answers import Answer
from scoring.difftest.labels import Label
from scoring.difftest.project import Project
from scoring.difftest.record import Difference, Origin
from tests.fakes.endpoint import Said, completion, scripted
from tests.scoring.difftest import recordings
from tests.scoring.difftest.records import BEGAN, difference, releases


class Desk:
    """A project in a folder, and the command on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, verb: str, *arguments: str, status: int = 0) -> Result:
        place = [] if verb == "schema" else ["--project", str(self.folder / "project")]
        outcome = CliRunner().invoke(main, ["difftest", verb, *place, *arguments])
        assert outcome.exit_code == status, outcome.output
        return outcome

    def rows(self, verb: str, *arguments: str, status: int = 0) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = json.loads(self.run(verb, *arguments, "--format", "json", status=status).stdout)
        return rows

    def file(self, content: str, name: str = "recording") -> str:
        path = self.folder / name
        path.write_text(content, "utf-8")
        return str(path)

    def keep(self, *differences: Difference) -> None:
        Project.open(self.folder / "project", make=True).add(differences, Origin())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_recording_comes_in_is_answered_and_the_verdict_is_good(desk: Desk) -> None:
    arguments = ("--from", "har", "--build", "v2", "--candidate", desk.file(recordings.har(recordings.RIGHT), "b"))
    recording = desk.file(recordings.har(recordings.LEFT), "a")
    assert "4 differences are new, 0 were there already." in desk.run("import", *arguments, recording).output
    assert "0 differences are new, 4 were there already." in desk.run("import", *arguments, recording).output
    waiting = desk.rows("queue")
    assert [(each["field"], each["count"]) for each in waiting] == [("body.at", 2), ("body.n", 2)]
    assert "2 groups wait" in desk.run("verdict", status=1).output
    for each in waiting:
        desk.run("label", "--by", "anna", str(each["group"])[:6], "noise")
    assert "v2: success" in desk.run("verdict").output
    assert desk.run("queue").output == "Nothing waits for an answer.\n"


def test_a_regression_fails_until_it_is_taken_back(desk: Desk) -> None:
    desk.keep(difference(), difference("x", field="body.y", kind="removed"))
    first, second = (str(each["group"]) for each in desk.rows("queue"))
    desk.run("label", "--by", "anna", "--why", "it is gone", first, "regression")
    desk.run("label", "--by", "anna", "--reason", "harmless", second, "UserMarkedNoise")
    assert "v2: failure" in desk.run("verdict", status=1).output
    assert "it is gone" in desk.run("show", first).output
    assert f"taken back: regression of {first} by anna" in desk.run("undo", "--by", "anna", first).output
    assert "v2: action_required" in desk.run("verdict", status=1).output
    assert "said nothing" in desk.run("undo", "--by", "ben", status=2).output


def test_one_answer_may_be_for_the_same_field_at_every_endpoint_and_is_taken_back_as_one(desk: Desk) -> None:
    rows = [difference(each, endpoint=f"GET /{each}", field="header.vary", kind="added") for each in ("a", "b", "c")]
    desk.keep(*rows, difference("d", endpoint="GET /d", field="header.vary", kind="added", pattern="nothing → other"))
    first = next(str(each["group"]) for each in desk.rows("groups") if each["endpoint"] == "GET /a")
    said = desk.run("label", "--by", "anna", "--everywhere", first, "new_feature").output
    assert said == "new_feature: 3 groups, 3 differences\n"
    assert [each["endpoint"] for each in desk.rows("queue")] == ["GET /d"]
    assert f"of {first} and of 2 more by anna" in desk.run("undo", "--by", "anna").output
    alike = next(each for each in desk.rows("queue") if each["endpoint"] != "GET /d")
    assert (alike["differences"], len(alike["alike"])) == (3, 2)
    said = desk.run("label", "--by", "anna", "--alike", str(alike["group"]), "new_feature").output
    assert said == "new_feature: 3 groups, 3 differences\n"
    assert [each["endpoint"] for each in desk.rows("queue")] == ["GET /d"]


def test_suggestions_are_frozen_once_and_compared_when_labels_are_there(desk: Desk) -> None:
    desk.keep(*releases(2), difference())
    assert "1 predictions frozen" in desk.run("suggest", "--release", "v2", "--freeze").stderr
    assert "0 predictions frozen" in desk.run("suggest", "--release", "v2", "--freeze").stderr
    desk.run("label", "--by", "anna", str(desk.rows("suggest", "--release", "v2")[0]["group"]), "noise")
    said = desk.run("evaluate", "--frozen").output
    assert "of 1\n" in said
    assert "1 snapshots: 4 are the least" in said


def test_evaluation_prints_the_baselines_and_refuses_a_random_split(desk: Desk) -> None:
    desk.keep(*releases(2))
    shown = desk.rows("evaluate")
    assert isinstance(shown, dict)
    assert set(shown["all"]) == {"local", "majority", "rules", "nearest"}
    assert "UserMarkedNoise" in desk.run("evaluate").output
    assert len(desk.run("evaluate", "--ablation").output.splitlines()) == 10
    assert "a random split is refused" in desk.run("evaluate", "--split", "random", status=2).output


def test_a_language_model_is_asked_anew_without_each_attribute(desk: Desk) -> None:
    later = difference(
        "x", build="v9", label=Label.NOISE, at=BEGAN + timedelta(days=70), tags=("purple",), labelled_by="anna",
        labelled_at=BEGAN + timedelta(days=71),
    )  # fmt: skip
    desk.keep(*releases(1), later)
    with scripted() as endpoint:
        endpoint.script = [lambda _: completion({"label": "noise", "quotes": []}, model="small")]
        arguments = ("--ablation", "--model", f"small@{endpoint.address}", "--model-network", "127.0.0.0/8")
        shown = desk.rows("evaluate", *arguments)
        assert isinstance(shown, dict)
        asked = [request["messages"][-1]["content"] for request in endpoint.requests]
    assert set(shown["comments"]["beside"]) == {"small static", "small dynamic"}
    assert len(asked) == 2 * 9  # nothing and eight attributes, with static and with dynamic examples
    assert sum("purple" in each for each in asked) == 2 * 8
    assert sum('"comments"' in each for each in asked) == 2 * 8


def test_an_endpoint_that_embeds_sees_no_secret_and_each_text_once_over_runs(desk: Desk) -> None:
    rows = releases(2)
    desk.keep(*rows[:-1], replace(rows[-1], description="key AKIAIOSFODNN7EXAMPLE"))

    def embed(request: dict[str, Any]) -> Said:
        data = [{"index": place, "embedding": [len(text), 1.0]} for place, text in enumerate(request["input"])]
        return Said(body=json.dumps({"model": "small", "data": data}).encode())

    with scripted() as endpoint:
        endpoint.script = [embed]
        arguments = ("--embeddings", f"small@{endpoint.address}", "--model-network", "127.0.0.0/8")
        shown = desk.rows("evaluate", *arguments)
        assert isinstance(shown, dict)
        assert "nearest small" in shown["all"]
        sent = [text for request in endpoint.requests for text in request["input"]]
        assert len(sent) == len(set(sent)) > 10
        assert not any("AKIA" in text for text in sent)
        assert desk.rows("evaluate", *arguments) == shown
        assert sum(len(request["input"]) for request in endpoint.requests) == len(sent)


def test_an_endpoint_that_does_not_embed_is_said_with_what_to_do(desk: Desk) -> None:
    desk.keep(*releases(2))
    with scripted() as endpoint:
        endpoint.script = [lambda _: Said(404)]
        arguments = ("--embeddings", f"small@{endpoint.address}", "--model-network", "127.0.0.0/8")
        said = desk.run("evaluate", *arguments, status=2).output
    assert "--embeddings small: the endpoint answered 404; what was embedded is kept" in said
    assert "write hashed, wordllama or NAME@ADDRESS" in desk.run("evaluate", "--embeddings", "x", status=2).output


def test_labels_and_chats_are_exported_a_line_each(desk: Desk) -> None:
    desk.keep(*releases(1))
    labels = [json.loads(each) for each in desk.run("export").output.splitlines()]
    chats = [
        json.loads(each) for each in desk.run("export", "--as", "chat", "--without", "comments").output.splitlines()
    ]
    assert len(labels) == len(chats) > 0
    assert {each["label"] for each in labels} == {"noise", "new_feature", "regression"}
    assert all("comments" not in json.loads(each["messages"][1]["content"]) for each in chats)


def test_hostile_text_moves_nothing_on_a_terminal(desk: Desk) -> None:
    desk.keep(difference(description="\x1b[2J\u202ehello", field="body.\x1b]0;x", endpoint="GET /\x1b[31m"))
    for verb in (("queue",), ("groups",), ("suggest",), ("show", str(desk.rows("queue")[0]["group"]))):
        assert not {"\x1b", "\u202e"} & set(desk.run(*verb).output)


def test_what_is_not_there_is_said_with_what_to_do(desk: Desk) -> None:
    assert "codechill difftest import puts some there" in desk.run("queue", status=2).output
    desk.keep(difference())
    assert "names no group" in desk.run("show", "zzz", status=2).output
    assert "there are v2" in desk.run("queue", "--release", "v9", status=2).output
    assert "name another with --team" in desk.run("queue", "--team", "x", status=2).output
    group = str(desk.rows("queue")[0]["group"])
    assert "is no label" in desk.run("label", "--by", "anna", group, "great", status=2).output


def test_what_was_read_before_a_damaged_end_is_kept_and_read_once(desk: Desk) -> None:
    rows = recordings.jsonl() + '\n{"description": "cut'
    said = desk.run("import", "--from", "jsonl", "--build", "v2", desk.file(rows)).output
    assert "2 differences are new" in said
    assert "line 3: it is no JSON" in said
    with (desk.folder / "project" / "differences.jsonl").open("a") as file:
        file.write('{"id": "half')  # a process that was killed while it wrote
    assert "0 differences are new, 2" in desk.run("import", "--from", "jsonl", "--build", "v2", desk.file(rows)).output
    desk.keep(difference("after"))
    assert sum(1 for _ in Project.open(desk.folder / "project").differences()) == 3


def test_a_killed_import_goes_on_where_it_was(desk: Desk) -> None:
    row = json.loads(recordings.jsonl().splitlines()[0])
    path = desk.file("\n".join(json.dumps(row | {"request": f"r{each}"}) for each in range(300)))
    place = desk.folder / "project"
    command = [sys.executable, "-m", "bot", "difftest", "import", "--project", str(place), "--from", "jsonl", path]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    differences = place / "differences.jsonl"
    while process.poll() is None and not (differences.is_file() and differences.stat().st_size):
        time.sleep(0.005)
    process.kill()
    process.wait()
    written = sum(1 for _ in Project.open(place).differences())
    assert 0 < written <= 300
    desk.run("import", "--from", "jsonl", path)
    assert sum(1 for _ in Project.open(place).differences()) == 300


@pytest.mark.parametrize("cut", [1, 30, 60, 100_000])
def test_half_a_line_of_a_killed_import_never_passes_for_a_difference_that_is_there(desk: Desk, cut: int) -> None:
    row = json.loads(recordings.jsonl().splitlines()[0])
    rows = (row | {"request": f"r{each}", "description": "x" * 99_990} for each in range(3))
    path = desk.file("\n".join(map(json.dumps, rows)))
    desk.run("import", "--from", "jsonl", path)
    differences = desk.folder / "project" / "differences.jsonl"
    whole = differences.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    differences.write_bytes(whole[: min(last + cut, len(whole) - 1)])
    desk.run("import", "--from", "jsonl", path)
    assert differences.read_bytes() == whole


def test_two_people_may_add_to_a_project_at_once(desk: Desk) -> None:
    desk.keep(difference())
    project = Project.open(desk.folder / "project")

    def answer(by: str) -> None:
        for number in range(20):
            project.answer([Answer(f"g{number}", Label.NOISE, by, BEGAN)])

    people = [Thread(target=answer, args=(by,)) for by in ("anna", "ben")]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert Counter(each.by for each in project.answers()) == {"anna": 20, "ben": 20}


def reviewed(desk: Desk, keys: str) -> str:
    place = ["--project", str(desk.folder / "project")]
    return CliRunner().invoke(main, ["difftest", "review", *place, "--by", "anna"], input=keys).output


def test_a_queue_is_answered_with_one_key_a_group(desk: Desk) -> None:
    rows = [
        difference("a", field="body.a", kind="removed"),
        *(difference(each, field=f"body.{each}") for each in "bcd"),
    ]
    desk.keep(*rows)
    said = reviewed(desk, "rnus\rn")
    assert "4 of 4 answered" in said
    labels = {each["field"]: each["label"] for each in desk.rows("groups")}
    # r, then n is taken back, the same again (r), enter takes what is suggested, n
    assert labels == {"body.a": "regression", "body.b": "regression", "body.c": "noise", "body.d": "noise"}


def test_what_may_be_a_regression_is_not_answered_by_agreeing(desk: Desk) -> None:
    desk.keep(difference("a", field="body.a", kind="removed"), difference("b"))
    assert "0 of 2 answered" in reviewed(desk, "\rq")
    assert [each["label"] for each in desk.rows("groups")] == [None, None]


def labelling(request: dict[str, object]) -> Said:
    """A model that calls everything new; the form is checked as an endpoint would."""
    assert request["response_format"]["json_schema"]["schema"]["properties"]["label"]["enum"][0] == "noise"  # type: ignore[index]
    return completion({"label": "new_feature", "quotes": []}, model="small")


def test_a_language_model_that_somebody_names_is_asked_over_http(desk: Desk) -> None:
    desk.keep(*releases(2), difference(description="call me at anna@example.com"))
    with scripted() as endpoint:
        endpoint.script = [lambda _: Said(429, headers={"Retry-After": "0"}), labelling]
        model = ("--model", f"small@{endpoint.address}", "--model-network", "127.0.0.1/32")
        (one,) = desk.rows("suggest", "--release", "v2", *model)
        assert (one["suggested"], one["suggested_by"], one["confidence"]) == ("new_feature", "small", None)
        assert endpoint.paths[-1] == "/v1/chat/completions"
        shots = endpoint.requests[-1]["messages"]
        assert [each["role"] for each in shots] == ["system", *["user", "assistant"] * 3, "user"]
        assert "anna@example.com" not in json.dumps(endpoint.requests)
        shown = desk.rows("evaluate", *model)
        assert isinstance(shown, dict)
        assert {"small static", "small dynamic"} <= set(shown["all"])


def test_a_model_is_reached_only_where_it_was_named(desk: Desk) -> None:
    desk.keep(*releases(1), difference())
    with scripted() as endpoint:
        said = desk.rows("suggest", "--release", "v2", "--model", f"small@{endpoint.address}")
        assert [each["suggested"] for each in said] == [None]
        assert endpoint.requests == []
    assert "write it as NAME@ADDRESS" in desk.run("suggest", "--model", "https://x.example/v1", status=2).output


def test_a_labeller_serves_after_it_was_measured_on_the_newest_release(desk: Desk) -> None:
    desk.keep(*releases(3))
    said = desk.run("refresh", "--dry-run").output
    assert said.startswith("on v2 ")
    assert said.endswith("it would serve\n")
    assert not (desk.folder / "project" / "labellers").exists()
    assert "it serves from now on" in desk.run("refresh").output
    assert "label another release" in desk.run("refresh", status=2).output
    assert {each["suggested_by"] for each in desk.rows("groups", "--release", "v2")} == {"local"}

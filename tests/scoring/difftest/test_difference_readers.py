"""Differences come in from what teams have, whatever state it is in."""

import base64
import gzip
import json
from pathlib import Path

import jsonschema_rs
import pytest

from scoring.difftest import rules
from scoring.difftest.exchange import Exchange, read_body
from scoring.difftest.groups import grouped
from scoring.difftest.intake import Intake
from scoring.difftest.noise import Measured
from scoring.difftest.readers import READERS, Piece, Sources
from scoring.difftest.record import ATTRIBUTES, CATEGORIES, DECLARED, Difference
from scoring.difftest.schema import json_schema, plain, read_difference
from scoring.difftest.settings import TeamSettings
from scoring.errors import ScoringError
from tests.scoring.difftest import recordings
from tests.scoring.difftest.recordings import LEFT, ONE_FILE, ORIGIN, RIGHT, problems, read


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too long is as wrong when it is short."""
    monkeypatch.setattr("scoring.difftest.readers.source.LONGEST", 1 << 20)


def taken(pieces: list[Piece]) -> list[Difference]:
    intake = Intake(set(), {}, lambda _: TeamSettings())
    return [each[1] for each in intake.take(pieces, ORIGIN) if isinstance(each, tuple)]


@pytest.mark.parametrize("kind", ONE_FILE)
def test_what_a_tool_writes_into_one_file_becomes_differences(kind: str, tmp_path: Path) -> None:
    pieces = read(kind, tmp_path, ONE_FILE[kind]())
    assert problems(pieces) == []
    differences = taken(pieces)
    fields = {(each.field.split(".")[-1].split(" ")[0], each.kind) for each in differences}
    assert {each.origin for each in differences} == {ORIGIN}
    assert len({each.request for each in differences}) == 2
    assert {
        "jsonl": {("ErrorCode", "errorcode 0→50126")},
        "diffy": {("n", "value"), ("id", "removed")},
        "keploy": {("n", "value"), ("at", "masked"), ("status", "status 200→201")},
        "goreplay": {("n", "value"), ("at", "masked")},
        "scientist": {("n", "value")},
    }[kind] == fields


@pytest.mark.parametrize(
    ("kind", "sides"),
    [("har", (recordings.har(LEFT), recordings.har(RIGHT))), ("otlp", (recordings.otlp(1), recordings.otlp(2)))],
)
def test_what_is_recorded_of_each_build_apart_is_paired(kind: str, sides: tuple[str, str], tmp_path: Path) -> None:
    differences = taken(read(kind, tmp_path, *sides))
    fields = {(each.field, each.kind) for each in differences}
    assert len({each.endpoint for each in differences}) == 1
    assert fields == (
        {("body.n", "value"), ("body.at", "masked")} if kind == "har" else {("log INFO cache is cold", "log added")}
    )


def test_middleware_lines_of_goreplay_say_the_same_as_its_recording(tmp_path: Path) -> None:
    lines, recording = (
        read("goreplay", tmp_path, recordings.goreplay_hex()),
        read("goreplay", tmp_path, recordings.goreplay()),
    )
    assert taken(lines) == taken(recording)


def test_a_secondary_recording_says_what_production_does_by_itself(tmp_path: Path) -> None:
    again = recordings.har(LEFT.replace("15:00", "15:04"))
    differences = taken(read("har", tmp_path, recordings.har(LEFT), recordings.har(RIGHT), again))
    assert {(each.field, each.noisy) for each in differences} == {("body.n", False), ("body.at", True)}


def test_statistics_of_diffy_say_what_is_noise(tmp_path: Path) -> None:
    fields = {
        "a.0": {"differences": 40, "noise": 38},
        "b": {"differences": 40, "noise": 2},
        "c": {"differences": 3, "noise": 0},
    }
    pieces = read("diffy", tmp_path, json.dumps({"endpoint": {"name": "GET /x", "total": 100}, "fields": fields}))
    noisy = {each.field: each.is_noise for each in pieces if isinstance(each, Measured)}
    assert noisy == {"a[*]": True, "b": False, "c": False}


def test_an_experiment_that_fails_or_is_ignored_is_told_apart(tmp_path: Path) -> None:
    control, candidate = {"value": 1, "exception": None}, {"value": None, "exception": {"class": "KeyError"}}
    row = {"experiment": "x", "control": control, "candidates": [candidate]}
    lines = "\n".join(json.dumps(row | {"ignored": each}) for each in (False, True))
    assert [(each.field, each.kind) for each in taken(read("scientist", tmp_path, lines))] == [
        ("status", "status answer→error")
    ]


@pytest.mark.parametrize(
    "content",
    [
        recordings.packed(recordings.jsonl()),
        b"\xef\xbb\xbf" + recordings.jsonl().encode(),
        recordings.jsonl().encode("utf-16"),
        recordings.jsonl().replace("\n", "\r\n\r\n").encode(),
    ],
    ids=["packed", "byte order mark", "utf-16", "windows lines"],
)
def test_a_file_packed_or_in_an_odd_encoding_says_the_same(content: bytes, tmp_path: Path) -> None:
    assert read("jsonl", tmp_path, content) == read("jsonl", tmp_path, recordings.jsonl())


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity"])
def test_a_packed_body_is_compared_by_what_it_says(encoding: str) -> None:
    import zlib

    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "identity": bytes}[encoding]
    headers = [("Content-Encoding", encoding), ("Content-Type", "application/json")]
    assert read_body(pack(LEFT.encode()), headers).value == json.loads(LEFT)
    assert read_body(LEFT.encode(), headers).value == json.loads(LEFT)  # many recorders unpack and leave the header


def test_a_packed_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(30 << 20), 1)
    assert read_body(bomb, [("Content-Encoding", "gzip")]).note.startswith("longer than")


def test_a_body_that_nobody_can_unpack_is_compared_by_its_length() -> None:
    body = read_body(b"\x1b\x02\x00", [("Content-Encoding", "br")])
    assert (body.value, body.note) == ("3 bytes", "packed as br")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("é".encode("latin-1"), ""),
        ("é".encode("cp1252"), "text/html; charset=windows-1252"),
        ("é".encode("utf-16"), ""),
        ("é".encode(), "text/plain; charset=nonsense"),
    ],
)
def test_a_body_in_another_encoding_is_read_as_what_it_says(raw: bytes, kind: str) -> None:
    assert read_body(raw, [("Content-Type", kind)]).value == "é"


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("jsonl", "{\n", "line 1: it is no JSON"),
        ("jsonl", "[1]\n", "line 1: it is no JSON object"),
        ("jsonl", '{"a":' * 100_000, "line 1: nested too deeply"),
        ("jsonl", '{"label": "GREAT"}', "line 1: 'GREAT' is no label: write noise, new_feature, regression"),
        ("jsonl", '{"at": "yesterday"}', "line 1: 'yesterday' is no time: write it as 2026-03-02T08:15:00Z"),
        ("jsonl", '{"sampling_rate": 7}', "line 1: a sampling rate of 7 is none: write a share from 0 to 1"),
        ("jsonl", "x" * (2 << 20), "line 1: it is longer than 1 MB"),
        ("diffy", '{"requests": [7]}', "element 1: it is no request of Diffy with its differences"),
        ("keploy", "a: 1", "the file: it is no report of Keploy: it has no list of tests"),
        ("goreplay", "2 x 1\nHTTP/1.1 200 OK\r\n\r\n" + recordings.SEPARATOR, "1 requests: of these requests only one"),
        ("goreplay", "nonsense" + recordings.SEPARATOR, "block 1: it is no payload of GoReplay"),
        ("scientist", "{}", "line 1: it is no experiment: it has no control or no list of candidates"),
    ],
)  # fmt: skip
def test_a_piece_that_cannot_be_read_is_said_and_the_rest_is_read(
    kind: str, content: str, words: str, tmp_path: Path
) -> None:
    assert problems(read(kind, tmp_path, content))[0].startswith(words)


@pytest.mark.parametrize(
    ("kind", "contents", "words"),
    [
        ("har", ['{"log": {"entries": [{"a": 1}, {"b'], "a HAR holds one build: name the other's with --candidate"),
        ("har", ['{"log": {"entries": [{"a": 1}, {"b'] * 2, "is no whole JSON document"),
        ("har", ['{"log": {"entries": [["' + "x" * (2 << 20)] * 2, "an element is longer than 1 MB"),
        ("otlp", ["{}"], "a file of logs holds one build: name the other's with --candidate"),
        ("keploy", ["a: [1"], "the report is no YAML"),
        ("keploy", ["a: &x [1]\nb: [*x, *x]"], "a report with aliases"),
        ("jsonl", [recordings.packed(recordings.jsonl())[:-20]], "the file is packed and damaged"),
    ],
)
def test_a_file_that_cannot_be_read_on_is_one_sentence(
    kind: str, contents: list[str], words: str, tmp_path: Path
) -> None:
    with pytest.raises(ScoringError, match=words):
        read(kind, tmp_path, *contents)


def test_a_line_in_no_encoding_is_read_with_marks(tmp_path: Path) -> None:
    (one,) = taken(read("jsonl", tmp_path, b'{"description": "caf\xe9", "endpoint": "x"}'))
    assert one.description == "caf\ufffd"


def test_missing_attributes_are_tolerated_and_named() -> None:
    one = read_difference({"description": "x", "calls": None, "test_logs": 7}, ORIGIN)
    assert one.missing == ("category", "calls", "tags", "comments", "prod_logs")
    assert one.test_logs == ("7",)


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    for each in taken(read("jsonl", tmp_path, recordings.jsonl())) + taken(read("diffy", tmp_path, recordings.diffy())):
        assert read_difference(plain(each), ORIGIN) == each


def test_what_is_written_is_valid_by_the_published_schema(tmp_path: Path) -> None:
    schema = json_schema()
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.validator_for(schema)
    for each in taken(read("keploy", tmp_path, recordings.keploy())):
        validator.validate(json.loads(json.dumps(plain(each))))
    assert set(ATTRIBUTES) <= set(schema["properties"])
    published = Path(__file__).parents[3] / "docs" / "difftest.schema.json"
    assert json.loads(published.read_text()) == schema


def test_the_papers_categories_are_known_and_a_team_may_have_its_own() -> None:
    assert {"ErrorCode", "MaskedResponse", "SignInReport", "TokenClaimsBlob", "Result", "Misc"} <= set(CATEGORIES)
    intake = Intake(set(), {}, lambda _: TeamSettings(categories=("Billing",)))
    list(intake.take([read_difference({"category": name}, ORIGIN) for name in ("Billing", "Result")], ORIGIN))
    assert intake.report.strange == {"Result"}


def test_what_keploy_was_told_is_noise_is_suggested_as_noise_and_its_expressions_are_not_run(tmp_path: Path) -> None:
    rows = taken(read("keploy", tmp_path, recordings.keploy()))
    assert {each.field for each in rows if DECLARED in each.tags} == {"body.at"}
    told = [each for each in grouped(rows) if each.declared]
    assert [rules.suggest(each).reasons[0].words for each in told] == ["whoever recorded it called it noise"]


SECRETS = {
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "AKIAIOSFODNN7EXAMPLE", "hunter2hunter2", "anna@example.com",
    "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "+49 151 23456789", "123-45-6789", "192.168.17.4",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "MIIBVQIBADANBg",
}  # fmt: skip


def test_secrets_and_personal_data_are_masked_before_there_is_a_record() -> None:
    said = (
        "token ghp_abcdefghijklmnopqrstuvwxyz0123456789 key AKIAIOSFODNN7EXAMPLE password=hunter2hunter2 "
        "anna@example.com paid with 4111 1111 1111 1111 from DE89 3704 0044 0532 0130 00, call +49 151 23456789, "
        "ssn 123-45-6789 at 192.168.17.4 with eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln "
        "-----BEGIN RSA PRIVATE KEY-----\nMIIBVQIBADANBg\n-----END RSA PRIVATE KEY-----"
    )
    row = dict.fromkeys((*ATTRIBUTES, "left", "right", "request", "pattern"), said)
    written = json.dumps(plain(read_difference(row, ORIGIN)))
    assert [each for each in sorted(SECRETS) if each in written] == []


@pytest.mark.parametrize(
    "name",
    ["password", "user.apiKey", "headers.Authorization", "client_secret", "body.user.phone", "body.items[*].last_name"],
)
def test_a_value_with_a_private_name_is_masked_whatever_it_looks_like(name: str) -> None:
    one = read_difference({"field": name, "left": "swordfish", "right": "opensesame"}, ORIGIN)
    assert one.left == one.right
    assert one.left in ("<secret>", "<personal>")


@pytest.mark.parametrize(
    "text", ["1772439300123 ms", "order 4111", "token bucket is full", "mapping: x", "page 7 of 19"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert read_difference({"description": text}, ORIGIN).description == text


def test_hostile_text_is_kept_as_text_and_cut() -> None:
    words = "<script>alert(1)</script>\x00\x1b[31m" + "x" * 100_000
    one = read_difference({"description": words, "test_logs": [words] * 10_000}, ORIGIN)
    assert one.description.startswith("<script>alert(1)</script>\ufffd\x1b[31mxxx")
    assert sum(map(len, one.test_logs)) < 70_000
    assert "\x00" not in repr(one)


def test_a_secret_that_a_cut_goes_through_is_not_kept_in_part() -> None:
    for spare in range(0, 60, 7):
        words = "x " * (4_000 - spare) + "ghp_abcdefghijklmnopqrstuvwxyz0123456789" + " y" * 5_000
        assert "ghp_" not in read_difference({"description": words}, ORIGIN).description


def test_a_whole_recording_is_never_in_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "large.har"
    entry = json.loads(recordings.har("x" * 20_000))["log"]["entries"][0]
    with path.open("w") as file:
        file.write('{"log": {"entries": [' + ",".join([json.dumps(entry)] * 1_000) + "]}}")
    from scoring.difftest.readers import Sources

    tracemalloc.start()
    count = sum(isinstance(each, Exchange) for each in READERS["har"].read(Sources(ORIGIN, path, path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1_000
    assert peak < path.stat().st_size / 4


def test_base64_of_an_archive_is_compared_by_what_it_says(tmp_path: Path) -> None:
    def encoded(body: str) -> str:
        document = json.loads(recordings.har(""))
        for each in document["log"]["entries"]:
            content = base64.b64encode(body.encode()).decode()
            each["response"]["content"] |= {"text": content, "encoding": "base64"}
        return json.dumps(document)

    differences = taken(read("har", tmp_path, encoded(LEFT), encoded(RIGHT)))
    assert {each.field for each in differences} == {"body.n", "body.at"}


def test_a_packed_file_is_unpacked_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(b'{"description": "a"}\n' * 100_000))
    monkeypatch.setattr("scoring.difftest.readers.source.UNPACKED", 1 << 20)
    with pytest.raises(ScoringError, match="unpacks to more than"):
        list(READERS["jsonl"].read(Sources(ORIGIN, bomb)))


def test_a_time_beyond_all_calendars_is_no_time() -> None:
    for at in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"):
        with pytest.raises(ScoringError, match="is no time"):
            read_difference({"at": at}, ORIGIN)

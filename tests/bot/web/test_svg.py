"""Charts say the same to who sees them and to who has them read; nothing in them is taken for markup."""

from xml.etree import ElementTree as ET

from bot.web import svg

HOSTILE = '<script>"&'
SVG = "{http://www.w3.org/2000/svg}"


def tree(drawn: str) -> ET.Element:
    return ET.fromstring(str(drawn))  # noqa: S314 - ours


def test_bars_are_as_long_as_their_values() -> None:
    drawn = tree(svg.bars("Held", [svg.Bar("a", 10, "10 changes"), svg.Bar("b", 5, "5"), svg.Bar("c", 0, "none")]))
    lengths = [float(bar.get("width", "")) for bar in drawn.iter("rect") if bar.get("class") == "ink"]
    assert [length / lengths[0] for length in lengths] == [1.0, 0.5, 0.0]
    assert [title.text for title in drawn.iter("title")] == ["Held", "a: 10 changes", "b: 5", "c: none"]


def test_a_line_breaks_where_nothing_is_known_and_its_band_covers_the_intervals() -> None:
    values = [0.1, 0.2, None, 0.4, 0.5]
    points = [
        svg.Point(str(at), at, value, str(value), None if value is None else 0.0, None if value is None else 1.0)
        for at, value in enumerate(values)
    ]
    drawn = tree(svg.line("Score", points, gates=[(0.9, "red")]))
    assert len(list(drawn.iter("polyline"))) == 2
    assert len(list(drawn.iter("circle"))) == 4
    (band,) = drawn.iter("polygon")
    heights = {pair.split(",")[1] for pair in band.get("points", "").split()}
    assert heights == {"12", "174"}  # from the top of the drawing to its ground


def test_one_point_stands_in_the_middle_and_none_is_an_empty_chart() -> None:
    (dot,) = tree(svg.line("Score", [svg.Point("now", 5, 0.5, "50")])).iter("circle")
    assert dot.get("cx") == "336"
    assert list(tree(svg.line("Score", [])).iter("circle")) == []
    assert list(tree(svg.steps("Level", [])).iter("rect")) == []
    assert list(tree(svg.bars("Held", [])).iter("rect")) == []


def test_steps_fill_the_time_that_they_last() -> None:
    blocks = [svg.Step("green", 0, 75, 0, "nothing"), svg.Step("red", 75, 100, 0.5, "half")]
    wide = [float(block.get("width", "")) for block in tree(svg.steps("Level", blocks)).iter("rect")]
    assert wide == [462.0, 154.0]


def test_columns_stack_what_belongs_together() -> None:
    rows = [[svg.Bar("let", 3, "3", "free"), svg.Bar("held", 1, "1")], [svg.Bar("let", 2, "2", "free")]]
    high = [float(bar.get("height", "")) for bar in tree(svg.columns("Weeks", rows, ["a", "b"])).iter("rect")]
    assert high == [121.5, 40.5, 81.0]


def test_names_from_outside_stay_text_and_the_numbers_stand_in_a_table() -> None:
    drawn = svg.figure(
        HOSTILE, svg.bars(HOSTILE, [svg.Bar(HOSTILE, 1, HOSTILE)]), ["what", "n"], [[HOSTILE, 1], ["b", 2]], HOSTILE
    )
    page = tree(drawn)
    assert [cell.text for cell in page.iter("td")] == ["1", "2"]
    assert [head.text for head in page.iter("th")] == ["what", "n", HOSTILE, "b"]
    assert "<script>" not in drawn


def test_the_meter_is_as_full_as_the_rank_and_marked_where_it_is_held() -> None:
    meter = tree(svg.share(0.97, 0.9))
    assert [rect.get("width") for rect in meter.iter("rect")] == ["100", "97", "1.5"]
    assert meter.get("class") == "meter held"
    assert tree(svg.share(0.5, 0.9)).get("class") == "meter"


def test_several_lines_share_their_ground_and_only_the_first_has_points_and_a_band() -> None:
    def points(*values: float) -> tuple[svg.Point, ...]:
        return tuple(
            svg.Point(f"p{n}", n / 2, value, f"{value:.0%}", value - 0.1, value + 0.1) for n, value in enumerate(values)
        )

    drawn = svg.lines(
        "Two", [svg.Line("ours", points(0.1, 0.6, 1.0)), svg.Line("<theirs>", points(0.1, 0.3, 1.0), "soft")]
    )
    assert (drawn.count("<polyline"), drawn.count("<circle"), drawn.count('class="band"')) == (2, 3, 1)
    assert "&lt;theirs&gt;" in drawn
    assert 'class="ink soft"' in drawn


def test_counts_are_whole_numbers_and_shares_are_percents() -> None:
    def names(drawn: str) -> list[str | None]:
        return [text.text for text in tree(drawn).iter("text")]

    assert {"0", "1"} <= set(names(svg.columns("Weeks", [[svg.Bar("a", 1, "1")]], ["one"])))
    assert {"0", "2", "5"} <= set(names(svg.columns("Weeks", [[svg.Bar("a", 5, "5")]], ["one"])))
    assert {"0%", "50%", "100%"} <= set(names(svg.line("Score", [svg.Point("now", 0, 0.5, "50")])))

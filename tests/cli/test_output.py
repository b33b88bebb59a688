"""How values are shown: harmless to a terminal, lossless to a program, no formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import output

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OBEYED = "\x1b[2J\x07\x9b31m\u202e\u2066\u200f\u2028\x00\r"


@given(st.text())
def test_json_lines_say_what_the_object_says_and_hold_nothing_a_terminal_obeys(text: str) -> None:
    shown = written({"title": text}, as_json=True)
    assert json.loads(shown) == {"title": text}
    assert output.UNPRINTABLE.search(shown) is None
    assert shown.count("\n") == 1


@given(st.text())
def test_plain_lines_hold_nothing_a_terminal_obeys_and_every_other_character(text: str) -> None:
    shown = written({"title": text}, as_json=False).removesuffix("\n")
    assert output.UNPRINTABLE.search(shown) is None
    assert shown == "".join(character for character in text if not output.UNPRINTABLE.match(character))


def test_what_a_terminal_obeys_is_left_out_and_the_marks_that_scripts_need_stay() -> None:
    assert output.plain(f"a{OBEYED}b\tc\nd") == "a[2J31mb\tc\nd"
    assert output.plain("می\u200cخواهم क्\u200dष Qarabağ") == "می\u200cخواهم क्\u200dष Qarabağ"


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "\r", "\x00", "\x00=", "\x1b=", "\u202e=", "＝", "－"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(lead: str, capsys: pytest.CaptureFixture[str]) -> None:
    output.write_csv([{"a": f"{lead}1+1"}], ["a"])
    [[_], [cell]] = csv.reader(io.StringIO(capsys.readouterr().out))
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\x00", "＝", "－"))
    assert cell.endswith("1+1")


def test_csv_has_a_heading_and_lists_lie_in_one_cell(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_csv([{"a": ["x", "y"], "b": None, "c": 'two "words", a\nline', "d": 1}], ["a", "b", "c", "d"])
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [["a", "b", "c", "d"], ["x y", "", 'two "words", a\nline', "1"]]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("36h", NOW - timedelta(hours=36)),
        (" 7 d ", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T05:00", datetime(2026, 11, 1, 5, tzinfo=UTC)),
        ("2026-11-01T05:00:00+05:00", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T05:00:00Z", datetime(2026, 11, 1, 5, tzinfo=UTC)),
    ],
)
def test_since_is_a_span_a_date_or_a_time(text: str, meant: datetime) -> None:
    assert output.parse_since(text, NOW) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "5", "999999w", "2026-13-01", "3y"])
def test_a_since_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no time; write a span"):
        output.parse_since(text, NOW)


def test_one_is_one_and_all_else_is_many() -> None:
    assert [output.counted(count, "source") for count in (0, 1, 2)] == ["0 sources", "1 source", "2 sources"]


def written(value: dict[str, object], *, as_json: bool) -> str:
    stream = io.StringIO()
    stream_encoding = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", stream_encoding)
        assert output.write([value], as_json, lambda o: str(o["title"])) == 1
        stream_encoding.seek(0)
        return stream.getvalue() + stream_encoding.read()

from __future__ import annotations

import tomllib

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from monitor.settings.places import Located, find_places

DOCUMENT = '''\
# [comment]
top = "[x]"
"quoted key" = 1
a.b.c = 1  # dotted
moment = 1979-05-27 07:32:00
text = """
[[not]] a = 1
\\""" still ""text"""""
raw = \'\'\'
id = "no"\'\'\'

[plain]
list = [
  1,  # one
  [2, "]"],
  { x = "}", y = { z = '#' } },
]

[[source]]
id = "first"
url = "x"
[source.deep]
key = 1

[[source]]
"id" = 'sec\\ond'
  tags = ["a", "b"]

[[source.part]]
name = "p1"
[[source.part]]
name = "p2"
id = ""
[ source . part . "in" ]
last = true'''

LINES = {
    ("top",): 2,
    ("quoted key",): 3,
    ("a",): 4,
    ("a", "b", "c"): 4,
    ("moment",): 5,
    ("text",): 6,
    ("raw",): 9,
    ("plain",): 12,
    ("plain", "list"): 13,
    ("plain", "list", 0): 14,
    ("plain", "list", 1, 1): 15,
    ("plain", "list", 2, "y", "z"): 16,
    ("source",): 19,
    ("source", 0): 19,
    ("source", 0, "url"): 21,
    ("source", 0, "deep"): 22,
    ("source", 0, "deep", "key"): 23,
    ("source", 1): 25,
    ("source", 1, "id"): 26,
    ("source", 1, "tags", 1): 27,
    ("source", 1, "part", 0, "name"): 30,
    ("source", 1, "part", 1): 31,
    ("source", 1, "part", 1, "in"): 34,
    ("source", 1, "part", 1, "in", "last"): 35,
}


def test_every_way_to_write_a_key_is_found_on_its_line():
    tomllib.loads(DOCUMENT)
    places = find_places(DOCUMENT)
    assert {path: places.line_of(path) for path in LINES} == LINES


def test_lines_are_the_same_with_the_line_ends_of_windows():
    places = find_places(DOCUMENT.replace("\n", "\r\n"))
    assert {path: places.line_of(path) for path in LINES} == LINES


def test_what_is_not_written_stands_where_its_parent_does():
    places = find_places(DOCUMENT)
    assert places.line_of(("source", 1, "name")) == 25
    assert places.line_of(("nowhere", "x")) == 0
    assert find_places("").line_of(("x",)) == 0


def test_a_table_is_named_by_its_id_or_else_by_its_number():
    places = find_places(DOCUMENT)
    assert places.name_of(("source", 0, "url")) == "source[first].url"
    assert places.name_of(("source", 1, "tags", 1)) == "source[sec\\ond].tags[#2]"
    assert places.name_of(("source", 1, "part", 1, "name")) == "source[sec\\ond].part[#2].name"
    assert places.name_of(("source", 7)) == "source[#8]"


def test_an_id_that_would_not_read_well_is_no_name():
    long, odd = f'[[a]]\nid = "{"x" * 65}"', '[[a]]\nid = "x\\u0007"'
    assert find_places(long).name_of(("a", 0)) == find_places(odd).name_of(("a", 0)) == "a[#1]"
    assert find_places("[[a]]\nid = 5").name_of(("a", 0)) == "a[#1]"


def test_a_file_that_was_not_read_has_no_lines(tmp_path):
    problem = Located(tmp_path).problem("rules.toml", ("rule", 0, "query"), "is odd", "warning")
    assert (problem.file, problem.line) == (str(tmp_path / "rules.toml"), 0)
    assert (problem.key, problem.severity) == ("rule[#1].query", "warning")


def leaves(value, path=()):
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not children:
        yield path, value
    for key, child in children:
        yield from leaves(child, (*path, key))


words = st.text(alphabet="ab]}[{=#,.\"'\\ \né", max_size=6)
scalars = st.booleans() | st.floats(allow_nan=False) | words
tables = st.recursive(
    st.dictionaries(words, scalars | st.lists(scalars, max_size=3), max_size=3),
    lambda inner: st.dictionaries(words, inner | st.lists(inner, min_size=1, max_size=3), max_size=3),
    max_leaves=12,
)


@given(tables)
def test_any_document_has_each_leaf_on_the_line_that_writes_it(document):
    """Every leaf is given a value of its own; the line found for it must hold that value."""
    numbers = {}

    def numbered(value):
        if isinstance(value, dict):
            return {key: numbered(child) for key, child in value.items()}
        if isinstance(value, list):
            return [numbered(child) for child in value]
        numbers[len(numbers)] = value
        return [f"leaf-{len(numbers) - 1}-{value}", value]

    text = tomlkit.dumps(numbered(document))
    lines = text.split("\n")
    places = find_places(text)
    for path, value in leaves(tomllib.loads(text)):
        if isinstance(value, str) and value.startswith("leaf-"):
            mark = "-".join(value.split("-")[:2])
            assert f'"{mark}-' in lines[places.line_of(path) - 1]

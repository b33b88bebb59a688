"""Lists of name forms in files of their own: what is read, and what is told of those that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.settings import load_settings
from monitor.settings.lists import ListFile, read_lists
from monitor.settings.load import survey_settings
from monitor.text.folding import fold_text


@pytest.fixture
def lists(folder):
    """The folder of lists, empty."""
    path = folder / "lists"
    path.mkdir()
    return path


@pytest.fixture
def problems(folder):
    """Loads the folder, and gives what is told: lines without the folder's name."""

    def load():
        with pytest.raises(ConfigError) as refused:
            load_settings(folder, {})
        return [str(problem).removeprefix(f"{folder}/") for problem in refused.value.problems]

    return load


def test_a_file_is_a_list_with_one_form_a_line(folder, lists):
    (lists / "harbours.txt").write_text("# Harbours\n\nHarbour*\n  old  quay \t\nПричал*  # in Russian\nC#\n")
    settings = load_settings(folder, {})
    assert dict(settings.lists) == {"harbours": ("Harbour*", "old  quay", "Причал*", "C#")}
    assert dict(settings.list_files) == {"harbours": "lists/harbours.txt"}


def test_a_form_keeps_the_line_it_stands_on(folder, lists):
    (lists / "harbours.txt").write_text("# Harbours\n\nHarbour*\n\nquay\n")
    settings = load_settings(folder, {})
    lines = [settings.locate("lists/harbours.txt", ("list", "harbours", number)) for number in (0, 1)]
    assert lines == [3, 5]
    problem = settings.problem("lists/harbours.txt", ("list", "harbours", 1), "is odd")
    assert str(problem) == f"{folder}/lists/harbours.txt:5: list.harbours[#2]: is odd"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_and_a_byte_order_mark_do_no_harm(folder, lists, end):
    (lists / "harbours.txt").write_bytes(b"\xef\xbb\xbf" + end.join(["Harbour*", "# old", "quay"]).encode())
    found = read_lists(folder, pytest.fail)["harbours"]
    assert (found.forms, found.lines) == (("Harbour*", "quay"), (1, 3))


def test_of_forms_that_fold_alike_the_first_is_kept(folder, lists):
    (lists / "harbours.txt").write_text("Čakan\nquay\nCAKAN\ncakan*\nold   quay\nOld quay\n")
    found = read_lists(folder, pytest.fail)["harbours"]
    assert (found.forms, found.lines) == (("Čakan", "quay", "cakan*", "old   quay"), (1, 2, 4, 5))


def test_a_joiner_within_a_word_is_no_control_character(folder, lists):
    (lists / "places.txt").write_text("قره‌باغ\n")
    assert read_lists(folder, pytest.fail)["places"].forms == ("قره‌باغ",)


def test_lists_of_the_rules_file_come_first_and_those_of_files_by_name(folder, lists):
    (folder / "rules.toml").write_text('[list]\nrooms = ["hall"]\n')
    for name in ("b", "a"):
        (lists / f"{name}.txt").write_text("word\n")
    settings = load_settings(folder, {})
    assert list(settings.lists) == ["rooms", "a", "b"]
    assert list(settings.list_files) == ["a", "b"]


def test_files_of_other_endings_and_hidden_ones_may_lie_beside_the_lists(folder, lists):
    for name in ("LICENSE", "notes.md", ".rooms.txt", "rooms.txt~", "rooms.txt.bak"):
        (lists / name).write_bytes(b"\xff")
    assert dict(load_settings(folder, {}).lists) == {}


def test_without_a_folder_there_are_none(folder):
    assert read_lists(folder, pytest.fail) == {}


def test_lists_are_read_with_the_rules_only(folder, lists):
    (lists / "Bad Name.txt").write_text("word\n")
    assert dict(load_settings(folder, {}, parts=("monitor", "sources")).lists) == {}
    with pytest.raises(ConfigError):
        load_settings(folder, {}, parts=("rules",))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("harbours.txt", b"", "lists/harbours.txt:0: list.harbours: holds no form; "),
        ("harbours.txt", b"# only\n\n # comments\n", "lists/harbours.txt:0: list.harbours: holds no form; "),
        ("harbours.txt", b"quay\nK\xf6ln\n", "lists/harbours.txt:2: list.harbours: is not in UTF-8 here; "),
        ("harbours.txt", b"quay\r\rK\xf6ln\r", "lists/harbours.txt:3: list.harbours: is not in UTF-8 here; "),
        ("harbours.txt", "quay".encode("utf-16"), "lists/harbours.txt:1: list.harbours: is not in UTF-8 here; "),
        ("harbours.txt", "quay".encode("utf-16-le"), "lists/harbours.txt:1: list.harbours: holds a tab or another "),
        ("harbours.txt", b"quay\nold\tquay\n", "lists/harbours.txt:2: list.harbours: holds a tab or another "),
        ("Harbours.txt", b"quay", 'lists/Harbours.txt:0: list: no list can have this name: *"harbours.txt"'),
        ("harbours.TXT", b"quay", 'lists/harbours.TXT:0: list: no list can have this name: *"harbours.txt"'),
        ("our harbours!.txt", b"quay", 'lists/our harbours!.txt:0: list: no list can *"our-harbours.txt"'),
        ("quay-.txt", b"quay", 'lists/quay-.txt:0: list: no list can have this name: *"quay.txt"'),
        ("порт.txt", b"quay", 'lists/порт.txt:0: list: no list can have this name: *"karabakh.txt"'),
        ("a" * 65 + ".txt", b"quay", f'lists/{"a" * 65}.txt:0: list: no list can *"{"a" * 64}.txt"'),
    ],
)
def test_a_faulty_list_is_told_with_its_file_and_line(lists, problems, name, content, told):
    (lists / name).write_bytes(content)
    (line,) = problems()
    begin, _, end = told.partition("*")
    assert line.startswith(begin)
    assert line.endswith(end) or not end


def test_a_list_that_stands_in_both_places_is_told_where_the_rules_are(folder, lists, problems):
    (folder / "rules.toml").write_text('[list]\nrooms = ["hall"]\nharbours = ["port"]\n')
    (lists / "harbours.txt").write_text("quay\n")
    assert problems() == ["rules.toml:3: list.harbours: stands in lists/harbours.txt too; keep the one or the other"]
    assert dict(survey_settings(folder, {}).settings.lists) == {"rooms": ("hall",), "harbours": ("port",)}


def test_what_cannot_be_read_is_told(folder, lists, problems):
    (lists / "harbours.txt").mkdir()
    (line,) = problems()
    assert line == "lists/harbours.txt:0: list.harbours: cannot be read (Is a directory); mend its permissions"
    (lists / "harbours.txt").rmdir()
    lists.rmdir()
    lists.write_text("quay\n")
    assert problems() == ["lists:0: list: cannot be read (Not a directory); lists stand in it, NAME.txt each"]


def test_what_is_wrong_with_lists_stands_between_rules_and_digests(folder, lists, problems):
    (lists / "b.txt").write_text("")
    (lists / "a.txt").write_bytes(b"quay\n\xff")
    (folder / "rules.toml").write_text("[[rule]]\ncolour = 1\n")
    (folder / "digests.toml").write_text("[[digest]]\n")
    files = [line.split(":")[0] for line in problems()]
    assert list(dict.fromkeys(files)) == ["rules.toml", "lists/a.txt", "lists/b.txt", "digests.toml"]


def test_a_list_that_cannot_be_read_is_known_by_its_name(folder, lists):
    def survey():
        found = survey_settings(folder, {})
        return found.unread_lists, found.knows_lists

    (lists / "harbours.txt").write_text("quay\n")
    assert survey() == (frozenset(), True)
    (lists / "harbours.txt").write_text("")
    assert survey() == ({"harbours"}, True)
    (lists / "harbours.txt").unlink()
    (folder / "rules.toml").write_text("list = 3\n")
    assert survey()[1] is False
    (folder / "rules.toml").write_text("")
    lists.rmdir()
    lists.write_text("quay\n")
    assert survey()[1] is False


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="#", exclude_categories=["C", "Z"]), min_size=1))
)
def test_every_word_of_a_file_is_a_form_or_folds_like_one(tmp_path_factory, forms):
    folder = tmp_path_factory.mktemp("config")
    (folder / "lists").mkdir()
    (folder / "lists" / "words.txt").write_text("\n".join(["first", *forms]), "utf-8")
    found = read_lists(folder, pytest.fail)["words"]
    assert isinstance(found, ListFile)
    assert {fold_text(form) for form in found.forms} == {fold_text(form) for form in ["first", *forms]}
    assert len(found.forms) == len({fold_text(form) for form in found.forms}) == len(found.lines)

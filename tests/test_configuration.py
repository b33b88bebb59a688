from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.configuration import check_configuration
from monitor.errors import ConfigError
from monitor.model import Matchable
from monitor.rules import prepare

SOURCES = '[[source]]\nid = "a"\nurl = "https://a.example/"\n'
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sources.toml").write_text(SOURCES)
    return tmp_path


@pytest.fixture
def told(folder):
    """Writes files, checks the folder, and gives what is told: severity, file and line, key, and the message apart."""

    def tell(**files):
        for stem, text in files.items():
            (folder / f"{stem}.toml").write_text(text)
        with pytest.raises(ConfigError) as refused:
            check_configuration(folder, {})
        return [
            (p.severity, f"{p.file.removeprefix(f'{folder}/')}:{p.line}", p.key, p.message)
            for p in refused.value.problems
        ]

    return tell


def places(problems):
    return [(severity, place, key) for severity, place, key, _ in problems]


def test_a_sound_folder_gives_rules_that_match_and_sections_that_hold(folder):
    (folder / "rules.toml").write_text(
        '[list]\nplaces = ["Karabakh", "Карабах*"]\n[[rule]]\nid = "k"\nquery = "@places AND NOT football"\n'
        'tags = ["karabakh"]\n[[rule.sample]]\ntext = "Talks on Karabakh"\nmatch = true\n'
        '[[rule.sample]]\ntext = "Football in Karabakh"\nmatch = false\n'
    )
    (folder / "digests.toml").write_text(
        '[[digest]]\nid = "d"\nat = "07:00"\n[[digest.section]]\nquery = "tag:own OR @places"\n[[digest.section]]\n'
        '[[digest]]\nid = "e"\nat = "08:00"\n'
    )
    configuration = check_configuration(folder, {})
    text = prepare(Matchable(title="О Карабахе", body=""))
    assert [match.rule_id for match in configuration.rules.match(text)] == ["k"]
    first, rest = configuration.sections["d"]
    assert rest is None
    assert first is not None
    assert first.matches(text, NOW) is not None
    assert first.matches(prepare(Matchable(title="Trade", body="")), NOW) is None
    assert configuration.sections["e"] == (None,)
    assert configuration.warnings == ()
    assert configuration.settings.sources[0].id == "a"


def test_rules_samples_and_sections_are_told_together_with_everything_else(told):
    problems = told(
        monitor='[stor]\npath = "x"\n',
        sources=SOURCES + "own = 1\n",
        rules='[[rule]]\nid = "r"\nquery = "(a"\n\n[[rule]]\nid = "s"\nquery = "trade"\n'
        '[[rule.sample]]\ntext = "Sport"\nmatch = true\n[[rule.sample]]\ntext = "Trade"\nmatch = false\n',
        digests='[[digest]]\nid = "d"\nat = 7\n[[digest]]\nid = "e"\nat = "07:00"\n'
        '[[digest.section]]\ntitle = "x"\nquery = "@nobody"\n',
    )
    assert places(problems) == [
        ("error", "monitor.toml:1", "stor"),
        ("error", "sources.toml:4", "source[a].own"),
        ("error", "rules.toml:3", "rule[r].query"),
        ("error", "rules.toml:8", "rule[s].sample[#1]"),
        ("error", "rules.toml:11", "rule[s].sample[#2]"),
        ("error", "digests.toml:3", "digest[d].at"),
        ("error", "digests.toml:9", "digest[e].section[#1].query"),
    ]
    assert problems[3][3] == "the rule does not match this text, which it must; mend the rule, or the sample"
    assert problems[4][3] == "the rule matches this text, which it must not; mend the rule, or the sample"
    assert "there is no list `nobody`" in problems[6][3]
    assert problems[6][3].endswith('(at "@nobody")')


def test_a_wrong_table_does_not_hide_or_move_what_is_wrong_in_the_next(told):
    problems = told(
        rules='[[rule]]\nid = "r"\nquery = "x"\ncolour = "red"\n[[rule]]\nid = "s"\n'
        '[[rule]]\nid = "t"\nquery = "a AND b OR c"\n'
    )
    assert places(problems) == [
        ("error", "rules.toml:4", "rule[r].colour"),
        ("error", "rules.toml:5", "rule[s]"),
        ("error", "rules.toml:9", "rule[t].query"),
    ]


def test_the_spot_in_a_query_of_several_lines_has_its_own_line(told):
    query = "trade OR\ntalks OR\n(border AND"
    for quotes, first in (("'''", "\n"), ('"""', "\n"), ("'''", "")):
        problems = told(rules=f'[[rule]]\nid = "r"\nquery = {quotes}{first}{query}{quotes}\n')
        assert places(problems) == [("error", f"rules.toml:{5 + len(first)}", "rule[r].query")]
        assert problems[0][3].endswith('(at "AND")')


def test_a_line_break_written_as_an_escape_moves_no_line(told):
    problems = told(rules='[[rule]]\nid = "r"\nquery = "trade OR\\n(talks"\n')
    assert places(problems) == [("error", "rules.toml:3", "rule[r].query")]


@pytest.mark.parametrize(
    ("body", "place", "key"),
    [
        ('[rule.terms]\n"trade" = 10\n"t*" = 5', "rules.toml:5", "rule[r].terms.t*"),
        ("terms = { trade = -10 }", "rules.toml:1", "rule[r]"),
        ('[[rule.any_of]]\nall = ["trade"]\nnone = ["x", "t*"]', "rules.toml:5", "rule[r].any_of[#1].none[#2]"),
        ('[[rule.any_of]]\nnone = ["trade"]', "rules.toml:1", "rule[r]"),
    ],
)
def test_a_wrong_term_is_told_where_it_is_written(told, body, place, key):
    assert places(told(rules=f'[[rule]]\nid = "r"\n{body}\n')) == [("error", place, key)]


def test_a_query_without_words_has_no_spot_to_show(told):
    assert told(rules='[[rule]]\nid = "r"\nquery = " "\n')[0][3] == "the query is empty: write at least one word"


def test_a_message_is_one_line(told):
    problems = told(rules="[[rule]]\nid = \"r\"\nquery = '''a AND b\nOR c'''\n")
    assert "\n" not in problems[0][3]


def test_an_operator_in_lower_case_is_a_warning_with_its_place(folder):
    (folder / "rules.toml").write_text('[[rule]]\nid = "r"\nquery = "trade or talks"\n')
    (folder / "digests.toml").write_text(
        '[[digest]]\nid = "d"\nat = "07:00"\n[[digest.section]]\nquery = "trade and talks"\n'
    )
    warnings = check_configuration(folder, {}).warnings
    assert [(w.severity, w.line, w.key) for w in warnings] == [
        ("warning", 3, "rule[r].query"),
        ("warning", 5, "digest[d].section[#1].query"),
    ]
    assert warnings[0].message.endswith('(at "or talks")')


def test_an_operator_in_a_term_is_a_warning_with_its_place(folder):
    (folder / "rules.toml").write_text(
        '[[rule]]\nid = "r"\nthreshold = 1\n[rule.terms]\noil = 1\n"tax or levy" = 1\n'
        '[[rule]]\nid = "s"\n[[rule.any_of]]\nall = ["oil",\n"gas and coal"]\nnear = 30\n'
    )
    assert [(w.severity, w.line, w.key) for w in check_configuration(folder, {}).warnings] == [
        ("warning", 6, "rule[r].terms.tax or levy"),
        ("warning", 11, "rule[s].any_of[#1].all[#2]"),
        ("warning", 12, "rule[s].any_of[#1].near"),
    ]


def test_warnings_of_the_settings_are_kept(folder):
    (folder / "sources.toml").write_text(SOURCES + 'interval = "1s"\n')
    assert [w.key for w in check_configuration(folder, {}).warnings] == ["source[a].interval"]


@pytest.mark.parametrize("rules", ["[list]\nplaces = 3\n", "[list]\nplaces = [\n"])
def test_a_list_that_cannot_be_read_is_the_only_thing_told_of_it(told, rules):
    uses = '[[rule]]\nid = "r"\nquery = "@places"\n[[rule.sample]]\ntext = "x"\nmatch = true\n'
    problems = told(
        rules=rules + uses,
        digests='[[digest]]\nid = "d"\nat = "07:00"\n[[digest.section]]\nquery = "@places"\n',
    )
    assert len(problems) == 1
    assert problems[0][1].startswith("rules.toml:")


def test_a_rule_whose_id_is_used_twice_is_told_once(told):
    rule = '[[rule]]\nid = "r"\nquery = "trade"\n'
    assert places(told(rules=rule * 2)) == [("error", "rules.toml:5", "rule[r].id")]


def test_a_missing_folder_is_told_by_the_same_error(tmp_path):
    with pytest.raises(ConfigError, match="monitor init"):
        check_configuration(tmp_path / "none", {})


def test_a_list_form_that_cannot_be_looked_for_is_told_where_the_list_stands_and_not_again_by_its_rules(told):
    problems = told(rules='[list]\nplaces = ["Karabakh", "*"]\n[[rule]]\nid = "r"\nquery = "@places"\n')
    assert places(problems) == [("error", "rules.toml:2", "list.places[#2]")]


def test_every_bad_form_of_a_list_and_every_bad_query_is_told_at_once_and_in_its_own_place(told):
    problems = told(
        rules='[list]\nplaces = ["ab*", "cd*", "Karabakh"]\n[[rule]]\nid = "r"\nquery = "@places AND"\n'
        '[[rule]]\nid = "r"\nquery = "a AND b OR c"\n'
    )
    assert places(problems) == [
        ("error", "rules.toml:2", "list.places[#1]"),
        ("error", "rules.toml:2", "list.places[#2]"),
        ("error", "rules.toml:5", "rule[r].query"),
        ("error", "rules.toml:7", "rule[r].id"),
        ("error", "rules.toml:8", "rule[r].query"),
    ]


def test_a_query_in_three_quotes_on_one_line_is_told_on_that_line(told):
    assert places(told(rules="[[rule]]\nid = 'r'\nquery = '''aa AND'''\n")) == [
        ("error", "rules.toml:3", "rule[r].query")
    ]


def test_a_list_of_a_file_is_used_by_rules_and_sections_and_read_anew_each_time(folder):
    (folder / "lists").mkdir()
    (folder / "lists" / "harbours.txt").write_text("quay\n")
    (folder / "rules.toml").write_text('[[rule]]\nid = "r"\nquery = "@harbours"\n')
    (folder / "digests.toml").write_text(
        '[[digest]]\nid = "d"\nat = "07:00"\n[[digest.section]]\nquery = "@harbours"\n'
    )

    def found(title):
        configuration = check_configuration(folder, {})
        text = prepare(Matchable(title=title, body=""))
        (section,) = configuration.sections["d"]
        return [match.rule_id for match in configuration.rules.match(text)], section.matches(text, NOW) is not None

    assert found("The old quay") == (["r"], True)
    assert found("Der Hafen") == ([], False)
    (folder / "lists" / "harbours.txt").write_text("quay\nHafen*\n")
    assert found("Der Hafen") == (["r"], True)


def test_forms_of_files_that_cannot_be_looked_for_are_told_there_and_rules_of_them_are_not(folder, told):
    (folder / "lists").mkdir()
    (folder / "lists" / "harbours.txt").write_text("# Harbours\nquay\n\nab*\n*\n")
    (folder / "lists" / "empty.txt").write_text("")
    problems = told(
        rules='[list]\nrooms = ["hall",\n"c*"]\n[[rule]]\nid = "r"\nquery = "@harbours"\n'
        '[[rule.sample]]\ntext = "x"\nmatch = true\n[[rule]]\nid = "s"\nquery = "@empty"\n'
    )
    assert places(problems) == [
        ("error", "rules.toml:3", "list.rooms[#2]"),
        ("error", "lists/empty.txt:0", "list.empty"),
        ("error", "lists/harbours.txt:4", "list.harbours[#2]"),
        ("error", "lists/harbours.txt:5", "list.harbours[#3]"),
    ]


DIGEST = '[[digest]]\nid = "d"\nat = "07:00"\n'


def with_template(folder: Path, name: str, text: str) -> list[str]:
    """What is wrong with a configuration that has this template."""
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / name).write_text(text, "utf-8")
    try:
        check_configuration(folder, {})
    except ConfigError as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "sources.toml").write_text('[[source]]\nid = "a"\nurl = "https://a.example/feed"\n')
    (folder / "digests.toml").write_text(DIGEST)
    return folder


def test_a_template_of_ones_own_is_tried_on_an_edition_with_everything_in_it(plain: Path) -> None:
    assert with_template(plain, "digest.txt.j2", "{{ title }}\n{% for s in sections %}{{ s.title }}{% endfor %}") == []
    assert with_template(plain, "_part.j2", "{{ nothing }}") == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("digest.txt.j2", "{{ title }}\n{% if %}", "templates/digest.txt.j2:2: digest.txt: Expected an expression"),
        (
            "digest.txt.j2",
            "ok\n\n{{ titel }}",
            "templates/digest.txt.j2:3: digest.txt: UndefinedError: 'titel' is undefined",
        ),
        ("digest.html.j2", "{{ edition.__class__.__mro__ }}", "SecurityError"),
        ("digest.html.j2", "{% include '../monitor.toml' %}", "TemplateNotFound"),
        ("digest.htm.j2", "x", "is no template that a mail is made by; known are digest.html.j2, digest.txt.j2"),
    ],
)
def test_a_template_that_cannot_be_used_is_told_with_its_line(plain: Path, name: str, text: str, told: str) -> None:
    [problem] = with_template(plain, name, text)
    assert told in problem


def test_a_bad_list_hides_no_other_mistake_and_no_sample_that_does_without_it(folder, told):
    (folder / "lists").mkdir()
    (folder / "lists" / "empty.txt").write_text("")
    problems = told(
        rules='[list]\nplaces = ["Karabakh", "*"]\nonly = ["*"]\n'
        '[[rule]]\nid = "r"\nquery = "@places AND @only AND @empty"\n[[rule.sample]]\ntext = "x"\nmatch = true\n'
        '[[rule]]\nid = "s"\nquery = "@nolist OR @places"\n'
        '[[rule]]\nid = "t"\nquery = "@empty AND NEAR"\n'
        '[[rule]]\nid = "u"\nquery = "trade"\n[[rule.sample]]\ntext = "x"\nmatch = true\n'
    )
    assert places(problems) == [
        ("error", "rules.toml:2", "list.places[#2]"),
        ("error", "rules.toml:3", "list.only[#1]"),
        ("error", "rules.toml:12", "rule[s].query"),
        ("error", "rules.toml:15", "rule[t].query"),
        ("error", "rules.toml:19", "rule[u].sample[#1]"),
        ("error", "lists/empty.txt:0", "list.empty"),
    ]


def test_rules_that_ask_for_lists_are_left_alone_where_nobody_knows_which_there_are(folder, told):
    (folder / "lists").write_text("")
    problems = told(
        rules='[[rule]]\nid = "r"\nquery = "@places"\n[[rule]]\nid = "s"\nquery = "NEAR"\n'
        '[[rule]]\nid = "t"\nquery = "x"\n[[rule.sample]]\ntext = "y"\nmatch = true\n'
    )
    assert places(problems) == [("error", "rules.toml:6", "rule[s].query"), ("error", "lists:0", "list")]


def test_a_rule_that_asks_for_a_source_is_told_why_no_sample_can_match(told):
    problems = told(
        rules='[[rule]]\nid = "r"\nquery = "trade AND NOT (kind:wire OR country:PK)"\n'
        '[[rule]]\nid = "s"\nquery = "trade AND kind:press AND source:a"\n[[rule.sample]]\ntext = "trade"\nmatch = true\n'
    )
    assert [message for *_, message in problems] == [
        "the rule does not match this text, which it must; mend the rule, or the sample (a sample is a text without a source,"
        " so `kind:`, `source:` holds for none: such a rule has only samples that it must not match;"
        " `monitor rules test --source ID` tries others)"
    ]


def test_what_nothing_has_and_what_can_never_hold_are_warnings(folder):
    (folder / "sources.toml").write_text(SOURCES + 'publisher = "A House"\ntags = ["North"]\n')
    (folder / "rules.toml").write_text(
        '[[rule]]\nid = "r"\ntags = ["trade"]\n'
        'query = "source:a publisher:\\"a house\\" tag:north tag:own source:own trade"\n'
        '[[rule]]\nid = "s"\nquery = "trade tag:trade AND NOT trade source:b"\n'
        '[[rule.any_of]]\nall = ["oil"]\nnone = ["oil"]\n'
    )
    (folder / "digests.toml").write_text(
        '[[digest]]\nid = "d"\nat = "07:00"\n[[digest.section]]\nquery = "tag:trade OR tag:tradee"\n'
    )
    warnings = check_configuration(folder, {}).warnings
    assert [(warning.line, warning.key, warning.message.partition(" (")[0]) for warning in warnings] == [
        (7, "rule[s].query", "nothing has the tag `trade`, so this holds for no item yet"),
        (
            7,
            "rule[s].query",
            "what is asked for is excluded here, so this can never hold: take the one or the other out",
        ),
        (7, "rule[s].query", "nothing has the source `b`, so this holds for no item yet"),
        (
            8,
            "rule[s].any_of[#1]",
            "what is asked for is excluded here, so this can never hold: take the one or the other out",
        ),
        (5, "digest[d].section[#1].query", "nothing has the tag `tradee`"),
    ]
    assert warnings[1].pointed == f"trade tag:trade AND NOT trade source:b\n{' ' * 20}^"
    assert warnings[3].pointed == ""

from __future__ import annotations

from time import process_time

import pytest

from monitor.errors import RuleError
from monitor.model import Combination, Match, Matchable, Rule, Sample, Span
from monitor.rules import RuleSet, check_lists, compile_rules, prepare

LISTS = {"club": ["football", "Qarabağ FK"]}


def rule(name: str, query: str = "", **others: object) -> Rule:
    return Rule(id=name, name=name, query=query, **others)  # type: ignore[arg-type]


def compiled(*rules: Rule) -> RuleSet:
    found, errors = compile_rules(rules, LISTS)
    assert errors == []
    return found


def fired(rules: RuleSet, title: str, body: str = "", **others: object) -> list[Match]:
    return rules.match(prepare(Matchable(title=title, body=body, **others)))  # type: ignore[arg-type]


def test_the_rules_that_fire_are_told_in_their_order_with_their_spans() -> None:
    rules = compiled(rule("visit", "visit"), rule("baku", "baku OR ganja"), rule("sport", "@club"))
    assert fired(rules, "Visit to Baku", "A visit.") == [
        Match("visit", 1, (Span("title", 0, 5, "Visit"), Span("body", 2, 7, "visit"))),
        Match("baku", 1, (Span("title", 9, 13, "Baku"),)),
    ]
    assert fired(rules, "Nothing", "") == []
    assert RuleSet().match(prepare(Matchable(title="Visit", body=""))) == []


@pytest.mark.parametrize(
    ("query", "title", "others"),
    [
        ("negotiat*", "negotiators", {}),
        ("?aku", "Baku", {}),
        ("wom?n*", "women", {}),
        ('"joint negotiat*"', "joint negotiation", {}),
        ("kind:embassy", "x", {"kind": "embassy"}),
        ("author:surname", "x", {"author": "Name Surname"}),
        ("visit AND kind:embassy", "visit", {"kind": "embassy"}),
        ("visit OR kind:embassy", "x", {"kind": "embassy"}),
        ("lead:visit", "visit", {}),
        ("visit AND NOT baku", "visit", {}),
    ],
)
def test_every_kind_of_query_is_found_through_the_index(query: str, title: str, others: dict[str, str]) -> None:
    rules = compiled(rule("r", query))
    assert [match.rule_id for match in fired(rules, title, **others)] == ["r"]
    assert fired(rules, "quite different", "words") == []


def test_rules_with_like_beginnings_are_told_apart() -> None:
    rules = compiled(rule("one", "karab*"), rule("same", "karab*"), rule("short", "kar*"), rule("wild", "k?ra*"))
    assert [match.rule_id for match in fired(rules, "Karabakh")] == ["one", "same", "short", "wild"]
    assert [match.rule_id for match in fired(rules, "Karting")] == ["short"]
    assert [match.rule_id for match in fired(rules, "Kora")] == ["wild"]
    assert fired(rules, "Kubik") == []


def test_tags_are_those_of_the_rule() -> None:
    rules = compiled(rule("r", "a", tags=("one", "two")))
    assert rules.tags_of("r") == ("one", "two")
    assert rules.tags_of("unknown") == ()


WEIGHTED = rule(
    "victory-day",
    terms=(("victory day", 10), ("joint statement", 5), ("@club", -20), ("liberat*", 5)),
    threshold=10,
)


@pytest.mark.parametrize(
    ("title", "body", "score"),
    [
        ("", "victory day", 10),
        ("Victory Day", "", 20),
        ("Victory Day", "victory day", 20),  # each term counts once
        ("", "joint statement, joint statement", None),
        ("", "joint statement on liberation", 10),
        ("Victory Day", "football", None),
        ("Victory Day", "a joint statement; Qarabag FK", None),
        ("victory and day", "", None),
    ],
)
def test_weights_add_up_to_the_threshold(title: str, body: str, score: int | None) -> None:
    assert [match.score for match in fired(compiled(WEIGHTED), title, body)] == ([] if score is None else [score])


def test_a_match_of_weights_shows_what_spoke_for_it() -> None:
    spoke = fired(
        compiled(rule("r", terms=(("war", 1), ("peace", -1), ("talks", 2)), threshold=2)), "War peace", "talks"
    )
    assert spoke == [Match("r", 2, (Span("title", 0, 3, "War"), Span("body", 0, 5, "talks")))]


def test_a_count_cap_lets_a_term_count_more_often_the_title_first() -> None:
    capped = compiled(rule("r", terms=(("gas", 1),), threshold=1, count_cap=3, title_factor=5))
    assert fired(capped, "gas", "gas gas gas gas")[0].score == 7
    assert fired(capped, "", "gas gas gas gas")[0].score == 3
    assert fired(capped, "gas gas gas gas", "gas")[0].score == 15


def test_one_combination_is_enough() -> None:
    rules = compiled(
        rule(
            "r",
            any_of=(
                Combination(all=("embassy", "joint stat*"), none=("football",)),
                Combination(any=("@club", "stadium")),
            ),
        )
    )
    assert [match.score for match in fired(rules, "embassy joint statement")] == [1]
    assert fired(rules, "embassy") == []
    assert [span.text for span in fired(rules, "embassy joint statement football")[0].spans] == ["football"]
    assert fired(rules, "stadium")[0].spans == (Span("title", 0, 7, "stadium"),)


def test_a_near_combination_wants_its_words_close_to_each_other_in_one_field() -> None:
    close = Combination(all=("embassy", "joint statement"), any=("oil", "gas"), none=("football",), near=4)
    rules = compiled(rule("r", any_of=(close,)))
    assert [span.text for span in fired(rules, "", "gas, the embassy and a joint statement")[0].spans] == [
        "gas",
        "embassy",
        "joint statement",
    ]
    assert fired(rules, "", "gas: the embassy and its new joint statement") == []  # five words between the outermost
    assert fired(rules, "", "embassy joint statement on the oil and gas")[0].spans[-1].text == "oil"
    assert fired(rules, "embassy and gas", "joint statement") == []
    assert fired(rules, "", "gas, the embassy and a joint statement. " + "word " * 90 + "football") == []


def test_one_word_may_stand_for_two_terms_of_a_near_combination() -> None:
    rules = compiled(rule("r", any_of=(Combination(all=("karab*", "karabakh"), near=1),)))
    assert [span.text for span in fired(rules, "Karabakh")[0].spans] == ["Karabakh"]


def test_a_combination_fires_below_the_threshold_and_tells_the_score() -> None:
    rules = compiled(rule("r", terms=(("gas", 1),), threshold=10, any_of=(Combination(all=("oil",)),)))
    assert [match.score for match in fired(rules, "", "oil and gas")] == [1]
    assert fired(rules, "", "gas") == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (rule("r"), "a rule needs a `query`"),
        (rule("r", "a AND b OR c"), "AND and OR are mixed"),
        (rule("r", terms=(("gas", 1),)), "`terms` need a `threshold` of 1 or more"),
        (rule("r", terms=(("gas", 1),), threshold=0), "`terms` need a `threshold` of 1 or more"),
        (rule("r", terms=(("gas", -1), ("oil", 0)), threshold=1), "at least one of the `terms` needs a weight above 0"),
        (rule("r", terms=(("*", 1),), threshold=1), "`*` would match any word"),
        (rule("r", terms=(("@zzz", 1),), threshold=1), "there is no list `zzz`"),
        (rule("r", any_of=(Combination(none=("oil",)),)), "`any_of` needs words in `all` or `any`"),
        (rule("r", any_of=(Combination(all=("oil", "gas"), near=51),)), "`near = 51` reaches too far: at most 50"),
        (rule("r", any_of=(Combination(all=("oil",), near=5),)), "`near` needs two things to be near each other"),
        (rule("r", any_of=(Combination(any=("oil", "gas"), near=5),)), "`near` needs two things"),
    ],
)
def test_a_broken_rule_is_named_and_the_others_work(broken: Rule, message: str) -> None:
    rules, errors = compile_rules([rule("good", "visit"), broken], LISTS)
    assert [(place, type(error)) for place, error in errors] == [(1, RuleError)]
    assert errors[0][1].message.startswith(message)
    assert [match.rule_id for match in fired(rules, "visit")] == ["good"]


def test_a_list_that_cannot_be_used_is_named_even_where_no_rule_uses_it() -> None:
    errors = check_lists({"good": ["Baku", "Gəncə*"], "empty": [], "bad": ["Baku", "*"]})
    assert [(name, error.message.partition(":")[0]) for name, error in errors] == [
        ("empty", "the list `empty` is empty"),
        ("bad", 'the form "*" on the list `bad`'),
    ]


def test_samples_that_do_not_hold_are_told() -> None:
    wrong, also_wrong = Sample("Qarabag won", match=False), Sample("Rain", match=True)
    rules = compiled(
        rule("karabakh", "qarabağ", samples=(Sample("Talks in Qarabag", match=True), wrong, also_wrong)),
        rule("title", "title:talks", samples=(Sample("Talks", match=True), Sample("News\nTalks", match=False))),
        rule("body", "body:talks", samples=(Sample("Talks", match=True), Sample("Talks\nNews", match=False))),
        rule(
            "headline",
            "headline:(a OR b) AND NOT title:c",
            samples=(Sample("a", match=True), Sample("a c", match=False)),
        ),
        rule(
            "near",
            "title:((a NEAR/2 (b OR cs(C))) OR (d NOT NEAR/2 e)) AND title:atleast/2(a)",
            samples=(Sample("a C a", match=True), Sample("a c a", match=False)),
        ),
        rule("mission", "kind:embassy OR title:a", samples=(Sample("a", match=True),)),
        rule("place", "islamabad", samples=(Sample("ISLAMABAD, Nov 7 (APP): Rain fell", match=False),)),
    )
    failed = [(compiled.rule.id, number, sample) for compiled, number, sample in rules.failed_samples()]
    assert failed == [("karabakh", 1, wrong), ("karabakh", 2, also_wrong)]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("a " * 200 + "zzz", "a " * 60_000),
        (" ".join(f"title:(a b{n})" if n % 2 else f"body:a body:aa{n}*" for n in range(100)) + " zzz", "a " * 60_000),
        ('"' + "a " * 200 + 'b"', "a " * 60_000),
        ("aaa* aab* aac*", " ".join(f"aa{'abc'[n % 3]}{n}" for n in range(40_000))),
        ("aaa????????*", "a" * 120_000 + " " + "aab " * 30_000),
        ("卡卡卡卡卡卡", "卡" * 60_000),
    ],
)
def test_no_rule_stalls_on_any_text(query: str, text: str) -> None:
    rules = compiled(rule("r", query))
    text_at_hand = prepare(Matchable(title="", body=text))
    started = process_time()
    rules.match(text_at_hand)
    assert process_time() - started < 3


@pytest.mark.parametrize(
    ("term", "position"),
    [
        ("title:oil", 0),
        ("oil NEAR/5 gas", 4),
        ("cs(WHO)", 0),
        ("atleast/2(oil)", 0),
        ('"oil gas"~5', 0),
        ("oil AND gas", 4),
        ("oil && gas", 4),
        ("oil ＯＲ gas", 4),
        ("NOT oil", 0),
        ("-oil", 0),
        ("@fuel OR @fuel", 0),
        ("oil @fuel", 4),
    ],
)
def test_what_means_something_in_a_query_alone_is_refused_in_a_term(term: str, position: int) -> None:
    lists = {"fuel": ["gas"]}
    for parts in (
        {"terms": ((term, 5),), "threshold": 5},
        {"any_of": (Combination(all=(term,)),)},
        {"any_of": (Combination(all=("x",), none=(term,)),)},
    ):
        _, [(_, error)] = compile_rules([Rule(id="r", name="", **parts)], lists)  # type: ignore[arg-type]
        assert (error.text, error.position) == (term, position)
        assert "says nothing here: a term is a word, a phrase or a list" in error.message


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ('"TRINIDAD AND TOBAGO"', "Trinidad and Tobago"),
        ("OR", "or"),
        ("oil -gas", "oil-gas"),
        ("#oil", "oil"),
        ("http://oil", "http oil"),
        ("(oil)", "oil"),
        ('5" oil', "5 oil"),
        ("@fuel", "gas"),
        ("@fuel*", "gases"),
        ("press@oil", "press oil"),
        ("24/7", "24/7"),
    ],
)
def test_what_is_a_word_in_any_case_stays_one(term: str, text: str) -> None:
    rules, errors = compile_rules([Rule(id="r", name="", terms=((term, 5),), threshold=5)], {"fuel": ["gas"]})
    assert errors == []
    assert len(fired(rules, text)) == 1


@pytest.mark.parametrize(
    ("parts", "is_refused"),
    [
        ({"threshold": 9}, True),
        ({"threshold": 8}, False),
        ({"threshold": 9, "count_cap": 2}, False),
        ({"threshold": 5, "title_factor": 1}, True),
        ({"threshold": 4, "title_factor": 0}, False),
        ({"threshold": 99, "any_of": (Combination(all=("gas",)),)}, False),
    ],
)
def test_weights_that_cannot_reach_the_threshold_are_refused(parts: dict[str, object], is_refused: bool) -> None:
    _, errors = compile_rules([Rule(id="r", name="", terms=(("oil", 4), ("gas", -9)), **parts)], {})  # type: ignore[arg-type]
    assert len(errors) == is_refused
    assert not errors or "at most" in errors[0][1].message


def test_a_term_that_stands_twice_is_not_near_itself() -> None:
    for near, is_refused in ((None, False), (2, True)):
        twice = Combination(all=("talks", "peace", "Talks"), near=near)
        _, errors = compile_rules([Rule(id="r", name="", any_of=(twice,))], {})
        assert len(errors) == is_refused
    assert errors[0][1].message.startswith("`Talks` stands twice in `all`, and one hit is not near itself")
    assert errors[0][1].text == "Talks"

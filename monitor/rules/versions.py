"""Telling whether a rule is another one than before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

from monitor.model import Rule
from monitor.text.folding import FOLD_VERSION

MEANING_VERSION = 2
"""Grows whenever the same rule may match otherwise: what is stored is tagged by all rules again then."""

_LISTS = re.compile(r"@([^\s()\"*]+)")


def fingerprint(rule: Rule, lists: Mapping[str, Sequence[str]]) -> bytes:
    """Sixteen bytes that change whenever the rule may tag an item otherwise: with its query or words, its weights, its tags, the
    lists it names, the folding of texts, or the meaning of rules. Name, samples, priority and channels leave it as it is."""
    asked = (
        *(MEANING_VERSION, FOLD_VERSION, rule.query, rule.terms, rule.threshold, rule.count_cap, rule.title_factor),
        *([(combination.all, combination.any, combination.none, combination.near) for combination in rule.any_of],),
        *(sorted(set(rule.tags)), [(name, tuple(lists.get(name, ()))) for name in sorted(set(lists_of(rule)))]),
    )
    told = repr(asked) if rule.on == "item" else repr((*asked, rule.on))
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def lists_of(rule: Rule) -> Iterator[str]:
    """Names of lists in the rule's texts, some perhaps more than once, and what only looks like one."""
    texts = [rule.query, *(text for text, _ in rule.terms)]
    texts += [text for combination in rule.any_of for text in (*combination.all, *combination.any, *combination.none)]
    for text in texts:
        yield from _LISTS.findall(text)

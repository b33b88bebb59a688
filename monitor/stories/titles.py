"""Headlines as keys, for items that carry no text of their own.

Two headlines are the same where the same words stand in the same order, small words apart: with a name, a number or
the order changed, another thing is told.
"""

# ruff: noqa: SIM905 - words are read and kept more easily as plain lines than as quoted lists

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b

from monitor.stories.shingles import SAMPLED_BELOW
from monitor.text.tokens import is_unspaced, tokenize

SMALL_WORDS = frozenset(
    "a an and at by for from in into is of on the to with de des du en et la le les un une el los las y der die das den im in "
    "und von il lo gli di da e o os as и в на о об с у к і та з ve ile و في من د کا کی کے".split()
)
COLLECTIVE = (
    "news summary,summary of news,news in brief,in brief,news briefs,news roundup,news round-up,roundup,round-up,news digest,"
    "daily digest,weekly digest,press digest,press review,review of the press,news bulletin,daily bulletin,top headlines,"
    "headlines of the day,main news,top stories,news of the day,newsletter,daily briefing,morning briefing,evening briefing,"
    "обзор прессы,обзор новостей,обзор сми,дайджест,сводка новостей,новости дня,новости за,главные новости,главное за,"
    "коротко о главном,огляд преси,огляд новин,новини дня,дайджест новин,nachrichten vom,nachrichten des tages,kurznachrichten,"
    "nachrichtenüberblick,presseschau,pressespiegel,meldungen vom,kurz notiert,"
    "revue de presse,revue de la presse,revue des nouvelles,en bref,"
    "brèves,"
    "résumé de l-actualité,résumé des nouvelles,l-actualité du,l-essentiel de l-actualité,nouvelles du,resumen de noticias,"
    "resumen informativo,noticias del día,revista de prensa,boletín,en breve,rassegna stampa,notizie in breve,"
    "notizie del giorno,"
    "in breve,resumo de notícias,notícias do dia,revista de imprensa,haber özeti,haberlerin özeti,günün haberleri,"
    "haber bülteni,basın özeti,günün özeti,xəbərlərin icmalı,mətbuat icmalı,günün xəbərləri,ملخص الأخبار,موجز الأخبار,"
    "نشرة الأخبار,أهم الأخبار,أخبار اليوم,أبرز الأخبار,موجز أنباء,خلاصه اخبار,خلاصهٔ اخبار,چکیده اخبار,"
    "چکیده خبرها,چکیده خبرهای,خلاصه خبرها,"
    "اخبار روز,مرور روزنامه‌ها,"
    "اهم اخبار,خبروں کا خلاصہ,新闻摘要,新闻简报,今日新闻,新闻汇总,լրահոս,լուրերի ամփոփում,նորությունների ամփոփում,"
    "օրվա լուրերը,მიმოხილვა,დღის ამბები,περίληψη ειδήσεων,επισκόπηση τύπου,סיכום חדשות,סקירת עיתונות"
).split(",")
COLLECTIVE_MOST = 12  # words of a headline that announces a collection
WORDS_LEAST, LETTERS_LEAST = 5, 20
UNSPACED_LEAST = 10  # characters of Han, kana or Thai, each of which is a word


def title_keys(words: Sequence[str]) -> tuple[int, ...]:
    """The keys of a headline's folded words: one, or none for a headline that is too short to tell anything by it.

    They are numbers as `shingles.sample` has them, of a kind of their own.
    """
    told = telling_words(words)
    if not _is_telling(told):
        return ()
    digest = blake2b("\0".join(told).encode("utf-8", "surrogatepass"), digest_size=8, person=b"headline").digest()
    return (int.from_bytes(digest, "big") % SAMPLED_BELOW,)


def is_collective(words: Sequence[str]) -> bool:
    """Whether a headline's folded words announce a collection: they begin or end with its name, as "News summary"
    does."""
    if not words or len(words) > COLLECTIVE_MOST:
        return False
    beginning, end = _collective_names()
    return any(tuple(words[: len(name)]) == name for name in beginning.get(words[0], ())) or any(
        tuple(words[-len(name) :]) == name for name in end.get(words[-1], ())
    )


@cache
def _collective_names() -> tuple[dict[str, list[tuple[str, ...]]], dict[str, list[tuple[str, ...]]]]:
    """The words of each name, by the first and by the last of them."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    by_last: dict[str, list[tuple[str, ...]]] = {}
    for name in COLLECTIVE:
        words = tokenize(name).texts
        by_first.setdefault(words[0], []).append(words)
        by_last.setdefault(words[-1], []).append(words)
    return by_first, by_last


def telling_words(words: Sequence[str]) -> list[str]:
    """The words without the small ones."""
    return [word for word in words if word not in SMALL_WORDS]


def _is_telling(words: Sequence[str]) -> bool:
    unspaced = sum(is_unspaced(word[0]) for word in words)
    if unspaced * 2 > len(words):
        return unspaced >= UNSPACED_LEAST
    return len(words) >= WORDS_LEAST and sum(map(len, words)) >= LETTERS_LEAST

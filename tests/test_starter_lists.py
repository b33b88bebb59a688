"""The lists that stand in `config/lists/`: every form can be found, in every script, and false friends are not."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from monitor.configuration import check_configuration
from monitor.model import Matchable, Rule
from monitor.rules import compile_rules, prepare
from monitor.settings.lists import read_lists
from monitor.text.folding import fold_text, script_of
from monitor.text.tokens import words

CONFIG = Path(__file__).parent.parent / "config"
LISTS = read_lists(CONFIG, pytest.fail)
BY_COUNTRY = {
    "AF": "afghanistan", "AM": "armenia", "AR": "argentina", "AU": "australia", "AZ": "azerbaijan", "CA": "canada", "CN": "china",
    "CZ": "czechia", "DE": "germany", "EE": "estonia", "ES": "spain", "EU": "european-union", "FI": "finland", "FR": "france",
    "GB": "united-kingdom", "GE": "georgia", "GR": "greece", "HK": "hong-kong", "IN": "india", "IQ": "iraq", "IR": "iran",
    "IT": "italy", "JP": "japan", "KG": "kyrgyzstan", "KR": "south-korea", "KZ": "kazakhstan", "LB": "lebanon", "LV": "latvia",
    "MD": "moldova", "NO": "norway", "PK": "pakistan", "QA": "qatar", "RU": "russia", "SG": "singapore", "TJ": "tajikistan",
    "TM": "turkmenistan", "TR": "turkiye", "UA": "ukraine", "UN": "united-nations", "US": "united-states", "UZ": "uzbekistan",
}  # fmt: skip
MAIN_SCRIPTS = {
    "LATIN", "CYRILLIC", "ARABIC", "HEBREW", "ARMENIAN", "GEORGIAN", "GREEK", "CJK", "KATAKANA", "HANGUL", "DEVANAGARI", "THAI",
}  # fmt: skip
# Words of these may be written in one run, or with a particle of another script.
TOGETHER = {"CJK", "KATAKANA", "HIRAGANA"}


@pytest.fixture(scope="module")
def found():
    """Gives the names of the lists of which a text holds a form."""
    rules = [Rule(id=name, name=name, query=f"@{name}") for name in LISTS]
    compiled, errors = compile_rules(rules, {name: found.forms for name, found in LISTS.items()})
    assert errors == []

    def names(text: str) -> set[str]:
        return {match.rule_id for match in compiled.match(prepare(Matchable(title="", body=text)))}

    return names


def scripts(text: str) -> set[str]:
    return {script_of(character) for character in text} - {""}


@pytest.mark.parametrize("name", LISTS)
def test_every_form_of_a_list_folds_to_a_word_of_its_own(name: str) -> None:
    """The loader drops what folds alike; the files hold each form once."""
    lines = (CONFIG / LISTS[name].file).read_text("utf-8").splitlines()
    forms = [line for line in lines if line and not line.startswith("#")]
    assert LISTS[name].forms == tuple(forms)
    folded = [fold_text(form) for form in forms]
    assert len(set(folded)) == len(folded)
    whole = [" ".join(words(form)) for form in forms if not form.endswith("*")]
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("name", LISTS)
def test_every_form_finds_itself(name: str, found) -> None:
    assert [form for form in LISTS[name].forms if name not in found(f"… {form.replace('*', '')} …")] == []


@pytest.mark.parametrize("name", LISTS)
def test_no_word_mixes_letters_that_only_look_alike(name: str) -> None:
    mixed = [word for form in LISTS[name].forms for word in form.split() if len(scripts(word) - TOGETHER) > 1]
    assert mixed == []


@pytest.mark.parametrize("name", LISTS)
def test_a_list_begins_by_saying_what_it_is_and_where_its_names_are_from(name: str) -> None:
    first, second = (CONFIG / LISTS[name].file).read_text("utf-8").splitlines()[:2]
    assert first.startswith("# ")
    assert first.endswith(f": the list @{name}.")
    by_hand = {"aliyev", "pashinyan", "united-nations", "european-union"}
    assert ("opensanctions/rigour (MIT, see LICENSE-rigour)" in second) == (name not in by_hand)


def test_the_licence_of_the_names_lies_beside_them() -> None:
    licence = (CONFIG / "lists" / "LICENSE-rigour").read_text("utf-8")
    assert "Copyright (c) 2023-2025: OpenSanctions Datenbanken GmbH" in licence
    assert "this permission notice shall be included" in licence.replace("\n", " ")


def test_every_country_of_a_source_has_its_list_and_every_list_is_used_or_a_countrys() -> None:
    configuration = check_configuration(CONFIG, {})
    countries = {source.country for source in configuration.settings.sources} - {"INT"}
    assert {country: BY_COUNTRY.get(country) for country in countries if BY_COUNTRY.get(country) not in LISTS} == {}
    queries = " ".join(rule.query for rule in configuration.settings.rules)
    assert [name for name in LISTS if name not in BY_COUNTRY.values() and f"@{name}" not in queries] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("azerbaijan", "armenia"),
        ("pakistan", "india"),
        ("russia", "ukraine"),
        ("israel", "palestine"),
        ("aliyev", "pashinyan"),
    ],
)
def test_the_parties_of_a_conflict_are_listed_in_the_same_scripts(one: str, other: str) -> None:
    of_one, of_other = (set().union(*map(scripts, LISTS[name].forms)) & MAIN_SCRIPTS for name in (one, other))
    assert of_one == of_other


@pytest.mark.parametrize("name", [name for name in LISTS if name not in ("aliyev", "pashinyan", "kashmir", "karabakh")])
def test_a_country_is_listed_in_every_main_script(name: str) -> None:
    assert MAIN_SCRIPTS - set().union(*map(scripts, LISTS[name].forms)) <= {"KATAKANA"}


NAMES_TO_TRY = {
    "karabakh": "Karabakh|Qarabağ|Garabagh|Karabağ|Haut-Karabagh|Nagorny Karabakh|Dağlıq Qarabağ|Bergkarabach|Górski Karabach|"
    "Карабах|Карабаха|Нагірний Карабах|قره‌باغ|قره باغ|كاراباخ|ناغورني كاراباخ|קרבאך|Ղարաբաղ|Ղարաբաղում|Արցախ|ყარაბაღი|"
    "卡拉巴赫|カラバフ",
    "aliyev": "Aliyev|Aliev|Alijew|Əliyev|Aliyeva|ALIYEV|Алиев|Алиева|علی‌اف|علييف|אלייב|Ալիև|Ալիեւ|ალიევი|"
    "阿利耶夫|アリエフ|알리예프는",
}


@pytest.mark.parametrize(
    ("name", "form"), [(name, form) for name, forms in NAMES_TO_TRY.items() for form in forms.split("|")]
)
def test_a_name_of_the_field_is_found_in_each_of_its_forms(name: str, form: str, found) -> None:
    assert found(form) == {name}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # Latin
        ("The ferry to Azerbaijan's coast sails on Mondays", "azerbaijan"),
        ("Azərbaycanda yeni körpü açıldı", "azerbaijan"),
        ("Der Zug nach Aserbaidschan fährt wieder", "azerbaijan"),
        ("Ermənistandan gələn qonaqlar muzeyi gəzdi", "armenia"),
        ("La troupe quitte l'Arménie pour la Géorgie", "armenia georgia"),
        ("Pociąg z Gruzji do Armenii znów jeździ", "armenia georgia"),
        ("Türkiye'nin kuzeyinde yağmur bekleniyor", "turkiye"),
        ("Yhdysvalloissa avattiin uusi silta", "united-states"),
        ("Der Chor aus den Vereinigten Staaten singt in Wien", "united-states"),
        ("U.S. librarians visit Seoul, the capital of South Korea", "united-states south-korea"),
        ("Prezident Litvy přijel z Velké Británie do Německa", "united-kingdom germany"),
        ("Wystawa pojedzie ze Stanów Zjednoczonych do Norwegii", "united-states"),
        ("Người làm vườn từ Hoa Kỳ đến Trung Quốc", "united-states china"),
        ("O coro viaja da França para o Líbano", "france lebanon"),
        ("Oʻzbekistonda paxta terimi boshlandi", "uzbekistan"),
        ("Qazaqstanda kóktem keldi", "kazakhstan"),
        # Cyrillic
        ("В Азербайджане и Армении прошёл фестиваль хлеба", "azerbaijan armenia"),
        ("Поезд из Грузии идёт через Турцию", "georgia turkiye"),
        ("Школьники из Индии изучают реки Франции", "india france"),
        ("Хор з України співав у Німеччині", "ukraine germany"),
        ("Ученики в секторе Газа пишут письма", "palestine"),
        ("Қазақстанда жаңа кітапхана ашылды", "kazakhstan"),
        ("Ўзбекистонда янги мактаб очилди", "uzbekistan"),
        ("Тоҷикистон бо Эрон роҳ месозад", "tajikistan iran"),
        # Arabic script
        ("باكستان والهند تتبادلان الرسائل", "pakistan india"),
        ("معرض للكتاب في أذربيجان", "azerbaijan"),
        ("وفد من لبنان يزور قطر", "lebanon qatar"),
        ("طلاب من غزة والضفة الغربية", "palestine"),
        ("مسافران از ارمنستان به ایران آمدند", "armenia iran"),
        ("نمایشگاه عکس در آذربایجان", "azerbaijan"),
        ("پاکستان اور بھارت کے درمیان ٹرین", "pakistan india"),
        ("مقبوضہ اور آزاد کشمیر میں برفباری", "kashmir"),
        ("د افغانستان ماشومان ښوونځي ته ځي", "afghanistan"),
        # Hebrew
        ("מקהלה מישראל שרה באזרבייג'ן", "israel azerbaijan"),
        ("תערוכה מארה״ב הגיעה לצרפת", "united-states france"),
        ("ילדים ברצועת עזה מציירים", "palestine"),
        # Armenian, Georgian, Greek
        ("Հայաստանում և Վրաստանում ձյուն է եկել", "armenia georgia"),
        ("Ցուցահանդես Ադրբեջանից", "azerbaijan"),
        ("საქართველოში თოვლი მოვიდა", "georgia"),
        ("სტუმრები სომხეთიდან და აზერბაიჯანიდან", "armenia azerbaijan"),
        ("Χορωδία από την Ελλάδα και την Αρμενία", "greece armenia"),
        ("Μαθητές των Ηνωμένων Πολιτειών", "united-states"),
        # Han, kana, Hangul
        ("阿塞拜疆和亚美尼亚的学生参观图书馆", "azerbaijan armenia"),
        ("烏克蘭的合唱團在日本演出", "ukraine japan"),
        ("カタールとレバノンの子どもたちの絵", "qatar lebanon"),
        ("파키스탄에서 온 사진 전시회", "pakistan"),
        ("중국은 새 도서관을 열었다", "china"),
        # scripts of India, Thai and others
        ("पाकिस्तान और भारत के बीच रेल फिर चली", "pakistan india"),
        ("रूस के छात्र कश्मीर पहुँचे", "russia kashmir"),
        ("পাকিস্তানের শিশুরা ছবি আঁকে", "pakistan"),
        ("பாகிஸ்தானில் புதிய நூலகம்", "pakistan"),
        ("పాకిస్తాన్‌లో కొత్త గ్రంథాలయం", "pakistan"),
        ("ಪಾಕಿಸ್ತಾನದಲ್ಲಿ ಹೊಸ ಗ್ರಂಥಾಲಯ", "pakistan"),
        ("പാക്കിസ്ഥാൻ പുതിയ വായനശാല", "pakistan"),
        ("ਪਾਕਿਸਤਾਨ ਦੀ ਨਵੀਂ ਲਾਇਬ੍ਰੇਰੀ", "pakistan"),
        ("પાકિસ્તાનમાં નવું પુસ્તકાલય", "pakistan"),
        ("นักเรียนจากอาร์เมเนียไปญี่ปุ่น", "armenia japan"),
        ("សិស្សមកពីជប៉ុន", "japan"),
        ("ဂျပန်မှ ကျောင်းသားများ", "japan"),
        ("ከፓኪስታን ፓኪስታን", "pakistan"),
    ],
)  # fmt: skip
def test_a_sentence_is_put_on_the_right_lists(text: str, names: str, found) -> None:
    assert found(text) >= set(names.split())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Алессандро Росси открыл кафе", "russia"),
        ("Папа Франциск принял паломников", "france"),
        ("Рабочие грузят уголь", "georgia"),
        ("Индивидуальный зачёт выиграла Анна", "india"),
        ("Цены на газ и экспорт газа выросли", "palestine"),
        ("Германий и кремний стоят дороже", "germany"),
        ("Ираклий пишет стихи", "iraq"),
        ("Irakli paints in Iraklio", "iraq"),
        ("Indie bands play by the river", "india"),
        ("Tell us where the bus stops", "united-states"),
        ("Nos mandaron la lista sin leerla, y nos vemos", "united-states"),
        ("Abd al-Rahman sells books", "united-states"),
        ("Ten ABS brakes were tested", "united-states"),
        ("A sad song about a garden сад", "united-states"),
        ("Un train pour Nantes", "united-nations"),
        ("La zona franca abre el lunes", "france"),
        ("Quiere catar el vino nuevo", "qatar"),
        ("She was chin deep in the lake", "china"),
        ("Ten words set in italics", "italy"),
        ("The aurora australis was seen again", "australia"),
        ("Knotweed, Fallopia japonica, is spreading", "japan"),
        ("Rattus norvegicus lives in the harbour", "norway"),
        ("The alien species reached the lake", "aliyev"),
        ("Το κατάρτι του πλοίου", "qatar"),
        ("Նա կատարեց խոստումը", "qatar"),
        ("예수 그리스도의 그림", "greece"),
        ("카타르시스를 느꼈다", "qatar"),
        ("चित्रों की कतार लगी", "qatar"),
        ("قیمت چک بانکی", "czechia"),
        ("רוח עזה נשבה בלילה", "palestine"),
        ("สหรัฐอาหรับเอมิเรตส์เปิดห้องสมุด", "united-states"),
        ("North Korea opens a library", "south-korea"),
        ("Új irányba indul a hajó", "iran"),
        ("Закон киргизилген", "kyrgyzstan"),
        ("Екі үй қатар тұр", "qatar"),
        ("Nevím, zda přijde", "united-states"),
        ("Men unga kitob berdim", "united-nations"),
        ("Indijanci plove rijekom", "india"),
        ("Austria and Slovenia share a lake", "australia"),
        ("Nigeria and Niger share a river", "iran"),
    ],
)
def test_a_false_friend_is_not_taken(text: str, name: str, found) -> None:
    assert name not in found(text)


def test_the_lists_are_in_the_order_of_their_names() -> None:
    assert all(one < other for one, other in pairwise(LISTS))

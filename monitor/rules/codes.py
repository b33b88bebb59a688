"""What metadata fields may be compared with: kinds of sources, codes of countries and languages.

Codes: ISO 3166-1 alpha-2 and ISO 639-1. The names are there to propose a code to whoever writes the name; where a country or a
language is not among them, the code works all the same.
"""

from __future__ import annotations

import difflib
import re

from monitor.model import Kind

_COUNTRIES = """
AE United Arab Emirates, AF Afghanistan, AL Albania, AM Armenia, AO Angola, AR Argentina, AT Austria, AU Australia, AZ Azerbaijan,
BA Bosnia and Herzegovina, BD Bangladesh, BE Belgium, BG Bulgaria, BH Bahrain, BO Bolivia, BR Brazil, BT Bhutan, BY Belarus,
CA Canada, CD DR Congo, CG Congo, CH Switzerland, CL Chile, CM Cameroon, CN China, CO Colombia, CU Cuba, CY Cyprus, CZ Czechia,
CZ Czech Republic, DE Germany, DK Denmark, DZ Algeria, EC Ecuador, EE Estonia, EG Egypt, ES Spain, ET Ethiopia, FI Finland,
FR France, GB Great Britain, GB United Kingdom, GB UK, GE Georgia, GH Ghana, GR Greece, HK Hong Kong, HR Croatia, HU Hungary,
ID Indonesia, IE Ireland, IL Israel, IN India, IQ Iraq, IR Iran, IS Iceland, IT Italy, JO Jordan, JP Japan, KE Kenya,
KG Kyrgyzstan, KH Cambodia, KP North Korea, KR South Korea, KW Kuwait, KZ Kazakhstan, LA Laos, LB Lebanon, LK Sri Lanka,
LT Lithuania, LU Luxembourg, LV Latvia, LY Libya, MA Morocco, MD Moldova, ME Montenegro, MK North Macedonia, MM Myanmar,
MN Mongolia, MT Malta, MV Maldives, MX Mexico, MY Malaysia, NG Nigeria, NL Netherlands, NO Norway, NP Nepal, NZ New Zealand,
OM Oman, PE Peru, PH Philippines, PK Pakistan, PL Poland, PS Palestine, PT Portugal, QA Qatar, RO Romania, RS Serbia, RU Russia,
SA Saudi Arabia, SD Sudan, SE Sweden, SG Singapore, SI Slovenia, SK Slovakia, SN Senegal, SO Somalia, SS South Sudan, SY Syria,
TH Thailand, TJ Tajikistan, TM Turkmenistan, TN Tunisia, TR Turkey, TR Turkiye, TW Taiwan, TZ Tanzania, UA Ukraine, UG Uganda,
US USA, US United States, UZ Uzbekistan, VA Vatican, VE Venezuela, VN Vietnam, YE Yemen, ZA South Africa, ZM Zambia, ZW Zimbabwe
"""
_LANGUAGES = """
am Amharic, ar Arabic, az Azerbaijani, be Belarusian, bg Bulgarian, bn Bengali, cs Czech, da Danish, de German, el Greek,
en English, es Spanish, et Estonian, fa Persian, fa Farsi, fi Finnish, fr French, he Hebrew, hi Hindi, hu Hungarian, hy Armenian,
id Indonesian, it Italian, ja Japanese, ka Georgian, kk Kazakh, ko Korean, ku Kurdish, ky Kyrgyz, lt Lithuanian, lv Latvian,
nl Dutch, no Norwegian, pa Punjabi, pl Polish, ps Pashto, pt Portuguese, ro Romanian, ru Russian, sr Serbian, sv Swedish,
ta Tamil, tg Tajik, th Thai, tk Turkmen, tr Turkish, uk Ukrainian, ur Urdu, uz Uzbek, vi Vietnamese, zh Chinese
"""
_COUNTRY = re.compile(r"[a-z]{2}|int")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


def misfit(field: str, value: str) -> str:
    """What is wrong with a folded value that `field` can never have; empty where nothing is."""
    if field == "kind" and value not in list(Kind):
        near = difflib.get_close_matches(value, list(Kind), n=1)
        hint = f"did you mean `kind:{near[0]}`? " if near else ""
        return f"there is no kind `{value}`; {hint}Kinds are {', '.join(Kind)}"
    if field == "country" and not _COUNTRY.fullmatch(value):
        return f"`country:` takes two letters (ISO 3166-1), {_proposal('country', _COUNTRIES, value, 'PK')}"
    if field == "lang" and not _LANGUAGE.fullmatch(value):
        return f"`lang:` takes a language tag (RFC 5646), {_proposal('lang', _LANGUAGES, value, 'en')}"
    return ""


def _proposal(field: str, table: str, name: str, example: str) -> str:
    codes = {known.lower(): code for code, known in (entry.split(" ", 1) for entry in re.split(r",\s", table.strip()))}
    near = difflib.get_close_matches(name, codes, n=1, cutoff=0.8)
    return f"here `{field}:{codes[near[0]]}`" if near else f"as in `{field}:{example}`"

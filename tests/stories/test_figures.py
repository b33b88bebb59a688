"""Numbers and dates in one form, whatever the language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.figures import figures


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("180,000 tonnes at 251 dollars", "180000 251"),
        ("180 000 tonnes à 251 dollars", "180000 251"),
        ("180.000 Tonnen zu 251 Dollar", "180000 251"),
        ("180 ألف طن بسعر 251 دولارا", "180000 251"),
        ("180 тыс. тонн по 251 доллару", "180000 251"),
        ("۱۸۰ هزار تن", "180000"),
        ("3.2 million shillings", "3200000"),
        ("3,2 millions de shillings", "3200000"),
        ("7 milliards", "7000000000"),
        ("42.5 percent", "42.5"),
        ("yüzde 42,5'te", "42.5"),
        ("won 3-1 before 21 400", "3 1 21400"),
        ("won 3:1", "3 1"),
        ("seven years, 12 months", "7 12"),
        ("sept ans et douze mois", "7 12"),
        ("10 min later", "10"),
        ("in 2026 and in 1999", ""),
        ("2,026 people", "2026"),
        ("nothing to count", ""),
        ("", ""),
    ],
)
def test_numbers_have_one_form(text: str, numbers: str) -> None:
    assert figures(text) == (frozenset(numbers.split()), frozenset())


@pytest.mark.parametrize(
    ("text", "dates", "numbers"),
    [
        ("from 1 December, after 8 months", "12-01", "8"),
        ("from December 1", "12-01", ""),
        ("Dec. 1, 2026", "12-01", ""),
        ("on 3rd of May", "05-03", ""),
        ("le 1er décembre", "12-01", ""),
        ("с 1 декабря четыре раза", "12-01", "4"),
        ("dekabrın 1-dən 8 aylıq", "12-01", "8"),
        ("۱۵ دسامبر پس از ۱۴ ماه", "12-15", "14"),
        ("12月1日 5人", "12-01", "5"),
        ("Sept 9", "09-09", ""),
        ("March 5 and 7 March", "03-05 03-07", ""),
        ("Marseille 3, Maria 4", "", "3 4"),  # names that begin as months do
        ("may fly 4 times", "", "4"),
        ("45 May", "", "45"),
        ("120 December flights", "", "120"),
    ],
)
def test_days_of_a_month_are_dates_in_every_language(text: str, dates: str, numbers: str) -> None:
    assert figures(text) == (frozenset(numbers.split()), frozenset(dates.split()))


@given(st.text(alphabet=st.characters(categories=["L", "Nd", "P", "Z"]), max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    numbers, dates = figures(text)
    assert all(float(number) >= 0 for number in numbers)
    assert all(int(date[:2]) >= 1 and int(date[3:]) >= 0 for date in dates)

"""Certificate numbers: made at random, and found in whatever people paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.certificates.issuing import numbers

NUMBER = "7K2M-9QWX-3T5B-8ZNH"
OTHER = "ABCD-EFGH-JKMN-PQRS"
FULLWIDTH = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})


def test_a_code_is_sixteen_letters_in_groups_of_four():
    assert numbers.code_from(bytes(10)) == "0000-0000-0000-0000"
    assert numbers.code_from(b"\xff" * 10) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
    assert numbers.code_from(bytes(range(10))) == "000G-40R4-0M30-E209"


def test_a_code_needs_ten_random_bytes():
    with pytest.raises(ValueError, match="10 random bytes"):
        numbers.code_from(b"short")


def test_only_the_printed_form_is_the_printed_form():
    assert numbers.is_printed_form(NUMBER)
    for text in (NUMBER.lower(), NUMBER.replace("-", ""), NUMBER + ".", "7K2M-9QWX-3T5B-8ZNU", ""):
        assert not numbers.is_printed_form(text)


WRITTEN = {
    "full stop": NUMBER + ".",
    "slash": NUMBER + "/",
    "brackets": f"({NUMBER})",
    "angles": f"<{NUMBER}>",
    "quotes": f"“{NUMBER}”",
    "markdown": f"**{NUMBER}** _x_",
    "underscores": f"_{NUMBER}_",
    "address": f"https://learn.example.org/verify/{NUMBER}",
    "address with query and fragment": f"http://127.0.0.1:8000/verify/{NUMBER}?utm_source=mail#top",
    "address of a form": f"https://learn.example.org/verify/?code={NUMBER}",
    "address in an address": f"https://safe.example/?url=https%3A%2F%2Fx.org%2Fverify%2F{NUMBER}&data=1",
    "escaped twice": f"https%253A%252F%252Fx.org%252Fverify%252F{NUMBER}",
    "address of another host": f"evil.example/verify/{NUMBER}.",
    "address of a file": f"/certificates/{NUMBER}.pdf",
    "file name": f"certificate-{NUMBER}.pdf",
    "file name with groups": f"scan-{NUMBER}-copy.pdf",
    "sentence": f"Her certificate, number {NUMBER}, is from 2026; see page 2.",
    "label": f"Certificate number:{NUMBER}",
    "sign": f"№{NUMBER}",
    "figure dash": NUMBER.replace("-", "\N{FIGURE DASH}"),
    "non-breaking hyphen": NUMBER.replace("-", "\N{NON-BREAKING HYPHEN}"),
    "en dash": NUMBER.replace("-", "\N{EN DASH}"),
    "em dash": NUMBER.replace("-", "\N{EM DASH}"),
    "minus": NUMBER.replace("-", "\N{MINUS SIGN}"),
    "small hyphen": NUMBER.replace("-", "\N{SMALL HYPHEN-MINUS}"),
    "escaped dash": NUMBER.replace("-", "%E2%80%91"),
    "HTML": NUMBER.replace("-", "&#8209;") + "&nbsp;",
    "two dashes": NUMBER.replace("-", "--"),
    "dashes with spaces": NUMBER.replace("-", " – "),
    "soft hyphens": NUMBER.replace("-", "\N{SOFT HYPHEN}"),
    "soft hyphens after dashes": NUMBER.replace("-", "-\N{SOFT HYPHEN}"),
    "byte order mark": "\ufeff" + NUMBER,
    "zero width spaces": "\u200b".join(NUMBER),
    "direction marks": f"\u200e{NUMBER}\u202c",
    "non-breaking spaces": NUMBER.replace("-", "\xa0"),
    "line break at a dash": NUMBER.replace("3T5B-", "3T5B-\r\n"),
    "line break in a group": NUMBER.replace("3T", "3\n T"),
    "line break in a quoted mail": NUMBER.replace("3T5B-", "3T5B-\n> "),
    "line break in a mail's source": NUMBER.replace("3T", "3=\r\nT"),
    "line breaks": "\n".join(NUMBER.split("-")),
    "fullwidth": NUMBER.translate(FULLWIDTH),
    "lower case": NUMBER.lower(),
    "no dashes": NUMBER.replace("-", ""),
    "no dashes in a sentence": f"Number: {NUMBER.replace('-', '').lower()}.",
    "spaces": NUMBER.replace("-", " "),
    "spaces in a sentence": f"From Anna this code {NUMBER.replace('-', ' ')} 2026",
    "dots": NUMBER.replace("-", "."),
    "pairs": "7K 2M 9Q WX 3T 5B 8Z NH",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_number_is_found_in_whatever_was_pasted(text):
    assert numbers.find(text).meant({NUMBER}) == (NUMBER,)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_may_stand_around_it(before, after):
    assert NUMBER in numbers.find(f"{before} {NUMBER} {after}").meant({NUMBER})


def test_letters_that_look_like_digits_are_read_as_digits():
    assert numbers.find("oO1l-Ii00-0000-0000").readings == ("0011-1100-0000-0000",)


@pytest.mark.parametrize("text", ["", "ABCD", "ABCD-EFGH-JKMN-PQRU", "A" * 65, NUMBER + "X"])
def test_malformed_text_has_no_number(text):
    assert numbers.find(text).readings == ()


class TestSeveral:
    @pytest.mark.parametrize(
        "text",
        [
            f"{NUMBER} and {OTHER}",
            f"{NUMBER}\n{OTHER}",
            f"{NUMBER} {OTHER}",
            f"{NUMBER} – {OTHER}",
            f"{NUMBER}/{OTHER.lower()}",
            f"{NUMBER}, formerly {OTHER.replace('-', '')}",
            f"{NUMBER.replace('-', ' ')}; {OTHER.replace('-', ' ')}",
        ],
    )
    def test_two_numbers_that_were_issued_are_both_meant(self, text):
        assert set(numbers.find(text).meant({NUMBER, OTHER})) == {NUMBER, OTHER}

    def test_the_same_number_twice_is_one(self):
        assert numbers.find(f"{NUMBER}: https://x.org/verify/{NUMBER.lower()}").meant({NUMBER}) == (NUMBER,)

    def test_a_printed_number_beside_it_counts_although_it_was_not_issued(self):
        assert set(numbers.find(f"{NUMBER} replaces {OTHER}").meant({NUMBER})) == {NUMBER, OTHER}

    def test_sixteen_letters_beside_it_count_only_if_they_were_issued(self):
        text = f"https://abcd1234efgh5678.example/verify/{NUMBER}?session=JKMN1234PQRS5678"
        assert numbers.find(text).meant({NUMBER}) == (NUMBER,)

    def test_without_an_issued_number_the_likeliest_reading_is_meant(self):
        assert numbers.find(f"no such number: {OTHER.replace('-', ' ')}").meant(()) == (OTHER,)


def test_the_work_is_bounded_for_any_text():
    hostile = ("a " * 50_000, "aaaa-" * 50_000, "\ufdfa" * 50_000, "&#8209;" * 50_000, "%25" * 50_000)
    for text in hostile:
        assert len(numbers.find(text).readings) <= numbers.MAX_READINGS

"""How two spellings of one text are found to be the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.platform.folding import same_name, search_key, search_words

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@pytest.mark.parametrize("sign", "'`\u00b4\u02bb\u02bc\u2018\u2019\u201b\u2032\uff07")
def test_every_apostrophe_is_one(sign):
    assert same_name(f"Sean O{sign}Neil", "Sean O\u2019Neil")
    assert search_key(f"O{sign}Neil") == "oneil"


@pytest.mark.parametrize(
    "typed",
    [
        "jose garcia-diaz",
        "JOSÉ GARCÍA\u2010DÍAZ",
        "José  García\u2013Díaz",
        "José\u00a0García\u2212Díaz",
        unicodedata.normalize("NFD", "José García-Díaz"),
        "Ｊosé García-Díaz\u200b",
    ],
)
def test_case_accents_dashes_spaces_and_widths_do_not_matter(typed):
    assert same_name(typed, "José García-Díaz")


@pytest.mark.parametrize("other", ["Jose Garcia", "José García-Diez", "García-Díaz José"])
def test_another_name_is_another_name(other):
    assert not same_name(other, "José García-Díaz")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mailto:First_Last@Example.org", ["first_last@example", "org"]),
        ("a%b", ["a%b"]),
        ("PT-12.345/6", ["pt", "12", "345", "6"]),
        (" ,. ", []),
    ],
)
def test_signs_of_an_email_stay_in_a_word_and_others_end_it(text, words):
    assert search_words(text) == words


@given(TEXT)
def test_a_key_is_its_own_key_and_the_same_for_both_normal_forms(text):
    key = search_key(text)
    assert search_key(key) == key
    assert search_key(unicodedata.normalize("NFD", text)) == search_key(unicodedata.normalize("NFC", text))

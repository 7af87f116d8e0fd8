"""How the directory finds a name, and how a hidden name is shown."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.certificates.directory import name_keys
from course.certificates.sharing.initials import initials, initials_of
from course.people.accounts.name_parts import NameParts
from course.platform.typesetting import letters
from tests.certificates.issuing.test_pdf import FACTS

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Lena Learner", "lena learner"),
        ("  Éva  O'Neil-Łuc ", "eva o neil luc"),
        ("ÅNGSTRÖM, Bjørn", "angstrom bjorn"),
        ("Straße", "strasse"),
        ("İpek Çelik", "ipek celik"),
        ("山田太郎", "山田太郎"),
        ("ﬁona", "fiona"),
        ("...", ""),
    ],
)
def test_marks_and_capitals_do_not_matter(name, key):
    assert name_keys.key(name) == key


def test_each_word_can_be_the_first():
    assert name_keys.keys("Anna van der Berg") == {
        "anna van der berg",
        "van der berg anna",
        "der berg anna van",
        "berg anna van der",
    }


@given(WORDS)
def test_a_key_of_a_key_and_of_either_normal_form_is_the_same(text):
    key = name_keys.key(text)
    assert name_keys.key(key) == key
    assert name_keys.key(unicodedata.normalize("NFD", text)) == name_keys.key(unicodedata.normalize("NFC", text))


@given(WORDS)
def test_a_name_is_found_by_the_beginning_of_each_word(text):
    keys = name_keys.keys(text)
    assert any(key.startswith(name_keys.key(text)) for key in keys) or len(name_keys.key(text).split()) == 0
    for word in name_keys.key(text).split()[: name_keys.MAX_WORDS]:
        assert any(key.startswith(word) for key in keys)
    assert 1 <= len(keys) <= name_keys.MAX_WORDS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lena Maria Learner", "L. M. L."),
        ("Éva O'Neil", "É. O."),
        ("anna van der Berg", "A. V. D. B."),
        ("'Abd Allah", "A. A."),
        ("山田太郎", "山."),
        ("தமிழ் செல்வி", "த. செ."),
    ],
)
def test_initials(name, expected):
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("name", "parts", "expected"),
    [
        ("Robert Downey Jr.", NameParts("Robert", "Downey", "Jr."), "R. D."),
        ("Robert Downey Jr.", None, "R. D. J."),
        ("Juan de la Cruz III", NameParts("Juan", "de la Cruz", "III"), "J. D. L. C."),
    ],
)
def test_the_initials_of_a_certificate_leave_out_a_suffix_that_is_on_record(name, parts, expected):
    assert initials_of(replace(FACTS, name=name, name_parts=parts)) == expected


@given(WORDS.map(letters.tidy).filter(lambda name: letters.fault(name) is None))
def test_initials_reveal_one_letter_of_each_word(name):
    shown = initials(name).split()
    assert len(shown) == len(name.split())
    for initial, word in zip(shown, name.split(), strict=True):
        assert initial.endswith(".")
        assert (
            unicodedata.normalize("NFC", initial[:-1]).casefold()
            in unicodedata.normalize("NFC", word.upper()).casefold()
        )

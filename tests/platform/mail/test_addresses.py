"""One mailbox has one key, whatever its address was typed or pasted like."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.platform.mail import addresses

SPELLINGS = [
    "ina@needle-test.org",
    "Ina@Needle-Test.ORG",
    "  ina@needle-test.org\n",
    "ina@needle-test。org",
    "ｉna@needle-test.org",
    "ina＠needle-test.org",
    "mailto:ina@needle-test.org?subject=Hello",
    "MAILTO:ina@needle-test.org",
    "<ina@needle-test.org>",
    "\u200bina@needle-test.org\ufeff",
    "ina@needle\u00ad-test.org",
    "ina@needle-test.org.",
]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_spellings_of_one_mailbox_are_one(typed):
    assert addresses.key(typed) == addresses.normalized(typed) == "ina@needle-test.org"


@pytest.mark.parametrize("typed", ["a@exämple.org", "a@xn--exmple-cua.org", "a@EXÄMPLE.org", "a@exa\u0308mple.org"])
def test_a_domain_in_its_own_letters_and_in_ascii_is_one(typed):
    assert addresses.key(typed) == "a@xn--exmple-cua.org"
    assert addresses.normalized(typed) == "a@exämple.org"
    assert addresses.with_ascii_domain(addresses.normalized(typed)) == "a@xn--exmple-cua.org"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_with_accents_before_the_at_sign_are_one(form):
    assert addresses.key(unicodedata.normalize(form, "josé@example.org")) == "josé@example.org"


@pytest.mark.parametrize(
    ("one", "other"), [("i.na@example.org", "ina@example.org"), ("ina+ce@example.org", "ina@example.org")]
)
def test_dots_and_plus_signs_tell_mailboxes_apart(one, other):
    assert addresses.key(one) != addresses.key(other)


@given(st.text(max_size=40))
def test_any_text_has_a_key_that_is_its_own_key(typed):
    key = addresses.key(typed)
    assert addresses.key(key) == key

"""The characters of a name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.platform.typesetting.letters import MAX_NAME_LENGTH, fault, is_latin, is_right_to_left, named, tidy


@pytest.mark.parametrize(
    "name",
    [
        "Ann Lee",
        "O’Brien-Smith",
        "José Ñuñez 3rd",
        "Nguyễn Thị Ánh",
        "山田太郎",
        "محمد علی",
        "מֹשֶׁה כֹּהֵן",
        "สมชาย ใจดี",
        "क्\u200dषितिज",
        "می\u200cخواهم",
        "ශ්\u200dරී",
        "J. R. R. (Ann) #1",
        "A" * MAX_NAME_LENGTH,
    ],
)
def test_names_of_people_are_accepted(name):
    assert fault(tidy(name)) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "letters"),
        ("42", "letters"),
        ("A" * (MAX_NAME_LENGTH + 1), "201"),
        ("Ann\u202eeeL", "U+202E"),
        ("Ann\u2066", "U+2066"),
        ("Ann\u200bLee", "U+200B"),
        ("Ann\u00adLee", "U+00AD"),
        ("A\u200dnn", "U+200D"),
        ("\u200dक", "U+200D"),
        ("Ann\x07", "U+0007"),
        ("Ann\ud800", "U+D800"),
        ("Ann\ue000", "U+E000"),
        ("Ann\U0003fffe", "U+3FFFE"),
        ("Ann\u3164", "U+3164"),
        ("Ann\ufe0f", "U+FE0F"),
        ("Ann 😀", "symbol"),
        ("\u0301Ann", "mark"),
        ("Ann \u0301", "mark"),
        ("A" + "\u0330\u0331" * 8, "mark"),
        ("\u2028Ann", None),
    ],
)
def test_hidden_characters_and_names_without_letters_are_refused_with_a_reason(name, why):
    found = fault(tidy(name))
    assert found is None if why is None else why in (found or "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(" Ann\u00a0 Lee\t", "Ann Lee"), ("José", "José"), (None, ""), ("山田\u3000太郎", "山田 太郎")],
)
def test_a_name_is_stored_composed_and_with_single_spaces(typed, stored):
    assert tidy(typed) == stored


@given(st.text())
def test_tidying_twice_changes_nothing_and_no_control_character_is_accepted(text):
    name = tidy(text)
    assert tidy(name) == name
    if fault(name) is None:
        assert not {unicodedata.category(letter) for letter in name} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert 0 < len(name) <= MAX_NAME_LENGTH


@pytest.mark.parametrize(
    ("text", "rtl"), [("Ann محمد", False), ("(محمد) Ann", True), ("דוד", True), ("12", False), ("", False)]
)
def test_the_first_letter_with_a_direction_decides_that_of_the_name(text, rtl):
    assert is_right_to_left(text) is rtl


@pytest.mark.parametrize(
    ("name", "latin"), [("José Ñuñez-Ęlk", True), ("Ann Раджеш", False), ("山田", False), ("O’Brien 3rd", True)]
)
def test_latin_is_distinguished_from_other_scripts(name, latin):
    assert is_latin(name) is latin


def test_letters_are_named_for_readers_who_cannot_see_them():
    assert named(("র", "\u0301")) == "র (Bengali letter ra), \u0301 (Combining acute accent)"
    assert named(tuple("রসকতপন")).endswith(" and 2 more")
    assert named(("\ue000",)) == "\ue000 (U+E000)"

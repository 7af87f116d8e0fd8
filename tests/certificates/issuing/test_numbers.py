import pytest

from course.certificates.issuing import numbers


def test_a_code_is_sixteen_letters_in_groups_of_four():
    assert numbers.code_from(bytes(10)) == "0000-0000-0000-0000"
    assert numbers.code_from(b"\xff" * 10) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
    assert numbers.code_from(bytes(range(10))) == "000G-40R4-0M30-E209"


def test_a_code_needs_ten_random_bytes():
    with pytest.raises(ValueError, match="10 random bytes"):
        numbers.code_from(b"short")


@pytest.mark.parametrize("typed", ["abcd-efgh-jkmn-pqrs", "ABCDEFGHJKMNPQRS", " abcd efgh jkmn pqrs "])
def test_a_code_is_read_in_any_spelling(typed):
    assert numbers.normalize(typed) == "ABCD-EFGH-JKMN-PQRS"


def test_letters_that_look_like_digits_are_read_as_digits():
    assert numbers.normalize("oO1l-Ii00-0000-0000") == "0011-1100-0000-0000"


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "ABCD-EFGH-JKMN-PQRU", "A" * 65, "ABCD-EFGH-JKMN-PQR\N{FULLWIDTH DIGIT ONE}"]
)
def test_malformed_text_is_no_code(typed):
    assert numbers.normalize(typed) is None

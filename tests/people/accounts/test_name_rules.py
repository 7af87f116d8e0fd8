"""What a legal name may be: real names pass, and what isn't part of a name is refused with a hint."""

import pytest

from course.people.accounts.name_parts import NameParts, parts_of
from course.people.accounts.name_rules import faults

REAL_NAMES = [
    ("Yo-Yo", "Ma"),
    ("YO-YO", "MA"),
    ("Anh", "Do"),
    ("ANH", "DO"),
    ("Thi", "Pham Do"),
    ("Leon", "Van"),
    ("Katja", "Van Ott"),
    ("Jean", "Ba"),
    ("Chinua", "Mba"),
    ("Maria", "Cota"),
    ("Thi Ha", "Lat"),
    ("Jay", "Edd"),
    ("Pia", "Msc"),
    ("Md. Abdul", "Rahman"),
    ("MD ABDUL", "RAHMAN"),
    ("Ma. Theresa", "Cruz"),
    ("Sr. Mary", "Clark"),
    ("J.D.", "Vance"),
    ("JR", "Smith"),
    ("J. R.", "Smith"),
    ("PT", "Barnum"),
    ("Robert D.C.", "Lee"),
    ("Jennifer", "Null"),
    ("Nan", "None"),
    ("Jennifer 8.", "Lee"),
    ("Kumar", "V"),
    ("NGUYEN", "VI"),
    ("Ian", "St.John"),
    ("Juan", "de la Cruz"),
    ("Sean", "O\u2019Neil"),
    ("Jean", "d'Arc"),
    ("Ka\u02bbiulani", "Keihanaikukauakahihuliheekahaunaele"),
    ("Kofi", "Test"),
    ("Drew", "Professor"),
    ("Émile", "Ångström"),
    ("محمد", "الأنصاري"),
    ("太郎", "山田"),
    ("", "Madonna"),
]
CREDENTIALS = [
    ("Jane", "Smith, PT, DPT"),
    ("Jane", "Smith DPT"),
    ("Jane", "DPT"),
    ("Jane", "Public III, PT, DPT, OCS"),
    ("Jane", "Smith, MA"),
    ("JANE", "SMITH, MA"),
    ("Jane", "Smith MA"),
    ("Jane", "Smith M.D."),
    ("Jane", "Smith Ph.D."),
    ("Jane", "Smith phd"),
    ("Jane", "Smith (OCS)"),
    ("Jane", "Smith OTR/L"),
    ("Jane PT", "Smith"),
]


@pytest.mark.parametrize(("given", "family"), REAL_NAMES)
def test_a_real_name_is_allowed(given, family):
    assert faults(NameParts(given, family)) == {}


@pytest.mark.parametrize(("given", "family"), CREDENTIALS)
def test_credentials_are_refused_with_a_hint_where_they_are_shown(given, family):
    (fault,) = faults(NameParts(given, family)).values()
    assert fault.startswith("Leave out credentials such as")
    assert "profession of your license" in fault


@pytest.mark.parametrize(
    ("given", "family", "hint"),
    [
        ("Robert", "Downey Jr.", "Put Jr. into the field “Suffix”."),
        ("Robert", "Jr", "Put Jr into the field “Suffix”."),
        ("Robert Sr.", "Downey", "Put Sr. into the field “Suffix”."),
        ("Robert", "Downey III", "Put III into the field “Suffix”."),
        ("Robert", "Downey 3rd", "Put 3rd into the field “Suffix”."),
        ("Dr. Jane", "Smith", "Leave out the title Dr."),
        ("Mrs Jane", "Smith", "Leave out the title Mrs"),
        ("Smith,", "Jane", "without commas"),
        ("undefined", "Smith", "Enter your own name"),
        ("First name", "Smith", "Enter your own name"),
        ("Jane", "NULL", "If it is your name, write Null."),
        ("Jane", "null", "If it is your name, write Null."),
        ("Jane", "5551234567", "with letters"),
        ("Jane", "Smith 5551234567", "no numbers"),
        ("Jane", "Smith \u0665\u0666", "no numbers"),
        ("Jane", "N" * 200, "at most 200 characters"),
    ],
)
def test_what_is_not_part_of_the_name_is_refused_with_what_to_do(given, family, hint):
    (fault,) = faults(NameParts(given, family)).values()
    assert hint in fault


@pytest.mark.parametrize(
    ("parts", "printed"),
    [
        (NameParts("Robert", "Downey", "Jr."), "Robert Downey Jr."),
        (NameParts("", "Madonna"), "Madonna"),
        (NameParts("太郎", "山田"), "山田 太郎"),
    ],
)
def test_the_printed_name_is_made_of_the_parts(parts, printed):
    assert parts.printed == printed


def test_parts_count_for_the_name_that_is_printed_from_them_only():
    parts = NameParts("Lena", "Learner")
    assert parts_of("Lena Learner", parts) == parts
    assert parts_of("Lena Maria Learner", parts) is None
    assert parts_of("Lena Learner", None) is None

"""Golden files: what a service is sent, to the cell and to the element, and what its receipt says."""

import csv
import io
from datetime import date, datetime
from fractions import Fraction

import pytest
import xlrd
from hypothesis import given
from hypothesis import strategies as st

from course.certificates.issuing.facts import Facts
from course.content.exchange.report import Unreadable
from course.reporting.boards import actions, receipt, roster, sheet, table
from course.reporting.boards.lines import key_of, line
from course.reporting.boards.status import License
from tests.factories import COURSE, NOON
from tests.reporting.boards.boards import BOARD, BY_AREA, completion, mirrored

WHOLE = line(completion(), BOARD, 60)
BY_AREAS = BY_AREA.model_copy(update={"subject_areas": {"safety": "SAF", "scope": "LAW"}})
PARTS = line(
    completion(
        name="Maria del Mar Núñez",
        minutes={"safety": 80, "scope": 60, "anatomy": 5},
        completed_on=date(2026, 12, 13),
        license=License(profession="PT", number=" PTA0099 ", expires_on=None),
    ),
    BY_AREAS,
    60,
)
GOLDEN = (
    "<?xml version='1.0' encoding='utf-8'?>\n"
    '<rosters id_parent_provider="4321" upload_key="k&amp;y"><roster><id_provider>4321</id_provider>'
    "<id_course>987654</id_course><id_publishing>7</id_publishing><end_date>3/2/2026</end_date><attendees><attendee>"
    "<licensee_profession>PHT</licensee_profession><license>PT40213</license><cebroker_state>FL</cebroker_state>"
    "<first_name>Lena</first_name><last_name>Learner</last_name><date_completed>3/2/2026</date_completed></attendee>"
    "</attendees></roster><roster><id_provider>4321</id_provider><id_course>987654</id_course>"
    "<id_publishing /><end_date>12/13/2026</end_date><attendees><attendee>"
    "<licensee_profession>PHT</licensee_profession><license>PTA0099</license><cebroker_state>FL</cebroker_state>"
    "<first_name>Maria del Mar</first_name><last_name>Núñez</last_name><date_completed>12/13/2026</date_completed>"
    "<partial_credits><partial_credit><cd_profession>PHT</cd_profession><cd_subject_area>SAF</cd_subject_area>"
    "<partial_credit_hours>1.25</partial_credit_hours></partial_credit><partial_credit>"
    "<cd_profession>PHT</cd_profession><cd_subject_area>LAW</cd_subject_area>"
    "<partial_credit_hours>1</partial_credit_hours></partial_credit></partial_credits></attendee></attendees></roster>"
    "</rosters>\n"
)


def cells(data: bytes) -> list[list[object]]:
    """Each row with its dates as dates."""
    book = xlrd.open_workbook(file_contents=data)
    (found,) = book.sheets()
    return [
        [
            xlrd.xldate_as_datetime(cell.value, book.datemode) if cell.ctype == xlrd.XL_CELL_DATE else cell.value
            for cell in row
        ]
        for row in found.get_rows()
    ]


class TestSheet:
    def test_a_line_has_the_columns_a_to_h_without_prefixes_and_a_real_date(self):
        assert cells(sheet.write([WHOLE])) == [
            ["4321", "987654", "", "7", "PT40213", datetime(2026, 3, 2), "State=FL", "Profession=PHT"]
        ]

    def test_partial_credit_adds_area_and_hours_in_pairs(self):
        (row,) = cells(sheet.write([PARTS]))
        assert row[4:] == ["PTA0099", datetime(2026, 12, 13), "State=FL", "Profession=PHT", "SAF", 1.25, "LAW", 1.0]

    def test_the_providers_own_course_number_stands_in_column_c(self):
        own = BOARD.model_copy(
            update={"courses": {COURSE: type(BOARD.courses[COURSE])(number=None, own_number="20-DN")}}
        )
        assert cells(sheet.write([line(completion(), own, 60)]))[0][1:4] == ["", "20-DN", ""]

    def test_the_same_lines_give_the_same_bytes(self):
        assert sheet.write([WHOLE, PARTS]) == sheet.write([WHOLE, PARTS])


class TestRoster:
    def test_it_is_the_golden_file(self):
        plain = type(PARTS)(
            **{name: getattr(PARTS, name) for name in PARTS.__dataclass_fields__} | {"publishing": None}
        )
        assert roster.write([WHOLE, plain], parent="4321", upload_key="k&y").decode() == GOLDEN

    def test_a_test_says_so(self):
        assert b'test="true"' in roster.write([WHOLE], parent="4321", upload_key="k", test=True)

    def test_one_roster_for_a_course_and_day_whatever_the_order(self):
        other = line(
            completion(certificate_id=2, license=License(profession="PT", number="PT2", expires_on=None)), BOARD, 60
        )
        data = roster.write([WHOLE, PARTS, other], parent="4321", upload_key="k")
        assert data.count(b"<roster>") == 2
        assert data.count(b"<attendee>") == 3

    def test_the_largest_file_stays_below_what_the_service_takes(self):
        long = line(completion(name="Ж" * 60 + " " + "Ж" * 59, minutes={"safety": 90, "scope": 90}), BY_AREAS, 60)
        assert len(roster.write([long] * actions.MOST, parent="4321", upload_key="k")) < 16_000_000
        assert actions.MOST < 65_536

    @given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
    def test_any_name_survives(self, name):
        if len(name.split()) >= 2:
            one = line(completion(name=name), BOARD, 60)
            assert f"{one.first_name} {one.last_name}" == " ".join(name.split())


class TestHours:
    def test_a_states_hour_of_fifty_minutes(self):
        assert line(completion(minutes={"safety": 50}), BY_AREAS, 50).credits == (("SAF", Fraction(1)),)


class TestReceipt:
    def test_it_mirrors_the_roster_and_an_empty_message_is_a_yes(self):
        sent = roster.write([WHOLE, PARTS], parent="4321", upload_key="k")
        assert receipt.read(mirrored(sent, PTA0099=" No such\n license ")) == {
            WHOLE.key: "",
            PARTS.key: "No such license",
        }

    def test_a_message_of_the_whole_is_everyones(self):
        sent = mirrored(roster.write([WHOLE], parent="4321", upload_key="k"))
        of_all = sent.replace(b"</rosters>", b"<message>Unknown provider</message></rosters>")
        assert receipt.read(of_all) == {WHOLE.key: "Unknown provider"}

    def test_letters_and_spaces_make_no_other_record(self):
        assert key_of("pht", " pt40213 ", "fl", "987654", "3/2/2026") == WHOLE.key

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "not well-formed"),
            (b"<rosters>", "not well-formed"),
            (b"<roster/>", "outermost element"),
            (b"<rosters/>", "no record"),
            (roster.write([WHOLE], parent="4321", upload_key="k"), "no Message"),
            (b'<!DOCTYPE r [<!ENTITY a "b">]><rosters>&a;</rosters>', "document type or an entity"),
            (b"<rosters>" + b"<a>" * 200 + b"</a>" * 200 + b"</rosters>", "nested"),
            (b"x" * 10_000_001, "larger than"),
        ],
    )
    def test_anything_else_is_refused_with_a_reason(self, data, why):
        with pytest.raises(Unreadable, match=why):
            receipt.read(data)

    @given(st.binary(max_size=300))
    def test_bytes_of_any_kind_are_read_or_refused(self, data):
        with pytest.raises(Unreadable):
            receipt.read(data)


class TestTable:
    def test_it_holds_what_boards_ask_and_no_formula(self):
        facts = Facts(
            code="AAAA-BBBB",
            cycle=1,
            name="=HYPERLINK(1)",
            profession="PT",
            license_number=None,
            license_state="HI",
            license_state_name="Hawaii",
            course_id=COURSE,
            course_title="Safety",
            course_version="1",
            content_hash="h",
            modules=(),
            minutes={"self_paced_online": 75, "in_person": 30},
            assessments=(),
            completed_on=date(2026, 3, 2),
            time_zone="UTC",
            issued_at=NOON,
            issued_on=date(2026, 3, 2),
            provider_name="P",
            provider_number=None,
            provider_address=None,
            provider_contact=None,
            instructor=None,
            approvals=(),
            issued_by="A",
            verify_url="u",
            template_version="t",
        )
        one = completion(license=License(profession="PT", number="-1", expires_on=None))
        data = table.write([table.Entry(one, facts, "@SUM(1)")], BOARD)
        (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        assert (row["name"], row["license"], row["license state"]) == ("'=HYPERLINK(1)", "'-1", "FL")
        assert row["approvals"] == "'@SUM(1)"
        assert (row["contact hours"], row["hours in person"], row["hours live online"]) == ("1.75", "0.5", "0")
        assert (row["course number"], row["completed on"], row["certificate"]) == (
            "20-987654",
            "2026-03-02",
            "AAAA-BBBB",
        )

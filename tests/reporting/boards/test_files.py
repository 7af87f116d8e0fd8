"""The exact content of each kind of report file, and the receipt."""

import csv
import io
from datetime import date, datetime
from fractions import Fraction
from xml.etree.ElementTree import fromstring

import pytest
import xlrd
from hypothesis import given
from hypothesis import strategies as st

from course.certificates.issuing.facts import Facts
from course.content.exchange.report import UnreadableFile
from course.people.accounts.name_parts import NameParts
from course.reporting.boards import actions, ce_broker_sheet, ce_broker_xml, csv_table, receipt
from course.reporting.boards.report_line import record_key, report_line
from course.reporting.boards.status import BoardLicense
from tests.factories import COURSE, NOON
from tests.reporting.boards.boards import BOARD, BY_AREA, completion, mirrored

WHOLE = report_line(completion(), BOARD, 60)
BY_AREAS = BY_AREA.model_copy(update={"subject_areas": {"safety": "SAF", "scope": "LAW"}})
PARTS = report_line(
    completion(
        name="Maria del Mar Núñez",
        minutes={"safety": 80, "scope": 60, "anatomy": 5},
        completed_on=date(2026, 12, 13),
        license=BoardLicense(profession="PT", number=" PTA0099 ", expires_on=None),
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
    """Return the sheet's rows, with dates as datetime."""
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
    def test_a_row_fills_columns_a_to_h_without_prefixes_and_with_a_real_date(self):
        assert cells(ce_broker_sheet.write([WHOLE])) == [
            ["4321", "987654", "", "7", "PT40213", datetime(2026, 3, 2), "State=FL", "Profession=PHT"]
        ]

    def test_partial_credit_adds_area_and_hours_in_pairs(self):
        (row,) = cells(ce_broker_sheet.write([PARTS]))
        assert row[4:] == ["PTA0099", datetime(2026, 12, 13), "State=FL", "Profession=PHT", "SAF", 1.25, "LAW", 1.0]

    def test_the_providers_own_course_number_is_in_column_c(self):
        own = BOARD.model_copy(
            update={"courses": {COURSE: type(BOARD.courses[COURSE])(number=None, own_number="20-DN")}}
        )
        assert cells(ce_broker_sheet.write([report_line(completion(), own, 60)]))[0][1:4] == ["", "20-DN", ""]

    def test_the_same_lines_give_the_same_bytes(self):
        assert ce_broker_sheet.write([WHOLE, PARTS]) == ce_broker_sheet.write([WHOLE, PARTS])


class TestRoster:
    def test_it_equals_the_golden_file(self):
        plain = type(PARTS)(
            **{name: getattr(PARTS, name) for name in PARTS.__dataclass_fields__} | {"publishing": None}
        )
        assert ce_broker_xml.write([WHOLE, plain], parent="4321", upload_key="k&y").decode() == GOLDEN

    def test_a_test_file_is_marked_as_a_test(self):
        assert b'test="true"' in ce_broker_xml.write([WHOLE], parent="4321", upload_key="k", test=True)

    def test_completions_of_one_course_and_day_share_a_roster_in_any_order(self):
        other = report_line(
            completion(certificate_id=2, license=BoardLicense(profession="PT", number="PT2", expires_on=None)),
            BOARD,
            60,
        )
        data = ce_broker_xml.write([WHOLE, PARTS, other], parent="4321", upload_key="k")
        assert data.count(b"<roster>") == 2
        assert data.count(b"<attendee>") == 3

    def test_the_largest_file_is_within_the_limits_of_the_service(self):
        long = report_line(
            completion(name="Ж" * 60 + " " + "Ж" * 59, minutes={"safety": 90, "scope": 90}), BY_AREAS, 60
        )
        assert (
            len(ce_broker_xml.write([long] * actions.MAX_COMPLETIONS_PER_FILE, parent="4321", upload_key="k"))
            < 16_000_000
        )
        assert actions.MAX_COMPLETIONS_PER_FILE < 65_536

    @pytest.mark.parametrize(
        ("parts", "first", "last"),
        [
            (NameParts("Robert", "Downey", "Jr."), "Robert", "Downey"),
            (NameParts("Juan", "de la Cruz"), "Juan", "de la Cruz"),
            (NameParts("", "Madonna"), None, "Madonna"),
        ],
    )
    def test_first_and_last_name_are_the_parts_that_the_person_stated(self, parts, first, last):
        line = report_line(completion(name=parts.printed, name_parts=parts), BOARD, 60)
        attendee = fromstring(ce_broker_xml.write([line], parent="4321", upload_key="k")).find(".//attendee")
        assert (attendee.findtext("first_name") or None, attendee.findtext("last_name")) == (first, last)

    def test_the_last_name_is_never_guessed(self):
        line = report_line(completion(name="Robert Downey Jr.", name_parts=None), BOARD, 60)
        with pytest.raises(ValueError, match="not on record"):
            ce_broker_xml.write([line], parent="4321", upload_key="k")


class TestHours:
    def test_an_hour_has_fifty_minutes_if_the_state_says_so(self):
        assert report_line(completion(minutes={"safety": 50}), BY_AREAS, 50).credits == (("SAF", Fraction(1)),)


class TestReceipt:
    def test_each_record_has_its_message_and_an_empty_one_means_accepted(self):
        sent = ce_broker_xml.write([WHOLE, PARTS], parent="4321", upload_key="k")
        assert receipt.read(mirrored(sent, PTA0099=" No such\n license ")) == {
            WHOLE.key: "",
            PARTS.key: "No such license",
        }

    def test_a_message_for_the_whole_file_applies_to_every_record(self):
        sent = mirrored(ce_broker_xml.write([WHOLE], parent="4321", upload_key="k"))
        of_all = sent.replace(b"</rosters>", b"<message>Unknown provider</message></rosters>")
        assert receipt.read(of_all) == {WHOLE.key: "Unknown provider"}

    def test_letter_case_and_spaces_do_not_change_the_record_key(self):
        assert record_key("pht", " pt40213 ", "fl", "987654", "3/2/2026") == WHOLE.key

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "not well-formed"),
            (b"<rosters>", "not well-formed"),
            (b"<roster/>", "outermost element"),
            (b"<rosters/>", "no records"),
            (ce_broker_xml.write([WHOLE], parent="4321", upload_key="k"), "no Message"),
            (b'<!DOCTYPE r [<!ENTITY a "b">]><rosters>&a;</rosters>', "document type or an entity"),
            (b"<rosters>" + b"<a>" * 200 + b"</a>" * 200 + b"</rosters>", "nested"),
            (b"x" * 10_000_001, "larger than"),
        ],
    )
    def test_a_file_that_is_no_receipt_is_refused_with_the_reason(self, data, why):
        with pytest.raises(UnreadableFile, match=why):
            receipt.read(data)

    @given(st.binary(max_size=300))
    def test_arbitrary_bytes_are_refused(self, data):
        with pytest.raises(UnreadableFile):
            receipt.read(data)


class TestTable:
    def test_it_has_the_columns_that_boards_ask_for_and_no_formula(self):
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
        one = completion(license=BoardLicense(profession="PT", number="-1", expires_on=None))
        data = csv_table.write([csv_table.TableRow(one, facts, "@SUM(1)")], BOARD)
        (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        assert (row["name"], row["license"], row["license state"]) == ("'=HYPERLINK(1)", "'-1", "FL")
        assert row["approvals"] == "'@SUM(1)"
        assert (row["contact hours"], row["hours in person"], row["hours live online"]) == ("1.75", "0.5", "0")
        assert (row["course number"], row["completed on"], row["certificate"]) == (
            "20-987654",
            "2026-03-02",
            "AAAA-BBBB",
        )
        zeros = completion(license=BoardLicense(profession="PT", number="012399", expires_on=None))
        assert b",'012399," in csv_table.write([csv_table.TableRow(zeros, facts, "")], BOARD)

"""The administrators' pages about board reports: statuses, files, receipts and decisions."""

import io
import re

import pytest

from course.reporting.boards.status import Status
from tests import factories
from tests.reporting.boards.boards import BOARD, holder, mirrored, send, status_of, use

MAKE = f"/admin/boards/{BOARD.key}/file"


@pytest.fixture
def console(app, pages, admin):
    use(app)
    return pages.as_(admin)


@pytest.fixture
def lena(app, console, admin):
    return holder(app, "Lena Learner", admin)


def shown(page) -> str:
    return re.search(r'name="shown"[^>]*value="([0-9a-f]+)"', page.html).group(1)


class TestShipped:
    def test_the_shipped_board_has_no_codes_and_lists_what_to_ask(self, app, pages, admin):
        holder(app, "Lena Learner", admin)
        page = pages.as_(admin).get("/admin/boards/ce-broker-fl/")
        assert "blocked 1" in page.text
        for reason in ("The provider number", "The course number", "The code for the profession PT"):
            assert reason in page.text
        assert "Questions to settle before the first file" in page.text

    def test_the_console_links_to_board_reports(self, pages, admin):
        assert 'href="/admin/boards/"' in pages.as_(admin).get("/admin/").html


class TestOverview:
    def test_it_counts_by_status_and_shows_overdue_reports(self, app, console, lena, admin):
        page = console.get("/admin/boards/")
        assert "ready 1" in page.text
        assert "1 overdue" in page.text  # completed in March, 90 days to report
        send(app, admin)
        page = console.get("/admin/boards/")
        assert "sent 1" in page.text
        assert "none overdue" in page.text

    def test_the_list_can_be_filtered_by_status(self, console, lena):
        assert "Lena Learner" in console.get(f"/admin/boards/{BOARD.key}/").text
        assert "Lena Learner" in console.get(f"/admin/boards/{BOARD.key}/?status=ready").text
        assert "Lena Learner" not in console.get(f"/admin/boards/{BOARD.key}/?status=sent").text
        assert console.get(f"/admin/boards/{BOARD.key}/?status=nonsense").status == 200

    def test_an_unknown_board_is_not_found(self, console):
        for path in ("", "file", "files/", "test.xml", "completions/AAAA"):
            assert console.get(f"/admin/boards/nowhere/{path}").status == 404

    def test_pages_need_as_many_statements_for_many_as_for_one(self, app, console, lena, admin, count_queries):
        def asked(path: str) -> int:
            with count_queries() as queries:
                console.get(path)
            return len(queries)

        paths = ["/admin/boards/", f"/admin/boards/{BOARD.key}/", MAKE]
        one = [asked(path) for path in paths]
        for name in ("Mia More", "Nora Next"):
            holder(app, name, admin)
        assert [asked(path) for path in paths] == one
        assert max(one) <= 3


class TestMaking:
    def test_the_page_shows_what_the_file_will_contain(self, app, console, lena):
        page = console.get(MAKE)
        assert "1 completion is ready" in page.text
        made = console.post(MAKE, {"format": "xml", "shown": shown(page)})
        assert made.status == 303
        page = console.get(made.location)
        file = console.client.get(f"{made.location}/file")
        assert "<license>" in file.get_data(as_text=True)
        assert file.headers["Content-Disposition"].endswith(".xml")
        assert "sent" in page.text
        assert "Lena Learner" in page.text
        assert made.location in console.get(f"/admin/boards/{BOARD.key}/files/").html

    def test_creating_the_file_twice_is_refused(self, console, lena):
        page = console.get(MAKE)
        console.post(MAKE, {"format": "xml", "shown": shown(page)})
        again = console.post(MAKE, {"format": "xml", "shown": shown(page)})
        assert again.status == 409
        assert "Nothing is ready" in again.text

    @pytest.mark.parametrize("form", [{}, {"format": "pdf", "shown": "x"}])
    def test_a_form_without_a_format_is_rejected(self, app, console, lena, form):
        assert console.post(MAKE, form).status == 422
        assert status_of(app, lena) is Status.READY

    def test_a_list_that_changed_is_shown_again(self, app, console, lena, admin):
        page = console.get(MAKE)
        holder(app, "Mia More", admin)
        again = console.post(MAKE, {"format": "xml", "shown": shown(page)})
        assert again.status == 409
        assert "2 completions are ready" in again.text
        assert shown(again) != shown(page)

    def test_a_test_file_marks_nothing_as_sent(self, app, console, lena):
        file = console.client.get(f"/admin/boards/{BOARD.key}/test.xml")
        assert 'test="true"' in file.get_data(as_text=True)
        assert status_of(app, lena) is Status.READY

    def test_without_an_upload_key_the_page_names_the_setting(self, app, console, lena):
        use(app, upload_key="")
        assert "BOARD_UPLOAD_KEY" in console.get(MAKE).text
        assert console.get(f"/admin/boards/{BOARD.key}/test.xml").status == 409
        assert console.post(MAKE, {"format": "xml", "shown": shown(console.get(MAKE))}).status == 409


class TestRoster:
    def test_a_receipt_is_read_and_its_outcome_is_shown(self, app, console, lena, admin):
        made = send(app, admin)
        address = f"/admin/boards/files/{made.code}"
        answer = mirrored(made.file).replace(b"<Message>", b"<Message>No license")
        file = (io.BytesIO(answer), "receipt.xml")
        assert console.get(f"{address}/receipt").status == 404
        sent = console.post(f"{address}/receipt", {"receipt": file}, content_type="multipart/form-data")
        assert sent.status == 303
        page = console.get(address)
        assert "0 accepted, 1 rejected." in page.text
        assert "No license" in page.text
        assert "Upload receipt" not in page.text
        assert console.client.get(f"{address}/receipt").get_data() == answer

    @pytest.mark.parametrize("data", [b"", b"no xml", b"<rosters/>"])
    def test_a_file_that_is_no_receipt_is_refused_at_its_field(self, app, console, lena, admin, data):
        made = send(app, admin)
        sent = console.post(
            f"/admin/boards/files/{made.code}/receipt",
            {"receipt": (io.BytesIO(data), "receipt.xml")},
            content_type="multipart/form-data",
        )
        assert sent.status == 422
        assert "There is a problem" in sent.text
        assert status_of(app, lena) is Status.SENT

    def test_a_missing_file_is_refused(self, app, console, lena, admin):
        made = send(app, admin)
        assert console.post(f"/admin/boards/files/{made.code}/receipt").status == 422

    def test_a_whole_file_can_be_marked_as_accepted_with_the_evidence(self, app, console, lena, admin):
        made = send(app, admin, "sheet")
        address = f"/admin/boards/files/{made.code}"
        assert console.post(f"{address}/accepted", {"reason": ""}).status == 422
        assert "Upload receipt" not in console.get(address).text  # there is none for a sheet
        console.post(f"{address}/accepted", {"reason": "seen on the site"})
        assert "seen on the site" in console.get(address).text
        assert console.post(f"{address}/accepted", {"reason": "again"}).status == 409


class TestDecide:
    def test_a_sent_report_can_be_sent_again(self, app, console, lena, admin):
        address = f"/admin/boards/{BOARD.key}/completions/{lena.code}"
        assert "Save decision" not in console.get(address).text
        send(app, admin)
        assert "Save decision" in console.get(address).text
        assert console.post(address, {"decision": "again", "reason": ""}).status == 422
        assert console.post(address, {"decision": "withdrawn", "reason": "r"}).status == 422
        assert console.post(address, {"decision": "again", "reason": "it never arrived"}).status == 303
        assert status_of(app, lena) is Status.READY

    def test_a_certificate_that_the_board_does_not_want_is_not_found(self, app, console, admin):
        elsewhere = factories.issue(app, factories.person(app, "Otto Other"), admin)
        assert console.get(f"/admin/boards/{BOARD.key}/completions/{elsewhere.code}").status == 404

"""The provider's own template: previewed from its files, used once it is chosen, and never an obstacle to issuing."""

import io
import json
import shutil

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner

from course.certificates.issuing import issuing, plan_queries, queries
from course.certificates.issuing.models import Certificate
from course.certificates.issuing.pdf import BUILT_IN
from course.certificates.issuing.templates import Templates
from course.cli import cli
from course.platform import db
from course.platform.audit.models import AuditEvent
from course.platform.config import BadSetting
from course.platform.jobs import Job
from course.platform.mail import message
from course.site import site_of
from tests import factories
from tests.factories import NOON

PAGE = "/admin/template"


@pytest.fixture
def templates(app) -> Templates:
    return site_of(app).templates


@pytest.fixture
def edit(templates):
    """Write the provider's file: the built-in template with one change."""

    def edit(old="", new="", **files):
        templates.folder.mkdir(parents=True, exist_ok=True)
        source = BUILT_IN.path.read_text()
        assert old in source
        (templates.folder / "certificate.typ").write_text(source.replace(old, new, 1))
        for name, text in files.items():
            (templates.folder / f"{name}.typ").write_text(text)

    return edit


@pytest.fixture
def own(app, pages, admin, edit):
    """Use a template of the provider that prints another title."""
    edit("[Certificate of completion]", "[Proof of learning]")
    choose(app, pages, admin)


def choose(app, pages, admin):
    draft = site_of(app).templates.draft()
    return pages.as_(admin).post(PAGE, {"digest": draft.digest})


def issued(app, admin, name="Lena Learner"):
    request = factories.request(app, factories.person(app, name))
    with app.app_context():
        certificate = issuing.issue(request, actor=admin, now=NOON)
        found = db.session.get_one(Certificate, certificate.id)
        return found.template_version, pypdfium2.PdfDocument(found.document)[0].get_textpage().get_text_bounded()


def test_the_built_in_template_is_used_until_another_is_chosen(app, pages, admin, templates):
    page = pages.as_(admin).get(PAGE)
    assert "the built-in template" in page.text
    assert str(templates.folder) in page.text
    assert issued(app, admin)[0] == BUILT_IN.version


def test_the_samples_are_shown_as_pictures_and_as_pdf(pages, admin):
    console = pages.as_(admin)
    page = console.get(PAGE)
    addresses = [part.split('"')[0] for part in page.html.split('<img src="')[1:] if "/admin/template/" in part[:40]]
    assert len(addresses) > 10
    for address in addresses[:3]:
        assert console.client.get(address).data.startswith(b"\x89PNG")
    for slug in ("plain", "bare", "long", "many", "right-to-left", "cjk"):
        assert console.client.get(f"{PAGE}/{BUILT_IN.digest}/{slug}.pdf").data.startswith(b"%PDF")


@pytest.mark.parametrize(
    "path", ["none/plain.pdf", f"{BUILT_IN.digest}/none.pdf", f"{'0' * 64}/plain.pdf", "plain/plain/9.png"]
)
def test_an_unknown_sample_is_not_found(pages, admin, path):
    assert pages.as_(admin).get(f"{PAGE}/{path}").status == 404


def test_an_edit_is_previewed_on_reload_but_not_used_before_it_is_chosen(app, pages, admin, templates, edit):
    edit("[Certificate of completion]", "[Proof of learning]")
    page = pages.as_(admin).get(PAGE)
    assert "This is a preview" in page.text
    preview = pages.as_(admin).client.get(f"{PAGE}/{templates.draft().digest}/plain.pdf").data
    assert "Proof of learning" in pypdfium2.PdfDocument(preview)[0].get_textpage().get_text_bounded()
    assert "Certificate of completion" in issued(app, admin)[1]


def test_a_chosen_template_is_used_and_the_choice_is_in_the_audit_log(app, pages, admin, own, templates):
    version, text = issued(app, admin)
    assert "Proof of learning" in text
    assert version == templates.in_force().version != BUILT_IN.version
    assert "printed with your files as they are now" in pages.as_(admin).get(PAGE).text
    with app.app_context():
        event = db.session.query(AuditEvent).filter_by(event="certificate:template-chosen").one()
    assert event.details == {"before": BUILT_IN.version, "after": version}


def test_another_process_uses_the_same_template(own, config, templates):
    assert Templates(config.data, templates.samples).in_force() == templates.in_force()


def test_the_built_in_template_can_be_chosen_again(app, pages, admin, own, templates):
    pages.as_(admin).post(PAGE, {"digest": BUILT_IN.digest})
    assert templates.in_force() == BUILT_IN
    assert "Certificate of completion" in issued(app, admin)[1]


def test_files_that_changed_since_the_preview_are_not_used(app, pages, admin, templates, edit):
    edit()
    seen = templates.draft().digest
    edit("[Certificate of completion]", "[Proof of learning]")
    page = pages.as_(admin).post(PAGE, {"digest": seen})
    assert page.status == 409
    assert templates.in_force() == BUILT_IN


BROKEN = [
    ("[Certificate of completion]", "[#nothing]", "certificate.typ, line 1"),
    ("#let ink", "#let ink = (", "certificate.typ, line 2"),
    ("d.valid_until != none", "d.valid_until.len() > 0", "certificate.typ, line"),
    ("title: ", "keywords: ", "title"),
    ("alt: ", "width: ", "certificate.typ, line"),
    ("  link(url, ", "  text(", "public verification page"),
    ('"credential.json", bytes(sys.inputs.credential)', '"credential.json", bytes("other")', "badge is not attached"),
    ("#let ink", '#import "@preview/cetz:0.3.0"\n#let ink', "line 2: packages are not downloaded"),
    ("#let ink", '#read("../../secret_key")\n#let ink', "escape the project root"),
    (
        "#let faces = (",
        '#set text(fallback: false)\n#let faces = ("Libertinus Serif",)\n#let others = (',
        "must be able to print every sample's name",
    ),
]


@pytest.mark.parametrize(("old", "new", "why"), BROKEN)
def test_a_broken_template_blocks_nothing_and_the_console_shows_the_error(app, pages, admin, own, edit, old, new, why):
    edit(old, new)
    page = pages.as_(admin).get(PAGE)
    assert "can't be used" in page.text
    assert why in page.text
    assert "certificate template has an error" in pages.as_(admin).get("/admin/").text
    assert "Proof of learning" in issued(app, admin)[1]
    assert choose(app, pages, admin).status == 409


def test_an_error_in_an_imported_file_is_shown_with_its_line(pages, admin, edit):
    edit("#let ink", '#import "seal.typ": seal\n#seal(1)\n#let ink', seal="#let seal(x) = {\n  x.foo\n}\n")
    assert "seal.typ, line 2" in pages.as_(admin).get(PAGE).text


def test_pictures_may_be_added_but_links_out_of_the_folder_are_ignored(app, pages, admin, templates, edit):
    edit("#let ink", '#let seal = pdf.artifact(image("art/seal.svg", width: 1mm))\n#let ink')
    assert "art/seal.svg" in templates.draft().fault
    (templates.folder / "art").mkdir()
    (templates.folder / "art/seal.svg").symlink_to("/etc/hostname")
    assert "art/seal.svg" in templates.draft().fault
    (templates.folder / "art/seal.svg").unlink()
    (templates.folder / "art/seal.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    assert templates.draft().fault is None
    (templates.folder / ".certificate.typ.swp").write_text("of an editor")
    assert templates.draft().fault is None


def test_a_template_that_fails_on_a_real_certificate_is_replaced_by_the_one_before_it(
    app, pages, admin, own, edit, templates
):
    before = templates.in_force().version
    edit("[Certificate of completion]", '[#if "Rare" in d.name { panic("rare") } Another]')
    choose(app, pages, admin)
    assert issued(app, admin)[0] == templates.in_force().version != before
    version, text = issued(app, admin, "Otto Rare")
    assert (version, templates.in_force().version) == (before, before)
    assert "Proof of learning" in text
    assert "rare" in pages.as_(admin).get(PAGE).text
    assert "certificate template has an error" in pages.as_(admin).get("/admin/").text
    assert choose(app, pages, admin).status == 303
    assert templates.in_force().version != before


def test_if_the_stored_files_are_missing_the_built_in_template_is_used(app, pages, admin, own, config, templates):
    shutil.rmtree(config.data / "templates" / "kept")
    assert templates.in_force() == BUILT_IN
    assert "files are gone" in templates.choice_fault()
    assert "Certificate of completion" in issued(app, admin)[1]
    pages.as_(admin).get(PAGE)  # tries the provider's files again and stores a copy
    assert "Proof of learning" in issued(app, admin, "Otto Other")[1]


def test_no_address_leads_to_files_that_were_not_stored(templates):
    for digest in ("..", "../certificate", "a" * 64):
        assert templates.kept(digest) is None


def test_the_provider_template_prints_accessible_archival_documents_too(app, admin, own):
    request = factories.request(app, factories.person(app, "Lena Learner"))
    with app.app_context():
        document = db.session.get_one(Certificate, issuing.issue(request, actor=admin, now=NOON).id).document
    with pikepdf.open(io.BytesIO(document)) as opened, opened.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")


BENGALI = "রাজেশ কুমার"


class TestANameThatCannotBePrinted:
    @pytest.fixture
    def request_of(self, app):
        return factories.request(app, factories.person(app, BENGALI))

    @pytest.fixture
    def address(self, request_of):
        return f"/admin/requests/{request_of.code}"

    def test_the_page_names_the_letters_and_offers_a_choice(self, pages, admin, address):
        page = pages.as_(admin).get(address)
        assert "The certificate's fonts have no র" in page.text
        assert "Issue with this name" in page.text
        assert "Issue certificate" not in page.text
        assert "Reject" in page.text

    def test_the_learner_is_warned_before_signing(self, app, pages):
        person = factories.person(app, BENGALI)
        factories.complete(app, person)
        page = pages.as_(person).get(f"/courses/{factories.COURSE}/certificate")
        assert "fonts have no র (Bengali letter ra)" in page.text
        assert "in Latin letters" in page.text

    def test_the_mail_states_the_name_on_the_certificate(self, app, pages, admin, address):
        pages.as_(admin).post(f"{address}/latin", factories.name_form("Rajesh Kumar") | {"latin_reason": "x"})
        with app.app_context():
            (job,) = db.session.query(Job).filter(Job.key.like("certificate-issued:%"))
            mail = message.compose(job.id, "a@example.org", **job.payload).get_content()
            assert "shows Rajesh Kumar" in mail
            del job.payload["latin_name"]  # as in a job that was queued by an earlier version
            assert "certificate shows" not in message.compose(job.id, "a@example.org", **job.payload).get_content()

    def test_it_is_issued_in_latin_letters_and_both_names_are_on_record(self, app, pages, admin, address, request_of):
        typed = {"given_name": " Rajesh ", "family_name": " Kumar", "latin_reason": "The board's register"}
        page = pages.as_(admin).post(f"{address}/latin", typed)
        assert page.status == 303
        with app.app_context():
            certificate = queries.find_award(request_of.user_id, request_of.course_id, 1)
            assert certificate.name == "Rajesh Kumar"
            assert json.loads(certificate.credential)["credentialSubject"]["identifier"]
            assert db.session.get_one(type(request_of), request_of.id).attested_name == BENGALI
            event = db.session.query(AuditEvent).filter_by(event="certificate:name-set-in-latin").one()
        assert event.details == {"before": BENGALI, "after": "Rajesh Kumar", "reason": "The board's register"}

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ({"family_name": ""}, "Enter your family name"),
            ({"latin_reason": ""}, "Describe how you verified it"),
            ({"given_name": "Раджеш"}, "Use Latin letters only"),
            ({"given_name": "Raj\u202eesh"}, "hidden"),
        ],
    )
    def test_bad_input_issues_nothing(self, app, pages, admin, address, typed, why):
        good = factories.name_form("Rajesh Kumar") | {"latin_reason": "x"}
        page = pages.as_(admin).post(f"{address}/latin", good | typed)
        assert page.status == 422
        assert why in page.text
        with app.app_context():
            assert queries.count_issued() == 0

    def test_a_name_that_can_be_printed_is_not_replaced(self, app, pages, admin, learner):
        request = factories.request(app, learner)
        typed = factories.name_form("Somebody Else") | {"latin_reason": "x"}
        page = pages.as_(admin).post(f"/admin/requests/{request.code}/latin", typed)
        assert page.status == 409
        with app.app_context():
            assert queries.count_issued() == 0


def test_a_plan_is_printed_with_the_template_whose_version_it_states(app, admin, own):
    request = factories.request(app, factories.person(app, "Lena Learner"))
    with app.app_context():
        plan = plan_queries.plan_of(
            request, name=factories.name_parts("Lena Learner").whole, issue_on=None, actor=admin, now=NOON
        )
        assert plan.facts.template_version == plan.template.version


def test_the_command_copies_the_built_in_template_and_overwrites_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    path = tmp_path / "templates" / "certificate" / "certificate.typ"
    assert CliRunner().invoke(cli, ["template"]).output.strip() == str(path)
    assert path.read_text() == BUILT_IN.path.read_text()
    path.write_text("mine")
    with pytest.raises(BadSetting, match="already has files"):
        CliRunner().invoke(cli, ["template"], catch_exceptions=False)
    assert path.read_text() == "mine"

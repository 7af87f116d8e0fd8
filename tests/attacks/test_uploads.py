"""An attacker uploads files that are not what they seem, takes other people's files, or fills the disk."""

import io
import re

import pytest

from course.platform import db, kept_files
from course.platform.kept_files import KeptFile
from tests import factories
from tests.factories import PROOF
from tests.pages import Pages

NEW = "/transcript/records/new"
FIELDS = {"title": "Shoulder", "provider": "Elsewhere", "mode": "in_person", "minutes": "240"}
FIELDS |= {"completed_on": "2026-02-01"}


def send(pages, *, name="proof.pdf", data=PROOF, **fields):
    return pages.post(NEW, FIELDS | {"document": (io.BytesIO(data), name)} | fields)


def keep(pages, **how):
    """Send a form with a file and with an error, and return the token that the page has."""
    found = re.search(r'name="document-kept" value="([^"]+)"', send(pages, minutes="", **how).html)
    return found and found[1]


def count_kept(app):
    with app.app_context():
        return db.session.query(KeptFile).count()


@pytest.mark.parametrize("name", ["proof.html", "proof.svg", "proof.pdf.exe", "../../proof.php", "proof"])
def test_a_file_is_served_by_its_type_whatever_its_name_says(app, learner, name):
    mine = Pages(app).as_(learner)
    send(mine, name=name, data=factories.picture("PNG"))
    address = re.search(r"/transcript/records/[0-9a-f-]{36}", mine.get("/transcript").html)[0]
    answer = mine.client.get(f"{address}/document")
    assert answer.mimetype == "image/png"
    assert re.search(r'attachment; filename="?record-2026-02-01\.png', answer.headers["Content-Disposition"])
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_page_with_the_first_bytes_of_a_picture_is_refused(app, learner):
    page = send(Pages(app).as_(learner), data=b"\x89PNG\r\n\x1a\n<script>alert(1)</script>")
    assert page.status == 422


def test_the_token_of_another_person_s_file_opens_nothing(app, learner, other_learner):
    token = keep(Pages(app).as_(learner))
    theirs = Pages(app).as_(other_learner)
    page = theirs.post(NEW, FIELDS | {"document-kept": token})
    assert page.status == 422
    assert "Choose the file again." in page.text
    assert "Kept:" not in page.text
    assert count_kept(app) == 1


@pytest.mark.parametrize("token", ["x", "' OR 1=1 --", "0" * 100_000, "../secret_key"])
def test_a_made_up_token_opens_nothing(app, learner, token):
    assert Pages(app).as_(learner).post(NEW, FIELDS | {"document-kept": token}).status == 422


def test_the_name_of_a_file_is_shown_as_text(app, learner):
    page = send(Pages(app).as_(learner), name="<b>.pdf", minutes="")
    assert "Kept: &lt;b&gt;.pdf" in page.html


def test_one_person_keeps_three_files(app, learner):
    mine = Pages(app).as_(learner)
    tokens = [keep(mine) for _ in range(5)]
    assert count_kept(app) == kept_files.MAX_KEPT_PER_PERSON
    assert mine.post(NEW, FIELDS | {"document-kept": tokens[0]}).status == 422
    assert mine.post(NEW, FIELDS | {"document-kept": tokens[-1]}).status == 303


def test_many_accounts_can_t_fill_the_disk(app, learner, other_learner, monkeypatch):
    monkeypatch.setattr(kept_files, "MAX_KEPT_BYTES", len(PROOF))
    token = keep(Pages(app).as_(other_learner))
    page = send(Pages(app).as_(learner), minutes="")
    assert "Choose the file again. It was not kept." in page.text
    assert Pages(app).as_(other_learner).post(NEW, FIELDS | {"document-kept": token}).status == 303

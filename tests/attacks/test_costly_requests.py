"""Requests that cost the server far more than the sender. Each is answered at once."""

import shutil
import time
from urllib.parse import quote

import pytest

from course.content.loader import reload
from course.content.loader.load import ContentInvalid, load
from course.content.schema.catalog import Catalog
from course.platform.config import ROOT
from tests import factories

CODE_INSTEAD_OF_ARITHMETIC = (
    "(1).to_bytes(300000000)",
    "(255).to_bytes(length=99999999)",
    "1.5.as_integer_ratio()",
    "9" * 4000,
    "9^9^9^9^9^9^9^9",
    "(" * 100 + "1" + ")" * 100,
    "-" * 10_000 + "1",
)


@pytest.mark.parametrize("expression", CODE_INSTEAD_OF_ARITHMETIC)
@pytest.mark.parametrize("submitted", [False, True], ids=["open", "submitted"])
def test_the_calculator_refuses_code_at_once(app, pages, learner, expression, submitted):
    attempt = factories.sit(app, learner) if submitted else factories.start_attempt(app, learner)
    mine = pages.as_(learner)
    mine.get(f"/attempts/{attempt.code}/all")
    since = time.process_time()
    by_script = mine.post_json(f"/attempts/{attempt.code}/calculate", {"expression": expression})
    expressions = {f"expression{n}": expression for n in range(1, 31)}
    by_form = mine.post(f"/attempts/{attempt.code}/all", expressions | {"calculate": "1"})
    assert time.process_time() - since < 1
    assert by_script.status_code == 200
    assert by_form.status == (303 if submitted else 200)
    assert not by_script.json["result"].startswith("=")


def test_reloading_the_page_about_the_next_start_reads_the_content_once(pages, admin, monkeypatch):
    read = []
    monkeypatch.setattr(reload, "load", lambda *folders: read.append(folders) or load(*folders))
    reload._loaded.cache_clear()
    console = pages.as_(admin)
    texts = {console.get("/admin/approvals/next").text for _ in range(5)}
    assert len(read) == len(texts) == 1


def test_changed_content_is_read_again(tmp_path):
    for folder in ("modules", "quizzes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    before = reload.load_if_changed(tmp_path / "modules", tmp_path / "quizzes")
    (tmp_path / "modules" / "courses.yaml").write_text("courses: [")
    after = reload.load_if_changed(tmp_path / "modules", tmp_path / "quizzes")
    assert isinstance(before, Catalog)
    assert isinstance(after, ContentInvalid)


@pytest.mark.parametrize("address", ["/nowhere{}a", "/shared/{}a{}", "/invitations/a{}b", "/verify/{}a"])
@pytest.mark.parametrize("sign", [".", "/", " ", "\N{EN DASH}"])
def test_a_long_address_of_punctuation_is_read_in_one_pass(pages, address, sign):
    since = time.process_time()
    pages.get(quote(address.format(sign * 50_000, sign * 50_000)))
    assert time.process_time() - since < 2

"""Documents that Typst makes of templates and data, with the packaged fonts."""

import pypdfium2
import pytest

from course.platform.typesetting import compiler

HEAD = '#set document(title: "Test", date: datetime(year: 2026, month: 3, day: 2))\n'


@pytest.fixture
def template(tmp_path):
    return tmp_path / "page.typ"


def test_the_template_gets_the_data_and_every_page_is_returned(template):
    template.write_text(HEAD + "#sys.inputs.data #pagebreak() two")
    document = compiler.pdf(template, {"data": "*as it is* 山田"})
    assert "*as it is* 山田" in pypdfium2.PdfDocument(document)[0].get_textpage().get_text_bounded()
    assert [page[:4] for page in compiler.pictures(template, {"data": "x"}, ppi=36)] == [b"\x89PNG"] * 2


@pytest.mark.parametrize(
    ("data", "lacking"),
    [("Ann র ਰ", ("র", "ਰ")), ("Ann\ue000", ("\ue000",)), ("A\ufeff", ("\ufeff",)), ("Ann\uffff", ("\uffff",))],
)
def test_all_letters_without_a_font_are_named(template, data, lacking):
    template.write_text(HEAD + "#sys.inputs.data")
    with pytest.raises(compiler.NotPrintable) as refused:
        compiler.pdf(template, {"data": data})
    assert refused.value.letters == lacking


def test_an_error_in_a_template_has_its_file_and_line(template):
    (template.parent / "more.typ").write_text("#let f(x) = {\n  x.foo\n}\n")
    template.write_text(HEAD + '#import "more.typ": f\n#f(1)')
    with pytest.raises(compiler.BrokenTemplate) as broken:
        compiler.pdf(template, {})
    assert (broken.value.file, broken.value.line) == ("more.typ", 2)


def test_a_template_without_a_title_is_an_error(template):
    template.write_text("hello")
    with pytest.raises(compiler.BrokenTemplate, match="title"):
        compiler.pdf(template, {})


@pytest.mark.parametrize("path", ["../secret", "/etc/hostname", "../../etc/hostname"])
def test_a_template_reads_nothing_outside_its_folder(tmp_path, path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "page.typ").write_text(HEAD + f'#read("{path}")')
    with pytest.raises(compiler.BrokenTemplate):
        compiler.pdf(tmp_path / "inside" / "page.typ", {})

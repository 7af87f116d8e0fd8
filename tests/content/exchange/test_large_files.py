"""Files that would cost minutes if a reader looked at the same part again and again are read or refused at once."""

import time

import pytest

from course.content.exchange import FORMATS, markdown_text, report
from course.content.exchange.report import UnreadableFile

FOUR_MEGABYTES = 4_000_000


def imported_in(name, data, *, seconds):
    """Return what the reader makes of the file. Fail if it needs more seconds of the processor."""
    since = time.process_time()
    try:
        return FORMATS[name].read(data)
    finally:
        assert time.process_time() - since < seconds


@pytest.mark.parametrize(
    ("name", "begin", "part", "end"),
    [
        ("gift", "::a::q{", "~", "}"),
        ("gift", "::a::q{", "=a->b", "}"),
        ("gift", "// ", "[id:", "\nq{=a ~b}"),
        ("gift", "[html]q", "<a ", "{=a ~b}"),
        ("gift", "[html]q", "<!--", "{=a ~b}"),
        ("aiken", "q\n", "A. x\n", "ANSWER: A"),
        ("moodle-xml", "<quiz><question type='multichoice'>", "<answer/>" * 10, "</question></quiz>"),
        (
            "moodle-xml",
            "<quiz><question type='multichoice'><questiontext><text>",
            "&lt;a ",
            "</text></questiontext></question></quiz>",
        ),
    ],
)
def test_a_question_of_megabytes_is_left_out_at_once(name, begin, part, end):
    size = min(FOUR_MEGABYTES, 1_700_000) if name == "moodle-xml" else FOUR_MEGABYTES
    imported = imported_in(name, (begin + part * (size // len(part)) + end).encode(), seconds=5)
    assert imported.items == ()
    assert "more than 100000 characters" in str(imported.left_out[0])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gift", "q{=a~b}\n\n"),
        ("aiken", "q\nA. x\nB. y\nANSWER: A\n"),
        ("csv", "single,Which?\n"),
        ("moodle-xml", "<question/>"),
    ],
)
def test_a_file_of_too_many_questions_is_refused_at_once(name, text):
    head, tail = {"csv": ("type,stem\n", ""), "moodle-xml": ("<quiz>", "</quiz>")}.get(name, ("", ""))
    with pytest.raises(UnreadableFile, match=f"more than {report.MAX_QUESTIONS} questions"):
        imported_in(name, (head + text * 150_000 + tail).encode(), seconds=10)


@pytest.mark.parametrize("options", ["=a" + " ~b" * 26, "=a -> b " * 27])
def test_a_question_with_more_options_than_letters_is_left_out(options):
    imported = FORMATS["gift"].read(f"q{{{options}}}".encode())
    assert imported.items == ()
    assert "27 options or prompts, and at most 26 are possible" in str(imported.left_out[-1])


@pytest.mark.parametrize(
    "part", ["<a ", "<!--", "<![CDATA[", "<", "</", "<?", "<b>", "<script>", "<a b='>", '<a b=">', "&", "<sup>"]
)
def test_broken_html_is_converted_in_one_pass(part):
    since = time.process_time()
    markdown_text.from_html(part * (report.MAX_QUESTION_CHARACTERS // len(part)), lambda _: None)
    assert time.process_time() - since < 3


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a <!-- b <i>c</i> --> d", "a d"),
        ("a <!-- b", "a"),
        ("<!DOCTYPE html><p>a</p>", "a"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("x <b>y</b> <i", "x **y** <i"),
    ],
)
def test_comments_are_dropped_and_a_lone_sign_is_text(html, text):
    assert " ".join(markdown_text.from_html(html, lambda _: None).split()) == text

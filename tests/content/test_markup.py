"""Inline Markdown is safe HTML with numbered citations."""

from course.content.text import markup


def test_citations_become_numbers_in_the_given_order():
    assert 'href="#ref-R9">2</a>' in markup.line("So it is [@R9].", ("R1", "R9"))


def test_a_wrapped_citation_is_one_group():
    text = "So it is [@R1,\n@R9]."
    assert markup.cited_in(text) == ["R1", "R9"]
    assert markup.line(text, ("R1", "R9")).endswith('[<a href="#ref-R1">1</a>, <a href="#ref-R9">2</a>]</sup>.')
    assert markup.plain(text) == "So it is ."


def test_an_unknown_citation_is_left_out():
    assert "R9" not in markup.line("So it is [@R9].", ("R1",))


def test_html_is_escaped():
    assert markup.line("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"


def test_a_javascript_address_does_not_become_a_link():
    assert "<a" not in markup.line("[x](javascript:alert(1))")

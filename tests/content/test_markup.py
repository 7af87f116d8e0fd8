from course.content.text import markup


def test_citations_become_numbers_in_the_given_order():
    assert 'href="#ref-R9">2</a>' in markup.line("So it is [@R9].", ("R1", "R9"))


def test_an_unknown_citation_is_left_out():
    assert "R9" not in markup.line("So it is [@R9].", ("R1",))


def test_html_is_escaped():
    assert markup.line("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"


def test_a_script_address_is_no_link():
    assert "<a" not in markup.line("[x](javascript:alert(1))")

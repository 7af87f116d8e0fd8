"""The administrators' overview."""

from tests import factories


def test_it_counts_what_needs_attention(app, pages, admin, learner):
    factories.request(app, learner)
    page = pages.as_(admin).get("/admin/").text
    for label in ("Certificate requests 1", "Name corrections 0", "Backdating approvals 0", "External credits 0"):
        assert label in page.split("Needs attention")[1]


def test_the_front_page_leads_a_signed_in_person_to_their_courses(pages, learner):
    assert "Sign up" in pages.get("/").text
    assert 'href="/home">Continue</a>' in pages.as_(learner).get("/").html

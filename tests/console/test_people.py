"""The people pages: the search, its empty answer, and the page of one person."""

from tests import factories


def test_a_search_without_matches_says_what_to_try(pages, admin):
    page = pages.as_(admin).get("/admin/people/", query_string={"q": "nobody of that name"})
    assert "No matches Try part of the name, an email, a license or a certificate number." in page.text


def test_a_search_lists_25_people_on_a_page(app, pages, admin):
    for n in range(25):
        factories.person(app, f"Person{n} Listed", licensed=False)
    mine = pages.as_(admin)
    assert "Page 1 of 2" in mine.get("/admin/people/").text
    second = mine.get("/admin/people/", query_string={"page": 2}).text
    assert "Page 2 of 2" in second
    assert "ada@example.org" in second


def test_the_page_of_a_person_shows_their_licenses_and_their_audit_log(pages, admin, learner):
    pages.as_(learner).post("/profile", factories.name_form("Lena Married"))
    page = pages.as_(admin).get(f"/admin/people/{learner.code}").text
    assert f"HI PT {learner.licenses[0].number}" in page
    assert "person:profile-changed" in page

"""The public pages of the states: what they say, and what they must not say."""

import re

import pytest

from tests.pages import counted


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            "MD",
            [
                "80 hours, at most 40 hours online, only in real time",
                "40 hours, none online",
                "Self-paced online hours do not count",
            ],
        ),
        ("SD", ["most of it in person", "training approved by SD board", "in person", "online-only course cannot"]),
        ("CO", ["50 hours, at most 10 hours online", "Obtain informed consent"]),
        ("IN", ["50 hours, at most 10 hours online", "40 hours, none online"]),
        (
            "FL",
            [
                "Do not needle without the patient's consent",
                "documented plan of care",
                "1 year of needling",
                "50 hours",
            ],
        ),
        ("GA", ["only if you have consulted with a physician or a physician assistant"]),
        ("NV", ["signed form that gives the patient's informed consent", "Written examination, in person"]),
        ("NJ", ["written informed consent from each patient", "communicate with that physician before needling"]),
        ("CT", ["includes needles with trigger point, subcutaneous, and dry needling by name", "accepted standards"]),
    ],
)
def test_a_page_says_what_the_rule_demands(pages, code, says):
    text = pages.get(f"/states/{code}").text
    assert [words for words in says if words not in text] == []


@pytest.mark.parametrize("code", ["MD", "SD", "CO", "IN"])
def test_no_page_says_without_limits_that_online_training_counts(pages, code):
    training = pages.get(f"/states/{code}").text.partition("Continuing education for license renewal")[0]
    assert "online counts" not in training


def test_virginia_has_no_sentence_on_acupuncture_in_its_consent(pages, catalog):
    consent = next(duty for duty in catalog.jurisdictions["VA"].duties if duty.area == "consent")
    assert consent.contents == ("risks of the technique", "benefits of the technique")
    conflicts = pages.get("/states/VA").text.partition("Conflicts between sources")[2]
    assert "Neither is in the rule in force since 2020." in conflicts


def test_states_on_lists_alone_are_listed(pages, catalog):
    listed = [state for state in catalog.jurisdictions.values() if state.status == "listed"]
    assert sorted(state.code for state in listed) == ["NH", "OH", "RI", "SC", "WI", "WV"]
    for state in listed:
        text = pages.get(f"/states/{state.code}").text
        assert "Listed; no state text seen" in text
        assert "We found no text of the state on dry needling. Ask the board." in text
        assert "That does not mean that there is none." in text


def test_a_rule_that_was_not_reached_leads_to_the_board_and_is_never_none(pages, catalog):
    unread = [state.code for state in catalog.jurisdictions.values() if state.reading == "not_reached"]
    assert len(unread) == 10
    for code in unread:
        assert "that we could not read. Ask the board." in pages.get(f"/states/{code}").text


def test_each_page_has_the_date_of_its_own_newest_primary_source(pages, catalog):
    dates = {state.last_read for state in catalog.jurisdictions.values()}
    assert len(dates) > 2
    assert None in dates
    for state in catalog.jurisdictions.values():
        read = [source.read_on for source in state.sources if source.kind == "primary"]
        text = pages.get(f"/states/{state.code}").text
        if not read:
            assert "No text of the state was read;" in text
            continue
        newest = max(read)
        assert f"The newest text of the state was read on {newest:%B} {newest.day}, {newest.year}." in text


def test_each_rule_has_its_citation_source_date_and_confidence(pages, catalog):
    page = pages.get("/states/MD")
    text = page.text.replace(" ,", ",")
    state = catalog.jurisdictions["MD"]
    for rule in (*state.requirements, *state.absences, *state.duties):
        assert rule.text in page.text
        source = state.source_by_id[rule.source]
        read = f"{source.title}, read {source.read_on:%B} {source.read_on.day}, {source.read_on.year}."
        assert f"{rule.citation + '. ' if rule.citation else ''}{read} Confidence: {rule.confidence}." in text
        assert f'href="{source.url}"' in page.html


def test_alternatives_are_a_list_inside_the_list(pages):
    tree = pages.get("/states/FL").tree
    (group,) = [li for li in tree.iter("li") if (li.findtext("strong") or "") == "One of these"]
    assert len(group.findall("ul/li")) == 2


def test_a_page_says_in_which_areas_nothing_was_seen(pages):
    text = pages.get("/states/SC").text
    found = re.search(r"We saw nothing on ([^.]*)\. Ask the board; a rule may exist\.", text)
    assert found
    assert "hours of training" in found[1]


def test_no_page_names_an_area_as_unseen_that_a_text_read_in_full_leaves_out(pages):
    text = pages.get("/states/SD").text
    assert "Not demanded by the text that was read in full" in text
    assert "We saw nothing on" not in text


def test_the_list_says_what_each_state_demands_and_when_its_text_was_read(pages):
    text = pages.get("/states/").text
    text = text.replace(" :", ":")
    assert "Maryland: Permitted 2 years of practice; 80 hours, at most 40 hours online, only in real time" in text
    assert "Ohio: Listed; no state text seen Ask the board Confidence: low." in text
    assert "Hawaii: Prohibited Not allowed Confidence: high. State text last read December 1, 2026." in text
    assert "No text of the state was read." in text
    assert "Listed; no state text seen (6)" in text


def test_the_pages_need_few_statements_however_many_rules(pages):
    with counted() as few:
        pages.get("/states/OH")
    with counted() as many:
        pages.get("/states/WA")
    assert len(many) == len(few) <= 3

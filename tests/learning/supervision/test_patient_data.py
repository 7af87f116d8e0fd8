"""Notes that look like they identify a patient are refused, and clinical notes are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.learning.supervision.patient_data import suspicion

IDENTIFYING = {
    "Mr. Jones, upper trapezius both sides": "a name",
    "mrs smith tolerated it well": "a name",
    "MR JONES": "a name",
    "Ms. Lopez had soreness": "a name",
    "Miss Ortega": "a name",
    "Treated patient Anna Smith in prone": "a name",
    "Pt named Bob": "a name",
    "patient's name is on the chart": "a name",
    "Anna, 34 yo, neck pain": "a name",
    "Seen today: Miguel (45 y/o)": "a name",
    "O’Brien 52-year-old runner": "a name",
    "Brian is 52 years old": "a name",
    "J.S. with shoulder pain": "initials",
    "J. S. 6 needles": "initials",
    "pt J.S": "initials",
    "DOB on file": "a date of birth",
    "born in 1958": "a date of birth",
    "A.B., date of birth known": "a date of birth",
    "6/3/1958": "a date",
    "seen 6/3/58": "a date",
    "1958-06-03": "a date",
    "June 3, 1958": "a date",
    "3 Jun 1958": "a date",
    "MRN 88": "a record number",
    "medical record 4": "a record number",
    "Patient ID: A123": "a record number",
    "chart #42": "a record number",
    "acct no. 77": "a record number",
    "see 00482913": "a record number",
    "123-45-6789": "a Social Security number",
    "SSN given": "a Social Security number",
    "call (305) 555-0134": "a phone number",
    "305-555-0134": "a phone number",
    "305.555.0134": "a phone number",
    "+1 305 555 0134": "a phone number",
    "write to anna.s@example.org": "an email",
    "lives at 12 Ocean Drive": "an address",
    "92 yo, frail": "an age over 89",
    "aged 101": "an age over 89",
}
CLINICAL = [
    "",
    "Prone, pillow under the abdomen. Four needles, no manipulation.",
    "0.30 x 40 mm, inferior-medial direction, local twitch response twice",
    "Pain 6/10 before and 3/10 after. Strength 4/5.",
    "C5/6 and L4/5/S1 levels, multifidus",
    "45-year-old, neck pain for 3 years",
    "Patient 45 yo, desk worker",
    "Female, 34 y/o, runner",
    "Runner, 29 yo, with calf pain",
    "MS patient with spasticity in remission; no heat",
    "Dr. Reyes watched the second half",
    "did not miss the spinous process",
    "U.S. needles, P.T. student watched, 9 a.m.",
    "R.O.M. improved by 20 degrees",
    "Needles in 12, needles out 12",
    "Lot 20260114 of needles",
    "Patient Education given",
    "Dosage 3-5-3, 10 min",
    "may need 2026 guidelines",
    "Practiced consent, draping and side-lying position",
    "Upper Trapezius 2 needles, Levator Scapulae 1",
    "pt SI joint pain; pt ER limited",
    "Session 25 of 25",
    "89 yo",
]


@pytest.mark.parametrize(("note", "what"), IDENTIFYING.items())
def test_a_note_that_identifies_a_patient_is_recognized(note, what):
    assert suspicion(note) == what


@pytest.mark.parametrize("note", CLINICAL)
def test_a_clinical_note_is_accepted(note):
    assert suspicion(note) is None


@given(st.text(max_size=60), st.sampled_from(list(IDENTIFYING)))
def test_more_text_around_it_on_other_lines_hides_nothing(text, note):
    assert suspicion(f"{text}\n{note}\n{text}") is not None


@given(st.text())
def test_any_text_has_an_answer(text):
    assert suspicion(text) is None or suspicion(text)

"""What in a note looks like it identifies a patient. A log of sessions must not become a record of patients.

The signs follow the identifiers of 45 CFR 164.514(b)(2): names, dates, phone numbers, emails, numbers of records and
of insurance, and ages over 89. A note that is refused by mistake can be put in other words, so in doubt it is refused.
"""

import re

MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
MONTH += r"|nov(?:ember)?|dec(?:ember)?)"
AGE = r"\d{1,3}[\s-]*(?:y/?o\b|yrs?\b|years?\b)"
NAME = r"[A-Z][a-z]{1,20}(?:[-'\u2019][A-Z][a-z]+)?"

# Words with a capital letter that stand before an age and are no names.
ORDINARY = {"patient", "pt", "client", "male", "female", "man", "woman", "adult", "athlete", "runner", "age", "aged"}
ORDINARY |= {"worker", "student", "teenager", "a", "an", "the", "for", "since", "over", "about", "in", "at", "with"}
ORDINARY |= {"after", "practice", "pain", "history", "chronic", "under", "last", "past", "within", "healthy", "every"}
DOTTED = {"u.s.", "u.s.a.", "p.t.", "d.p.t.", "p.t.a.", "o.t.", "a.m.", "p.m.", "r.o.m.", "d.n.", "s.i."}

SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("an email", re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE)),
    ("a Social Security number", re.compile(r"\b\d{3}-\d{2}-\d{4}\b")),
    ("a Social Security number", re.compile(r"\b(?:ssn|social security)\b", re.IGNORECASE)),
    ("a phone number", re.compile(r"(?:\+?1[\s.-]?)?(?:\(\d{3}\)\s?|\b\d{3}[\s.-])\d{3}[\s.-]\d{4}\b")),
    ("a date of birth", re.compile(r"\b(?:dob|d\.o\.b\.?|date of birth|birth ?da(?:te|y)|born)\b", re.IGNORECASE)),
    ("a date", re.compile(r"\b\d{1,2}([/.-])\d{1,2}\1(?:19|20)\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2}\b")),
    ("a date", re.compile(r"\b(?:19|20)\d{2}[/.-]\d{1,2}[/.-]\d{1,2}\b")),
    ("a date", re.compile(rf"\b{MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d{{2}}\b", re.IGNORECASE)),
    ("a date", re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)? {MONTH}\.?,? (?:19|20)\d{{2}}\b", re.IGNORECASE)),
    ("a record number", re.compile(r"\b(?:mrn|medical record|mr ?#)", re.IGNORECASE)),
    (
        "a record number",
        re.compile(
            r"\b(?:chart|record|account|acct|member|policy|patient|pt|client|case|file)\s*(?:id|no\.?|number|#|num)\s*:?"
            r"\s*#?\s*[a-z]{0,4}-?\d",
            re.IGNORECASE,
        ),
    ),
    ("a record number", re.compile(r"(?<!lot )(?<!lot no\. )\b\d{6,}\b", re.IGNORECASE)),
    ("a name", re.compile(r"\b(?:mr|mrs|mx)\b\.?\s+[a-z]", re.IGNORECASE)),
    ("a name", re.compile(rf"\b(?:Ms\.?|Miss)\s+{NAME}")),
    ("a name", re.compile(r"\b(?:patient|pt|client)(?:['\u2019]s)?(?: name|,? (?:named|called))\b", re.IGNORECASE)),
    ("a name", re.compile(rf"\b(?i:patient|pt\.?|client)\s+{NAME}\s+{NAME}\b")),
    ("initials", re.compile(r"\b(?i:patient|pt\.?|client):?\s+[A-Z]\.\s?[A-Z]\b")),
    (
        "an address",
        re.compile(
            rf"\b\d{{1,5}}\s+(?:{NAME}\s+){{1,3}}(?:Street|St\b|Avenue|Ave\b|Road|Rd\b|Lane|Ln\b|Drive|Dr\b|Blvd|Court)"
        ),
    ),
)
INITIALS = re.compile(r"\b(?:[A-Za-z]\.\s?){2,3}")
NAME_AND_AGE = re.compile(rf"\b({NAME}),?\s+(?:\(|is\s+|aged?\s+)?{AGE}")
AGE_WITH_UNIT = re.compile(rf"\b{AGE}|\baged?:?\s+(\d{{1,3}})\b", re.IGNORECASE)
MAX_AGE = 89


def suspicion(text: str) -> str | None:
    """Return what in the text looks like it identifies a patient, such as `a phone number`; None if nothing does."""
    for what, sign in SIGNS:
        if sign.search(text):
            return what
    if any(found.group(1).lower() not in ORDINARY for found in NAME_AND_AGE.finditer(text)):
        return "a name"
    if any(_are_initials(found.group()) for found in INITIALS.finditer(text)):
        return "initials"
    if any(_years(found.group()) > MAX_AGE for found in AGE_WITH_UNIT.finditer(text)):
        return f"an age over {MAX_AGE}"
    return None


def _are_initials(dotted: str) -> bool:
    compact = re.sub(r"\s", "", dotted)
    return compact == compact.upper() and compact.lower() not in DOTTED


def _years(text: str) -> int:
    return int(re.sub(r"\D", "", text) or 0)

"""What can't be part of a legal name: credentials, suffixes in the wrong field, links, numbers and placeholders.

A board compares what is reported with its own list, where nobody's last name is DPT, and a name with an address in it
would make our emails carry that address. Capitals count where a word can also be a name: Ma and Do are families, MA
and DO are degrees.
"""

import re
import unicodedata

from course.people.accounts.name_parts import NameParts
from course.platform.typesetting import letters

CREDENTIALS = frozenset(
    "PT DPT tDPT MPT MSPT BSPT PTA SPT OTR OTD ATC OCS SCS NCS PCS GCS WCS ECS CCS CSCS CHT CLT COMT CMPT OMPT FAAOMPT "  # noqa: SIM905 - read as a list of words
    "FAPTA FAFS CIDN CMTPT CMDN IMTC LMT PhD EdD DSc ScD DScPT DHSc DrPH PsyD PharmD DNP APRN FNP MPH MSc BSc MEd Esq "
    "pt dpt phd mpt mspt cscs".split()
)
ALSO_NAMES = frozenset("MA MS BA BS MD DO DC NP RN PA OT LAC DN JD MBA LAT COTA".split())  # noqa: SIM905
TITLE = re.compile(r"(Dr|Mr|Mrs|Ms|Prof|Rev|Hon)\.|(DR|MR|MRS|MS|PROF)\.|(dr|mr|mrs|ms|prof)\.|(Dr|Mr|Mrs|Prof)\s")
JUNIOR_OR_SENIOR = re.compile(r"(?:^|[\s,])([JS][Rr]\.?|[js]r\.)$")
NUMERAL = re.compile(r"[\s,](II|III|IV|VI|VII|2nd|3rd|4th|5th)$|^(II|III)$")
LINK = re.compile(
    r"://|[@/\\<>]|\b[Ww]{3}\.|[^\W\d_]{2,}\.[a-z]{2,}"
    r"|[^\W_]{3,}\.(?i:com|org|net|info|biz|io|co|me|us|uk|de|ru|cn|xyz|top|site|shop|app|dev|link|click|example)\b"
)
NUMBER = re.compile(r"\d{2,}")
PLACEHOLDERS = frozenset(
    ("undefined", "unknown", "no name", "noname", "your name", "legal name", "object object", "not applicable")
) | {"first name", "last name", "given name", "family name", "firstname", "lastname"}
PLACEHOLDERS_UNLESS_CAPITALIZED = frozenset({"null", "none", "nan", "nil"})  # Null and Nan are names of people

CREDENTIAL_HINT = "Leave out credentials such as {}. Certificates show the profession of your license."
SUFFIX_HINT = "Put {} into the field “Suffix”."


def faults(name: NameParts) -> dict[str, str]:
    """Return why the parts are not allowed, by the part's field (`given`, `family`). Empty if they are."""
    in_capitals = not any(letter.islower() for letter in name.printed)
    found = {
        "given": name.given and _fault(name.given, is_family=False, in_capitals=in_capitals),
        "family": _fault(name.family, is_family=True, in_capitals=in_capitals),
    }
    if not any(found.values()):
        found["family"] = letters.fault(name.printed)  # the parts together are too long
    return {field: fault for field, fault in found.items() if fault}


def _fault(part: str, *, is_family: bool, in_capitals: bool) -> str | None:
    return (
        letters.fault(part)
        or _title(part)
        or _credential(part, is_family=is_family, in_capitals=in_capitals)
        or _suffix(part, is_family=is_family, in_capitals=in_capitals)
        or _comma(part)
        or _placeholder(part)
        or _contact(part)
    )


def _title(part: str) -> str | None:
    if found := TITLE.match(part):
        return f"Leave out the title {found.group().strip()}"
    return None


def _credential(part: str, *, is_family: bool, in_capitals: bool) -> str | None:
    """Find a credential after a comma, or as the last word.

    The only word of the given name may be initials (PT Barnum), and so may dotted letters at its end (Robert D.C.).
    """
    before_comma, *after_comma = re.split(r"[,;(]", part)
    for word in " ".join(after_comma).replace("/", " ").split():
        if _bare(word) in CREDENTIALS | ALSO_NAMES:
            return CREDENTIAL_HINT.format(word.strip(".)"))
    words = [word.partition("/")[0] for word in before_comma.split()]  # OTR/L
    if not words or (not is_family and (len(words) == 1 or "." in words[-1])):
        return None
    last = _bare(words[-1])
    if last in CREDENTIALS or (last in ALSO_NAMES and len(words) > 1 and not in_capitals):
        return CREDENTIAL_HINT.format(words[-1].strip("."))
    return None


def _bare(word: str) -> str:
    return word.replace(".", "").strip(")")


def _suffix(part: str, *, is_family: bool, in_capitals: bool) -> str | None:
    if not is_family and " " not in part:
        return None  # the initials J. R.
    if found := JUNIOR_OR_SENIOR.search(part) or NUMERAL.search(part):
        word = found.group().strip(" ,")
        if not (word == "VI" and in_capitals):  # Vi is a name
            return SUFFIX_HINT.format(word)
    return None


def _comma(part: str) -> str | None:
    if "," in part or ";" in part:
        return "Write the name without commas: each part goes into its own field."
    return None


def _placeholder(part: str) -> str | None:
    bare = " ".join("".join(letter if letter.isalnum() else " " for letter in part).split())
    if bare.casefold() in PLACEHOLDERS:
        return "Enter your own name, as on your license."
    if bare.casefold() in PLACEHOLDERS_UNLESS_CAPITALIZED and bare != bare.capitalize():
        return f"This looks like a placeholder. If it is your name, write {bare.capitalize()}."
    return None


def _contact(part: str) -> str | None:
    plain = unicodedata.normalize("NFKC", part)
    if LINK.search(plain):
        return "A name has no address or link in it. If a word ends in a period, put a space after it."
    if NUMBER.search(plain):
        return "A name has no numbers in it."
    return None

"""Generated banks and helpers for the tests of other formats."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from course.content.exchange.report import Imported
from course.content.items import item_of
from course.content.schema.bank import Bank

TYPES_OF = {
    "moodle-xml": ("single", "multiple", "matching", "ordering", "numeric"),
    "gift": ("single", "multiple", "matching", "numeric"),
    "csv": ("single", "multiple", "reason", "matching", "ordering", "numeric"),
    "qti-2.2": ("single", "multiple"),
    "qti-3.0": ("single", "multiple"),
}
WORDS = [
    "**bold**",
    "*so*",
    "[@R56]",
    "[html]",
    "%50%",
    "->",
    "####",
    "::",
    "//",
    "\\n",
    "ANSWER: A",
    "=1+1",
    "]]>",
    "&amp;",
]
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(WORDS), st.text(alphabet="ab ~=#{}:\\\n<>&\"'*_[]@%-,;|\tüß→²漢😀\u00a0\u2028", max_size=12)
    ),
    min_size=1,
    max_size=5,
).map(lambda parts: "".join(parts).strip())
SOME = TEXTS.filter(bool)
IDS = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)
NUMBERS = st.decimals(min_value=0, max_value=1000, places=2).map(str)


def several(least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(SOME, min_size=least, max_size=most, unique=True)


def lettered(texts: list[str]) -> dict[str, str]:
    return dict(zip("abcdefgh", texts, strict=False))


@st.composite
def bodies(draw: st.DrawFn, type_: str) -> dict[str, Any]:
    if type_ == "ordering":
        return {"steps": draw(several(3, 6))}
    if type_ == "numeric":
        tolerance = draw(st.sampled_from([{}, {"tolerance": "0.5"}, {"tolerance_percent": "5"}]))
        return {"key": draw(NUMBERS), "unit": draw(st.sampled_from([None, "mm", "mL/min"])), "decimals": 3, **tolerance}
    options = lettered(draw(several(3, 8)))
    if type_ == "reason":
        return {"key": draw(st.booleans()), "reasons": options, "reason": draw(st.sampled_from(list(options)))}
    if type_ == "matching":
        prompts = {str(n): text for n, text in enumerate(draw(several(2, 5)), start=1)}
        return {
            "prompts": prompts,
            "options": options,
            "key": {n: draw(st.sampled_from(list(options))) for n in prompts},
        }
    if type_ == "single":
        return {"options": options, "key": draw(st.sampled_from(list(options)))}
    key = draw(st.lists(st.sampled_from(list(options)), min_size=2, max_size=len(options) - 1, unique=True))
    return {"options": options, "key": sorted(key)}


@st.composite
def banks(draw: st.DrawFn, types: tuple[str, ...]) -> Bank:
    cases = {"case-1": draw(SOME)}
    items = []
    for n, type_ in enumerate(draw(st.lists(st.sampled_from(types), min_size=1, max_size=4))):
        item = {"id": f"item-{n}", "type": type_, "objective": draw(IDS), "difficulty": draw(st.integers(1, 3))}
        item |= {"level": draw(st.sampled_from(["recall", "application", "case"])), "stem": draw(SOME)}
        item |= {
            "rationale": draw(SOME),
            "references": draw(st.lists(st.sampled_from(["R1", "S-2", "r3"]), min_size=1)),
        }
        item |= {"must_pass": draw(st.booleans()), "calculator": draw(st.booleans())}
        item |= {"enemies": draw(st.lists(IDS, max_size=2)), "section": draw(st.none() | IDS)}
        items.append(item | ({"case": "case-1"} if draw(st.booleans()) else {}) | draw(bodies(type_)))
    return bank_of(items, cases)


def bank_of(items: list[dict[str, Any]], cases: Mapping[str, str] | None = None) -> Bank:
    data = {"module": "some-module", "blueprint": {"one": 1}, "cases": cases or {}, "items": items, "digest": "x"}
    return Bank.model_validate(data)


BASE = {"objective": "one", "level": "recall", "difficulty": 1, "rationale": "So. [@R1]", "references": ["R1"]}
MULTIPLE = BASE | {"id": "item-2", "type": "multiple", "stem": "Which apply?", "key": ["a", "c", "d"]}
MULTIPLE |= {"options": {"a": "One", "b": "Two", "c": "Three", "d": "Four", "e": "Five"}}
SINGLE = BASE | {
    "id": "item-1",
    "type": "single",
    "stem": "Which one?",
    "options": {"a": "This", "b": "That"},
    "key": "b",
}


def restored(imported: Imported) -> dict[str, Any]:
    """Return the imported items by id, complete with vignettes."""
    vignettes = {id_: {"vignette": text} for id_, text in imported.cases.items()}
    return {item["id"]: item_of(item | vignettes.get(item.get("case", ""), {})) for item in imported.items}


def losses(imported: Imported) -> list[str]:
    return [str(left) for left in imported.left_out]

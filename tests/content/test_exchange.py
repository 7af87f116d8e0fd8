"""Banks in other formats: exports are read back equal, losses are reported, and no file can do harm."""

import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from itertools import chain, combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from course.content import source
from course.content.cli import content_group
from course.content.exchange import FORMATS, bank_file, qti, qti_package, report, safe_xml
from course.content.exchange.report import Imported, UnreadableFile
from course.content.items import item_of
from course.content.schema.bank import Bank
from course.content.source import Problems
from course.platform.config import ROOT

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


@pytest.mark.parametrize("name", TYPES_OF)
def test_exported_items_are_read_back_equal(name):
    @given(banks(TYPES_OF[name]))
    def check(bank: Bank) -> None:
        exported = FORMATS[name].write(bank)
        skipped = {left.item for left in exported.left_out if left.what.startswith("the whole")}
        found = restored(FORMATS[name].read(exported.data))
        assert found == {item.id: item for item in bank.items if item.id not in skipped}
        assert name == "gift" or not skipped or any("are the same" in left.what for left in exported.left_out)

    check()


@pytest.mark.parametrize("name", TYPES_OF)
def test_every_item_of_the_real_banks_is_read_back_equal_or_reported(name, catalog):
    for bank in catalog.banks.values():
        exported = FORMATS[name].write(bank)
        imported = FORMATS[name].read(exported.data)
        named = {left.item for left in (*exported.left_out, *imported.left_out)}
        found = restored(imported)
        for item in bank.items:
            assert found.get(item.id) == item or item.id in named, item.id
        lost = [item for item in bank.items if item.id not in found]
        assert all(item.parameters or item.type not in TYPES_OF[name] for item in lost)


@given(banks(TYPES_OF["csv"]))
def test_the_bank_file_has_what_was_read(bank):
    imported = FORMATS["csv"].read(FORMATS["csv"].write(bank).data)
    document = source.parse(
        bank_file.text("some-module", imported, {"blueprint": {"one": 1}}), "file", problems := Problems()
    )
    assert problems.found == []
    assert Bank.model_validate(document.data | {"digest": "x"}).items == bank.items


def test_unusual_letters_and_prompt_numbers_are_restored():
    letters = SINGLE | {"options": {"h": "This", "c": "That", "a": "Those"}, "key": "c"}
    matching = BASE | {"id": "item-3", "type": "matching", "stem": "Match.", "prompts": {"2": "Two", "5": "Five"}}
    matching |= {"options": {"b": "B", "c": "C", "f": "F"}, "key": {"2": "f", "5": "c"}}
    for name in ("moodle-xml", "gift", "csv"):
        bank = bank_of([letters, matching])
        assert restored(FORMATS[name].read(FORMATS[name].write(bank).data)) == {item.id: item for item in bank.items}


def test_other_units_are_restored_from_moodle_and_reported_for_gift():
    length = BASE | {"id": "item-4", "type": "numeric", "stem": "How deep?", "key": 12.5, "unit": "mm", "tolerance": 1}
    bank = bank_of([length | {"units": {"cm": 10, "in": 25.4, "third": 3}}])
    moodle = FORMATS["moodle-xml"].write(bank)
    assert restored(FORMATS["moodle-xml"].read(moodle.data))["item-4"] == bank.items[0]
    assert b"<multiplier>0.1</multiplier>" in moodle.data
    assert [left.what for left in FORMATS["gift"].write(bank).left_out][1:] == ["its other units; GIFT has no units"]


def test_items_that_a_format_cannot_hold_are_reported(catalog):
    scaled = SINGLE | {"stem": "Half of {n}?", "parameters": {"n": [2, 4]}}
    for name in ("moodle-xml", "gift", "qti-2.2", "qti-3.0"):
        left_out = FORMATS[name].write(bank_of([scaled])).left_out
        assert [str(left) for left in left_out][1].startswith("item-1: the whole item: its numbers differ")
    bank = bank_of([scaled])
    assert restored(FORMATS["csv"].read(FORMATS["csv"].write(bank).data)) == {"item-1": bank.items[0]}
    states = FORMATS["csv"].write(catalog.banks["state-scope"]).left_out
    assert "the whole pattern" in states[-1].what
    control = bank_of([SINGLE | {"stem": "A bell \x07?"}])
    for name in TYPES_OF:
        assert "control character" in str(FORMATS[name].write(control).left_out[-1])


def sets(letters: list[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(letters, n) for n in range(len(letters) + 1)))


def test_partial_credit_is_the_same_in_moodle_and_qti():
    bank = bank_of([MULTIPLE])
    item = bank.items[0]
    moodle = ElementTree.fromstring(FORMATS["moodle-xml"].write(bank).data)
    percent = dict(zip("abcde", (Fraction(a.get("fraction")) / 100 for a in moodle.iter("answer")), strict=True))
    package = zipfile.ZipFile(io.BytesIO(FORMATS["qti-2.2"].write(bank).data))
    entries = ElementTree.fromstring(package.read("items/item-2.xml")).iter(f"{{{qti.V2.namespace}}}mapEntry")
    mapped = {entry.get("mapKey"): Fraction(entry.get("mappedValue")) for entry in entries}
    for chosen in sets(list("abcde")):
        for weights in (percent, mapped):
            assert float(max(0, sum(weights[letter] for letter in chosen))) == pytest.approx(
                float(item.score(list(chosen))), abs=1e-6
            )


MOODLE = """<?xml version="1.0"?><quiz>
<question type="category"><category><text>$course$/top</text></category></question>
<question type="multichoice"><name><text>Ribs</text></name>
 <questiontext format="html"><text><![CDATA[<p>Which is <b>not </b>10<sup>-3</sup> of H<sub>2</sub>O?</p>
 <p>See <a href="x">there</a> <img src="rib.png" alt="A rib"></p>]]></text><file name="rib.png">AA==</file></questiontext>
 <generalfeedback format="html"><text>2*3 &lt; 7</text></generalfeedback>
 <defaultgrade>2.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><single>false</single>
 <shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>
 <correctfeedback format="html"><text>Well done.</text></correctfeedback>
 <answer fraction="60" format="html"><text>One</text><feedback><text>Nearly.</text></feedback></answer>
 <answer fraction="40" format="html"><text>Two</text></answer>
 <answer fraction="0" format="html"><text>Three</text></answer>
 <hint format="html"><text>Count again.</text></hint><tags><tag><text>anatomy</text></tag></tags></question>
<question type="multichoice"><name><text>Two keys</text></name><questiontext><text>Q?</text></questiontext><single>true</single>
 <answer fraction="100"><text>A</text></answer><answer fraction="100"><text>B</text></answer></question>
<question type="essay"><name><text>Tell</text></name><questiontext><text>Tell.</text></questiontext></question>
</quiz>"""


def test_what_is_lost_from_a_moodle_file_is_reported_by_question():
    imported = FORMATS["moodle-xml"].read(MOODLE.encode())
    assert imported.items == (
        {
            "stem": "Which is **not** 10⁻³ of H₂O?\n\nSee there",
            "type": "multiple",
            "options": {"a": "One", "b": "Two", "c": "Three"},
            "key": ["a", "b"],
            "rationale": "2\\*3 < 7",
        },
    )
    assert losses(imported) == [
        "question 1: the whole item: no item type here is like the question type category",
        "Ribs: the tag anatomy",
        "Ribs: the file rib.png",
        "Ribs: the HTML element a; its text is kept",
        "Ribs: the picture A rib",
        "Ribs: the feedback on an answer: Nearly.",
        "Ribs: its weights (a 60%, b 40%, c 0%); here each right option earns its share and each wrong option loses its share",
        "Ribs: its name “Ribs”",
        "Ribs: defaultgrade: 2.0000000",
        "Ribs: penalty: 0.3333333",
        "Ribs: correctfeedback: Well done.",
        "Ribs: hint: Count again.",
        "Two keys: the whole item: 2 options earn the full score, but a single-best-answer item has one",
        "Tell: the whole item: no item type here is like the question type essay",
    ]


GIFT = """// A comment
$CATEGORY: tom/dick

::Grant:: Who's buried in Grant's tomb? {~Grant#No. ~%50%Jefferson =no one#Right!####There is a \\{riddle\\}.}

Two of these\\: {~%50%one ~%50%two ~%-100%three}

Mahatma Gandhi was born {#1869:2}.

[markdown]Match **these**.{
=cat -> animal
=rose -> plant
= -> stone
}

Sun rises in the east.{T}

Grant is {=buried =entombed} there.

No answers here.
"""


def test_a_foreign_gift_file_is_read_by_the_rules_of_gift():
    imported = FORMATS["gift"].read(GIFT.encode())
    assert imported.items == (
        {
            "stem": "Who's buried in Grant's tomb?",
            "type": "single",
            "options": {"a": "Grant", "b": "Jefferson", "c": "no one"},
            "key": "c",
            "rationale": "There is a {riddle}.",
        },
        {"stem": "Two of these:", "type": "multiple", "options": lettered(["one", "two", "three"]), "key": ["a", "b"]},
        {
            "stem": "Mahatma Gandhi was born \\_\\_\\_\\_\\_.",
            "type": "numeric",
            "key": "1869",
            "unit": None,
            "tolerance": 2,
        },
        {
            "stem": "Match **these**.",
            "type": "matching",
            "prompts": {"1": "cat", "2": "rose"},
            "options": {"a": "animal", "b": "plant", "c": "stone"},
            "key": {"1": "a", "2": "b"},
        },
    )
    assert [line.partition(": ")[2] for line in losses(imported)] == [
        "the whole item: it is a category, which banks don't have",
        "its name “Grant”",
        "the feedback on an answer: No.",
        "the feedback on an answer: Right!",
        "option b earns 50% in the file; here it is wrong",
        "the whole item: it asks for true or false, and no item type here does",
        "the whole item: it asks for a short answer, and no item type here does",
        "the whole item: it is a text without answers",
    ]


def test_aiken_questions_that_break_its_rules_are_reported():
    text = "What is 2*2?\r\nA. 4\r\nB) 5\r\nANSWER: A\r\n\r\nNo key\nA. x\nB. y\nANSWER: C\n\nA. x\nANSWER: A\nOpen\nA. x\nB. y\n"
    imported = FORMATS["aiken"].read(text.encode())
    assert imported.items == (
        {"stem": "What is 2\\*2?", "type": "single", "options": {"a": "4", "b": "5"}, "key": "a"},
    )
    assert losses(imported) == [
        "question 2: the whole item: its answer C is not one of its options",
        "question 3: the whole item: its question is missing or comes after an option",
        "question 4: the whole item: it has no ANSWER line",
    ]
    assert FORMATS["aiken"].write is None


def test_semicolons_are_accepted_and_unknown_columns_reported():
    text = "id;type;stem;a;b;key;color;more\nx-1;single;'=Which?;This;That;b;red;\nx-2;multiple;Which?;A;B;a b;;[1]\n"
    imported = FORMATS["csv"].read(text.encode())
    assert imported.items[0] == {
        "id": "x-1",
        "type": "single",
        "stem": "=Which?",
        "options": {"a": "This", "b": "That"},
        "key": "b",
    }
    assert imported.items[1]["key"] == ["a", "b"]
    assert losses(imported) == ["x-1: the column color: red", "x-2: the column more, which is not a JSON object: [1]"]


def test_a_cell_that_looks_like_a_formula_is_escaped():
    exported = FORMATS["csv"].write(bank_of([SINGLE | {"stem": "=1+1", "options": {"a": "-5 mm", "b": "'=x"}}]))
    assert b",'=1+1,'-5 mm,''=x," in exported.data


FOREIGN = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="choice" title="Unattended Luggage"
 adaptive="false" timeDependent="false">
<responseDeclaration identifier="R" cardinality="single" baseType="identifier"><correctResponse><value>ChoiceA</value></correctResponse></responseDeclaration>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
<itemBody><p>Look at the   <strong>text</strong> in
 the picture.</p><p><img src="sign.png" alt="NEVER LEAVE LUGGAGE UNATTENDED"/></p>
<choiceInteraction responseIdentifier="R" shuffle="false" maxChoices="1"><prompt>What does it say?</prompt>
<simpleChoice identifier="ChoiceA">You must stay<feedbackInline outcomeIdentifier="F" identifier="a" showHide="show">Yes.</feedbackInline></simpleChoice>
<simpleChoice identifier="ChoiceB">Do not let someone else look</simpleChoice></choiceInteraction><p>Goodbye.</p></itemBody>
<responseProcessing><setOutcomeValue identifier="SCORE"/></responseProcessing></assessmentItem>"""


def test_what_is_lost_from_a_foreign_qti_item_is_reported():
    imported = FORMATS["qti-2.2"].read(FOREIGN.encode())
    assert imported.items == (
        {
            "id": "choice",
            "stem": "Look at the **text** in the picture.\n\nWhat does it say?",
            "options": {"a": "You must stay", "b": "Do not let someone else look"},
            "type": "single",
            "key": "a",
        },
    )
    assert losses(imported) == [
        "choice: the picture NEVER LEAVE LUGGAGE UNATTENDED",
        "choice: the text after its options: Goodbye.",
        "choice: the order of its options; here it is shuffled",
        "choice: feedbackInline: Yes.",
        "choice: its title “Unattended Luggage”",
        "choice: its own response processing; here the right answers determine the score",
    ]


def test_other_interactions_and_resources_of_a_package_are_reported():
    data = io.BytesIO()
    manifest = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>
      <resource identifier="T" type="imsqti_test_xmlv2p2" href="test.xml"/>
      <resource identifier="I" type="imsqti_item_xmlv2p2" href="order.xml"/>
      <resource identifier="L" type="imsqti_item_xmlv2p2" href="../lost.xml"/></resources></manifest>"""
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("imsmanifest.xml", manifest)
        package.writestr(
            "order.xml", '<assessmentItem identifier="o"><itemBody><orderInteraction/></itemBody></assessmentItem>'
        )
    assert losses(FORMATS["qti-2.2"].read(data.getvalue())) == [
        "T: the whole resource: it has the type imsqti_test_xmlv2p2, not that of an item",
        "o: the whole item: it has orderInteraction, but only items with one choiceInteraction can be read",
        "L: the whole item: the package has no file ../lost.xml",
    ]


def test_our_qti_file_edited_by_another_tool_loses_nothing_silently():
    data = io.BytesIO(FORMATS["qti-2.2"].write(bank_of([SINGLE])).data)
    xml = zipfile.ZipFile(data).read("items/item-1.xml")
    xml = xml.replace(b"Which one?", b'Which <em>one</em>? <span>Really</span> <img src="x.png"/>')
    imported = FORMATS["qti-2.2"].read(xml)
    assert imported.items[0]["stem"] == "Which *one*? Really"
    assert losses(imported) == ["item-1: the picture x.png"]


def test_a_stem_around_nested_options_is_read_without_them():
    deep = FOREIGN.replace("<itemBody>", "<itemBody><p>A</p><div><div>").replace(
        "</itemBody>", "</div></div></itemBody>"
    )
    stem = FORMATS["qti-2.2"].read(deep.encode()).items[0]["stem"]
    assert stem == "A\n\nLook at the **text** in the picture.\n\nWhat does it say?"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('identifier="ChoiceB"', 'identifier="ChoiceA"', "two of its options have the same identifier"),
        ('responseIdentifier="R"', 'responseIdentifier="it\'s"', "does not declare a response"),
        ("<value>ChoiceA</value>", "<value>ChoiceZ</value>", "does not say which of its options is right"),
    ],
)
def test_a_qti_item_that_contradicts_itself_is_reported(old, new, sentence):
    imported = FORMATS["qti-3.0"].read(FOREIGN.replace(old, new).encode())
    assert imported.items == ()
    assert sentence in losses(imported)[-1]


@pytest.mark.parametrize("number", ["1e999999999", "9" * 5000, "NaN", "one"])
def test_an_implausible_number_is_reported(number):
    gift = f"How many?{{#{number}:0}}\n\nWhich?{{~%{number}%a ~b}}\n"
    left = losses(FORMATS["gift"].read(gift.encode()))
    assert any("is not a number that can be read" in one for one in left)
    moodle = MOODLE.replace('fraction="60"', f'fraction="{number}"')
    assert any("is not a number that can be read" in one for one in losses(FORMATS["moodle-xml"].read(moodle.encode())))


# The order of the elements that are used here, from the schemas imsqti_v2p2p4.xsd and imsqti_asiv3p0_v1p0.xsd.
ORDER = {
    "assessmentItem": ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"],
    "responseDeclaration": ["correctResponse", "mapping"],
    "choiceInteraction": ["prompt", "simpleChoice"],
}
SINCE_V3 = {"modalFeedback": ["contentBody"]}


@pytest.mark.parametrize("version", [qti.V2, qti.V3], ids=lambda version: version.name)
def test_qti_has_the_element_order_and_names_of_its_schema(version):
    bank = bank_of(
        [SINGLE | {"case": "c"}, MULTIPLE | {"case": "c", "rationale": "One.\n\nTwo. [@R1]"}], {"c": "Someone."}
    )
    package = zipfile.ZipFile(io.BytesIO(FORMATS[f"qti-{version.name}"].write(bank).data))
    assert package.namelist() == ["imsmanifest.xml", "items/item-1.xml", "items/item-2.xml"]
    for name in package.namelist()[1:]:
        root = ElementTree.fromstring(package.read(name))
        assert root.tag.startswith(f"{{{version.namespace}}}")
        names = [element.tag.rpartition("}")[2] for element in root.iter()]
        ours = [one for one in names if one not in ("div", "p", "strong", "em")]
        assert all(one.startswith("qti-") and one.islower() for one in ours) == (version is qti.V3)
        qti.to_v2(root)
        for element in root.iter():
            order = (ORDER | SINCE_V3 if version is qti.V3 else ORDER).get(element.tag)
            places = [order.index(child.tag) for child in element] if order else []
            assert places == sorted(places)


BOMB = '<!DOCTYPE q [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz>&b;</quiz>'
OUTSIDE = '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>'
DEEP = "<quiz>" + "<a>" * 200 + "</a>" * 200 + "</quiz>"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BOMB, "declares a document type or an entity"),
        (OUTSIDE, "declares a document type or an entity"),
        ('<!DOCTYPE quiz SYSTEM "http://localhost/quiz.dtd"><quiz/>', "declares a document type or an entity"),
        (DEEP, "nested more than 100 levels deep"),
        ("<quiz>" + "<a/>" * (safe_xml.MAX_ELEMENTS + 1) + "</quiz>", "more than 200000 elements"),
        ("<quiz>" + " " * report.MAX_BYTES + "</quiz>", "larger than 10 MB"),
        ("<quiz><question></quiz>", "not well-formed XML"),
        ("", "not well-formed XML"),
        ("<html/>", "begins with <html>"),
    ],
    ids=["entities", "external", "dtd", "deep", "many", "huge", "broken", "empty", "other"],
)
def test_harmful_or_broken_xml_is_refused(text, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        FORMATS["moodle-xml"].read(text.encode())
    if sentence != "begins with <html>":
        with pytest.raises(UnreadableFile, match=sentence):
            FORMATS["qti-3.0"].read(text.encode())


def zipped(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name.replace("_", "."), content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK not a zip", "can't be unpacked"),
        (zipped(other_xml=b"<a/>"), "has no imsmanifest.xml"),
        (zipped(imsmanifest_xml=BOMB.encode()), "declares a document type or an entity"),
        (zipped(imsmanifest_xml=b" " * 200_000_000), "larger than 10 MB"),
        (b"<a/>", "begins with <a>"),
    ],
    ids=["no zip", "no manifest", "entities", "bomb", "no item"],
)
def test_harmful_or_broken_packages_are_refused(data, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        FORMATS["qti-2.2"].read(data)


def test_a_package_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(qti_package, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(UnreadableFile, match="Split it"):
        FORMATS["qti-2.2"].read(FORMATS["qti-2.2"].write(bank_of([SINGLE])).data)


@pytest.mark.parametrize("name", ["gift", "aiken", "csv"])
def test_files_that_are_not_text_are_refused(name):
    with pytest.raises(UnreadableFile, match=r"not UTF-8 \(byte 6\)\. Save it"):
        FORMATS[name].read(b"Caf\xc3\xa9\xe9")
    with pytest.raises(UnreadableFile, match="Line 2 has a control character"):
        FORMATS[name].read(b"one\ntwo\x00")
    with pytest.raises(UnreadableFile, match="larger than 10 MB"):
        FORMATS[name].read(b"x" * (report.MAX_BYTES + 1))


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b'type,stem\n"single,x', b'type,"stem', b"x" * 200_000])
def test_a_table_without_our_columns_or_with_an_unclosed_cell_is_refused(data):
    with pytest.raises(UnreadableFile, match=r"column names|not valid CSV"):
        FORMATS["csv"].read(data)


@given(st.sampled_from(["gift", "aiken", "csv"]), st.text(alphabet='ab ~=#{}:\\\n->%[]".,;A)', max_size=60))
def test_no_text_crashes_a_reader(name, text):
    data = ("ANSWER: A\n" if name == "aiken" else "type,stem,more\n" if name == "csv" else "") + text
    with suppress(UnreadableFile):
        FORMATS[name].read(data.encode())


def run(*arguments: object) -> Any:
    group = content_group(lambda: (ROOT / "modules", ROOT / "quizzes"), lambda _: [])
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


@pytest.mark.parametrize("name", ["csv", "moodle-xml"])
def test_an_exported_bank_passes_the_check_when_imported(tmp_path, name, catalog):
    before = {path.name: path.read_bytes() for path in (ROOT / "quizzes").iterdir()}
    out, to = tmp_path / "bank.out", tmp_path / "bank.yaml"
    assert run("export", "adverse-events", "--format", name, "--to", out).exit_code == 0
    result = run("import", out, "--format", name, "--bank", "adverse-events", "--to", to)
    assert result.exit_code == 0, result.stderr
    assert "It passes the check." in result.output
    data = source.parse(to.read_text(), "bank.yaml", Problems()).data
    bank = catalog.banks["adverse-events"]
    named = {left.item for left in FORMATS[name].write(bank).left_out}
    found = Bank.model_validate(data | {"digest": "x"}).items
    assert [item for item in found if item.id not in named] == [item for item in bank.items if item.id not in named]
    assert {path.name: path.read_bytes() for path in (ROOT / "quizzes").iterdir()} == before


def test_an_incomplete_import_is_written_and_its_problems_are_listed(tmp_path):
    (tmp_path / "in.txt").write_text("Which?\nA. This\nB. That\nANSWER: B\n")
    to = tmp_path / "bank.yaml"
    result = run("import", tmp_path / "in.txt", "--format", "aiken", "--bank", "adverse-events", "--to", to)
    assert result.exit_code == 1
    line = to.read_text().split("\n").index("- type: single") + 1
    for name in ("id", "objective", "level", "references"):
        assert f"{to}:{line}: items.{name} is missing; add it" in result.stderr
    assert "does not pass the check yet. Edit it" in result.stderr
    assert to.read_text().endswith(
        "- type: single\n  stem: >-\n    Which?\n  options:\n    a: This\n    b: That\n  key: b\n"
    )


def test_an_existing_file_is_replaced_only_with_force(tmp_path):
    to = tmp_path / "bank.csv"
    to.write_text("mine")
    refused = run("export", "adverse-events", "--format", "csv", "--to", to)
    assert (refused.exit_code, to.read_text()) == (1, "mine")
    assert "add --force to replace it" in refused.stderr
    assert run("export", "adverse-events", "--format", "csv", "--to", to, "--force").exit_code == 0
    assert "adverse-001" in to.read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("export", "magic", "--format", "csv", "--to", "{}/x"), "There is no bank magic. Use one of adverse-events"),
        (("export", "adverse-events", "--format", "csv", "--to", "{}/no/x"), "can't be written: No such file"),
        (
            ("import", "{}/none", "--format", "csv", "--bank", "adverse-events", "--to", "{}/x"),
            "can't be read: No such file",
        ),
        (
            ("import", "{}/bad", "--format", "qti-2.2", "--bank", "adverse-events", "--to", "{}/x"),
            "not well-formed XML",
        ),
        (
            ("import", "{}/bad", "--format", "csv", "--bank", "../secret", "--to", "{}/x"),
            "There is no module ../secret",
        ),
    ],
)
def test_a_wrong_command_fails_with_a_message_and_changes_nothing(tmp_path, arguments, sentence):
    (tmp_path / "bad").write_text("nothing")
    result = run(*(argument.format(tmp_path) for argument in arguments))
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert [path.name for path in Path(tmp_path).iterdir()] == ["bad"]

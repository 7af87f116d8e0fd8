"""Files of other tools: what can be read is read, and every loss is reported."""

import pytest

from course.content.exchange import FORMATS
from tests.content.exchange.banks import SINGLE, bank_of, lettered, losses

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
        "Ribs: its weights (a 60%, b 40%, c 0%); "
        "here each correct option earns its share and each incorrect option loses its share",
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
        "option b earns 50% in the file; here it is incorrect",
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


def test_aiken_keeps_the_good_questions_among_bad_ones():
    """The file is Moodle's own example of errors, question/format/aiken/tests/fixtures/aiken_errors.txt."""
    text = (
        "A question with too few answers\nA) Only answer\nANSWER: A\n\nA) Question not started\n\n"
        "ANSWER: Question not started\n\nA good question\nA) Correct\nB) Incorrect\nANSWER: A\n\n"
        "A question started but not finished\nA) Correct-ish\nB) Incorrect-ish\n\n"
        "A second good question\nA)Incorrect (No space)\nB)Correct (No space)\nANSWER: B"
    )
    imported = FORMATS["aiken"].read(text.encode())
    assert [(item["stem"], item["key"]) for item in imported.items] == [
        ("A good question", "a"),
        ("A second good question", "b"),
    ]
    assert losses(imported) == [
        "question 1: the whole item: it has fewer than 2 options",
        "question 2: the whole item: its question is missing or comes after an option",
        "question 4: the whole item: it has no ANSWER line",
    ]


def test_a_table_may_have_empty_rows_and_excels_line_about_the_separator():
    text = "sep=;\nid;type;stem;a;b;key\nx-1;single;Which?;This;That;b\n;;;;;\n;;;;;\n; ;;;;\n\n"
    for written in (text, text.replace("\n", "\r\n"), text.replace(";", ","), "\ufeff" + text):
        imported = FORMATS["csv"].read(written.encode())
        assert [item["id"] for item in imported.items] == ["x-1"]
        assert imported.left_out == ()


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
        "choice: its own response processing; here the correct answers determine the score",
    ]


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
        ("<value>ChoiceA</value>", "<value>ChoiceZ</value>", "does not say which of its options is correct"),
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

"""The real content is valid, and each kind of fault is reported with its file and line."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from course.content import form_assembly
from course.content.cli import content_group
from course.content.items import TYPES
from course.content.loader.load import ContentInvalid, load
from course.platform.config import ROOT
from tests.sampling import times

SECTION = "modules/adverse-events/01-what-counts.md"
MODULE = "modules/adverse-events/module.yaml"
BANK = "quizzes/adverse-events.yaml"
FIGURE = "modules/adverse-events/figures/severity.svg"
COURSES = "modules/courses.yaml"
ANSWERS = "modules/adverse-events/02-pneumothorax.md"
GLOSSARY = "modules/glossary.yaml"
LAW = "modules/jurisdictions.yaml"
BOARDS = "modules/boards.yaml"
MUSCLES = "modules/muscles.yaml"
SKILLS = "modules/skills.yaml"
TWO_BOARDS = """boards:
- {key: ce-broker-fl, name: Twin, state: FL, formats: [csv], provider_number: null, professions: {}, courses: {}}
- key: ce-broker-fl"""
SECTION_FIGURE = "modules/figures/rhomboid.yaml"
NEEDLE = "modules/thorax-and-upper-back/02-from-skin-to-lung.md"
STATES = "quizzes/state-scope.yaml"
# The shares of the competency blueprint, in items of a final of 60.
ITEMS_OF_FINAL = {"foundations": 9, "anatomy": 18, "screening": 9, "asepsis": 7, "emergencies": 11, "practice": 6}
STICKS = "quizzes/infection-control.yaml"
THORAX = "quizzes/thorax-and-upper-back.yaml"
PARAMETRIC = """- id: adverse-900
  objective: rates
  type: single
  level: recall
  difficulty: 1
  parameters: {n: [10, 20]}
  stem: How many events are {n} events?
  options: {a: "{n} events", b: 20 events}
  key: a
  rationale: They are {n}. [@R9]
  references: [R9]
- id: adverse-002
"""
STEM = "In White's scheme, which event is serious?"

# By name: the changed file, the replaced text, its replacement, and the file and the words of the reported problem.
FAULTS = {
    "unknown key": (MODULE, "summary: >-", "sumary: >-", MODULE, "sumary is not a known key"),
    "missing field": (MODULE, "difficulty: 2\n", "", MODULE, "difficulty is missing"),
    "objective twice": (MODULE, "- id: rates", "- id: classify", MODULE, "the id classify is used twice"),
    "key twice": (MODULE, "domain: safety", "domain: safety\ndomain: scope", MODULE, "is repeated"),
    "broken yaml": (BANK, "items:", "items: [", BANK, "not valid YAML"),
    "item twice": (BANK, "id: adverse-002", "id: adverse-001", BANK, "the id adverse-001 is used twice"),
    "item without key": (BANK, "  key: b\n", "", BANK, "key is missing"),
    "key without option": (BANK, "  key: b\n", "  key: h\n", BANK, "which is not an option"),
    "item without rationale": (BANK, "rationale: >-", "ratio: >-", BANK, "rationale is missing"),
    "item without objective": (BANK, "  objective: classify\n", "", BANK, "objective is missing"),
    "item without reference": (BANK, "references: [R136]", "references: []", BANK, "references has too few entries"),
    "unknown reference": (BANK, "references: [R136]", "references: [R999]", BANK, "no reference R999"),
    "unknown objective": (BANK, "  objective: classify\n", "  objective: other\n", BANK, "no objective other"),
    "objective without items": (MODULE, "- id: report", "- id: reports", BANK, "the objective reports has no item"),
    "blueprint too large": (BANK, "  rates: 2", "  rates: 20", BANK, "asks for 20 items of rates"),
    "missing figure": (SECTION, "figures/severity.svg", "figures/none.svg", SECTION, "there is no figure"),
    "no alternative text": (
        SECTION,
        "![A ladder",
        '![](figures/severity.svg "x")\n\n![A ladder',
        SECTION,
        "no alternative",
    ),
    "no caption": (
        SECTION,
        ' "Three steps of severity, after White\'s scheme. [@R136]"',
        "",
        SECTION,
        "has no caption",
    ),
    "unknown citation": (SECTION, "[@R137]", "[@R998]", SECTION, "cites R998"),
    "citation without @": (SECTION, "[@R137]", "[@R137, R136]", SECTION, "the citation '[@R137, R136]"),
    "uncited reference": (
        MODULE,
        "references:\n",
        "references:\n- {id: R1, title: t, source: s, year: 2020}\n",
        MODULE,
        "R1 is never cited",
    ),
    "circle": (MODULE, "prerequisites: []", "prerequisites: [adverse-events]", MODULE, "lead back to it"),
    "unknown prerequisite": (MODULE, "prerequisites: []", "prerequisites: [magic]", MODULE, "no module magic"),
    "heading twice": (
        SECTION,
        "## Expected does not mean unimportant",
        "## Three steps of severity",
        SECTION,
        "a second heading",
    ),
    "check without key": (SECTION, "key: b\n", "", SECTION, "key is missing"),
    "style in a figure": (FIGURE, 'class="f-box"', 'style="x"', FIGURE, "is not allowed"),
    "script in a figure": (FIGURE, "</svg>", "<script/></svg>", FIGURE, "<script> is not allowed"),
    "muscle twice": (MUSCLES, "id: soleus", "id: popliteus", MUSCLES, "the id popliteus is used twice"),
    "board twice": (BOARDS, "boards:\n- key: ce-broker-fl", TWO_BOARDS, BOARDS, "the key ce-broker-fl is used twice"),
    "board of no state": (BOARDS, "state: FL", "state: ZZ", BOARDS, "no state ZZ"),
    "board with another's course": (BOARDS, "    dry-needling:", "    magic:", BOARDS, "no course magic"),
    "board with another domain": (BOARDS, "anatomy: null", "magic: null", BOARDS, "no domain magic"),
    "board with a broken pattern": (
        BOARDS,
        "license_form: null",
        "license_form: '['",
        BOARDS,
        "not a regular expression",
    ),
    "board with another profession": (BOARDS, "PTA: null", "OT: null", BOARDS, "professions.OT"),
    "unknown module": (COURSES, "modules: [adverse-events]", "modules: [magic]", COURSES, "no module magic"),
    "claims more time": (
        MODULE,
        "difficulty: 2\n",
        "difficulty: 2\nclaimed_minutes: 90\n",
        MODULE,
        "claims 90 minutes, but only 75 are computed",
    ),
    "topic no term": (MODULE, "topics: [documentation", "topics: [magic", MODULE, "magic is not a glossary term"),
    "unknown competency": (MODULE, "competency: practice", "competency: magic", MODULE, "competency"),
    "figure not there": (ANSWERS, "figure: response-pneumothorax", "figure: none", ANSWERS, "there is no figure none"),
    "unknown block": (ANSWERS, "```figure", "```picture", ANSWERS, "unknown kind of block 'picture'"),
    "term cites nothing known": (GLOSSARY, "references: [R4, R8]", "references: [R999]", GLOSSARY, "cites R999"),
    "term twice": (GLOSSARY, "- id: acupuncture", "- id: dry-needling", GLOSSARY, "the id dry-needling is used twice"),
    "rule twice": (LAW, "id: two-years", "id: topics", LAW, "the id topics is used twice in the entry"),
    "rule without a source": (LAW, "source: statute-j\n", "source: statute-z\n", LAW, "no source statute-z"),
    "unknown field of a rule": (LAW, "online: live_only", "on_line: live_only", LAW, "online is missing"),
    "unknown kind of rule": (LAW, "kind: determination", "kind: oath", LAW, "kind"),
    "after no rule": (LAW, "after: [papers]", "after: [paper]", LAW, "no rule paper"),
    "after itself": (
        LAW,
        "after: [papers]",
        "after: [coursework-approval]",
        LAW,
        "after another: coursework-approval",
    ),
    "unknown topic": (LAW, "[theory, ", "[magic, ", LAW, "no topic magic"),
    "conflict about nothing": (LAW, "about: [supervised-sessions]", "about: [magic]", LAW, "no rule or field magic"),
    "listed with a basis": (LAW, "  status: permitted\n", "  status: listed\n", LAW, "only listed has no basis"),
    "high without the text": (LAW, "confidence: low", "confidence: high", LAW, "high confidence"),
    "state twice": (LAW, "- code: AK", "- code: AL", LAW, "AL has two entries"),
    "stem twice": (
        BANK,
        STEM,
        "Which minor event was most frequent in the American prospective study?",
        BANK,
        "asks the same as",
    ),
    "negative stem": (BANK, STEM, "Which event is not serious?", BANK, "the stem is negative"),
    "all of the above": (
        BANK,
        "a: One that needs a bandage and then a long rest",
        "a: All of the above",
        BANK,
        "refers to other options",
    ),
    "options alike": (
        BANK,
        "c: One that lasts longer than a day",
        "c: One that the patient did not expect",
        BANK,
        "say the same",
    ),
    "lengths apart": (BANK, "c: One that lasts longer than a day", "c: Any", BANK, "three times as long"),
    "rationale without source": (BANK, "in this scheme. [@R136]", "in this scheme.", BANK, "doesn't cite"),
    "no spare item": (BANK, "  exposure: 2", "  exposure: 4", BANK, "one quiz uses all 4 items of exposure"),
    "too many must-pass": (BANK, "  exposure: 2", "  exposure: 1", BANK, "leave no room"),
    "structure without shape": (
        SECTION_FIGURE,
        "ellipse: [70, 29.5, 1.8, 1.5]",
        "paint: vein",
        SECTION_FIGURE,
        "either `ellipse`",
    ),
    "structure without target": (
        SECTION_FIGURE,
        "role: target",
        "role: muscle",
        SECTION_FIGURE,
        "has the role `target`",
    ),
    "structure twice": (SECTION_FIGURE, "id: rib-5", "id: rib-4", SECTION_FIGURE, "the id rib-4 is used twice"),
    "figure without source": (
        SECTION_FIGURE,
        "references: [S32, S33, R56]",
        "references: []",
        SECTION_FIGURE,
        "references has too few entries",
    ),
    "needle answer wrong": (
        NEEDLE,
        "{entry: 4, angle: 66, depth: 44}",
        "{entry: 40, angle: 0, depth: 40}",
        NEEDLE,
        "is incorrect",
    ),
    "pattern without fact": (STATES, "fact: status", "fact: magic", STATES, "fact"),
    "matching options alike": (
        BANK,
        "    c: Within 72 hours",
        "    c: Ideally within 48 hours",
        BANK,
        "adverse-033: two options say the same",
    ),
    "steps alike": (
        BANK,
        "  - Mark the spot on the skin",
        "  - Ask the patient to keep still.",
        BANK,
        "adverse-035: two options say the same",
    ),
    "skill twice": (SKILLS, "id: landmarks", "id: insertion", SKILLS, "the id insertion is used twice"),
    "skill of an unknown topic": (SKILLS, "topics: [consent]", "topics: [magic]", SKILLS, "no topic magic"),
    "skill without its source": (SKILLS, "references: [R112, R130]", "references: [R999]", SKILLS, "no reference R999"),
    "source of no skill": (SKILLS, "references: [R112, R130]", "references: [R112]", SKILLS, "R130 is never cited"),
    "skill without steps": (SKILLS, "  steps:\n  - Secures", "  steps: []\n  note:\n  - Secures", SKILLS, "too few"),
    "statement without a name": (SKILLS, "I observed {learner}", "I observed one", SKILLS, "competent"),
    "reason that covers others": (
        STICKS,
        "a: A solid needle carries no blood at all",
        "a: All of these",
        STICKS,
        "asepsis-037: an option refers to other options",
    ),
    "instance with options alike": (
        BANK,
        "- id: adverse-002\n",
        PARAMETRIC,
        BANK,
        "adverse-900: two options say the same",
    ),
    "case item without source": (
        BANK,
        "its class. [@R136]",
        "its class.",
        BANK,
        "adverse-040: the rationale doesn't cite",
    ),
    "stem twice in a case": (
        BANK,
        "    The patient is admitted to a hospital for one night and needs no treatment. How does White's scheme classify it?",
        "    Which event should you think of first?",
        BANK,
        "adverse-040: asks the same as adverse-039",
    ),
    "case without room": (
        BANK,
        "  objective: report\n  type: single\n  case: two",
        "  objective: classify\n  type: single\n  case: two",
        BANK,
        "the case two-hours-later has 2 items of classify, but a quiz has room for 1",
    ),
    "case that is not there": (
        BANK,
        "  two-hours-later: >-",
        "  one-hour-later: >-",
        BANK,
        "adverse-039: there is no case two-hours-later",
    ),
    "enemies in one case": (
        BANK,
        "enemies: [adverse-001, select-025]",
        "enemies: [adverse-041]",
        BANK,
        "adverse-040 and adverse-041 are enemies in one case",
    ),
    "enemy that must pass": (
        BANK,
        "  enemies: [adverse-006]",
        "  enemies: [adverse-020]",
        BANK,
        "adverse-037 and adverse-020 are enemies, and one of them is a must-pass item",
    ),
    "enemy that is not there": (
        BANK,
        "  enemies: [adverse-006]",
        "  enemies: [adverse-999]",
        BANK,
        "adverse-037: the enemy adverse-999 is not another item",
    ),
    "numeric item without unit": (BANK, "  unit: events\n", "", BANK, "unit is missing"),
    "key that can't be calculated": (BANK, "key: n * 0.1918", "key: m * 0.1918", BANK, "can't be calculated"),
    "needle item with a wrong answer": (
        THORAX,
        "{entry: 8, angle: 65, depth: 40}",
        "{entry: 40, angle: 0, depth: 40}",
        THORAX,
        "is incorrect",
    ),
    "hotspot that is not in the figure": (
        THORAX,
        "  key: pleura\n",
        "  key: magic\n",
        THORAX,
        "magic is not visible in the figure",
    ),
    "must-pass item without a place": (
        COURSES,
        "module: contraindications, level: recall",
        "module: contraindications, level: application",
        COURSES,
        "final: the blueprint has no place for the must-pass item contra-004",
    ),
    "blueprint that can't be met": (
        COURSES,
        "{items: 3, competency: emergencies",
        "{items: 30, competency: emergencies",
        COURSES,
        "final: the banks can't meet the blueprint",
    ),
    "bad pass mark": (COURSES, "pass_mark: 80", "pass_mark: 800", COURSES, "pass_mark"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("modules", "quizzes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def faults(root: Path) -> list[str]:
    try:
        load(root / "modules", root / "quizzes")
    except ContentInvalid as invalid:
        return [str(problem) for problem in invalid.problems]
    return []


def test_the_real_content_has_no_problem(copy):
    assert faults(copy) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_with_its_file_and_line(copy, name):
    file, old, new, place, words = FAULTS[name]
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1))
    found = faults(copy)
    assert any(re.match(rf"{re.escape(place)}:\d+: .*{re.escape(words)}.*; .+", fault) for fault in found), found


def test_the_reported_line_is_the_line_of_the_fault(copy):
    text = (copy / BANK).read_text()
    line = text[: text.index("references: [R136]")].count("\n") + 1
    (copy / BANK).write_text(text.replace("references: [R136]", "references: [R999]", 1))
    assert any(fault.startswith(f"{BANK}:{line}: ") for fault in faults(copy))


def test_items_of_different_cases_may_have_the_same_stem(copy):
    text = (copy / THORAX).read_text()
    old = "Which structure did the needle most likely pierce?"
    assert old in text
    (copy / THORAX).write_text(text.replace(old, "Which event should you think of first?"))
    assert faults(copy) == []


def test_the_banks_have_cases_and_items_of_every_type(catalog):
    items = [item for item, _ in catalog.items.values()]
    counts = Counter(item.type for item in items)
    assert all(counts[type_] >= 6 for type_ in TYPES)
    assert sum(bool(item.parameters) for item in items) >= 5
    assert sum(len(bank.cases) for bank in catalog.banks.values()) >= 4


def test_every_item_of_a_bank_appears_on_some_form(catalog):
    for name, bank in catalog.banks.items():
        supply = form_assembly.candidates(catalog, catalog.assessments[name])
        used = {
            one.item.id
            for seed in range(150)
            for one in form_assembly.assemble(bank.blueprint, supply, f"{seed}").items
        }
        assert used == {item.id for item in bank.items}


def test_each_form_of_the_final_has_sixty_items_meets_its_blueprint_and_has_all_must_pass_items(catalog):
    final = catalog.assessments["final"]
    supply = {one.item.id: one for one in form_assembly.candidates(catalog, final)}
    must = {id_ for id_, one in supply.items() if one.item.must_pass}
    for seed in range(times(200, few=40)):
        form = form_assembly.assemble(final.blueprint, list(supply.values()), str(seed))
        selected = [supply[one.item.id] for one in form.items]
        assert form.missing == ()
        assert len({one.item.id for one in selected}) == 60
        assert must <= {one.item.id for one in selected}
        assert Counter(one.competency for one in selected) == ITEMS_OF_FINAL
        assert {one.module for one in selected} == set(catalog.modules)
        for cell in final.blueprint:
            assert sum(form_assembly.fits(cell, one) for one in selected) >= cell.items


def test_the_final_follows_every_quiz_and_never_has_two_enemy_items(catalog):
    final = catalog.assessments["final"]
    assert set(final.after) == set(catalog.assessments) - {"final"}
    assert catalog.courses["dry-needling"].assessments[-1] == "final"
    supply = form_assembly.candidates(catalog, final)
    for seed in range(50):
        items = [one.item for one in form_assembly.assemble(final.blueprint, supply, str(seed)).items]
        assert {enemy for item in items for enemy in item.enemies} & {item.id for item in items} == set()


def test_a_citation_may_be_wrapped_over_two_lines(copy):
    with (copy / SECTION).open("a") as file:
        file.write("\nEvents were counted in two studies [@R136,\n@R137].\n")
    section = load(copy / "modules", copy / "quizzes").modules["adverse-events"].sections[0]
    html = "".join(part for part in section.parts if isinstance(part, str))
    assert re.search(r'two studies <sup class="cite">\[<a href="#ref-R136">\d+</a>, <a href="#ref-R137">', html)


def test_an_unreadable_citation_is_reported_with_its_line(copy):
    with (copy / SECTION).open("a") as file:
        file.write("\nOne line.\nEvents were counted [@R136; @R137].\n")
    line = (copy / SECTION).read_text().count("\n")
    assert f"{SECTION}:{line}: the citation '[@R136; @R137].' can't be read; write it as [@R1] or [@R1, @R2]" in faults(
        copy
    )


@pytest.mark.parametrize("file", [MODULE, SECTION, FIGURE])
def test_a_file_that_is_not_utf_8_is_reported_with_its_line(copy, file):
    text = (copy / file).read_text()
    (copy / file).write_bytes(text.encode() + b"\n\xe9\n")
    assert any(fault.startswith(f"{file}:{text.count(chr(10)) + 2}: not UTF-8") for fault in faults(copy))


@pytest.mark.parametrize(
    ("line", "words"), [("{a: b}: c", "a key is not plain text"), ("a: \x07", "there is a control character")]
)
def test_yaml_that_python_cannot_represent_is_reported_with_its_line(copy, line, words):
    text = (copy / GLOSSARY).read_text()
    (copy / GLOSSARY).write_text(f"{text}{line}\n")
    assert f"{GLOSSARY}:{text.count(chr(10)) + 1}: not valid YAML: {words}" in " ".join(faults(copy))


def test_two_sections_with_one_id_are_reported(copy):
    shutil.copy(copy / SECTION, (copy / SECTION).with_name("09-what-counts.md"))
    assert any("two section files are named what-counts" in fault for fault in faults(copy))


def test_a_section_file_with_an_unusable_name_is_reported(copy):
    path = copy / SECTION
    path.rename(path.with_name("01-What counts?.md"))
    wrong = "modules/adverse-events/01-What counts?.md:1: the name is not that of a section file"
    assert any(fault.startswith(wrong) for fault in faults(copy))


def test_a_broken_link_is_reported(copy):
    with (copy / SECTION).open("a") as file:
        file.write("\nSee [there](/states/ZZ).\n")
    assert any("/states/ZZ leads to no page" in fault for fault in faults(copy))


def test_the_check_command_exits_non_zero_and_prints_on_stderr(copy):
    (copy / MODULE).write_text((copy / MODULE).read_text().replace("difficulty: 2\n", ""))
    result = CliRunner().invoke(content_group(lambda: (copy / "modules", copy / "quizzes"), lambda _: []), ["check"])
    assert result.exit_code == 1
    assert f"{MODULE}:1: difficulty is missing; add it" in result.stderr


def test_html_in_a_text_is_escaped(copy):
    with (copy / SECTION).open("a") as file:
        file.write("\n<script>alert(1)</script>\n")
    section = load(copy / "modules", copy / "quizzes").modules["adverse-events"].sections[0]
    assert "<script" not in "".join(part for part in section.parts if isinstance(part, str))


def test_a_change_of_a_file_changes_the_digests(copy, catalog):
    with (copy / SECTION).open("a") as file:
        file.write("\nOne more word.\n")
    changed = load(copy / "modules", copy / "quizzes")
    assert changed.digest != catalog.digest
    assert changed.modules["adverse-events"].digest != catalog.modules["adverse-events"].digest
    assert changed.modules["state-scope"].digest == catalog.modules["state-scope"].digest
    course = catalog.courses["needling-safety"]
    assert changed.course_digest(course) != catalog.course_digest(course)


def test_a_review_signature_covers_text_bank_figures_and_explained_terms(copy, catalog):
    before = {id_: module.reviewed_digest for id_, module in catalog.modules.items()}
    for file, old, new, touched in (
        (SECTION_FIGURE, "width: 80", "width: 81", "thorax-and-upper-back"),
        (BANK, "One that leads to admission", "One which leads to admission", "adverse-events"),
        (GLOSSARY, "Carotid artery, internal", "The carotid artery, internal", "head-neck-jaw"),
    ):
        text = (copy / file).read_text()
        (copy / file).write_text(text.replace(old, new, 1))
        after = load(copy / "modules", copy / "quizzes").modules
        (copy / file).write_text(text)
        assert after[touched].reviewed_digest != before[touched], file
        assert after["what-dry-needling-is"].reviewed_digest == before["what-dry-needling-is"]


def test_content_cannot_be_changed_in_memory(catalog):
    with pytest.raises(TypeError):
        catalog.modules["new"] = None
    with pytest.raises(ValueError, match="frozen"):
        catalog.modules["adverse-events"].title = "x"


def test_modules_are_long_enough_and_illustrated(catalog):
    for module in catalog.modules.values():
        assert 2000 <= module.words <= 5000
        assert sum(part.count("<figure") for s in module.sections for part in s.parts if isinstance(part, str)) >= 4
        assert sum(len(section.checks) for section in module.sections) >= 6
        assert all(5 <= section.reading_minutes <= 10 for section in module.sections[:-1])
    assert len(catalog.modules) == 12
    assert sum(len(bank.items) for bank in catalog.banks.values()) >= 360


def test_a_bank_whose_keys_are_longest_or_share_one_letter_is_refused(copy):
    text = (copy / BANK).read_text()
    (copy / BANK).write_text(re.sub(r"^  key: [a-d]$", "  key: a", text, flags=re.MULTILINE))
    assert any("a is the key of" in fault for fault in faults(copy))
    bank = yaml.safe_load(text)
    for item in bank["items"]:
        if item["type"] == "single":
            item["options"][item["key"]] += ", and a few words more than the others have"
    (copy / BANK).write_text(yaml.safe_dump(bank))
    assert any("the key is the longest option in" in fault for fault in faults(copy))


def test_a_bank_of_fewer_than_thirty_items_is_refused(copy):
    text = (copy / BANK).read_text()
    (copy / BANK).write_text(text[: text.index("- id: adverse-030")])
    assert any("has 29 items" in fault for fault in faults(copy))


CLIP = """
```video
title: Finding the last rib
file: media/rib.webm
captions: media/rib.vtt
transcript: Feel along the crest, then count upward.
```
"""


def with_clip(root: Path, block: str = CLIP) -> Path:
    folder = root / "modules/adverse-events/media"
    folder.mkdir()
    (folder / "rib.webm").write_bytes(b"\x1aE\xdf\xa3 a short clip")
    (folder / "rib.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nFeel along the crest.\n")
    with (root / SECTION).open("a") as file:
        file.write(block)
    return folder


def test_a_clip_appears_with_captions_and_transcript(copy):
    with_clip(copy)
    section = load(copy / "modules", copy / "quizzes").modules["adverse-events"].sections[0]
    html = "".join(part for part in section.parts if isinstance(part, str))
    assert '<video controls preload="metadata" src="/modules/adverse-events/media/rib.webm"' in html
    assert 'kind="captions"' in html
    assert "Feel along the crest, then count upward." in html


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("transcript: Feel along the crest, then count upward.\n", "transcript is missing"),
        ("captions: media/rib.vtt\n", "captions is missing"),
        ("file: media/rib.webm\n", "file is missing"),
    ],
)
def test_a_clip_without_captions_or_transcript_is_refused(copy, line, words):
    with_clip(copy, CLIP.replace(line, ""))
    assert any(words in fault and SECTION in fault for fault in faults(copy))


def test_captions_that_are_not_webvtt_are_refused(copy):
    (with_clip(copy) / "rib.vtt").write_text("once upon a time")
    assert any("not WebVTT" in fault for fault in faults(copy))


def test_every_jurisdiction_has_sources(catalog):
    assert len(catalog.jurisdictions) == 51
    assert all(state.sources for state in catalog.jurisdictions.values())


def test_the_counts_in_the_text_are_those_of_the_data(catalog):
    text = " ".join((ROOT / "modules/state-scope/01-who-decides.md").read_text().split())
    for status, count in Counter(state.status for state in catalog.jurisdictions.values()).items():
        assert f"| {status.capitalize()} | {count} |" in text
    newest = max(state.checked_on for state in catalog.jurisdictions.values())
    assert f"{newest:%B} {newest.day}, {newest.year}" in text
    unseen = sum(state.reading == "none_seen" for state in catalog.jurisdictions.values())
    assert f"For {unseen} of the 51 entries, no text from the state on dry needling was found" in text
    unread = sum(state.reading == "not_reached" for state in catalog.jurisdictions.values())
    assert f"For another {unread}, there is such a text, but we could not read it" in text

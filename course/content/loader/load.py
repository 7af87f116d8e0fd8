"""Load all files into a Catalog, or raise ContentInvalid with every problem and its place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from course.content import form_assembly, source
from course.content.base import digest_of
from course.content.figures import svg_file
from course.content.figures.cross_section import CrossSection
from course.content.figures.flowchart import Flowchart
from course.content.rules import consistency, item_rules, law_rules
from course.content.schema.bank import Bank
from course.content.schema.boards import Board, BoardsFile
from course.content.schema.catalog import Catalog
from course.content.schema.course import CoursesFile
from course.content.schema.glossary import Glossary, GlossaryFile
from course.content.schema.jurisdiction import Jurisdiction, JurisdictionsFile
from course.content.schema.module import Module, ModuleFile, Section
from course.content.schema.muscle import Muscle, MusclesFile
from course.content.schema.skill import SkillList
from course.content.schema.topic import Topic, TopicsFile
from course.content.source import Document, Problem, Problems
from course.content.text import section_parsing, section_rendering
from course.content.text.section_parsing import DataFigure, Parsed
from course.content.text.term_buttons import explainer

V = TypeVar("V")
SECTION_FILE = re.compile(r"[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*\.md")


class ContentInvalid(Exception):
    """The content can't be used. `problems` has every problem, sorted by file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass
class Files:
    """What has been read so far. Most mappings are by id; `documents` by a name such as `module:thorax`."""

    root: Path
    problems: Problems = field(default_factory=Problems)
    documents: dict[str, Document] = field(default_factory=dict)
    figures: dict[str, DataFigure] = field(default_factory=dict)
    figure_digests: dict[str, str] = field(default_factory=dict)
    banks: dict[str, Bank] = field(default_factory=dict)
    parsed: dict[str, dict[str, Parsed]] = field(default_factory=dict)  # by module id and file name
    modules: dict[str, Module] = field(default_factory=dict)
    states: dict[str, Jurisdiction] = field(default_factory=dict)
    boards: dict[str, Board] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    muscles: dict[str, Muscle] = field(default_factory=dict)
    skills: SkillList | None = None


def load(modules: Path, quizzes: Path) -> Catalog:
    """Return the content of the two folders. Raise ContentInvalid if it has any problem."""
    files = Files(modules.parent)
    courses = _courses(modules / "courses.yaml", files)
    _jurisdictions(modules / "jurisdictions.yaml", files)
    glossary = _glossary(modules / "glossary.yaml", files)
    _figures(modules / "figures", files)
    _banks(quizzes, files)
    folders = sorted(path for path in modules.iterdir() if (path / "module.yaml").is_file())
    files.parsed = {folder.name: _parsed_sections(folder, files) for folder in folders}
    for folder in folders:
        if glossary and (module := _module(folder, glossary, files)):
            files.modules[module.id] = module
    if courses and glossary:
        consistency.check(
            files.modules, files.banks, courses, files.states, glossary, files.parsed, files.documents, files.problems
        )
        _boards(modules / "boards.yaml", courses, files)
        _topics(modules / "topics.yaml", files)
        _muscles(modules / "muscles.yaml", files)
        _skills(modules / "skills.yaml", courses, files)
        item_rules.check(files.modules, files.banks, files.documents, files.problems)
    if not files.problems.found and courses and glossary and files.skills:
        catalog = _catalog(courses, _in_course_order(files.modules, courses), files, glossary, files.skills)
        _check_forms(catalog, files)
    if files.problems.found or courses is None or glossary is None or files.skills is None:
        raise ContentInvalid(files.problems.found)
    return catalog


def _check_forms(catalog: Catalog, files: Files) -> None:
    """Check that a form of each assessment meets its blueprint and has every must-pass item of its banks."""
    document = files.documents["courses"]
    for n, assessment in enumerate(catalog.assessments.values()):
        line, supply = document.line(["assessments", n, "blueprint"]), form_assembly.candidates(catalog, assessment)
        form = form_assembly.assemble(catalog.blueprint_of(assessment), supply, "check")
        for cell in form.missing:
            wrong = f"{assessment.id}: the banks can't meet the blueprint, they lack {cell}"
            files.problems.add(document.file, line, wrong, "write more items or ask for fewer")
        selected = {one.item.id for one in form.items}
        for item in (one.item for one in supply if one.item.must_pass and one.item.id not in selected):
            wrong = f"{assessment.id}: the blueprint has no place for the must-pass item {item.id}"
            remedy = "add a line that the item fits, or remove the enemy that keeps it off the form"
            files.problems.add(document.file, line, wrong, remedy)


def _catalog(
    courses: CoursesFile, modules: dict[str, Module], files: Files, glossary: Glossary, skills: SkillList
) -> Catalog:
    parts = [
        courses.model_dump_json(),
        glossary.model_dump_json(),
        skills.model_dump_json(),
        *(m.digest for m in modules.values()),
        *(b.digest for b in files.banks.values()),
    ]
    others = (files.states, files.boards, files.topics, files.muscles)
    parts += [one.model_dump_json() for mapping in others for one in mapping.values()]
    return Catalog(
        modules=_frozen(modules),
        banks=_frozen(files.banks),
        assessments=_frozen({a.id: a for a in courses.assessments}),
        courses=_frozen({c.id: c for c in courses.courses}),
        jurisdictions=_frozen(files.states),
        boards=_frozen(files.boards),
        topics=_frozen(files.topics),
        muscles=_frozen(files.muscles),
        glossary=glossary,
        skills=skills,
        evaluation=courses.evaluation,
        attestation=courses.attestation,
        provider=courses.provider,
        reading_time=courses.reading_time,
        digest=digest_of(*parts),
    )


def _frozen(mapping: dict[str, V]) -> Mapping[str, V]:
    return MappingProxyType(mapping)


def _in_course_order(modules: dict[str, Module], courses: CoursesFile) -> dict[str, Module]:
    order = [m for course in courses.courses for m in course.modules]
    return {m: modules[m] for m in dict.fromkeys([*order, *modules])}


def _document(path: Path, files: Files, name: str) -> Document | None:
    file = str(path.relative_to(files.root))
    if not path.is_file():
        files.problems.add(file, 1, "the file is missing", "add it")
        return None
    text = source.read_text(path, file, files.problems)
    document = None if text is None else source.parse(text, file, files.problems)
    if document:
        files.documents[name] = document
    return document


def _courses(path: Path, files: Files) -> CoursesFile | None:
    document = _document(path, files, "courses")
    return source.typed(CoursesFile, document, files.problems) if document else None


def _jurisdictions(path: Path, files: Files) -> None:
    document = _document(path, files, "jurisdictions")
    file = source.typed(JurisdictionsFile, document, files.problems) if document else None
    if document is None or file is None:
        return
    states = [source.typed(Jurisdiction, document, files.problems, at=["states", n]) for n in range(len(file.states))]
    in_order = sorted(filter(None, states), key=lambda state: state.name)
    files.states = {state.code: state for state in in_order}


def _boards(path: Path, courses: CoursesFile, files: Files) -> None:
    """Read the boards. The file is optional, because not every provider reports to boards."""
    document = _document(path, files, "boards") if path.is_file() else None
    file = source.typed(BoardsFile, document, files.problems) if document else None
    if document and file:
        consistency.check_boards(file.boards, courses, files.states, document, files.problems)
        files.boards = {board.key: board for board in file.boards}


def _topics(path: Path, files: Files) -> None:
    document = _document(path, files, "topics")
    file = source.typed(TopicsFile, document, files.problems) if document else None
    if document and file:
        consistency.check_topics(file.topics, files.modules, document, files.problems)
        files.topics = {topic.id: topic for topic in file.topics}
        if law := files.documents.get("jurisdictions"):
            law_rules.check(files.states, files.topics, law, files.problems)


def _muscles(path: Path, files: Files) -> None:
    document = _document(path, files, "muscles")
    file = source.typed(MusclesFile, document, files.problems) if document else None
    if document and file:
        consistency.check_muscles(file.muscles, document, files.problems)
        files.muscles = {muscle.id: muscle for muscle in file.muscles}


def _skills(path: Path, courses: CoursesFile, files: Files) -> None:
    document = _document(path, files, "skills")
    file = source.typed(SkillList, document, files.problems) if document else None
    if document and file:
        consistency.check_skills(file, files.topics, document, files.problems)
        consistency.check_course_skills(courses, file, files.documents["courses"], files.problems)
        files.skills = file


def _glossary(path: Path, files: Files) -> Glossary | None:
    document = _document(path, files, "glossary")
    file = source.typed(GlossaryFile, document, files.problems) if document else None
    if file is None:
        return None
    in_order = sorted(file.terms, key=lambda term: term.term.lower())
    return Glossary(references=file.references, terms=tuple(in_order))


def _figures(folder: Path, files: Files) -> None:
    """Read the figures that are kept as data: flowcharts, which have `steps`, and cross-sections."""
    for path in sorted(folder.glob("*.yaml")):
        document = _document(path, files, f"figure:{path.stem}")
        if document is None:
            continue
        has_steps = isinstance(document.data, dict) and "steps" in document.data
        model: type[Flowchart] | type[CrossSection] = Flowchart if has_steps else CrossSection
        if found := source.typed(model, document, files.problems, id=path.stem):
            files.figures[path.stem] = found
            files.figure_digests[path.stem] = digest_of(path.read_bytes())


def _banks(folder: Path, files: Files) -> None:
    for path in sorted(folder.glob("*.yaml")):
        document = _document(path, files, f"bank:{path.stem}")
        if document is None:
            continue
        figures_used = _attach_figures(document, files)
        digest = digest_of(path.read_bytes(), *(files.figure_digests[name] for name in figures_used))
        if bank := source.typed(Bank, document, files.problems, digest=digest):
            files.banks[path.stem] = bank


def _attach_figures(document: Document, files: Files) -> list[str]:
    """Put the cross-section into each item that names one, so that a stored item is complete.

    Return the names of the figures, sorted.
    """
    items = document.data.get("items") if isinstance(document.data, dict) else None
    used: set[str] = set()
    for n, item in enumerate(items if isinstance(items, list) else ()):
        name = item.get("figure") if isinstance(item, dict) else None
        if name is None:
            continue
        if isinstance(figure := files.figures.get(str(name)), CrossSection):
            item["drawing"] = figure
            used.add(figure.id)
        else:
            line = document.line(["items", n, "figure"])
            files.problems.add(document.file, line, f"there is no cross-section {name}", "name one of modules/figures")
    return sorted(used)


def _parsed_sections(folder: Path, files: Files) -> dict[str, Parsed]:
    """Return the parsed sections by file name, in the order of their numbers."""
    texts = [path for path in sorted(folder.glob("*.md")) if SECTION_FILE.fullmatch(path.name)]
    for other in sorted(set(folder.glob("*.md")) - set(texts)):
        wrong = "the name is not that of a section file"
        remedy = "use two digits, a hyphen, lower-case words and hyphens: 01-first.md, 02-second-part.md"
        files.problems.add(str(other.relative_to(files.root)), 1, wrong, remedy)
    parsed = {}
    for path in texts:
        file = str(path.relative_to(files.root))
        if (text := source.read_text(path, file, files.problems)) is not None:
            parsed[path.name] = section_parsing.parse(text, file, folder, files.figures, files.problems)
    return parsed


def _module(folder: Path, glossary: Glossary, files: Files) -> Module | None:
    document = _document(folder / "module.yaml", files, f"module:{folder.name}")
    file = source.typed(ModuleFile, document, files.problems) if document else None
    if file is None or document is None:
        return None
    parsed, bank = files.parsed[folder.name], files.banks.get(folder.name)
    numbers = _numbers(file, parsed, bank)
    digest = _folder_digest(folder, parsed, files)
    sections = tuple(_section(folder, name, one, numbers, glossary, files) for name, one in parsed.items())
    terms = sorted({term for section in sections for term in section.terms})
    computed: dict[str, Any] = {
        "id": folder.name,
        "sections": sections,
        "quiz_length": bank.length if bank else 0,
        "digest": digest,
        "reviewed_digest": digest_of(
            digest, bank.digest if bank else "", *(glossary.by_id[term].model_dump_json() for term in terms)
        ),
    }
    module = source.typed(Module, document, files.problems, **computed)
    return module and module.model_copy(
        update={"references": tuple(sorted(file.references, key=lambda reference: numbers[reference.id]))}
    )


def _numbers(file: ModuleFile, parsed: Mapping[str, Parsed], bank: Bank | None) -> dict[str, int]:
    """Return the number of each reference: by first citation in the text, then in the bank."""
    cited = [id_ for section in parsed.values() for id_ in section.cited]
    cited += [id_ for item in (bank.items if bank else ()) for id_ in item.references]
    order = list(dict.fromkeys([*cited, *(ref.id for ref in file.references)]))
    return {id_: n for n, id_ in enumerate(order, start=1)}


def _section(
    folder: Path, name: str, parsed: Parsed, numbers: dict[str, int], glossary: Glossary, files: Files
) -> Section:
    def figure_fault(src: str, error: svg_file.FigureFault) -> None:
        files.problems.add(str((folder / src).relative_to(files.root)), error.line, error.wrong, error.remedy)

    terms: list[str] = []
    parts = section_rendering.render(parsed, numbers.get, explainer(glossary, terms), figure_fault)
    figure_digests = (files.figure_digests[id_] for id_ in sorted(parsed.figure_ids))
    return Section(
        id=name[3:].removesuffix(".md"),
        title=parsed.title or name,
        parts=tuple(parts),
        cited=tuple(dict.fromkeys(parsed.cited)),
        terms=tuple(terms),
        media=tuple(name for clip in parsed.media.values() for name in (clip.file, clip.captions)),
        text=" ".join(parsed.text),
        words=parsed.words,
        digest=digest_of((folder / name).read_bytes(), *figure_digests),
    )


def _folder_digest(folder: Path, parsed: Mapping[str, Parsed], files: Files) -> str:
    """Return a digest over every file of the module and every shared figure that it shows."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    own = (part for path in paths for part in (str(path.relative_to(folder)), path.read_bytes()))
    shared = sorted({name for section in parsed.values() for name in section.figure_ids})
    return digest_of(*own, *(part for name in shared for part in (name, files.figure_digests[name])))

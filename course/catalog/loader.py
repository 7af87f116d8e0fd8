"""Files -> Catalog, whole and validated, or ContentInvalid with every problem and its place."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from course.catalog import consistency, markup, source
from course.catalog.content import (
    Bank,
    Catalog,
    CoursesFile,
    Jurisdiction,
    JurisdictionsFile,
    Module,
    ModuleFile,
    Section,
    digest_of,
)
from course.catalog.markup import Parsed
from course.catalog.source import Document, Problem, Problems

V = TypeVar("V")


class ContentInvalid(Exception):
    """The content can't be used; `problems` has every fault, in the order of files and lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def load(modules: Path, quizzes: Path) -> Catalog:
    problems = Problems()
    root = modules.parent
    documents: dict[str, Document] = {}
    courses = _courses(modules / "courses.yaml", root, problems, documents)
    states, compiled_on = _jurisdictions(modules / "jurisdictions.yaml", root, problems, documents)
    banks = _banks(quizzes, root, problems, documents)
    folders = sorted(path for path in modules.iterdir() if (path / "module.yaml").is_file())
    parsed = {folder.name: _sections(folder, root, problems) for folder in folders}
    loaded = {
        module.id: module
        for folder in folders
        if (module := _module(folder, root, parsed[folder.name], banks, problems, documents))
    }
    if courses:
        consistency.check(loaded, banks, courses, states, parsed, documents, problems)
    if problems.found or courses is None:
        raise ContentInvalid(problems.found)
    return _catalog(courses, _in_course_order(loaded, courses), banks, states, compiled_on)


def _catalog(
    courses: CoursesFile,
    modules: dict[str, Module],
    banks: dict[str, Bank],
    states: dict[str, Jurisdiction],
    compiled_on: date,
) -> Catalog:
    parts = [
        courses.model_dump_json(),
        *(m.digest for m in modules.values()),
        *(b.digest for b in banks.values()),
    ]
    parts += [state.model_dump_json() for state in states.values()]
    return Catalog(
        modules=_frozen(modules),
        banks=_frozen(banks),
        assessments=_frozen({a.id: a for a in courses.assessments}),
        courses=_frozen({c.id: c for c in courses.courses}),
        jurisdictions=_frozen(states),
        compiled_on=compiled_on,
        evaluation=courses.evaluation,
        attestation=courses.attestation,
        provider=courses.provider,
        digest=digest_of(*parts),
    )


def _frozen(mapping: dict[str, V]) -> Mapping[str, V]:
    return MappingProxyType(mapping)


def _in_course_order(modules: dict[str, Module], courses: CoursesFile) -> dict[str, Module]:
    order = [m for course in courses.courses for m in course.modules]
    return {m: modules[m] for m in dict.fromkeys([*order, *modules])}


def _document(path: Path, root: Path, problems: Problems, documents: dict[str, Document], name: str) -> Document | None:
    file = str(path.relative_to(root))
    if not path.is_file():
        problems.add(file, 1, "the file is missing", "add it")
        return None
    if document := source.parse(path.read_text(encoding="utf-8"), file, problems):
        documents[name] = document
    return document


def _courses(path: Path, root: Path, problems: Problems, documents: dict[str, Document]) -> CoursesFile | None:
    document = _document(path, root, problems, documents, "courses")
    return source.typed(CoursesFile, document, problems) if document else None


def _jurisdictions(
    path: Path, root: Path, problems: Problems, documents: dict[str, Document]
) -> tuple[dict[str, Jurisdiction], date]:
    document = _document(path, root, problems, documents, "jurisdictions")
    file = source.typed(JurisdictionsFile, document, problems) if document else None
    if document is None or file is None:
        return {}, date.min
    states = [source.typed(Jurisdiction, document, problems, at=["states", n]) for n in range(len(file.states))]
    in_order = sorted(filter(None, states), key=lambda state: state.name)
    return {state.code: state for state in in_order}, file.compiled_on


def _banks(folder: Path, root: Path, problems: Problems, documents: dict[str, Document]) -> dict[str, Bank]:
    banks = {}
    for path in sorted(folder.glob("*.yaml")):
        document = _document(path, root, problems, documents, f"bank:{path.stem}")
        if document and (bank := source.typed(Bank, document, problems, digest=digest_of(path.read_bytes()))):
            banks[path.stem] = bank
    return banks


def _sections(folder: Path, root: Path, problems: Problems) -> dict[str, Parsed]:
    """The parsed sections by file name, in the order of their numbers."""
    files = sorted(folder.glob("[0-9][0-9]-*.md"))
    for stray in sorted(set(folder.glob("*.md")) - set(files)):
        problems.add(str(stray.relative_to(root)), 1, "no number", "name sections 01-first.md, 02-second.md …")
    return {
        path.name: markup.parse(path.read_text(encoding="utf-8"), str(path.relative_to(root)), folder, problems)
        for path in files
    }


def _module(
    folder: Path,
    root: Path,
    parsed: dict[str, Parsed],
    banks: dict[str, Bank],
    problems: Problems,
    documents: dict[str, Document],
) -> Module | None:
    document = _document(folder / "module.yaml", root, problems, documents, f"module:{folder.name}")
    told = source.typed(ModuleFile, document, problems) if document else None
    if told is None or document is None:
        return None
    bank = banks.get(folder.name)
    cited = [id_ for section in parsed.values() for id_ in section.cited]
    cited += [id_ for item in (bank.items if bank else ()) for id_ in item.references]
    order = list(dict.fromkeys([*cited, *(ref.id for ref in told.references)]))
    numbers = {id_: n for n, id_ in enumerate(order, start=1)}
    sections = tuple(_section(folder, root, name, one, numbers, problems) for name, one in parsed.items())
    more: dict[str, Any] = {
        "id": folder.name,
        "sections": sections,
        "quiz_length": bank.length if bank else 0,
        "digest": _folder_digest(folder),
    }
    module = source.typed(Module, document, problems, **more)
    return module and module.model_copy(
        update={"references": tuple(sorted(told.references, key=lambda reference: numbers[reference.id]))}
    )


def _section(
    folder: Path, root: Path, name: str, parsed: Parsed, numbers: dict[str, int], problems: Problems
) -> Section:
    def fault(_alt: str, error: Any) -> None:
        drawing = next((f for f in (folder / "figures").glob("*.svg") if f.read_text() in texts), folder)
        problems.add(str(drawing.relative_to(root)), error.line, error.wrong, error.remedy)

    texts = [svg for svg, _, _ in parsed.figures.values()]
    parts = markup.render(parsed, numbers.get, fault)
    return Section(
        id=name[3:].removesuffix(".md"),
        title=parsed.title or name,
        parts=tuple(parts),
        cited=tuple(dict.fromkeys(parsed.cited)),
        words=parsed.words,
        digest=digest_of((folder / name).read_bytes()),
    )


def _folder_digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest_of(*(part for path in files for part in (str(path.relative_to(folder)), path.read_bytes())))

"""What no single file can show: ids that meet, references that are cited, objectives that are tested."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from course.content.schema.bank import Bank
from course.content.schema.boards import Board
from course.content.schema.course import CoursesFile
from course.content.schema.glossary import Glossary
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.module import Domain, Module
from course.content.source import Document, Problems
from course.content.text.markup import cited_in
from course.content.text.section_parsing import Parsed

PAGES = re.compile(r"/|/modules/|/glossary|/states/|/verify/|/sign-up|/sign-in")


def check(
    modules: Mapping[str, Module],
    banks: Mapping[str, Bank],
    courses: CoursesFile,
    states: Mapping[str, Jurisdiction],
    glossary: Glossary,
    parsed: Mapping[str, Mapping[str, Parsed]],
    documents: Mapping[str, Document],
    problems: Problems,
) -> None:
    for module in modules.values():
        document = documents[f"module:{module.id}"]
        _unique([o.id for o in module.objectives], "objectives", document, problems)
        _unique([r.id for r in module.references], "references", document, problems, named=True)
        _references(module, banks.get(module.id), document, parsed[module.id], problems)
        _links(modules, states, parsed[module.id], document, problems)
        _check_ids(module, document, problems)
        _topics(module, glossary, document, problems)
        _claim(module, document, problems)
    _glossary(glossary, documents["glossary"], problems)
    _prerequisites(modules, documents, problems)
    for name, bank in banks.items():
        _bank(name, bank, modules, documents[f"bank:{name}"], problems)
    _items_unique(banks, documents, problems)
    _courses(courses, modules, banks, documents["courses"], problems)


def _repeated(ids: Iterable[str]) -> Iterator[str]:
    return (id_ for id_, count in Counter(ids).items() if count > 1)


def _unique(ids: list[str], where: str, document: Document, problems: Problems, *, named: bool = False) -> None:
    listed = [entry["id"] for entry in document.data[where]] if named else ids
    for id_ in _repeated(ids):
        last = len(listed) - 1 - listed[::-1].index(id_)
        problems.add(document.file, document.line([where, last, "id"]), f"{id_} stands twice", "give one a new id")


def _references(
    module: Module, bank: Bank | None, document: Document, parsed: Mapping[str, Parsed], problems: Problems
) -> None:
    known = {reference.id for reference in module.references}
    folder = document.file.removesuffix("module.yaml")
    for name, section in parsed.items():
        for id_ in sorted(set(section.cited) - known):
            problems.add(folder + name, 1, f"cites {id_}, which module.yaml does not list", "add or correct it")
    used = {id_ for section in parsed.values() for id_ in section.cited}
    used |= {id_ for item in (bank.items if bank else ()) for id_ in item.references}
    listed = [entry["id"] for entry in document.data["references"]]
    for id_ in sorted(known - used):
        line = document.line(["references", listed.index(id_)])
        problems.add(document.file, line, f"nothing cites the reference {id_}", "cite it or remove it")


def _links(
    modules: Mapping[str, Module],
    states: Mapping[str, Jurisdiction],
    parsed: Mapping[str, Parsed],
    document: Document,
    problems: Problems,
) -> None:
    folder = document.file.removesuffix("module.yaml")
    pages = {f"/modules/{m.id}/" for m in modules.values()} | {f"/states/{code}" for code in states}
    pages |= {f"/modules/{m.id}/{section.id}" for m in modules.values() for section in m.sections}
    for name, section in parsed.items():
        for href, line in section.links:
            target = href.partition("#")[0]
            if href.startswith(("https://", "http://")) or target in pages or PAGES.fullmatch(target):
                continue
            problems.add(folder + name, line, f"the link {href} leads nowhere", "correct it, from the root: /states/FL")


def _check_ids(module: Module, document: Document, problems: Problems) -> None:
    for id_ in _repeated(check.id for section in module.sections for check in section.checks):
        problems.add(document.file, 1, f"two knowledge checks are called {id_}", "give one a new id")
    for section in module.sections:
        if not section.checks and section.id != "summary":
            problems.add(document.file, 1, f"the section {section.id} has no knowledge check", "add a `check` block")


def _topics(module: Module, glossary: Glossary, document: Document, problems: Problems) -> None:
    for n, objective in enumerate(module.objectives):
        line = document.line(["objectives", n, "topics"])
        for topic in sorted(set(objective.topics) - glossary.by_id.keys()):
            problems.add(document.file, line, f"the topic {topic} is no glossary term", "use or add one")


def _claim(module: Module, document: Document, problems: Problems) -> None:
    claimed, computed = module.claimed_minutes or 0, module.computed_minutes
    if claimed > computed:
        line = document.line(["claimed_minutes"])
        problems.add(document.file, line, f"claims {claimed} minutes, {computed} are computed", "claim no more")


def _glossary(glossary: Glossary, document: Document, problems: Problems) -> None:
    _unique([term.id for term in glossary.terms], "terms", document, problems, named=True)
    known = {reference.id for reference in glossary.references}
    listed = [entry["id"] for entry in document.data["terms"]]
    for term in glossary.terms:
        for id_ in sorted(set(term.references) - known):
            line = document.line(["terms", listed.index(term.id), "references"])
            problems.add(document.file, line, f"{term.id} cites {id_}, which is not listed", "add or correct it")
    for id_ in sorted(known - {id_ for term in glossary.terms for id_ in term.references}):
        problems.add(document.file, document.line(["references"]), f"no term cites {id_}", "cite it or remove it")


def _prerequisites(modules: Mapping[str, Module], documents: Mapping[str, Document], problems: Problems) -> None:
    for module in modules.values():
        document = documents[f"module:{module.id}"]
        line = document.line(["prerequisites"])
        for unknown in [id_ for id_ in module.prerequisites if id_ not in modules]:
            problems.add(document.file, line, f"there is no module {unknown}", "correct the prerequisite")
        if _reaches(module.id, module.id, modules, set()):
            problems.add(document.file, line, f"{module.id} is its own prerequisite, in a circle", "break the circle")


def _reaches(start: str, goal: str, modules: Mapping[str, Module], seen: set[str]) -> bool:
    for before in modules[start].prerequisites if start in modules else ():
        if before == goal:
            return True
        if before not in seen and _reaches(before, goal, modules, seen | {before}):
            return True
    return False


def _bank(name: str, bank: Bank, modules: Mapping[str, Module], document: Document, problems: Problems) -> None:
    if bank.module not in modules or bank.module != name:
        problems.add(document.file, document.line(["module"]), f"no module {bank.module}", "name it as the file")
        return
    module = modules[bank.module]
    objectives = {objective.id for objective in module.objectives}
    references = {reference.id for reference in module.references}
    for n, item in enumerate(bank.items):
        if item.objective not in objectives:
            line = document.line(["items", n, "objective"])
            problems.add(document.file, line, f"{item.id}: no objective {item.objective}", "use one of module.yaml")
        for id_ in sorted({*item.references, *cited_in(item.rationale)} - references):
            line = document.line(["items", n, "references"])
            problems.add(document.file, line, f"{item.id}: no reference {id_}", "add it to module.yaml or correct it")
        if item.section and item.section not in {section.id for section in module.sections}:
            line = document.line(["items", n, "section"])
            problems.add(document.file, line, f"{item.id}: no section {item.section}", "name a section of the module")
    for id_ in sorted(objectives - {item.objective for item in bank.items}):
        problems.add(document.file, document.line(["items"]), f"the objective {id_} has no item", "write one")
    _cases(bank, document, problems)
    supply = Counter(item.objective for item in bank.items)
    for id_ in dict.fromkeys(cell.objective for cell in bank.blueprint if cell.objective):
        if supply[id_] < (wanted := bank.items_per_quiz(id_)):
            line = document.line(["blueprint", id_])
            wrong = f"draws {wanted} of {id_}, the bank has {supply[id_]}"
            problems.add(document.file, line, wrong, "write more items")


def _cases(bank: Bank, document: Document, problems: Problems) -> None:
    """A case has two items or more, which stand together in the bank, since they are drawn and shown together."""
    named = [item.case for item in bank.items]
    for n, case in enumerate(named):
        if case and case not in bank.cases:
            line = document.line(["items", n, "case"])
            problems.add(document.file, line, f"{bank.items[n].id}: no case {case}", "write it under `cases`")
    for case in bank.cases:
        places = [n for n, name in enumerate(named) if name == case]
        if len(places) < 2 or places[-1] - places[0] != len(places) - 1:
            line = document.line(["cases", case])
            problems.add(document.file, line, f"the case {case} has no items that stand together", "write two or more")


def _items_unique(banks: Mapping[str, Bank], documents: Mapping[str, Document], problems: Problems) -> None:
    seen: set[str] = set()
    for name, bank in banks.items():
        for n, item in enumerate(bank.items):
            if item.id in seen:
                document = documents[f"bank:{name}"]
                line = document.line(["items", n, "id"])
                problems.add(document.file, line, f"{item.id} stands twice", "give the new item a new id")
            seen.add(item.id)
    for name, bank in banks.items():
        document = documents[f"bank:{name}"]
        for n, item in enumerate(bank.items):
            for enemy in sorted(set(item.enemies) - seen | {item.id} & set(item.enemies)):
                line = document.line(["items", n, "enemies"])
                problems.add(document.file, line, f"{item.id}: no other item {enemy}", "correct the id")


def _courses(
    courses: CoursesFile,
    modules: Mapping[str, Module],
    banks: Mapping[str, Bank],
    document: Document,
    problems: Problems,
) -> None:
    for name in ("assessments", "courses", "evaluation"):
        _unique([entry.id for entry in getattr(courses, name)], name, document, problems, named=True)
    assessments = {assessment.id for assessment in courses.assessments}
    for n, assessment in enumerate(courses.assessments):
        _known(assessment.banks, banks, ["assessments", n, "banks"], "bank", document, problems)
        _known(assessment.after, assessments, ["assessments", n, "after"], "assessment", document, problems)
    for n, course in enumerate(courses.courses):
        _known(course.modules, modules, ["courses", n, "modules"], "module", document, problems)
        _known(course.assessments, assessments, ["courses", n, "assessments"], "assessment", document, problems)


def check_boards(
    boards: Sequence[Board],
    courses: CoursesFile,
    states: Mapping[str, Jurisdiction],
    document: Document,
    problems: Problems,
) -> None:
    offered = {course.id for course in courses.courses}
    for key in _repeated(board.key for board in boards):
        problems.add(document.file, document.line(["boards"]), f"{key} stands twice", "give one a new key")
    for n, board in enumerate(boards):
        _known([board.state], states, ["boards", n, "state"], "state", document, problems)
        _known(board.courses, offered, ["boards", n, "courses"], "course", document, problems)
        _known(board.subject_areas, list(Domain), ["boards", n, "subject_areas"], "domain", document, problems)


def _known(
    ids: Iterable[str],
    known: Iterable[str],
    path: list[str | int],
    what: str,
    document: Document,
    problems: Problems,
) -> None:
    for id_ in sorted(set(ids) - set(known)):
        problems.add(document.file, document.line(path), f"there is no {what} {id_}", "add it or correct the id")

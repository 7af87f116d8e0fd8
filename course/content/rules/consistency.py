"""Check what no single file can show: ids exist and are unique, references are cited, objectives have items."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from course.content.schema.bank import Bank
from course.content.schema.boards import Board
from course.content.schema.course import CoursesFile
from course.content.schema.glossary import Glossary
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.module import Domain, Module
from course.content.schema.muscle import Muscle
from course.content.schema.skill import SkillList
from course.content.schema.topic import Topic
from course.content.source import Document, Problems
from course.content.text.markup import cited_in
from course.content.text.section_parsing import Parsed

OTHER_PAGES = re.compile(r"/|/modules/|/glossary|/states/|/verify/|/sign-up|/sign-in")


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
    """Add a problem for each inconsistency between the files."""
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
        problems.add(
            document.file, document.line([where, last, "id"]), f"the id {id_} is used twice", "give one a new id"
        )


def _references(
    module: Module, bank: Bank | None, document: Document, parsed: Mapping[str, Parsed], problems: Problems
) -> None:
    known = {reference.id for reference in module.references}
    folder = document.file.removesuffix("module.yaml")
    for name, section in parsed.items():
        for id_ in sorted(set(section.cited) - known):
            problems.add(
                folder + name, 1, f"cites {id_}, which module.yaml does not list", "add it there or correct the id"
            )
    used = {id_ for section in parsed.values() for id_ in section.cited}
    used |= {id_ for item in (bank.items if bank else ()) for id_ in item.references}
    listed = [entry["id"] for entry in document.data["references"]]
    for id_ in sorted(known - used):
        line = document.line(["references", listed.index(id_)])
        problems.add(document.file, line, f"the reference {id_} is never cited", "cite it or remove it")


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
            if href.startswith(("https://", "http://")) or target in pages or OTHER_PAGES.fullmatch(target):
                continue
            wrong = f"the link {href} leads to no page"
            problems.add(folder + name, line, wrong, "correct it; it begins at the root, as in /states/FL")


def _check_ids(module: Module, document: Document, problems: Problems) -> None:
    for id_ in _repeated(check.id for section in module.sections for check in section.checks):
        problems.add(document.file, 1, f"two knowledge checks have the id {id_}", "give one a new id")
    for id_ in _repeated(section.id for section in module.sections):
        problems.add(document.file, 1, f"two section files are named {id_} after the number", "rename one of them")
    for section in module.sections:
        if not section.checks and section.id != "summary":
            problems.add(document.file, 1, f"the section {section.id} has no knowledge check", "add a `check` block")


def _topics(module: Module, glossary: Glossary, document: Document, problems: Problems) -> None:
    for n, objective in enumerate(module.objectives):
        line = document.line(["objectives", n, "topics"])
        for topic in sorted(set(objective.topics) - glossary.by_id.keys()):
            problems.add(
                document.file, line, f"the topic {topic} is not a glossary term", "use the id of a term or add one"
            )


def _claim(module: Module, document: Document, problems: Problems) -> None:
    claimed, computed = module.claimed_minutes or 0, module.computed_minutes
    if claimed > computed:
        line = document.line(["claimed_minutes"])
        wrong = f"claims {claimed} minutes, but only {computed} are computed"
        problems.add(document.file, line, wrong, f"claim {computed} or fewer")


def _glossary(glossary: Glossary, document: Document, problems: Problems) -> None:
    _unique([term.id for term in glossary.terms], "terms", document, problems, named=True)
    known = {reference.id for reference in glossary.references}
    listed = [entry["id"] for entry in document.data["terms"]]
    for term in glossary.terms:
        for id_ in sorted(set(term.references) - known):
            line = document.line(["terms", listed.index(term.id), "references"])
            wrong = f"{term.id} cites {id_}, which the glossary does not list"
            problems.add(document.file, line, wrong, "add it to `references` or correct the id")
    for id_ in sorted(known - {id_ for term in glossary.terms for id_ in term.references}):
        problems.add(document.file, document.line(["references"]), f"no term cites {id_}", "cite it or remove it")


def _prerequisites(modules: Mapping[str, Module], documents: Mapping[str, Document], problems: Problems) -> None:
    for module in modules.values():
        document = documents[f"module:{module.id}"]
        line = document.line(["prerequisites"])
        for unknown in [id_ for id_ in module.prerequisites if id_ not in modules]:
            problems.add(document.file, line, f"there is no module {unknown}", "correct the prerequisite")
        if _reaches(module.id, module.id, modules, set()):
            wrong = f"the prerequisites of {module.id} lead back to it"
            problems.add(document.file, line, wrong, "remove one of them")


def _reaches(start: str, goal: str, modules: Mapping[str, Module], seen: set[str]) -> bool:
    for before in modules[start].prerequisites if start in modules else ():
        if before == goal:
            return True
        if before not in seen and _reaches(before, goal, modules, seen | {before}):
            return True
    return False


def _bank(name: str, bank: Bank, modules: Mapping[str, Module], document: Document, problems: Problems) -> None:
    if bank.module not in modules or bank.module != name:
        wrong = f"the file is named {name}, but its module is {bank.module}"
        problems.add(document.file, document.line(["module"]), wrong, "use the id of an existing module for both")
        return
    module = modules[bank.module]
    objectives = {objective.id for objective in module.objectives}
    references = {reference.id for reference in module.references}
    for n, item in enumerate(bank.items):
        if item.objective not in objectives:
            line = document.line(["items", n, "objective"])
            problems.add(
                document.file, line, f"{item.id}: there is no objective {item.objective}", "use one from module.yaml"
            )
        for id_ in sorted({*item.references, *cited_in(item.rationale)} - references):
            line = document.line(["items", n, "references"])
            wrong = f"{item.id}: there is no reference {id_}"
            problems.add(document.file, line, wrong, "add it to module.yaml or correct the id")
        if item.section and item.section not in {section.id for section in module.sections}:
            line = document.line(["items", n, "section"])
            wrong = f"{item.id}: there is no section {item.section}"
            problems.add(document.file, line, wrong, "name a section of the module")
    for id_ in sorted(objectives - {item.objective for item in bank.items}):
        problems.add(document.file, document.line(["items"]), f"the objective {id_} has no item", "write one")
    _cases(bank, document, problems)
    supply = Counter(item.objective for item in bank.items)
    for id_ in dict.fromkeys(cell.objective for cell in bank.blueprint if cell.objective):
        if supply[id_] < (wanted := bank.items_per_quiz(id_)):
            line = document.line(["blueprint", id_])
            wrong = f"the blueprint asks for {wanted} items of {id_}, but the bank has {supply[id_]}"
            problems.add(document.file, line, wrong, "write more items or ask for fewer")


def _cases(bank: Bank, document: Document, problems: Problems) -> None:
    """Check that a case has two items or more and that they are adjacent, because they are shown together."""
    named = [item.case for item in bank.items]
    for n, case in enumerate(named):
        if case and case not in bank.cases:
            line = document.line(["items", n, "case"])
            problems.add(document.file, line, f"{bank.items[n].id}: there is no case {case}", "add it under `cases`")
    for case in bank.cases:
        places = [n for n, name in enumerate(named) if name == case]
        if len(places) < 2 or places[-1] - places[0] != len(places) - 1:
            line = document.line(["cases", case])
            wrong = f"the case {case} needs two or more items, one directly after the other"
            problems.add(document.file, line, wrong, "write more items or move them together")


def _items_unique(banks: Mapping[str, Bank], documents: Mapping[str, Document], problems: Problems) -> None:
    seen: set[str] = set()
    for name, bank in banks.items():
        for n, item in enumerate(bank.items):
            if item.id in seen:
                document = documents[f"bank:{name}"]
                line = document.line(["items", n, "id"])
                problems.add(document.file, line, f"the id {item.id} is used twice", "give the new item a new id")
            seen.add(item.id)
    for name, bank in banks.items():
        document = documents[f"bank:{name}"]
        for n, item in enumerate(bank.items):
            for enemy in sorted(set(item.enemies) - seen | {item.id} & set(item.enemies)):
                line = document.line(["items", n, "enemies"])
                problems.add(document.file, line, f"{item.id}: the enemy {enemy} is not another item", "correct the id")


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
    """Add a problem for each state, course or domain of a board that does not exist."""
    offered = {course.id for course in courses.courses}
    for key in _repeated(board.key for board in boards):
        problems.add(document.file, document.line(["boards"]), f"the key {key} is used twice", "give one a new key")
    for n, board in enumerate(boards):
        _known([board.state], states, ["boards", n, "state"], "state", document, problems)
        _known(board.courses, offered, ["boards", n, "courses"], "course", document, problems)
        _known(board.subject_areas, list(Domain), ["boards", n, "subject_areas"], "domain", document, problems)


def check_topics(
    topics: Sequence[Topic], modules: Mapping[str, Module], document: Document, problems: Problems
) -> None:
    """Add a problem for each topic with an id that another has, or with a module that does not exist."""
    _unique([topic.id for topic in topics], "topics", document, problems)
    for n, topic in enumerate(topics):
        _known(topic.modules, modules, ["topics", n, "modules"], "module", document, problems)


def check_muscles(muscles: Sequence[Muscle], document: Document, problems: Problems) -> None:
    """Add a problem for each muscle with an id that another has."""
    _unique([muscle.id for muscle in muscles], "muscles", document, problems)


def check_course_skills(courses: CoursesFile, skills: SkillList, document: Document, problems: Problems) -> None:
    """Add a problem for each skill of a course that does not exist."""
    for n, course in enumerate(courses.courses):
        _known(course.skills, skills.by_id, ["courses", n, "skills"], "skill", document, problems)


def check_skills(skills: SkillList, topics: Iterable[str], document: Document, problems: Problems) -> None:
    """Add a problem for each skill with an id that another has, or with a topic or reference that does not exist."""
    _unique([skill.id for skill in skills.skills], "skills", document, problems)
    _unique([reference.id for reference in skills.references], "references", document, problems)
    listed = [reference.id for reference in skills.references]
    for n, skill in enumerate(skills.skills):
        _known(skill.topics, topics, ["skills", n, "topics"], "topic", document, problems)
        _known(skill.references, listed, ["skills", n, "references"], "reference", document, problems)
    _known(skills.determination.references, listed, ["determination", "references"], "reference", document, problems)
    cited = {*skills.determination.references, *(id_ for skill in skills.skills for id_ in skill.references)}
    for id_ in sorted(set(listed) - cited):
        line = document.line(["references", listed.index(id_)])
        problems.add(document.file, line, f"the reference {id_} is never cited", "cite it or remove it")


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

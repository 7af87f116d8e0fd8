"""The curriculum in one table: words, questions, hours, and items by objective, level and domain. Pure."""

from collections import Counter
from collections.abc import Iterator

from course.content.items.base import LEVELS, Item
from course.content.schema.catalog import Catalog
from course.content.schema.module import Competency, Module


def table(catalog: Catalog) -> str:
    """Markdown."""
    return "\n".join([*_head(), *_modules(catalog), *_domains(catalog), *_types(catalog), *_objectives(catalog)]) + "\n"


def _head() -> Iterator[str]:
    yield "# The curriculum in figures\n"
    yield "Made by `./run content table`. Minutes are computed from words, questions and difficulty (Mergener 1991).\n"


def _modules(catalog: Catalog) -> Iterator[str]:
    yield "| Module | Words | Sections | Questions | Difficulty | Minutes | Items | Must pass |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for module in catalog.modules.values():
        items = _items(catalog, module)
        yield (
            f"| {module.title} | {module.words} | {len(module.sections)} | {module.questions} | {module.difficulty} "
            f"| {module.minutes} | {len(items)} | {sum(item.must_pass for item in items)} |"
        )
    every = list(catalog.modules.values())
    bank = [item for module in every for item in _items(catalog, module)]
    yield (
        f"| **Together** | {sum(m.words for m in every)} | {sum(len(m.sections) for m in every)} "
        f"| {sum(m.questions for m in every)} | | {sum(m.minutes for m in every)} | {len(bank)} "
        f"| {sum(item.must_pass for item in bank)} |\n"
    )


def _domains(catalog: Catalog) -> Iterator[str]:
    """Items by domain of the competency blueprint and by cognitive level."""
    counts: Counter[tuple[str, str]] = Counter()
    for module in catalog.modules.values():
        domain = {objective.id: objective.competency for objective in module.objectives}
        counts.update((domain[item.objective], item.level) for item in _items(catalog, module))
    yield "| Domain of the blueprint | Recall | Application | Case | Items | Share |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    whole = counts.total()
    for competency in Competency:
        row = [counts[competency, level] for level in LEVELS]
        yield f"| {competency} | {row[0]} | {row[1]} | {row[2]} | {sum(row)} | {round(100 * sum(row) / whole)} % |"
    sums = [sum(counts[competency, level] for competency in Competency) for level in LEVELS]
    yield f"| **Together** | {sums[0]} | {sums[1]} | {sums[2]} | {whole} | |\n"


def _types(catalog: Catalog) -> Iterator[str]:
    counts = Counter(item.type for item, _ in catalog.items.values())
    yield "| Type of item | Items |"
    yield "| --- | ---: |"
    yield from (f"| {type_} | {count} |" for type_, count in counts.most_common())
    cases = sum(len(bank.cases) for bank in catalog.banks.values())
    parametric = sum(bool(item.parameters) for item, _ in catalog.items.values())
    yield f"\n{cases} cases have several items each; {parametric} items have other numbers for each learner.\n"


def _objectives(catalog: Catalog) -> Iterator[str]:
    yield "| Module | Objective | Drawn | Recall | Application | Case | Items |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for module in catalog.modules.values():
        items = _items(catalog, module)
        bank = catalog.banks.get(module.id)
        for objective in module.objectives:
            row = [sum(i.objective == objective.id and i.level == level for i in items) for level in LEVELS]
            yield (
                f"| {module.id} | {objective.id} | {bank.items_per_quiz(objective.id) if bank else 0} "
                f"| {row[0]} | {row[1]} | {row[2]} | {sum(row)} |"
            )


def _items(catalog: Catalog, module: Module) -> tuple[Item, ...]:
    return catalog.banks[module.id].items if module.id in catalog.banks else ()

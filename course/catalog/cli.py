from collections.abc import Callable

import click

from course.catalog import coverage
from course.catalog.content import Catalog
from course.catalog.loader import ContentInvalid


def content_group(load: Callable[[], Catalog]) -> click.Group:
    """`content check` and `content table`: work without a database and without a server."""
    group = click.Group("content", help="The training content.")

    @group.command("check", help="Print every fault in modules/ and quizzes/ as file:line: what is wrong; what to do.")
    def check() -> None:
        try:
            catalog = load()
        except ContentInvalid as invalid:
            for problem in invalid.problems:
                click.echo(str(problem), err=True)
            click.echo(f"{len(invalid.problems)} faults.", err=True)
            raise SystemExit(1) from None
        items = sum(len(bank.items) for bank in catalog.banks.values())
        for module in catalog.modules.values():
            words = f"{module.words} words, {module.questions} questions, difficulty {module.difficulty}"
            click.echo(f"{module.id}: {words} = {module.minutes} contact minutes")
        click.echo(
            f"{len(catalog.modules)} modules, {items} items, {len(catalog.jurisdictions)} jurisdictions: no faults."
        )

    @group.command(
        "table", help="Print words, questions, hours and items of every module, as docs/curriculum.md has it."
    )
    def table() -> None:
        click.echo(coverage.table(load()), nl=False)

    return group

"""The commands `content check`, `table`, `export` and `import`. They work on files and need no server."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import click

from course.content import source
from course.content.exchange import FORMATS, bank_file
from course.content.exchange.report import LeftOut, UnreadableFile
from course.content.loader.load import ContentInvalid, load
from course.content.rules import coverage
from course.content.schema.catalog import Catalog
from course.content.source import Problem, Problems

Folders = Callable[[], tuple[Path, Path]]  # returns the folders of modules and quizzes
FILE = click.Path(path_type=Path)
WRITERS = {name: format_.write for name, format_ in FORMATS.items() if format_.write}


def content_group(folders: Folders, notices: Callable[[Catalog], list[str]]) -> click.Group:
    """Return the commands. `notices` returns further lines that `content check` prints about valid content."""
    group = click.Group("content", help="Check, export and import content.")
    group.add_command(_check(folders, notices))
    for command in (_table, _export, _import):
        group.add_command(command(folders))
    return group


def _check(folders: Folders, notices: Callable[[Catalog], list[str]]) -> click.Command:
    @click.command("check", help="Print each problem in modules/ and quizzes/ as file:line: what is wrong; what to do.")
    def check() -> None:
        try:
            catalog = load(*folders())
        except ContentInvalid as invalid:
            _print_problems(invalid.problems)
            raise SystemExit(1) from None
        _print_summary(catalog)
        for notice in notices(catalog):
            click.echo(notice)

    return check


def _print_problems(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    click.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found.", err=True)


def _print_summary(catalog: Catalog) -> None:
    items = sum(len(bank.items) for bank in catalog.banks.values())
    for module in catalog.modules.values():
        words = f"{module.words} words, {module.questions} questions, difficulty {module.difficulty}"
        click.echo(f"{module.id}: {words} = {module.minutes} contact minutes")
    counts = f"{len(catalog.modules)} modules, {items} items, {len(catalog.jurisdictions)} jurisdictions"
    click.echo(f"{counts}: no problems found.")


def _table(folders: Folders) -> click.Command:
    @click.command("table", help="Print the words, questions, hours and items of each module, for docs/curriculum.md.")
    def table() -> None:
        click.echo(coverage.table(load(*folders())), nl=False)

    return table


def _export(folders: Folders) -> click.Command:
    @click.command("export", help="Write an item bank in another format, and list what the format can't hold.")
    @click.argument("bank")
    @click.option("--format", "name", type=click.Choice(list(WRITERS)), required=True)
    @click.option("--to", type=FILE, required=True, help="The file to write.")
    @click.option("--force", is_flag=True, help="Replace the file if it exists.")
    def export(bank: str, name: str, to: Path, force: bool) -> None:
        banks = load(*folders()).banks
        if bank not in banks:
            _fail(f"There is no bank {bank}. Use one of {', '.join(banks)}.")
        exported = WRITERS[name](banks[bank])
        _write(to, exported.data, force)
        _print_left_out(exported.left_out)
        click.echo(f"Wrote {to}. Not carried over: {len(exported.left_out)}.")

    return export


def _import(folders: Folders) -> click.Command:
    @click.command("import", help="Convert a file to a bank file, and check the content with it in place of the bank.")
    @click.argument("file", type=FILE)
    @click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True)
    @click.option("--bank", required=True, help="The bank to check it in place of; its name is its module's id.")
    @click.option("--to", type=FILE, required=True, help="The bank file to write. No other file changes.")
    @click.option("--force", is_flag=True, help="Replace the file if it exists.")
    def import_(file: Path, name: str, bank: str, to: Path, force: bool) -> None:
        modules, quizzes = folders()
        if bank not in (module_ids := sorted(path.parent.name for path in modules.glob("*/module.yaml"))):
            _fail(f"There is no module {bank}. Use one of {', '.join(module_ids)}.")
        try:
            imported = FORMATS[name].read(file.read_bytes())
        except (OSError, UnreadableFile) as reason:
            _fail(f"{file} can't be read: {getattr(reason, 'strerror', None) or reason}")
        text = bank_file.text(bank, imported, _current_bank(quizzes / f"{bank}.yaml"))
        _write(to, text.encode(), force)
        _print_left_out(imported.left_out)
        click.echo(f"Wrote {to}. Items: {len(imported.items)}. Not carried over: {len(imported.left_out)}.")
        if problems := _problems(to, bank, modules, quizzes):
            _print_problems(problems)
            _fail(f"{to} does not pass the check yet. Edit it, then copy it to quizzes/ and run content check.")
        click.echo("It passes the check.")

    return import_


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    raise SystemExit(1)


def _write(to: Path, data: bytes, force: bool) -> None:
    try:
        with to.open("wb" if force else "xb") as file:
            file.write(data)
    except FileExistsError:
        _fail(f"{to} already exists. Choose another name, or add --force to replace it.")
    except OSError as reason:
        _fail(f"{to} can't be written: {reason.strerror}.")


def _print_left_out(left_out: tuple[LeftOut, ...]) -> None:
    for one in left_out:
        click.echo(f"Not carried over: {one}")


def _current_bank(path: Path) -> dict[str, Any]:
    """Return the data of the bank file, or an empty dict if there is none that can be read."""
    document = source.parse(path.read_text(encoding="utf-8"), path.name, Problems()) if path.is_file() else None
    return document.data if document and isinstance(document.data, dict) else {}


def _problems(path: Path, bank: str, modules: Path, quizzes: Path) -> list[Problem]:
    """Return the problems of the content with the file at `path` as the bank, reported under that file's name."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "modules").symlink_to(modules.resolve())
        shutil.copytree(quizzes, root / "quizzes")
        shutil.copyfile(path, root / "quizzes" / f"{bank}.yaml")
        try:
            load(root / "modules", root / "quizzes")
        except ContentInvalid as invalid:
            file = f"quizzes/{bank}.yaml"
            return [p if p.file != file else Problem(str(path), p.line, p.wrong, p.remedy) for p in invalid.problems]
    return []

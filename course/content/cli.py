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

Folders = Callable[[], tuple[Path, Path]]  # where modules and quizzes are
FILE = click.Path(path_type=Path)
WRITERS = {name: format_.write for name, format_ in FORMATS.items() if format_.write}


def content_group(folders: Folders, notices: Callable[[Catalog], list[str]]) -> click.Group:
    """`content check`, `table`, `export`, `import`: work without a server. `notices`: what else a check has to say."""
    group = click.Group("content", help="The training content.")
    group.add_command(_check(folders, notices))
    for command in (_table, _export, _import):
        group.add_command(command(folders))
    return group


def _check(folders: Folders, notices: Callable[[Catalog], list[str]]) -> click.Command:
    @click.command("check", help="Print every fault in modules/ and quizzes/ as file:line: what is wrong; what to do.")
    def check() -> None:
        try:
            catalog = load(*folders())
        except ContentInvalid as invalid:
            _say_faults(invalid.problems)
            raise SystemExit(1) from None
        _say_whole(catalog)
        for notice in notices(catalog):
            click.echo(notice)

    return check


def _say_faults(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    click.echo(f"{len(problems)} faults.", err=True)


def _say_whole(catalog: Catalog) -> None:
    items = sum(len(bank.items) for bank in catalog.banks.values())
    for module in catalog.modules.values():
        words = f"{module.words} words, {module.questions} questions, difficulty {module.difficulty}"
        click.echo(f"{module.id}: {words} = {module.minutes} contact minutes")
    click.echo(f"{len(catalog.modules)} modules, {items} items, {len(catalog.jurisdictions)} jurisdictions: no faults.")


def _table(folders: Folders) -> click.Command:
    @click.command(
        "table", help="Print words, questions, hours and items of every module, as docs/curriculum.md has it."
    )
    def table() -> None:
        click.echo(coverage.table(load(*folders())), nl=False)

    return table


def _export(folders: Folders) -> click.Command:
    @click.command("export", help="Write an item bank in another format, and print what that format can't carry.")
    @click.argument("bank")
    @click.option("--format", "name", type=click.Choice(list(WRITERS)), required=True)
    @click.option("--to", type=FILE, required=True, help="The file to write.")
    @click.option("--force", is_flag=True, help="Replace the file if it is there.")
    def export(bank: str, name: str, to: Path, force: bool) -> None:
        banks = load(*folders()).banks
        if bank not in banks:
            _refuse(f"There is no bank {bank}; name one of {', '.join(banks)}.")
        exported = WRITERS[name](banks[bank])
        _write(to, exported.data, force)
        _say_left_out(exported.left_out)
        click.echo(f"Wrote {to}. Not carried: {len(exported.left_out)}.")

    return export


def _import(folders: Folders) -> click.Command:
    @click.command("import", help="Write a file of another format as a bank file, and check it in place of that bank.")
    @click.argument("file", type=FILE)
    @click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True)
    @click.option("--bank", required=True, help="The bank in whose place it is checked, named like its module.")
    @click.option("--to", type=FILE, required=True, help="The bank file to write; nothing else is changed.")
    @click.option("--force", is_flag=True, help="Replace the file if it is there.")
    def import_(file: Path, name: str, bank: str, to: Path, force: bool) -> None:
        modules, quizzes = folders()
        if bank not in (known := sorted(path.parent.name for path in modules.glob("*/module.yaml"))):
            _refuse(f"There is no module {bank}; name one of {', '.join(known)}.")
        try:
            imported = FORMATS[name].read(file.read_bytes())
        except (OSError, UnreadableFile) as reason:
            _refuse(f"{file} was not read: {getattr(reason, 'strerror', None) or reason}")
        text = bank_file.text(bank, imported, _standing(quizzes / f"{bank}.yaml"))
        _write(to, text.encode(), force)
        _say_left_out(imported.left_out)
        click.echo(f"Wrote {to}. Items: {len(imported.items)}. Not carried: {len(imported.left_out)}.")
        if problems := _problems(to, bank, modules, quizzes):
            _say_faults(problems)
            _refuse(f"{to} does not pass the check yet. It was written so that you can mend it.")
        click.echo("It passes the check.")

    return import_


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    raise SystemExit(1)


def _write(to: Path, data: bytes, force: bool) -> None:
    try:
        with to.open("wb" if force else "xb") as file:
            file.write(data)
    except FileExistsError:
        _refuse(f"{to} is there already; choose another name, or add --force to replace it.")
    except OSError as reason:
        _refuse(f"{to} was not written: {reason.strerror}.")


def _say_left_out(left_out: tuple[LeftOut, ...]) -> None:
    for one in left_out:
        click.echo(f"Not carried: {one}")


def _standing(path: Path) -> dict[str, Any]:
    """The bank file as it stands; empty where there is none that can be read."""
    document = source.parse(path.read_text(encoding="utf-8"), path.name, Problems()) if path.is_file() else None
    return document.data if document and isinstance(document.data, dict) else {}


def _problems(path: Path, bank: str, modules: Path, quizzes: Path) -> list[Problem]:
    """What is wrong with the content if the file at `path` is the bank, under the file's own name."""
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

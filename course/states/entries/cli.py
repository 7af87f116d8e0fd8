"""`./run states export` writes the state file with the checks made in the app."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import click

from course.content import source
from course.states.entries import queries, yaml_export


def states_group(ready: Callable[[], AbstractContextManager[Path]]) -> click.Group:
    """Return the commands. `ready` opens an app context and returns the folder of the modules."""

    @click.group("states")
    def states() -> None:
        """Export state entries, and judge a person by them."""

    @states.command("export")
    @click.option(
        "--to",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The file to write; without it, the text is printed.",
    )
    def export_command(to: Path | None) -> None:
        """Write jurisdictions.yaml with the checks made in the app."""
        with ready() as modules:
            text = (modules / "jurisdictions.yaml").read_text(encoding="utf-8")
            document = source.parse(text, "jurisdictions.yaml", source.Problems())
            checked = {
                code: yaml_export.data_of(entry.state) for code, entry in queries.entries().items() if entry.check
            }
        if document is None:
            sys.exit("jurisdictions.yaml can't be read. To see why, run ./run content check.")
        merged = yaml_export.merge_entries(text, document, checked)
        if to is None:
            click.echo(merged, nl=False)
            return
        to.write_text(merged, encoding="utf-8")
        click.echo(f"{to}: checked entries merged: {len(checked)}.", err=True)

    return states

"""The command line: `./run` serves the site, `./run COMMAND` does one task. Errors are one sentence and exit code 1."""

import functools
import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TypeVar

import click
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from course import create_app, migrate, server
from course.certificates.approvals import queries as approvals
from course.certificates.credentials import keys, pdf_signing
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.pdf import BUILT_IN
from course.certificates.issuing.templates import Templates
from course.content.cli import content_group
from course.content.loader.load import ContentInvalid, load
from course.content.queries import catalog
from course.content.schema.catalog import Catalog
from course.learning.search import actions as search_actions
from course.people.accounts import actions as accounts_actions
from course.people.accounts import queries as accounts
from course.platform import clock, db, jobs, logs
from course.platform.config import BadSetting, Config, add_secret_key
from course.platform.mail import views as mail_views
from course.platform.web import Refused
from course.reporting.records import actions as records
from course.reporting.records.checked_record import Discrepancy
from course.site import site, site_of
from course.states.entries import actions as states
from course.states.entries.cli import states_group
from course.states.requirements.cli import check_command
from course.tools import demo
from course.tools.bench import measure

R = TypeVar("R")


@click.group()
def cli() -> None:
    """Dry-needling continuing education. Without a command, ./run serves the site."""


def _config() -> Config:
    return Config.from_environ(os.environ)


def _folders() -> tuple[Path, Path]:
    config = _config()
    return config.modules, config.quizzes


def _exceeded_approvals(content: Catalog) -> list[str]:
    """Return a sentence for each way in which this content exceeds its approvals. It need not be served yet."""
    database = _config().database
    if database.startswith("sqlite") and not Path(make_url(database).database or "").exists():
        return []  # no approval is recorded yet, and a check creates no database
    try:
        with db.outside_app(database):
            uncovered = approvals.uncovered(content, clock.now().date())
    except (OperationalError, ProgrammingError):
        return ["Approvals were not checked: the database can't be reached, or its schema is not up to date."]
    return [f"Approval exceeded: {reason}." for reason in uncovered]


cli.add_command(content_group(_folders, _exceeded_approvals))


@contextmanager
def _with_modules() -> Iterator[Path]:
    config = _config()
    with ready_app(config).app_context():
        yield config.modules


states_commands = states_group(_with_modules)
states_commands.add_command(check_command(lambda: load(*_folders())))
cli.add_command(states_commands)


def _app(config: Config) -> Flask:
    app = create_app(config)
    gc.collect()
    gc.freeze()  # these objects live as long as the process, so the garbage collector can skip them
    gc.enable()
    return app


def ready_app(config: Config) -> Flask:
    """Return the app after it has migrated its database."""
    app = _app(config)
    migrate.upgrade(config.database)
    with app.app_context():
        _refuse_another_address()
        states.announce_changes(now=clock.now())
        search_actions.refresh_index()
    return app


def _refuse_another_address() -> None:
    """Raise BadSetting if certificates were issued for another address, where they could no longer be verified."""
    for did in certificates.outside_issuers(site().issuer.did):
        host = did.removeprefix("did:web:").replace("%3A", ":")
        raise BadSetting(
            f"PUBLIC_URL: certificates have been issued that are verified at {host}, and another address would make "
            f"them unverifiable. Set PUBLIC_URL to the address at {host} again."
        )


@cli.command()
def serve() -> None:
    """Serve the site until stopped. This also migrates the database and checks the content."""
    config = _config()
    app = ready_app(config)
    notices = config.warnings
    with app.app_context():
        if not accounts.has_admin():
            path = accounts_actions.invite_admin(now=clock.now())
            notices.append(f"No administrator yet. Create one (the link works once): {config.base_url}{path}")
        if way_in := mail_views.way_in():
            notices.append(f"Emails stay on this machine. Read them at {config.base_url}{way_in}")
        if ending := site().signer.ends_soon(clock.now()):
            notices.append(ending)
        notices += [f"Approval exceeded: {reason}." for reason in approvals.uncovered(catalog(), clock.now().date())]
    site_of(app).engines.dispose()  # the child processes must not share a connection
    workers = [functools.partial(_work, long_work_first=first) for first in (False, True)]
    sys.exit(server.serve(config.host, config.port, config.base_url + "/", notices, workers))


@cli.command()
@click.option("--long-work-first", is_flag=True, help="Do long work, such as bulk issues, before mails.")
def worker(long_work_first: bool) -> None:
    """Run a background worker. `serve` already starts one of each kind; more can run on other machines."""
    _work(long_work_first=long_work_first)


def _work(*, long_work_first: bool) -> None:
    jobs.work(_app(_config()), long_work_first=long_work_first)


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database schema up to date."""
    ready_app(_config())
    click.echo("The database schema is up to date.")


@cli.group()
def people() -> None:
    """Manage accounts."""


@people.command("create-admin")
def create_admin() -> None:
    """Print a link that creates an administrator. It works once."""
    config = _config()
    with ready_app(config).app_context():
        click.echo(config.base_url + accounts_actions.invite_admin(now=clock.now()))


@cli.command("template")
def template_command() -> None:
    """Copy the certificate template for editing. The copy is in the data folder; preview it in the console."""
    folder = Templates(_config().data, {}).folder
    if folder.exists() and any(folder.iterdir()):
        raise BadSetting(f"{folder} already has files. Move them away first; nothing was changed.")
    folder.mkdir(parents=True, exist_ok=True)
    click.echo(shutil.copy(BUILT_IN.path, folder))


@cli.group("keys")
def keys_group() -> None:
    """Manage the keys that sign certificates."""


@keys_group.command("list")
def list_keys() -> None:
    """Print the public keys, oldest first. The last one signs."""
    for key in keys.ensure(_config().data):
        click.echo(key.public)


@keys_group.command("rotate")
def rotate_keys() -> None:
    """Add a key that signs after the next start. Certificates signed by older keys can still be verified."""
    config = _config()
    key = keys.rotate(config.data)
    documents = "the file in PDF_P12 continues to sign documents"
    if config.pdf_p12 is None:
        pdf_signing.add_own_key(config.data, load(*_folders()).provider.name, clock.now())
        documents = "a new key signs documents"
    click.echo(f"{key.public} signs after the next start, and {documents}. Keep the older keys.")


@keys_group.command("rotate-secret")
def rotate_secret() -> None:
    """Add a secret key that signs sessions and links after the next start. Those signed by older keys stay valid."""
    if "SECRET_KEY" in os.environ or "SECRET_KEY_FILE" in os.environ:
        raise BadSetting("SECRET_KEY: put a new key in front of the one that is set, with a space between the two.")
    add_secret_key(_config().data)
    click.echo("A new key signs after the next start. To end what older keys signed, delete their lines in secret_key.")


@cli.command("check-records")
def check_records() -> None:
    """Check the records for discrepancies. Certificates, completions, minutes and documents must agree."""
    faults: list[Discrepancy] = []
    with ready_app(_config()).app_context():
        total = certificates.count_issued()
        with click.progressbar(length=total, label="Certificates", file=sys.stderr) as bar:
            done = records.check_all(now=clock.now(), on_fault=faults.append, on_progress=bar.update)
    for fault in faults:
        click.echo(f"{fault.subject}: {fault.kind}: {fault.words}", err=True)
    if faults:
        sys.exit(f"{done.looked_at} certificates checked, {len(faults)} discrepancies found.")
    click.echo(f"{done.looked_at} certificates checked, no discrepancies.")


@cli.command("demo")
@click.option("--learners", type=click.IntRange(1, 100_000), required=True, help="Number of therapists.")
def demo_command(learners: int) -> None:
    """Fill an empty database with sample people."""
    config = _config()
    _refuse_public(config)
    app = ready_app(config)
    with click.progressbar(length=learners, label="Therapists", file=sys.stderr) as bar:
        lines = demo.populate(app, learners, now=clock.now(), progress=lambda: bar.update(1))
    for line in lines:
        click.echo(line)


@cli.command()
@click.option("--seconds", type=click.FloatRange(0.01, 60), default=2, show_default=True, help="Per measurement.")
@click.option("--certificates", type=click.IntRange(1, 100_000), default=400, show_default=True, help="How many.")
@click.option("--only", type=click.Choice(["writer-waits"]), help="Measure only this part.")
def bench(seconds: float, certificates: int, only: str | None) -> None:
    """Measure the server with a temporary database. Compare it with an empty request and the database's own commits."""
    config, say = _config(), functools.partial(click.echo, err=True)
    _refuse_public(config)
    lines = [] if only else measure.run(config, seconds, certificates, ready_app, say)
    for line in chain(lines, measure.run_writer_waits(config, ready_app, say)):
        click.echo(line)


def _refuse_public(config: Config) -> None:
    """Raise BadSetting on the machine of a public site, where sample people and load tests have no place."""
    if config.public_url:
        raise BadSetting("PUBLIC_URL: it is set, and this command is not for a site that people use. Unset it first.")


def _explained(run: Callable[[], R]) -> R:
    """Run a command. Print an error that an operator can fix as one sentence on stderr, and exit with code 1."""
    try:
        return run()
    except (BadSetting, Refused) as fault:
        sys.exit(str(fault))
    except ContentInvalid as invalid:
        sys.exit(f"{invalid}\nThe content has problems; nothing was started.")
    except OperationalError as error:
        sys.exit(f"DATABASE_URL: the database can't be used: {str(error.orig).splitlines()[0]}")


def main() -> None:
    logs.configure()
    os.umask(0o077)  # every file that this process and its children create is private
    _explained(lambda: cli(prog_name="./run"))

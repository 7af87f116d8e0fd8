"""Every test gets a real database, a copy of one that was migrated once. Tests that need PostgreSQL ask for it."""

import functools
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache

from course import create_app, migrate, open_site, wire_app
from course.content.loader.load import load
from course.content.schema.catalog import Catalog
from course.platform.config import ROOT, Config
from course.platform.db import Engines, new_engines
from course.site import install, site_of
from tests import factories, memory, postgres, sampling
from tests import redis as redis_server
from tests.pages import Pages, counted
from tests.smtp import Received
from tests.smtp import server as smtp_server

SLOWEST_FIRST = (
    "test_durability.py",
    "test_bench.py",
    "journeys",
    "bulk",
    "test_packets.py",
    "test_server.py",
    "test_badge.py",
)

SLOW_OR_SHARED = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="repeat tests every time, where ./test takes a sample")


def pytest_configure(config: pytest.Config) -> None:
    memory.keep_temporary_files()
    sampling.run_everything(config.getoption("--all"))
    # No deadline, because the time of an example depends on the machine. Examples of a test may share a fixture.
    settings.register_profile("all", max_examples=150, deadline=None, suppress_health_check=SLOW_OR_SHARED)
    settings.register_profile("sample", settings.get_profile("all"), max_examples=20, derandomize=True)
    settings.load_profile("all" if config.getoption("--all") else "sample")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest files first, so that in the end the workers finish together."""
    items.sort(
        key=lambda item: next(
            (n for n, name in enumerate(SLOWEST_FIRST) if name in item.path.parts), len(SLOWEST_FIRST)
        )
    )


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load(ROOT / "modules", ROOT / "quizzes")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "course.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    with postgres.server() as server:
        migrate.upgrade(server.create("migrated"))
        yield server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    with redis_server.server(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder that the tests of this process use one after the other, so that they share engines."""
    return tmp_path_factory.mktemp("course") / "data"


@pytest.fixture
def config(data_folder: Path) -> Config:
    shutil.rmtree(data_folder, ignore_errors=True)
    return Config.from_environ({"COURSE_DATA": str(data_folder), "SECRET_KEY": "k" * 40})


@pytest.fixture(scope="session")
def shared_app(compiled_templates: FileSystemBytecodeCache, data_folder: Path) -> Flask:
    """Return the app with routes and templates, which tests only read. Each test installs its own Site."""
    app = wire_app(Config.from_environ({"COURSE_DATA": str(data_folder), "SECRET_KEY": "k" * 40}))
    app.jinja_env.bytecode_cache = compiled_templates
    return app


@pytest.fixture(scope="session")
def engines() -> Callable[[str], Engines]:
    """Return the cached engines of a database, because an engine caches the statements that it has compiled."""
    return functools.cache(new_engines)


@pytest.fixture
def make_app(
    config: Config, catalog: Catalog, shared_app: Flask, engines: Callable[[str], Engines]
) -> Iterator[Callable[[str], Flask]]:
    """Yield a function that makes the app on a database. The first app of a test is the shared one."""
    made: list[Flask] = []

    def make(url: str) -> Flask:
        here = factories.replaced(config, database=url)
        app = create_app(here, catalog) if made else shared_app
        if app is shared_app:
            install(app, factories.replaced(open_site(app, here, catalog), engines=engines(url)))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        app.jinja_env.bytecode_cache = shared_app.jinja_env.bytecode_cache
        made.append(app)
        return app

    yield make
    for app in made:
        site_of(app).engines.dispose()


@pytest.fixture
def app(make_app: Callable[[str], Flask], migrated: Path, config: Config) -> Flask:
    return make_app(f"sqlite:///{shutil.copy(migrated, config.data / 'course.db')}")


@pytest.fixture(params=["sqlite", "postgresql"])
def either_app(request: pytest.FixtureRequest, make_app: Callable[[str], Flask]) -> Iterator[Flask]:
    """Yield the app on each of the two databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("app")
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    app = make_app(server.create("test", "migrated"))
    yield app
    site_of(app).engines.dispose()
    server.drop("test")


@pytest.fixture
def pages(app: Flask) -> Pages:
    return Pages(app)


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    return counted


@pytest.fixture
def learner(app: Flask) -> factories.User:
    return factories.person(app, "Lena Learner")


@pytest.fixture
def other_learner(app: Flask) -> factories.User:
    return factories.person(app, "Otto Other")


@pytest.fixture
def reviewer(app: Flask, admin: factories.User) -> factories.User:
    """Return an administrator with the reviewer role."""
    person = factories.person(app, "Rita Reviewer", role="admin")
    return factories.make_reviewer(app, admin, person)


@pytest.fixture
def instructor(app: Flask, admin: factories.User) -> factories.User:
    return factories.instructor(app, admin)


@pytest.fixture
def admin(app: Flask) -> factories.User:
    return factories.person(app, "Ada Admin", role="admin")


@pytest.fixture
def mailbox() -> Iterator[Received]:
    received = Received()
    with smtp_server(received) as port:
        received.url = f"smtp://127.0.0.1:{port}"
        yield received

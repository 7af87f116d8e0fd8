"""Every test gets a real database file, copied from one that was migrated once; PostgreSQL where it is asked for."""

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from course import create_app, migrate
from course.content.loader.load import load
from course.content.schema.catalog import Catalog
from course.platform.config import ROOT, Config
from course.site import site_of
from course.tools.bench.serving import free_port
from tests import factories, once, postgres
from tests import redis as redis_server
from tests.pages import Pages, counted
from tests.smtp import Received

COUNT = iter(range(1, 100_000))
LONGEST = (
    "test_durability.py",
    "test_bench.py",
    "test_network.py",
    "test_path.py",
    "bulk",
    "journeys",
    "test_server.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins, so that nobody waits for it in the end."""
    items.sort(key=lambda item: next((n for n, name in enumerate(LONGEST) if name in item.path.parts), len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def rare_collections() -> None:
    """The collector, looking through a whole catalog and every app again and again, took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def routes_compiled_once() -> Iterator[None]:
    with once.routes_compiled_once():
        yield


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


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.from_environ({"COURSE_DATA": str(tmp_path / "data"), "SECRET_KEY": "k" * 40})


@pytest.fixture
def make_app(
    config: Config, catalog: Catalog, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Callable[[str], Flask]]:
    made: list[Flask] = []

    def make(url: str) -> Flask:
        app = create_app(factories.replaced(config, database=url), catalog)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        app.jinja_env.bytecode_cache = compiled_templates
        made.append(app)
        return app

    yield make
    for app in made:
        site_of(app).engines.writing.dispose()


@pytest.fixture
def app(make_app: Callable[[str], Flask], migrated: Path, config: Config) -> Flask:
    return make_app(f"sqlite:///{shutil.copy(migrated, config.data / 'course.db')}")


@pytest.fixture(params=["sqlite", "postgresql"])
def either_app(request: pytest.FixtureRequest, make_app: Callable[[str], Flask]) -> Iterator[Flask]:
    """The app on each of the two databases in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("app")
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = f"test_{next(COUNT)}"
    app = make_app(server.create(name, "migrated"))
    yield app
    site_of(app).engines.writing.dispose()
    server.drop(name)


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
    """An administrator who was made a reviewer."""
    person = factories.person(app, "Rita Reviewer", role="admin")
    return factories.make_reviewer(app, admin, person)


@pytest.fixture
def admin(app: Flask) -> factories.User:
    return factories.person(app, "Ada Admin", role="admin")


@pytest.fixture
def mailbox() -> Iterator[Received]:
    received = Received()
    server = Controller(received, hostname="127.0.0.1", port=free_port())
    server.start()
    received.url = f"smtp://127.0.0.1:{server.port}"
    yield received
    server.stop()

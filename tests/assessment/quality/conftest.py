import shutil

import pytest

from course import create_app
from course.platform.config import Config
from course.site import site_of
from tests import factories
from tests.assessment.quality import population


@pytest.fixture(scope="session")
def crowd(tmp_path_factory, catalog, migrated):
    """The file of a database in which 150 people have taken the quiz of a module."""
    data = tmp_path_factory.mktemp("crowd")
    path = shutil.copy(migrated, data / "course.db")
    config = Config.from_environ({"COURSE_DATA": str(data), "SECRET_KEY": "k" * 40})
    app = create_app(factories.replaced(config, database=f"sqlite:///{path}"), catalog)
    population.populate(app, 150)
    site_of(app).engines.writing.dispose()
    return path


@pytest.fixture
def populated(app, crowd, config):
    site_of(app).engines.writing.dispose()
    shutil.copy(crowd, config.data / "course.db")

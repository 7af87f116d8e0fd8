from alembic import context
from sqlalchemy import text

from course.platform.db import new_engine
from course.tables import metadata


def run() -> None:
    engine = new_engine(context.config.attributes["url"])
    with engine.connect() as connection, connection.begin():
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            transaction_per_migration=False,
        )
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(7210001)"))  # other processes wait here
        context.run_migrations()
    engine.dispose()


run()

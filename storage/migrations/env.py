"""What Alembic runs: on the connection that it is given, within the transaction begun there."""

from alembic import context

from storage.tables import METADATA


def run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        transactional_ddl=True,
        render_as_batch=True,
    )
    context.run_migrations()


run()

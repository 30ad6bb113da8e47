"""Whether this worker can serve: the database answers, its tables are up to date, the directory is in memory."""

from __future__ import annotations

from django.db import Error, close_old_connections, connection
from django.db.migrations.executor import MigrationExecutor
from psycopg_pool import PoolTimeout

from byname.interfaces import snapshot

_migrated = False


def what_is_missing() -> str:
    """What keeps this worker from serving, in a few words; empty where nothing does."""
    global _migrated
    try:
        close_old_connections()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "the tables are not up to date (./byname up brings them up to date)"
            _migrated = True
    except (Error, PoolTimeout):
        return "the database does not answer"
    finally:
        connection.close()
    return "" if snapshot.is_held() else "the directory is not read yet"

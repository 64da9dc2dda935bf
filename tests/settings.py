"""Settings of the tests: the product's own, on a PostgreSQL and a data folder that live as long as the run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# The first process of a run (also the one that starts parallel workers) makes the folder; the others inherit it.
if "RAPPORT_TEST_DIR" not in os.environ:
    os.environ["RAPPORT_TEST_DIR"] = tempfile.mkdtemp(prefix="rapport-test-")
    atexit.register(shutil.rmtree, os.environ["RAPPORT_TEST_DIR"], ignore_errors=True)
FOLDER = Path(os.environ["RAPPORT_TEST_DIR"])
FOLDER.chmod(0o755)
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["RAPPORT_DATA_DIR"] = str(FOLDER / f"data-{WORKER}")
os.environ.pop("RAPPORT_DATABASE_URL", None)
os.environ["RAPPORT_SECRET_KEY"] = "only-for-tests-0123456789-0123456789-0123456789"

import psycopg  # noqa: E402 - the environment comes first

from rapport.config import embedded  # noqa: E402

TEST_DATABASE_URL = os.environ.get("RAPPORT_TEST_DATABASE_URL", "")
if TEST_DATABASE_URL:
    os.environ["RAPPORT_DATABASE_URL"] = TEST_DATABASE_URL
else:
    # A server for each parallel worker: an open transaction anywhere in a server holds back all followers of its records.
    SERVER = embedded.start(FOLDER / WORKER)
    os.environ["RAPPORT_DATABASE_URL"] = SERVER.get_uri(database=embedded.DATABASE)
    with psycopg.connect(SERVER.get_uri(), autocommit=True) as _connection:
        for _option in ("fsync", "synchronous_commit", "full_page_writes"):
            _connection.execute(f"ALTER SYSTEM SET {_option} = off")
        _connection.execute("ALTER SYSTEM SET max_connections = 100")
        _connection.execute("SELECT pg_reload_conf()")

from rapport.config.settings import *  # noqa: E402, F403
from rapport.config.settings import DATABASES  # noqa: E402

DATABASES["default"]["OPTIONS"].pop("pool")
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
DEVELOPMENT = True
LOADS_STARTER_VOCABULARY = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

"""The portal's own settings, upon throw-away data: a test run neither needs nor touches what is in var/."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

TEST_DATA = Path(tempfile.mkdtemp(prefix="portal-tests-"))
atexit.register(shutil.rmtree, TEST_DATA, ignore_errors=True)
os.environ.update(
    DATA_DIR=str(TEST_DATA),
    SECRET_KEY="tests-" + "0123456789" * 5,
    FIELD_KEYS="dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtISE=",
    SEARCH_KEY="tests-" + "9876543210" * 5,
    DEBUG="false",
    HTTPS="false",
)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(exist_ok=True)
# The groups' servers of the tests stand on this machine.
ROBOTS_IN_OWN_NETWORK = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads then have connections of their own, as in the running portal.
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_DATA / "test.sqlite3")}
    pragmas = DATABASES["default"]["OPTIONS"]["init_command"]
    DATABASES["default"]["OPTIONS"]["timeout"] = 120
    DATABASES["default"]["OPTIONS"]["init_command"] = pragmas.replace("synchronous=FULL", "synchronous=OFF")
else:
    DATABASES["default"]["TEST"] = {"NAME": "test_portal"}
# A thread of a test ends with its connection: none may outlive it and hold the database.
DATABASES["default"]["CONN_MAX_AGE"] = 0

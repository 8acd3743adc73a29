"""What every test stands on: throw-away data, a database that comes back whole, no network, no luck."""

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import SimpleTestCase, TransactionTestCase
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from tests import snapshots

# How long an example takes says how busy the machine is.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
hypothesis_settings.register_profile("ci", derandomize=True, **PATIENT)
hypothesis_settings.register_profile("search", max_examples=2_000, **PATIENT)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def _keep_pristine(case: type[TransactionTestCase]) -> None:
    if not snapshots.taken(snapshots.PRISTINE):
        snapshots.take(snapshots.PRISTINE)


def _bring_back(case: TransactionTestCase) -> None:
    snapshots.restore(snapshots.PRISTINE)


TransactionTestCase._fixture_setup = classmethod(_keep_pristine)  # type: ignore[attr-defined]
TransactionTestCase._fixture_teardown = _bring_back  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test database, migrated here only where no run over the same sources has left it."""
    with django_db_blocker.unblock():
        name = connection.creation._get_test_db_name()
        with snapshots.alone():
            found = snapshots.fetch_migrated(name)
            before = setup_databases(verbosity=0, interactive=False, keepdb=found)
            if not found:
                snapshots.keep_migrated(name)
    yield
    with django_db_blocker.unblock():
        teardown_databases(before, verbosity=0)


def opens_the_database(item: pytest.Item) -> bool:
    """Whether pytest-django lets this test open a database at all; to others it is blocked."""
    case = getattr(item, "cls", None)
    if case is not None and issubclass(case, SimpleTestCase):
        return True
    if item.get_closest_marker("django_db") is not None:
        return True
    return not {"db", "transactional_db", "live_server"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones first, so that no worker waits for one at the end. What opens no database is the same on each:
    PostgreSQL is left to those that do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if connection.vendor == "sqlite":
        return
    others = [item for item in items if not opens_the_database(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if opens_the_database(item)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a test that is left out is a test that failed."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"left out, which CI does not allow: {report.longrepr}"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    with session.config.stash[blocking_manager_key].unblock():
        snapshots.forget_all()


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Every test begins in the source language, whatever the one before it switched on."""
    with translation.override("zh-hans"):
        yield

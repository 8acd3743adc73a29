"""What every test stands on: throw-away data, a database that comes back whole, no network, no luck."""

import os
from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import blocking_manager_key

from tests import snapshots

hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis_settings.register_profile("search", deadline=None, max_examples=2_000, print_blob=True)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def _keep_pristine(case: type[TransactionTestCase]) -> None:
    if not snapshots.taken(snapshots.PRISTINE):
        snapshots.take(snapshots.PRISTINE)


def _bring_back(case: TransactionTestCase) -> None:
    snapshots.restore(snapshots.PRISTINE)


TransactionTestCase._fixture_setup = classmethod(_keep_pristine)  # type: ignore[attr-defined]
TransactionTestCase._fixture_teardown = _bring_back  # type: ignore[attr-defined]


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

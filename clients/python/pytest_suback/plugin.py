"""The fixtures, and the trace of a test that failed."""

from __future__ import annotations

from typing import Any, Generator, Iterator

import pytest

from ._account import Account
from ._failure import SubackError
from ._gateway import Gateway, start

__tracebackhide__ = True  # of pytest: a failure is shown where the test asks

_TOLD = 4000  # characters of the trace


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("suback_config", "suback.yaml of the gateway for the tests, relative to this file's folder")
    parser.addini("suback_args", "more flags of suback serve", type="args", default=[])


@pytest.fixture(scope="session")
def suback_options(pytestconfig: pytest.Config) -> "dict[str, Any]":
    """What the gateway is started with, as start() takes it; a conftest.py may say otherwise."""
    config = pytestconfig.getini("suback_config")
    folder = pytestconfig.inipath.parent if pytestconfig.inipath else pytestconfig.rootpath
    return {"config": str(folder / config) if config else None, "args": pytestconfig.getini("suback_args")}


@pytest.fixture(scope="session")
def suback(suback_options: "dict[str, Any]") -> Iterator[Gateway]:
    """A gateway for the session."""
    with start(**suback_options) as gateway:
        yield gateway


@pytest.fixture
def suback_account(suback: Gateway) -> Iterator[Account]:
    """An account of its own for a test."""
    account = suback.account()
    yield account
    account.remove()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, None]:
    report = (yield).get_result()
    fixtures = getattr(item, "funcargs", {})
    account = fixtures.get("suback_account") or fixtures.get("suback")
    if report.failed and report.when != "teardown" and isinstance(account, Account):
        told = _trace(account)
        if told:
            report.sections.append((f"suback: the trace of {account.name or 'the first account'}", told))


def _trace(account: Account) -> str:
    try:
        return account.trace_text()[-_TOLD:]
    except SubackError as error:  # it is gone, which must not hide why the test failed
        return str(error)

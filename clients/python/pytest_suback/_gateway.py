"""A gateway, and its first account."""

from __future__ import annotations

import os
from typing import Any, Callable, Mapping, Optional, Sequence
from urllib.parse import urlsplit

from ._account import Account
from ._admin import Admin
from ._failure import SubackError
from ._program import Program
from ._where import Authority, Where

__tracebackhide__ = True  # of pytest: a failure is shown where the test asks


class _Made(Account):
    """An account that was made for a test."""

    def __init__(self, where: Where, info: Mapping[str, Any], remove: "Callable[[_Made], None]") -> None:
        super().__init__(where, info)
        self._remove = remove

    def remove(self) -> None:
        self._remove(self)


class Gateway(Account):
    """A gateway, and its first account. As a context manager it ends at its end."""

    def __init__(self, where: Where, info: Mapping[str, Any], program: Optional[Program]) -> None:
        super().__init__(where, info)
        self._where = where
        self._program = program  # None: somebody else started it
        self._made: "list[_Made]" = []

    @property
    def log(self) -> str:
        """What it has written to its log lately; "" of one that was not started here."""
        return self._program.log if self._program else ""

    def account(
        self, name: Optional[str] = None, from_: Optional[str] = None, account_id: Optional[str] = None
    ) -> Account:
        """An account for a test. By default it has the first one's id, so that ARNs in functions and
        policies fit; "" asks for another."""
        wanted = {"name": name, "from": from_, "accountId": self.account_id if account_id is None else account_id}
        body = {key: value for key, value in wanted.items() if value is not None}
        made = _Made(self._where, self._admin.json("POST", "/_suback/accounts", body=body), self._end)
        self._made.append(made)
        return made

    def _end(self, account: _Made) -> None:
        if account in self._made:
            self._made.remove(account)
            self._admin.text("DELETE", f"/_suback/accounts/{account.name}")

    def stop(self) -> None:
        """Ends it; below suback run only the accounts that were made."""
        if self._program:
            self._made.clear()
            self._program.stop()
        problems = []
        for account in list(self._made):
            try:
                account.remove()
            except SubackError as problem:
                problems.append(problem)
        self._where.ca.forget()
        if problems:
            raise problems[0]

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()


def start(
    config: Optional["str | os.PathLike[str]"] = None,
    *,
    args: Sequence[str] = (),
    program: Optional[str] = None,
    env: Optional[Mapping[str, str]] = None,
    cwd: Optional["str | os.PathLike[str]"] = None,
    timeout: float = 20.0,
    alone: bool = False,
) -> Gateway:
    """Starts a gateway; below suback run it is that one, unless it shall be alone.

    config is the path of suback.yaml; without one password "test" may do everything, "no-receive"
    everything but receive. args are more flags of suback serve; program its path, by default the
    variable SUBACK, else suback on the PATH; timeout the seconds until it must be ready.
    """
    theirs = os.environ.get("SUBACK_HTTP_URL")
    if theirs and not alone:
        return _open(theirs.rstrip("/"), None)
    running = Program(config, args, program, env, cwd, timeout)
    try:
        if "http" not in running.listeners:
            raise SubackError("the http listener is off, want it on: the helper asks there")
        return _open("http://localhost:" + running.listeners["http"].rpartition(":")[2], running)
    except BaseException:
        running.stop()
        raise


def _open(base: str, running: Optional[Program]) -> Gateway:
    admin = Admin(base)
    ca_pem, first = admin.text("GET", "/_suback/ca.pem"), admin.json("GET", "/_suback/accounts")[0]
    return Gateway(Where(urlsplit(base).hostname or "localhost", base, Authority(ca_pem)), first, running)

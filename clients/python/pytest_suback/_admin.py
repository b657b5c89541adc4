"""The admin API below a URL: of the gateway, or of one account."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from ._failure import SubackError

__tracebackhide__ = True  # of pytest: a failure is shown where the test asks

_PATIENCE = 30.0  # seconds for an answer

# The gateway is on this machine: whatever proxy the environment names is not asked.
_opener = build_opener(ProxyHandler({}))


class Admin:
    def __init__(self, base: str) -> None:
        self.base = base

    def text(self, method: str, path: str, query: Optional[Mapping[str, Any]] = None, body: Any = None) -> str:
        asked = urlencode({name: value for name, value in (query or {}).items() if value is not None})
        url = f"{self.base}{path}" + (f"?{asked}" if asked else "")
        data = None if body is None else json.dumps(body).encode()
        try:
            with _opener.open(Request(url, data=data, method=method), timeout=_PATIENCE) as answer:
                return answer.read().decode()
        except HTTPError as error:
            raise SubackError(f"suback: {_refusal(error, url)}") from None
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise SubackError(f"the gateway at {self.base} does not answer: {reason}") from None

    def json(self, method: str, path: str, query: Optional[Mapping[str, Any]] = None, body: Any = None) -> Any:
        text = self.text(method, path, query, body)
        return json.loads(text) if text else None

    def lines(self, path: str, query: Mapping[str, Any]) -> "list[dict[str, Any]]":
        """A JSON value on each line."""
        return [json.loads(line) for line in self.text("GET", path, query).splitlines() if line]


def _refusal(error: HTTPError, url: str) -> str:
    try:
        return json.loads(error.read())["message"]
    except (ValueError, KeyError, TypeError):
        return f"{url} answers {error.code}"

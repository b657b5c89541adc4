"""Where a gateway is, and how a client trusts it."""

from __future__ import annotations

import os
import shutil
import ssl
import tempfile
import weakref
from dataclasses import dataclass
from typing import Any, Callable, Optional


class Authority:
    """The CA that clients must trust. It is a file from when somebody asks for one until the
    gateway is stopped, or this process ends."""

    def __init__(self, pem: str) -> None:
        self.pem = pem
        self.forget: Callable[[], Any] = lambda: None
        self._file: Optional[str] = None

    @property
    def file(self) -> str:
        if self._file is None:
            folder = tempfile.mkdtemp(prefix="suback-")
            self.forget = weakref.finalize(self, _remove, folder, os.getpid())
            self._file = os.path.join(folder, "ca.pem")
            with open(self._file, "w", encoding="ascii") as file:
                file.write(self.pem)
        return self._file


def _remove(folder: str, owner: int) -> None:
    """Removes it, unless this is a child by os.fork(), which leaves it to its parent."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Where:
    """What the accounts of a gateway have in common."""

    host: str
    base: str
    ca: Authority


class NamedContext(ssl.SSLContext):
    """Says the account's name to the server, whatever host the client library dials."""

    server_name = ""

    def wrap_socket(self, *args: Any, **more: Any) -> ssl.SSLSocket:
        more["server_hostname"] = self.server_name
        return super().wrap_socket(*args, **more)

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: "str | bytes | None" = None,
        session: Optional[ssl.SSLSession] = None,
    ) -> ssl.SSLObject:
        return super().wrap_bio(incoming, outgoing, server_side, self.server_name, session)

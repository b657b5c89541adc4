"""The program, running. It ends when its standard input does: so however this process ends, it is not left behind."""

from __future__ import annotations

import collections
import os
import re
import subprocess
import threading
from typing import IO, Mapping, Optional, Sequence

from ._failure import SubackError

__tracebackhide__ = True  # of pytest: a failure is shown where the test asks

HOW_TO_GET = "go install github.com/suback/suback/cmd/suback@latest brings it; SUBACK may name another place"

_LAST_LINES = 200
_END_TIME = 6.0  # seconds, from SIGTERM to SIGKILL; the program itself takes 5 at most
_LISTENING = re.compile(r"(mqtts?|https?) +listening on (\S+)$")


class Program:
    """suback serve on free ports; it is ready once this is made."""

    def __init__(
        self,
        config: Optional["str | os.PathLike[str]"],
        args: Sequence[str],
        program: Optional[str],
        env: Optional[Mapping[str, str]],
        cwd: Optional["str | os.PathLike[str]"],
        timeout: float,
    ) -> None:
        words = [program or os.environ.get("SUBACK") or "suback", "serve", "--end-with-stdin"]
        for listener in ("mqtt", "mqtts", "https", "http"):
            words += [f"--{listener}", ":0"]
        if config is not None:
            words += ["--config", os.fspath(config)]
        self.listeners: "dict[str, str]" = {}
        self._log: "collections.deque[str]" = collections.deque(maxlen=_LAST_LINES)
        self._process = _spawn([*words, *args], {**os.environ, **(env or {})}, cwd)
        self._ready = False
        self._settled = threading.Event()
        self._readers = [
            threading.Thread(target=self._read_banner, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_log, args=(self._process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        if not self._settled.wait(timeout) or not self._ready:
            raise self._failed(timeout)

    @property
    def log(self) -> str:
        """What it has written to its log lately."""
        return "\n".join(self._log.copy())

    def _read_banner(self, lines: IO[str]) -> None:
        for line in lines:
            found = _LISTENING.match(line.rstrip())
            if found:
                self.listeners[found[1]] = found[2]
            if line.rstrip() == "Ready.":
                self._ready = True
                self._settled.set()
        self._settled.set()

    def _read_log(self, lines: IO[str]) -> None:
        for line in lines:
            self._log.append(line.rstrip())

    def _failed(self, timeout: float) -> SubackError:
        if self._settled.is_set():
            code = self._process.wait(_END_TIME)
            what = f"suback serve ended at its start, with exit code {code}"
        else:
            what = f"suback was not ready within {timeout:g} s"
        self.stop()
        said = f":\n{self.log}" if self.log else ""
        if "has no flag --end-with-stdin" in said:
            said += f"\nit is older than this package wants: {HOW_TO_GET}"
        return SubackError(what + said)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_END_TIME)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for reader in self._readers:
            reader.join(_END_TIME)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                stream.close()


def _spawn(
    words: Sequence[str], env: Mapping[str, str], cwd: Optional["str | os.PathLike[str]"]
) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    try:
        # In a session of its own: a Control-C is for the tests, which then end it.
        return subprocess.Popen(
            words, env=env, cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", errors="replace",
            start_new_session=True,
        )
    except FileNotFoundError as error:
        if error.filename not in (None, words[0]):
            raise
        raise SubackError(f'there is no program "{words[0]}": {HOW_TO_GET}') from None

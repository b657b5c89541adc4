"""What goes wrong, in the gateway's own words where it has any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._account import Finding


class SubackError(Exception):
    """The gateway does not start, does not answer, or refuses."""


class NotArrived(SubackError, AssertionError):
    """What was waited for did not happen. Its text says why; ``finding`` is that as data, None if nobody knows."""

    def __init__(self, text: str, finding: Optional[Finding]) -> None:
        super().__init__(text)
        self.finding = finding

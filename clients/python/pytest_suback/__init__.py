"""A gateway of your own for tests of what talks to AWS IoT Core, and why a message did not arrive."""

from ._account import Account, Faults, Finding
from ._failure import NotArrived, SubackError
from ._gateway import Gateway, start

__all__ = ["Account", "Faults", "Finding", "Gateway", "NotArrived", "SubackError", "start"]

"""An account of the gateway: where it is, and what is asked and told about it."""

from __future__ import annotations

import os
import ssl
import textwrap
import time
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, TypeVar
from urllib.parse import quote

from ._admin import Admin
from ._failure import NotArrived, SubackError
from ._where import NamedContext, Where

__tracebackhide__ = True  # of pytest: a failure is shown where the test asks

T = TypeVar("T")

# Of the caller's own environment: would go before the keys of the gateway.
_THEIRS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION")

_SERVICES = ("IOT", "IOT_DATA_PLANE", "STS", "COGNITO_IDENTITY", "LAMBDA", "ACM")


@dataclass(frozen=True)
class Finding:
    """Why nothing arrives at a client, or that it does: then ``found`` is "arrives"."""

    found: str
    text: str  # for people, as suback why prints it
    data: Mapping[str, Any]  # all of it: answer, hint, rules, repair, event, message


class Faults:
    """Failures on request, see docs/faults.md."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    def add(self, on: str, do: str, **more: Any) -> "dict[str, Any]":
        """Asks for one: ``add("puback", "drop", client="pump-7", times=2)``; ``for_="1m"`` is its member "for"."""
        fault = {"on": on, "do": do, **{name.rstrip("_"): value for name, value in more.items()}}
        return self._admin.json("POST", "/_suback/faults", body=fault)

    def list(self) -> "list[dict[str, Any]]":
        return self._admin.json("GET", "/_suback/faults")

    def remove(self, fault: "dict[str, Any] | int") -> None:
        self._admin.json("DELETE", f"/_suback/faults/{fault if isinstance(fault, int) else fault['id']}")

    def clear(self) -> None:
        self._admin.json("DELETE", "/_suback/faults")


class Account:
    """Its own devices, messages, trace and clock. URLs are None where the listener is off."""

    def __init__(self, where: Where, info: Mapping[str, Any]) -> None:
        self.name: str = info["name"]
        self.account_id: str = info["accountId"]
        self.region: str = info["region"]
        self.endpoint: str = info["endpointAddress"]  # what DescribeEndpoint answers
        self.server_name: str = info["host"]  # by which TLS reaches it
        self.access_key_id: str = info.get("accessKeyId", "test")
        self.secret_access_key: str = info.get("secretAccessKey", "test")
        self.host = where.host
        self.ports = {name: int(address.rpartition(":")[2]) for name, address in info["listeners"].items()}
        self.ca_pem = where.ca.pem
        self._ca = where.ca
        path = info.get("path", "")
        self.mqtt_url = self._url("mqtt", "mqtt")
        self.mqtts_url = self._url("mqtts", "mqtts")
        self.https_url = self._url("https", "https", path)
        self.wss_url = self._url("wss", "https", path + "/mqtt")
        self.ws_url = self._url("ws", "http", path + "/mqtt")
        self.http_url = where.base + path  # AWS's APIs: the endpoint of SDKs
        self._admin = Admin(self.http_url)
        self.faults = Faults(self._admin)

    def _url(self, scheme: str, listener: str, rest: str = "") -> Optional[str]:
        port = self.ports.get(listener)
        return f"{scheme}://{self.host}:{port}{rest}" if port else None

    @property
    def ca_file(self) -> str:
        """A file with the CA, until the gateway is stopped."""
        return self._ca.file

    @property
    def env(self) -> "dict[str, str]":
        """What AWS SDKs and the programs under test need, to be added to an environment.

        A profile of the caller's cannot be undone by adding: see environment().
        """
        env = {
            "SUBACK_MQTT_URL": self.mqtt_url,
            "SUBACK_MQTTS_URL": self.mqtts_url,
            "SUBACK_HTTPS_URL": self.https_url,
            "SUBACK_WSS_URL": self.wss_url,
            "SUBACK_HTTP_URL": self.http_url,
            "SUBACK_CA_FILE": self.ca_file,
            "NODE_EXTRA_CA_CERTS": self.ca_file,
            "AWS_ENDPOINT_URL": self.http_url,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",  # by true SDKs would go to AWS all the same
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": "",
            **{f"AWS_ENDPOINT_URL_{service}": self.http_url for service in _SERVICES},
        }
        return {name: value for name, value in env.items() if value is not None}

    def environment(self, own: Optional[Mapping[str, str]] = None) -> "dict[str, str]":
        """A whole environment for a program under test, as suback run sets it.

        It is ``own``, by default that of this process, without the AWS profile, session token and
        endpoints in it, and with ``env``.
        """
        kept = (os.environ if own is None else own).items()
        ours = {name: v for name, v in kept if name not in _THEIRS and not name.startswith("AWS_ENDPOINT_URL")}
        return {**ours, **self.env}

    def ssl_context(self) -> ssl.SSLContext:
        """Trusts the gateway and names this account to it: for paho, ``client.tls_set_context(…)``."""
        context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
        context.server_name = self.server_name
        context.load_verify_locations(cadata=self.ca_pem)
        return context

    def why(self, client: str, topic: Optional[str] = None) -> Finding:
        """Why nothing arrives at a client, on a topic or a filter."""
        asked = {"client": client, "topic": topic}
        data = self._admin.json("GET", "/_suback/why", asked)
        text = self._admin.text("GET", "/_suback/why", {**asked, "format": "text"}).rstrip()
        return Finding(data["found"], text, data)

    def arrives(
        self, client: str, topic: str, within: float = 5.0, after: "Optional[Mapping[str, Any]]" = None
    ) -> "dict[str, Any]":
        """Waits until the gateway has sent a client a message on a topic, later than ``after``.

        Fails with the reason why not: at once if the policy of the client keeps the topic from it,
        else after ``within`` seconds.
        """
        end, pause = time.monotonic() + within, 0.01
        while True:
            later = self._later(client, topic, after)
            found = next((message for message in later if _to(message, client).get("sent")), None)
            if found is not None:
                return found
            what = f"no message on {topic} came to {client}"
            if later and _is_withheld(later[-1], client, topic):
                raise self._explained(what, client, topic)
            if time.monotonic() >= end:
                raise self._explained(f"{what} within {within:g} s", client, topic)
            time.sleep(pause)
            pause = min(2 * pause, 0.1)

    def _later(self, client: str, topic: str, after: "Optional[Mapping[str, Any]]") -> "list[dict[str, Any]]":
        messages = self.messages(client=client, topic=topic, limit=1000)
        ids = [message["id"] for message in messages]
        return messages[ids.index(after["id"]) + 1 :] if after and after["id"] in ids else messages

    def wait_for(
        self, check: Callable[[], T], client: str, topic: str, within: float = 5.0, every: float = 0.025
    ) -> T:
        """Waits until ``check()`` is true and raises nothing; fails with its error, and why nothing arrives."""
        end = time.monotonic() + within
        while True:
            problem: Optional[Exception] = None
            try:
                value = check()
                if value:
                    return value
            except Exception as error:  # whatever it is, the next try may do better
                problem = error
            if time.monotonic() >= end:
                what = str(problem or "") or "what was waited for did not happen"
                raise self._explained(f"{what}, within {within:g} s", client, topic) from problem
            time.sleep(every)

    def _explained(self, what: str, client: str, topic: str) -> NotArrived:
        """The first line says what did not happen; then comes why, and what became of the message."""
        told, finding = [what], None
        try:
            finding = self.why(client, topic)
            told.append(f"because: {finding.text}")
            message = finding.data.get("message")
            if message is None:
                message = next((m["id"] for m in self.messages(topic=topic, limit=1)), None)
            if message is not None:
                told += ["the message:", textwrap.indent(self.story(message), "  ")]
        except SubackError as error:  # it is gone, or keeps no stories: that must not hide what did not happen
            told.append(f"{'the message' if finding else 'because'}: (not known: {error})")
        return NotArrived("\n".join(told), finding)

    def messages(
        self, client: Optional[str] = None, topic: Optional[str] = None, limit: Optional[int] = None
    ) -> "list[dict[str, Any]]":
        """The latest messages in short, newest last."""
        return self._admin.lines("/_suback/messages", {"client": client, "topic": topic, "limit": limit})

    def story(self, message_id: str) -> str:
        """What became of a message, for people."""
        path = f"/_suback/messages/{quote(message_id, safe='')}"
        return self._admin.text("GET", path, {"format": "text"}).rstrip()

    def trace(self, **wanted: Any) -> "list[dict[str, Any]]":
        """The records of the trace, newest last, by client, outcome, topic, operation, rule, since."""
        return self._admin.lines("/_suback/trace", wanted)

    def trace_text(self, **wanted: Any) -> str:
        return self._admin.text("GET", "/_suback/trace", {**wanted, "format": "text"}).rstrip()

    def clients(self) -> "list[dict[str, Any]]":
        """Who is connected."""
        return self._admin.json("GET", "/_suback/clients")

    def advance(self, by: str) -> None:
        """Brings every deadline nearer, by a duration as "5m"."""
        self._admin.json("POST", "/_suback/clock", body={"advance": by})

    def reset(self) -> None:
        """Disconnects everybody, forgets sessions, messages and what the API changed."""
        self._admin.json("POST", "/_suback/reset")

    def remove(self) -> None:
        """Ends it, with its connections."""
        raise SubackError("the first account is the gateway itself, which stop() ends")


def _to(message: Mapping[str, Any], client: str) -> "Mapping[str, Any]":
    """What became of a message for a client."""
    return next((delivery for delivery in message["deliveries"] if delivery.get("client") == client), {})


def _is_withheld(message: Mapping[str, Any], client: str, topic: str) -> bool:
    """Whether the policy of a client keeps a topic from it: then there is nothing to wait for.

    With a filter there is, a message on another topic.
    """
    return "+" not in topic and "#" not in topic and _to(message, client).get("outcome") == "withheld"

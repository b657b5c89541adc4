import threading
from contextlib import contextmanager

import paho.mqtt.client as paho
import pytest

pytest_plugins = ["pytester"]

PATIENCE = 30  # seconds, which only a broken machine takes


def new_client(name):
    try:  # paho 2
        return paho.Client(paho.CallbackAPIVersion.VERSION1, name)
    except AttributeError:
        return paho.Client(name)


@pytest.fixture
def dial():
    """Connects clients, and ends them with the test."""
    clients = []

    def connect(account, name, password="test", port=None, context=None):
        client, up = new_client(name), threading.Event()
        client.username_pw_set("me", password)
        client.on_connect = lambda *_: up.set()
        if context:
            client.tls_set_context(context)
        client.connect("localhost", port or account.ports["mqtt"])
        client.loop_start()
        clients.append(client)
        assert up.wait(PATIENCE), f"{name} is not connected"
        return client

    yield connect
    for client in clients:
        client.disconnect()
        client.loop_stop()


@pytest.fixture
def hear():
    """Subscribes, and waits until that is granted."""

    def subscribe(client, topic):
        granted = threading.Event()
        client.on_subscribe = lambda *_: granted.set()
        client.subscribe(topic, 1)
        assert granted.wait(PATIENCE), "not subscribed"

    return subscribe


@pytest.fixture
def unset(monkeypatch):
    monkeypatch.delenv("SUBACK_HTTP_URL", raising=False)

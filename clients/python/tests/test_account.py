import pathlib

import pytest

from pytest_suback import NotArrived, SubackError, start

TOPIC = "pumps/7/set"


@pytest.fixture
def withheld(suback_account, dial, hear):
    deaf = dial(suback_account, "deaf", "no-receive")
    hear(deaf, TOPIC)
    deaf.publish(TOPIC, "on", 1).wait_for_publish()
    return suback_account


def test_where_it_is(suback, suback_account, dial):
    context = suback_account.ssl_context()
    context.set_alpn_protocols(["mqtt"])
    dial(suback_account, "alpn", port=suback_account.ports["https"], context=context)
    dial(suback_account, "tcp")
    assert sorted(c["clientId"] for c in suback_account.clients()) == ["alpn", "tcp"]
    assert pathlib.Path(suback_account.ca_file).read_text() == suback_account.ca_pem
    assert suback_account.account_id == suback.account_id
    assert suback_account.env["AWS_ENDPOINT_URL_IOT"] == suback_account.http_url
    assert suback_account.env["SUBACK_MQTT_URL"] == f"mqtt://localhost:{suback_account.ports['mqtt']}"
    own = dict.fromkeys(("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"), "real")
    own.update(AWS_SECURITY_TOKEN="real", AWS_CREDENTIAL_EXPIRATION="2020-01-01T00:00:00Z")
    own["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
    assert suback_account.environment({"PATH": "/bin", **own}) == {"PATH": "/bin", **suback_account.env}
    assert suback_account.env["AWS_SESSION_TOKEN"] == ""
    other = suback.account(name="other", account_id="")
    assert other.account_id != suback.account_id
    other.remove()
    with pytest.raises(SubackError):
        other.clients()


def test_a_message_that_arrives(suback_account, dial, hear):
    pump = dial(suback_account, "pump")
    hear(pump, TOPIC)
    pump.publish(TOPIC, "1", 1).wait_for_publish()
    first = suback_account.arrives("pump", TOPIC, within=30)
    assert "went to 1 of 1" in suback_account.story(first["id"])
    with pytest.raises(NotArrived):
        suback_account.arrives("pump", TOPIC, within=0.05, after=first)
    pump.publish(TOPIC, "2", 1).wait_for_publish()
    assert suback_account.arrives("pump", TOPIC, within=30, after=first)["id"] != first["id"]


def test_a_message_that_does_not_says_why(withheld):
    with pytest.raises(NotArrived) as failure:
        withheld.arrives("deaf", TOPIC, within=3600)
    text = str(failure.value)
    lines = text.split("\n")
    assert lines[0] == "no message on pumps/7/set came to deaf"
    assert lines[1].startswith('because: Messages on "pumps/7/set" are withheld from "deaf"')
    assert "\n  repair    LambdaPolicy[0]: add /Statement/-" in text
    assert "\nthe message:\n" in text
    assert "\n    The message of client deaf went to 0 of 1 (1 withheld)." in text
    assert failure.value.finding.found == "withheld"
    with pytest.raises(NotArrived, match="^no message on pumps/# came to deaf within 0.05 s\nbecause: "):
        withheld.arrives("deaf", "pumps/#", within=0.05)  # of a filter others may come
    assert withheld.trace(outcome="WITHHELD")[0]["topic"] == TOPIC
    assert "deaf Publish-Out WITHHELD" in withheld.trace_text(client="deaf")


def test_what_an_application_should_have_done(withheld):
    tries = []
    assert withheld.wait_for(lambda: tries.append(1) or len(tries) > 1, "deaf", TOPIC, within=30) is True
    with pytest.raises(NotArrived) as failure:
        withheld.wait_for(lambda: 1 / 0, "deaf", TOPIC, within=0.05)
    assert str(failure.value).startswith("division by zero, within 0.05 s\nbecause: Messages on ")
    assert isinstance(failure.value.__cause__, ZeroDivisionError)
    with pytest.raises(AssertionError, match='did not happen, within 0 s\nbecause: Nobody has connected as "nobody"'):
        withheld.wait_for(lambda: False, "nobody", TOPIC, within=0)


def test_the_error_of_a_test_stays_where_nobody_knows_the_reason(suback):
    account = suback.account()
    account.remove()
    with pytest.raises(NotArrived, match="^division by zero, within 0 s\nbecause: \\(not known: .*account") as failure:
        account.wait_for(lambda: 1 / 0, "x", TOPIC, within=0)
    assert failure.value.finding is None and isinstance(failure.value.__cause__, ZeroDivisionError)
    with start(args=["--stories", "off"], alone=True) as silent, pytest.raises(NotArrived) as failure:
        silent.wait_for(lambda: 1 / 0, "x", TOPIC, within=0)
    lines = str(failure.value).split("\n")
    assert lines[0] == "division by zero, within 0 s" and lines[1].startswith("because: Nobody has connected")
    assert lines[-1].startswith("the message: (not known: ") and "keeps no stories" in lines[-1]


def test_accounts_do_not_see_each_other(suback, withheld):
    other = suback.account()
    assert other.clients() == other.messages() == []
    other.remove()


def test_faults_the_clock_and_a_reset(suback_account, dial):
    fault = suback_account.faults.add("client", "cut", client="pump", for_="1s")
    assert [f["id"] for f in suback_account.faults.list()] == [fault["id"]]
    suback_account.faults.remove(fault)
    suback_account.faults.add("connect", "refuse", client="x")
    suback_account.faults.clear()
    assert suback_account.faults.list() == []
    with pytest.raises(SubackError, match="explode"):
        suback_account.faults.add("puback", "explode")
    suback_account.advance("5m")
    with pytest.raises(SubackError, match='want {"advance": "5m"}'):
        suback_account.advance("5")
    dial(suback_account, "pump").loop_stop()  # it would come again
    suback_account.reset()
    assert suback_account.clients() == []

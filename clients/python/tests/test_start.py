import pathlib
import re
import subprocess
import sys
import time
from urllib.request import Request, urlopen

import pytest

from pytest_suback import SubackError, start

SILENT = "#!/bin/sh\nexec cat\n"
OLDER = '#!/bin/sh\necho "suback: error: suback serve has no flag --end-with-stdin" >&2\nexit 2\n'


def answers(url):
    try:
        return bool(urlopen(url + "/health", timeout=30))
    except OSError:
        return False


def is_gone(url):
    end = time.monotonic() + 30
    while answers(url) and time.monotonic() < end:
        time.sleep(0.02)
    return not answers(url)


@pytest.mark.parametrize(
    "options, file, want",
    [
        ({}, "region: us-east-1\nthings: [{thingNme: pump}]\n", r"exit code 1:\n.*suback.yaml:2: .*thingNme"),
        ({"config": "/no/suback.yaml"}, None, 'there is no file "/no/suback.yaml"'),
        ({"args": ["--stat", "x"]}, None, r"exit code 2:\n.*no flag --stat, is --state meant\?"),
        ({"program": "/no/suback"}, None, '^there is no program "/no/suback": go install .*SUBACK'),
        ({"timeout": 0.05}, SILENT, "suback was not ready within 0.05 s"),
        ({}, OLDER, "no flag --end-with-stdin\nit is older than this package wants: go install"),
        ({"args": ["--http", "off"]}, None, "the http listener is off"),
    ],
)
def test_what_is_wrong_at_the_start_is_said(unset, tmp_path, options, file, want):
    if file is not None:
        path = tmp_path / "suback.yaml"
        path.write_text(file)
        path.chmod(0o755)
        options = {"program" if file.startswith("#!") else "config": str(path), **options}
    with pytest.raises(SubackError) as failure:
        start(**options)
    assert re.search(want, str(failure.value)), failure.value


def test_stop_ends_it_once_and_again(unset):
    with start() as gateway:
        assert answers(gateway.http_url)
        ca_file = pathlib.Path(gateway.ca_file)
        assert ca_file.exists()
        gateway.stop()
    assert not answers(gateway.http_url)
    assert not ca_file.exists()
    with pytest.raises(SubackError, match="the gateway at http://localhost:.* does not answer"):
        gateway.clients()


def test_a_child_leaves_its_parent_the_ca(unset):
    script = """if True:
        import os, pytest_suback, sys
        gateway = pytest_suback.start(alone=True)
        ca_file = gateway.ca_file
        child = os.fork()
        if child == 0:
            sys.exit()
        os.waitpid(child, 0)
        print(os.path.exists(ca_file))
        gateway.stop()
        print(os.path.exists(ca_file))
    """
    said = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, timeout=120)
    assert (said.returncode, said.stdout) == (0, "True\nFalse\n")


@pytest.mark.parametrize("rest", ["import time; time.sleep(300)", "pass"])
def test_whoever_is_killed_or_forgets_it_leaves_none_behind(unset, rest):
    script = f"import pytest_suback; g = pytest_suback.start(); print(g.http_url, flush=True); {rest}"
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    url = owner.stdout.readline().strip()
    if rest != "pass":
        assert answers(url)
        owner.kill()
    owner.wait(30)
    owner.stdout.close()
    assert is_gone(url)


def test_below_suback_run_it_is_that_gateway(unset, monkeypatch):
    with start() as outer:
        monkeypatch.setenv("SUBACK_HTTP_URL", outer.http_url)
        inner = start("not read")
        assert (inner.http_url, inner.ports) == (outer.http_url, outer.ports)
        lost, account = inner.account(name="t0"), inner.account(name="t1")
        assert account.http_url == outer.http_url + "/_suback/accounts/t1"
        urlopen(Request(lost.http_url, method="DELETE"), timeout=30).close()
        with pytest.raises(SubackError, match='account "t0": there is none'):
            inner.stop()  # and the others are ended all the same
        with pytest.raises(SubackError):
            account.clients()
        assert answers(outer.http_url)

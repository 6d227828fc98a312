"""hfssoctl and connections: what is shown, and which verifier is asked."""
import os
import re
import signal
import struct
import time

import pytest

import daemon as d
import http_alone as h
from test_ctl import control, frame, hello_of

WIDTH = 80
NOWHERE = "http://127.0.0.1:9"      # discard: nobody listens there


@pytest.fixture(scope="module")
def site():
    from conftest import World
    world = World("connections")
    secret = world.folder / "client.secret"
    secret.write_text("a secret of the client\n")
    secret.chmod(0o600)
    world.settings.organizations = [
        d.Organization("acme", [world.connection("forge"), d.OidcConnection(
            "op", NOWHERE, [d.LOCAL], secret=secret)],
            [*d.ROLES, 'verifier group "one"']),
        d.Organization("beta", [d.OidcConnection(
            "op", NOWHERE, [d.LOCAL], secret=secret)],
            ["mode managed", "default role read", 'verifier group "two"'])]
    world.settings.application("hub", ['organization "acme"'])
    world.secret = secret
    world.start()
    yield world
    world.end()


def until(what, seconds=5):
    end = time.monotonic() + seconds * d.SLOW
    while not what():
        assert time.monotonic() < end, "not so in time"
        time.sleep(0.05)


def shown(site, *words):
    return [(x["organization"], x["name"], x["protocol"], x["state"])
            for x in site.daemon.show("show", "connections", *words)]


def test_shown(site):
    forge = ("acme", "forge", "saml", "enabled")
    acme = ("acme", "op", "oidc", "enabled")
    beta = ("beta", "op", "oidc", "enabled")
    assert shown(site) == [forge, acme, beta]
    assert shown(site, "acme") == [forge, acme]
    assert shown(site, "beta", "op") == [beta]


def test_text(site):
    """Times have a distance, and lines an end, but for one long value."""
    done = site.daemon.ctl("show", "connections")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^acme {2}forge {2}saml {2}enabled$", done.stdout, re.M)
    assert re.search(r"certificate +\d{4}-\d\d-\d\d \d\d:\d\d \(\d+\w left",
                     done.stdout), done.stdout
    for line in done.stdout.splitlines():
        assert len(line) <= WIDTH or "://" in line, line


@pytest.mark.parametrize("words, says", [
    (("show", "connections", "none"), "no such organization"),
    (("show", "connections", "acme", "none"), "no such connection"),
    (("connection", "refresh", "none", "op"), "no such organization"),
    (("connection", "refresh", "beta", "forge"), "no such connection"),
    (("connection", "refresh", "acme", "forge"), "file"),
    (("connection", "refresh", "acme", "op"), "refused"),
    (("connection", "test", "none", "op"), "no such organization"),
    (("connection", "test", "acme", "none"), "no such connection"),
    (("connection", "enable", "acme", "none"), "no such connection"),
    (("-f", "connection", "disable", "none", "op"), "no such organization"),
    (("connection", "disable", "acme", "op"), "needs -f")])
def test_errors(site, words, says):
    done = site.daemon.ctl(*words)
    assert done.returncode == 1, done
    assert says in done.stderr, done


def test_a_test_has_an_address(site):
    made = site.daemon.show("connection", "test", "beta", "op")
    assert made["url"].startswith(
        f"{site.settings.public}/organizations/beta/oidc/login?test=")
    assert made["expires"].endswith("Z")
    text = site.daemon.ctl("connection", "test", "acme", "forge").stdout
    lines = text.splitlines()
    assert len(lines) == 3 and lines[1].startswith("https://"), text
    assert "/organizations/acme/saml/login?test=" in lines[1]
    assert "until 20" in lines[2]


def test_switched(site):
    assert site.daemon.ctl(
        "-f", "connection", "disable", "beta", "op").returncode == 0
    assert shown(site, "beta")[0][3] == "switched off"
    site.daemon.reload()
    assert shown(site, "beta")[0][3] == "switched off"
    assert site.daemon.ctl(
        "connection", "enable", "beta", "op").returncode == 0
    assert shown(site, "beta")[0][3] == "enabled"


@pytest.mark.parametrize("name", [
    "show_connections", "connection_refresh", "connection_test",
    "connection_enable", "connection_disable"])
def test_a_malformed_question_ends_nobody(site, name):
    hello = hello_of(site.folder)
    for body in (b"", b"\xff" * 40, b"\0" * 50):
        with control(site, hello) as sock:
            sock.sendall(frame(name, body))
            answer = sock.recv(65536)
            verdict = struct.unpack(">H", answer[16:18])[0]
            assert verdict == h.VERDICTS["bad_request"]
    assert not [p for p in site.daemon.processes() if p.get("restarts")]


def test_only_the_verifier_of_the_organization_is_asked(site):
    """One that hangs is not waited for by those of another group."""
    pid, = [p["pid"] for p in site.daemon.processes()
            if p["name"] == "verifier/two"]
    os.kill(pid, signal.SIGSTOP)
    try:
        assert site.daemon.ctl(
            "connection", "test", "acme", "forge").returncode == 0
        done = site.daemon.ctl("connection", "test", "beta", "op")
        assert done.returncode == 1
        assert "no answer in time" in done.stderr
    finally:
        os.kill(pid, signal.SIGCONT)
    assert site.daemon.ctl("connection", "test", "beta", "op").returncode == 0


def test_connections_come_and_go(site):
    """A reload adds one and takes one away; nobody needs a restart."""
    acme = site.settings.organizations[0]
    acme.connections.append(d.OidcConnection(
        "late", "http://127.0.0.2:9", ["allow address { 127.0.0.0/8 }"],
        secret=site.secret))
    gone = acme.connections.pop(1)
    site.daemon.reload()
    url = site.daemon.url("/organizations/acme/oidc/login/")
    person = site.daemon.browser()
    until(lambda: person.get(url + "op").status == 404)
    assert person.get(url + "late").status == 503
    assert "no such connection" in site.daemon.ctl(
        "connection", "refresh", "acme", "op").stderr
    until(lambda: [x[1] for x in shown(site, "acme")] == ["forge", "late"])
    # It is refused with the words of the check, and nothing changes.
    acme.connections.append(d.OidcConnection(
        "again", "http://127.0.0.2:9", ["allow address { 127.0.0.0/8 }"],
        secret=site.secret))
    assert "could be confused" in site.daemon.reload(ok=False)
    assert person.get(url + "late").status == 503
    acme.connections[1:] = [gone]
    site.daemon.reload()
    until(lambda: [x[1] for x in shown(site, "acme")] == ["forge", "op"])
    assert not [p for p in site.daemon.processes() if p.get("restarts")]

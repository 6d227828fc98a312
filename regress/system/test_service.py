"""
The samples of etc/ for hfssod itself and for service managers.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

import daemon as d
import forge as f
import ports
import samples
from conftest import tool

UNIT = samples.ETC / "systemd/hfssod.service"


def run(*argv, **how):
    return subprocess.run([str(x) for x in argv], capture_output=True,
                          text=True, check=False, timeout=60, **how)


def unit(name):
    """The values of a directive, one for each line."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.M)


# --- hfssod.conf -------------------------------------------------------------

def conf(world, *changes):
    """The sample, with our own files; the keys are made as README says."""
    folder = world.folder
    world.idp("okta")
    (folder / "okta.xml").write_text(world.idps["okta"].metadata())
    for name in ("sp-sign", "sp-decrypt"):
        d.write_pair(folder, name, d.rsa_key())
    path = folder / "sample.conf"
    path.write_text(samples.sample(
        "hfssod.conf", ("/etc/hfssod/", f"{folder}/"),
        ("/var/db/hfssod", folder / "store"),
        ("/run/hfssod.sock", folder / "control.sock"),
        ("port 8300", f"port {world.settings.browser}"),
        ("port 8301", f"port {world.settings.gate}"),
        ("port 8302", f"port {world.settings.api}"), *changes))
    path.chmod(0o600)
    return path


@pytest.fixture
def world(make_world):
    made = make_world("sample", start=False)
    yield made
    if made.daemon is None:     # else its end removes it
        shutil.rmtree(made.folder, ignore_errors=True)


def test_the_sample_is_accepted(world):
    done = run(d.BIN / "hfssod", "-n", "-f", conf(world), "-L", d.BIN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search(r"warn|error|:\d+:", done.stderr), done.stderr
    # Printed back with every default, it is accepted again.
    done = run(d.BIN / "hfssod", "-nv", "-f", conf(world), "-L", d.BIN)
    assert done.returncode == 0, done.stdout + done.stderr
    again = world.folder / "again.conf"
    again.write_text(done.stdout)
    again.chmod(0o600)
    done = run(d.BIN / "hfssod", "-n", "-f", again, "-L", d.BIN)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_sample_serves(world):
    """What it promises: requests signed, a public path, another not."""
    world.settings.conf = conf(world)
    world.settings.public = "https://hub.example.com"
    world.settings.write = lambda: None
    daemon = world.start().daemon
    ask = {"host": "hub.example.com"}
    assert daemon.gate("/static/x", **ask).status == 200
    assert daemon.gate("/favicon.ico", **ask).status == 200
    assert daemon.gate("/x", **ask).status == 401
    answer = daemon.browser().get(
        daemon.url("/organizations/acme/saml/login"))
    assert answer.status in (302, 303) and "SAMLRequest=" in answer.location
    answer = daemon.browser().get(
        daemon.url("/organizations/acme/saml/metadata"))
    assert answer.text.count("KeyDescriptor use=") == 2, answer.text


def test_every_setting_of_the_sample_is_in_the_manual():
    manual = (d.TOP / "man/hfssod.conf.5").read_text()
    manual = re.sub(r"\\f.|\.[A-Z][a-z] |[\"\\]", " ", manual)
    words = set(manual.split())
    text = re.sub(r'"[^"]*"|#.*', "", (samples.ETC / "hfssod.conf"
                                       ).read_text())
    for word in set(re.findall(r"[a-z]{3,}", text)):
        assert word in words, word


# --- systemd -----------------------------------------------------------------

@pytest.mark.skipif(not tool("systemd-analyze"), reason="no systemd")
def test_the_unit_is_right(tmp_path):
    path = tmp_path / "hfssod.service"
    path.write_text(UNIT.read_text().replace(
        "/usr/local/sbin/hfssod", str(d.BIN / "hfssod")))
    done = run("systemd-analyze", "verify", "--man=no", path)
    assert done.returncode == 0, done.stderr
    assert "hfssod" not in done.stderr, done.stderr


@pytest.mark.skipif(not tool("systemd-sysusers"), reason="no systemd")
@pytest.mark.skipif(not d.ROOT, reason="needs root")
def test_users_and_folders(tmp_path):
    (tmp_path / "etc").mkdir()
    done = run("systemd-sysusers", f"--root={tmp_path}",
               UNIT.with_name("hfssod.sysusers"))
    assert done.returncode == 0, done.stderr
    users = dict(re.findall(r"^(\w+):x:(\d+):", (
        tmp_path / "etc/passwd").read_text(), re.M))
    assert set(users) == {"_hfsso", "_hfssov", "_hfssop", "_hfssof"}
    assert len(set(users.values())) == 4 and "0" not in users.values()
    done = run("systemd-tmpfiles", f"--root={tmp_path}", "--create",
               UNIT.with_name("hfssod.tmpfiles"))
    assert done.returncode == 0, done.stderr
    for path, mode in (("var/empty", 0o755), ("var/db/hfssod", 0o700),
                       ("etc/hfssod", 0o700)):
        assert (tmp_path / path).stat().st_mode & 0o7777 == mode, path
    assert (tmp_path / "var/db/hfssod").stat().st_uid == \
        int(users["_hfssop"])


class Manager:
    """The part of a service manager that reads NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(str(self.path))
        self.sock.settimeout(10 * d.SLOW)

    def wait(self, word):
        seen = []
        while word not in seen:
            seen += self.sock.recv(4096).decode().splitlines()
        return seen


def confined(words):
    """As root with these capabilities and no others, for ever."""
    some = ",".join("+" + x.removeprefix("CAP_").lower() for x in words)
    return ["setpriv", f"--bounding-set=-all,{some}", "--inh-caps=-all"]


@pytest.mark.skipif(not d.ROOT, reason="needs root")
@pytest.mark.skipif(not tool("setpriv"), reason="no setpriv")
def test_the_capabilities_suffice(make_world):
    """Chroot, users, a low port, keys, the store, control, killing."""
    world = make_world("caps", lines=(), start=False)
    world.settings.organizations[0].lines += world.keys()
    low = next((p for p in range(700, 1000) if free(p)), None)
    s = world.settings
    s.listen[2] = f"listen on 127.0.0.1 port {low} for api"
    s.text = lambda text=s.text: text().replace(
        'control.sock"', 'control.sock" group "nogroup"')
    world.daemon = d.Daemon(s, start=False)
    manager = Manager(world.folder)
    words = unit("CapabilityBoundingSet")[0].split()
    world.daemon.before = [
        "env", f"NOTIFY_SOCKET={manager.path}", *confined(words)]
    world.daemon.start()
    daemon = world.daemon
    manager.wait("READY=1")
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    for name in ("CapBnd", "CapEff"):
        bits = int(re.search(rf"{name}:\s*(\w+)", status)[1], 16)
        assert bits.bit_count() == len(words), status
    person = f.sign_in(daemon, world.idps["forge"], "confined")
    cookie = d.session_of(person, s.public)
    assert daemon.gate(cookies=cookie).status == 200
    # ExecReload.
    daemon.process.send_signal(signal.SIGHUP)
    manager.wait("RELOADING=1")
    manager.wait("READY=1")
    # Children run as others, who must still be started and killed.
    daemon.falls = True
    for name in ("hfssod-policy", "hfssod-verifier", "hfssod-http"):
        mark = daemon.mark()
        os.kill(daemon.pids()[name][0], signal.SIGKILL)
        daemon.wait_log("killed|signal|ended", mark)
    again(lambda: daemon.gate(cookies=cookie).status == 200)
    again(lambda: len(daemon.pids().get("hfssod-verifier", [])) == 1)
    children = [p for pids in daemon.pids().values() for p in pids]
    # One that does not end by itself is killed at the end.
    os.kill(daemon.pids()["hfssod-verifier"][0], signal.SIGSTOP)
    daemon.process.send_signal(signal.SIGTERM)
    manager.wait("STOPPING=1")
    assert daemon.process.wait(30 * d.SLOW) == 0
    assert not any(os.path.exists(f"/proc/{p}") for p in children)
    daemon.process = None
    assert not re.search("not permitted|denied", daemon.log()), daemon.log()


def again(what, seconds=10):
    end = time.monotonic() + seconds * d.SLOW
    while True:
        try:
            if what():
                return
        except OSError:
            pass
        assert time.monotonic() < end
        time.sleep(0.05)


def free(port):
    with socket.socket() as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# --- OpenBSD -----------------------------------------------------------------

def test_rc_script():
    script = samples.ETC / "rc/hfssod"
    done = run("sh", "-n", script)
    assert done.returncode == 0, done.stderr


# --- Traefik -----------------------------------------------------------------

HEADERS = {"Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups",
           "X-Hfsso-Account", "X-Hfsso-Organization", "X-Hfsso-Role",
           "X-Hfsso-Session", "X-Hfsso-Session-Expires",
           "X-Hfsso-Groups-Truncated"}


def test_traefik_has_the_shape_of_version_3():
    """There is no Traefik here: its documented keys, and what we need."""
    top = samples.yaml(samples.ETC / "traefik/hub.yml")
    assert set(top) == {"http"}
    http = top["http"]
    assert set(http) == {"routers", "middlewares", "services"}
    for router in http["routers"].values():
        assert set(router) <= {"rule", "service", "middlewares", "tls",
                               "priority", "entryPoints"}
        assert router["service"] in http["services"]
        assert set(router.get("middlewares", ())) <= set(http["middlewares"])
        assert "tls" in router
        assert set(re.findall(r"([A-Za-z]+)\(", re.sub(
            "`[^`]*`", "", router["rule"]))) <= {
                "Host", "Path", "PathPrefix", "PathRegexp"}
        assert router["rule"].count("`") % 2 == 0
    assert int(http["routers"]["sign-in"]["priority"]) > \
        int(http["routers"]["hub"]["priority"])
    strip, gate = http["routers"]["hub"]["middlewares"]
    strip = http["middlewares"][strip]["headers"]["customRequestHeaders"]
    assert set(strip.values()) == {""}
    assert HEADERS <= set(strip)
    gate = http["middlewares"][gate]["forwardAuth"]
    assert set(gate) == {"address", "authResponseHeaders"}
    assert set(gate["authResponseHeaders"]) == HEADERS
    assert gate["address"].endswith("/auth/forward")
    for service in http["services"].values():
        for server in service["loadBalancer"]["servers"]:
            assert set(server) == {"url"}


def test_what_traefik_asks(make_world):
    """The headers of its forwardAuth, and the client's beside them."""
    world = make_world("traefik")
    daemon = world.daemon
    cookie = d.session_of(f.sign_in(daemon, world.idps["forge"], "traefik"),
                          world.settings.public)
    asked = {"X-Forwarded-Port": "443", "X-Forwarded-Server": "edge",
             "X-Real-Ip": "192.0.2.7", "Accept-Encoding": "gzip",
             "User-Agent": "Mozilla/5.0", "Accept": "text/html,*/*",
             "X-Original-Uri": "/static", "X_Forwarded_Uri": "/static",
             "Forwarded": "for=192.0.2.1;host=other.test"}
    for host in (None, f"127.0.0.1:{world.settings.gate}"):
        head = {**asked, **({"Host": host} if host else {})}
        answer = daemon.gate("/a?b=c%2F", cookie, "/auth/forward",
                             headers=head)
        assert answer.status == 200
        assert answer.header("Remote-User") == "traefik"
        answer = daemon.gate("/a?b=c%2F", path="/auth/forward",
                             headers=head)
        assert answer.status == 302
        assert answer.location.startswith(
            world.settings.public + "/.hfsso/login?return=")
        for method in ("POST", "OPTIONS", "PROPFIND"):
            answer = daemon.gate("/a", path="/auth/forward", method=method,
                                 headers=head)
            assert answer.status == 401, method

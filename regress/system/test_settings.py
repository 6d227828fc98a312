"""
Settings that no other test changes, each seen to have its effect in a
daemon that runs.
"""
import grp
import os
import re
import shutil
import socket
import stat
import subprocess
import time

import daemon as d
import forge as f

# A child of another build: hello in a frame as common/imsg.h has it, with
# the hash of nobody's message table and a version.
HELLO = """#!/usr/bin/python3
import os, struct, time
body = struct.pack(">QI", 12345, 3) + b"9.9\\0"
os.write(3, struct.pack(">IHHQ", len(body), 1, 0, 0) + body)
time.sleep(10)
"""


def name_of(world, person):
    return world.daemon.gate(cookies=d.session_of(
        person, world.settings.public)).header("Remote-User")


def refused(world, **change):
    """A login that must fail; what the log says of it."""
    login = f.begin(world.daemon)
    mark = world.daemon.mark()
    answer = f.deliver(world.daemon, login, f.signed(
        world.idps["forge"], login, **change))
    assert answer.status == 403
    return world.daemon.log(mark)


def test_reserved_name(make_world):
    world = make_world("reserve", top=['reserve names { "Boss", "chief" }'])
    for wished in ("boss", "chief"):
        person = f.sign_in(world.daemon, world.idps["forge"], wished)
        assert name_of(world, person).startswith(wished + "-")
    person = f.sign_in(world.daemon, world.idps["forge"], "bosses")
    assert name_of(world, person) == "bosses"


def test_return_origins(make_world):
    world = make_world("origins", top=[
        'return origins { "https://spaces.hub.test" }'])
    login = f.begin(world.daemon, query="?return=https://spaces.hub.test/x")
    answer = f.deliver(world.daemon, login, f.signed(
        world.idps["forge"], login))
    assert answer.location == "https://spaces.hub.test/x"
    for evil in ("https://spaces.hub.test.evil/", "http://spaces.hub.test/",
                 "https://spaces.hub.test:444/", "https://x.hub.test/"):
        answer = world.daemon.browser().get(world.daemon.url(
            "/organizations/acme/saml/login?return=" + evil))
        assert answer.status == 400, evil


def test_header_groups_max(make_world):
    lines = [f'resource group map "g{n}" to "a-group-{n:04d}" role read'
             for n in range(40)]
    world = make_world("headers", lines, top=["header groups max 256"])
    person = f.sign_in(world.daemon, world.idps["forge"], "grouped",
                       groups=[f"g{n}" for n in range(40)])
    answer = world.daemon.gate(cookies=d.session_of(
        person, world.settings.public))
    value = answer.header("Remote-Groups")
    assert 200 < len(value) <= 256
    assert all(len(x) == 12 for x in value.split(","))
    assert answer.header("X-Hfsso-Groups-Truncated") == "1"


def test_prefix(make_world):
    world = make_world("prefix", top=['prefix "/sso/own"'])
    daemon = world.daemon
    assert daemon.browser().get(daemon.url("/.hfsso/login")).status == 404
    page = daemon.browser().get(daemon.url("/sso/own/login"))
    assert page.status in (200, 303)
    person = f.sign_in(daemon, world.idps["forge"], "somebody")
    page = person.get(daemon.url("/sso/own/account"))
    assert page.status == 200
    assert "/.hfsso" not in page.text
    answer = daemon.gate("/x", path="/auth/forward",
                         headers={"Accept": "text/html"})
    assert answer.location == \
        world.settings.public + "/sso/own/login?return=%2Fx"


def test_connections_per_address(make_world):
    """Those of strangers are counted, those of a proxy are not."""
    world = make_world("address", top=["connections per address 3"],
                       start=False)
    text = world.settings.text
    world.settings.text = lambda: text().replace(
        "trust proxy { 127.0.0.1 }", "trust proxy { 127.0.0.2 }")
    world.start()

    def alive(source):
        """How many of six connections at the same time are served."""
        made, served = [], 0
        for _ in range(6):
            made.append(socket.create_connection(
                ("127.0.0.1", world.settings.browser), 5, (source, 0)))
        for sock in made:
            try:
                sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                served += sock.recv(100).startswith(b"HTTP/1.1 200")
            except ConnectionError:
                pass
        for sock in made:
            sock.close()
        time.sleep(0.2 * d.SLOW)
        return served
    assert alive("127.0.0.1") == 3
    assert alive("127.0.0.2") == 6
    assert alive("127.0.0.1") == 3


def test_control_socket_of_a_group(make_world):
    world = make_world("group", start=False)
    text = world.settings.text
    line = f'control socket "{world.folder}/control.sock"'
    group = "daemon" if d.ROOT else grp.getgrgid(os.getegid()).gr_name
    number = grp.getgrnam(group).gr_gid
    world.settings.text = lambda: text().replace(
        line, f'{line} group "{group}"')
    world.start()
    path = world.folder / "control.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert path.stat().st_gid == number
    if not d.ROOT:
        return

    def ask(gid):
        return subprocess.run(
            ["setpriv", "--reuid=65534", f"--regid={gid}", "--clear-groups",
             d.BIN / "hfssoctl", "-s", path, "show", "processes"],
            capture_output=True, text=True, timeout=30,
            check=False).returncode
    assert ask(number) == 0
    assert ask(65534) == 3
    # The mode alone is not trusted.
    path.chmod(0o666)
    assert ask(65534) == 3


def test_access_log(make_world):
    world = make_world("access", top=["log access yes"])
    mark = world.daemon.mark()
    world.daemon.browser().get(world.daemon.url("/.hfsso/login?secret=1"))
    line = world.daemon.wait_log(r".* GET /.hfsso/login \d+ .*", mark)
    assert "secret" not in line.group(0)


def test_log_level_of_those_that_come_later(make_world):
    world = make_world("level")
    daemon = world.daemon
    daemon.falls = True

    def kill_gate():
        mark = daemon.mark()
        os.kill(next(p["pid"] for p in daemon.processes()
                     if p["name"] == "gate" and p["pid"]), 9)
        daemon.wait_log("gate: ended by signal 9", mark)
        return mark
    assert daemon.ctl("log", "verbose").returncode == 0
    daemon.wait_log(r"gate\[\d+\]: joined policy", kill_gate())
    assert daemon.ctl("log", "brief").returncode == 0
    mark = kill_gate()
    time.sleep(0.7 * d.SLOW)
    assert daemon.gate().status == 401
    assert "joined" not in daemon.log(mark)


def test_subject_attribute(make_world):
    world = make_world("subject", connection=['subject attribute "number"'])
    idp = world.idps["forge"]
    one = f.sign_in(world.daemon, idp, "name-id-1", attributes={
        "uid": "anna", "number": "17"})
    two = f.sign_in(world.daemon, idp, "name-id-2", attributes={
        "uid": "other", "number": "17"})
    assert name_of(world, one) == name_of(world, two) == "anna"
    assert "subject_missing" in refused(world, attributes={"uid": "x"})
    assert "subject_missing" in refused(world, attributes={
        "uid": "x", "number": ["17", "18"]})


def test_authn_context(make_world):
    wanted = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
    world = make_world("context", connection=[f'authn context "{wanted}"'])
    login = f.begin(world.daemon)
    assert wanted in [e.text for e in login.root.iter()]
    assert "saml_authn" in refused(world)
    f.sign_in(world.daemon, world.idps["forge"], "x509",
              authn_context=wanted)


def test_force_authn(make_world):
    world = make_world("force", connection=["force authn"])
    assert f.begin(world.daemon).root.get("ForceAuthn") == "true"
    assert "saml_authn" in refused(world, authn=f.when(-3600))
    f.sign_in(world.daemon, world.idps["forge"], "fresh")


def test_nameid_format(make_world):
    email = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    world = make_world("nameid", connection=[f'nameid format "{email}"'])
    login = f.begin(world.daemon)
    policy = f.find(login.root, "samlp:NameIDPolicy")
    assert policy.get("Format") == email
    assert "saml_nameid_format" in refused(world)
    f.sign_in(world.daemon, world.idps["forge"], "right", format=email)


def test_our_entity_id(make_world):
    ours = "urn:hub:test:sp"
    world = make_world("entity", connection=[f'entity id "{ours}"'])
    assert f.begin(world.daemon).sp == ours
    f.sign_in(world.daemon, world.idps["forge"], "named")
    assert "saml_audience" in refused(world, audience=world.daemon.url(
        "/organizations/acme/saml/metadata"))


def test_a_child_of_another_build(make_world):
    """A half-upgraded install says so."""
    world = make_world("half", start=False)
    mixed = world.folder / "libexec"
    shutil.copytree(d.BIN, mixed)
    program = mixed / "hfssod-fetch"
    program.write_text(HELLO)
    program.chmod(0o755)
    daemon = d.Daemon(world.settings, libexec=mixed, start=False)
    try:
        daemon.start(expect=None)
        assert daemon.process.wait(10 * d.SLOW) == 1
        assert re.search("half-upgraded: hfssod-fetch .* version 9.9",
                         daemon.log()), daemon.tail()
    finally:
        daemon.remove()

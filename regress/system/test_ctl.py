"""hfssoctl: every command, as text and JSON, errors, exit codes."""
import json
import os
import re
import socket
import struct
import subprocess

import pytest

import daemon as d
import forge as f
import http_alone as h


@pytest.fixture(scope="module")
def site():
    from conftest import World
    world = World("ctl")
    world.settings.organizations = [
        d.Organization("acme", [world.connection("forge")], d.ROLES),
        d.Organization("beta", [world.connection("beta-idp")],
                       ["mode managed", "default role read"])]
    world.settings.application("hub", ['organization "acme"'])
    world.start()
    yield world
    world.end()


def enter(site, name, **how):
    person = f.sign_in(site.daemon, site.idps["forge"], name, **how)
    return person, d.session_of(person, site.settings.public)


def rows(shown, key):
    return shown if isinstance(shown, list) else shown[key]


def test_organizations(site):
    text = site.daemon.ctl("show", "organizations")
    assert text.returncode == 0
    assert "acme" in text.stdout and "beta" in text.stdout
    names = str(site.daemon.show("show", "organizations"))
    assert "acme" in names and "beta" in names


def test_members(site):
    enter(site, "listed")
    text = site.daemon.ctl("show", "members", "acme")
    assert text.returncode == 0
    assert re.search(r"^listed\b", text.stdout, re.M), text.stdout
    assert "listed" in str(site.daemon.show("show", "members", "acme"))
    assert "listed" not in str(site.daemon.show("show", "members", "beta"))


def test_many_members_come_in_pages(site):
    """More than one answer of 64 KB holds."""
    made = 0
    for n in range(40):
        enter(site, f"page-{n:03d}", groups=["nlp-team"])
        made += 1
    shown = rows(site.daemon.show("show", "members", "acme"), "members")
    names = [x["name"] for x in shown if x["name"].startswith("page-")]
    assert len(names) == made
    assert names == sorted(names)


def test_member(site):
    enter(site, "detail", roles=["hub-writers"], groups=["nlp-team"])
    shown = site.daemon.show("show", "member", "acme", "detail")
    text = json.dumps(shown)
    for word in ("detail", "write", "nlp", "forge", "detail@example.org"):
        assert word in text, text
    assert shown["role"] == "write" and shown["role_source"] == "map"
    human = site.daemon.ctl("show", "member", "acme", "detail")
    for word in ("detail", "write", "nlp", "forge"):
        assert word in human.stdout, human.stdout


def test_sessions(site):
    _, cookie = enter(site, "present")
    handle = site.daemon.gate(cookies=cookie).header("X-Hfsso-Session")
    for words in ((), ("acme",), ("acme", "present")):
        assert handle in str(site.daemon.show("show", "sessions", *words))
        assert handle in site.daemon.ctl("show", "sessions", *words).stdout
    assert handle not in str(site.daemon.show("show", "sessions", "beta"))
    assert cookie.split("=")[1] not in str(
        site.daemon.show("show", "sessions"))


def test_processes(site):
    shown = site.daemon.processes()
    kinds = [x.get("kind") or x.get("name") for x in shown]
    text = " ".join(map(str, kinds))
    for kind in ("browser", "gate", "api", "verifier", "policy", "reader",
                 "fetch"):
        assert kind in text, text
    assert site.daemon.ctl("show", "processes").returncode == 0


def test_revoke_takes_effect_at_once(site):
    _, cookie = enter(site, "revoked")
    answer = site.daemon.gate(cookies=cookie)
    assert answer.status == 200
    handle = answer.header("X-Hfsso-Session")
    assert site.daemon.ctl("-f", "session", "revoke", handle
                           ).returncode == 0
    assert site.daemon.gate(cookies=cookie).status == 401
    assert handle not in str(site.daemon.show("show", "sessions"))
    # Ended is ended.
    assert site.daemon.ctl("-f", "session", "revoke", handle
                           ).returncode == 1


def test_revoke_all_of_a_member(site):
    cookies = [enter(site, "twice")[1] for _ in range(3)]
    other = enter(site, "bystander")[1]
    assert site.daemon.ctl("-f", "session", "revoke", "acme", "twice"
                           ).returncode == 0
    assert [site.daemon.gate(cookies=c).status for c in cookies] == [401] * 3
    assert site.daemon.gate(cookies=other).status == 200


def test_it_asks_before_what_hurts(site):
    _, cookie = enter(site, "asked")
    handle = site.daemon.gate(cookies=cookie).header("X-Hfsso-Session")
    done = site.daemon.ctl("session", "revoke", handle, stdin="n\n")
    assert done.returncode != 0
    assert site.daemon.gate(cookies=cookie).status == 200


def test_role_change(site):
    _, cookie = enter(site, "promoted")
    assert site.daemon.gate(cookies=cookie).header("X-Hfsso-Role") == "read"
    assert site.daemon.ctl("-f", "member", "role", "acme", "promoted",
                           "admin").returncode == 0
    assert site.daemon.gate(cookies=cookie).header(
        "X-Hfsso-Role") == "admin"
    shown = json.dumps(site.daemon.show("show", "member", "acme",
                                        "promoted"))
    assert "manual" in shown
    # The map decides again at the next sign-in.
    _, cookie = enter(site, "promoted")
    assert site.daemon.gate(cookies=cookie).header("X-Hfsso-Role") == "read"


def test_the_last_admin(make_world):
    world = make_world("admin")
    f.sign_in(world.daemon, world.idps["forge"], "boss",
              roles=["hub-admins"])
    done = world.daemon.ctl("member", "role", "acme", "boss", "read",
                            stdin="y\n")
    assert done.returncode != 0
    assert "admin" in json.dumps(
        world.daemon.show("show", "member", "acme", "boss"))
    # The identity provider's withdrawal is never resisted.
    person = f.sign_in(world.daemon, world.idps["forge"], "boss")
    assert world.daemon.gate(cookies=d.session_of(
        person, world.settings.public)).header("X-Hfsso-Role") == "read"


@pytest.mark.parametrize("words,status,says", [
    ((), 2, "valid"),
    (("nonsense",), 2, "valid"),
    (("show",), 2, "valid"),
    (("show", "nonsense"), 2, "valid"),
    (("log", "loud"), 2, "brief"),
    (("-f", "member", "role", "acme", "listed", "king"), 1, "contributor"),
    (("show", "members"), 2, ""),
    (("show", "members", "nobody"), 1, "organization"),
    (("show", "member", "acme", "nobody"), 1, "member"),
    (("-f", "session", "revoke", "nobody"), 1, "session"),
    (("-f", "member", "role", "acme", "nobody", "read"), 1, "member"),
    (("show", "members", "acme", "x", "y"), 2, ""),
    (("show", "members", "acme\x1b[31m"), 1, "")])
def test_errors(site, words, status, says):
    done = site.daemon.ctl(*words)
    assert done.returncode == status, done
    assert says in done.stderr + done.stdout
    assert "\x1b" not in done.stderr + done.stdout


def test_nobody_is_there(tmp_path):
    import subprocess
    done = subprocess.run([d.BIN / "hfssoctl", "-s", tmp_path / "none",
                           "show", "processes"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 3
    assert done.stderr


def test_text_is_printable(site):
    """What the identity provider says can't drive a terminal."""
    login = f.begin(site.daemon)
    name = "Eve \u009b31m \u202e &#xa0;tail"
    root = f.signed(site.idps["forge"], login, subject="escape",
                    attributes={"uid": "escape", "displayName": name,
                                "email": "escape@example.org"})
    f.deliver(site.daemon, login, root)
    for words in (("show", "members", "acme"),
                  ("show", "member", "acme", "escape")):
        out = site.daemon.ctl(*words).stdout
        assert "\u009b" not in out and "\x1b" not in out


def test_log_level(site):
    assert site.daemon.ctl("log", "verbose").returncode == 0
    assert site.daemon.ctl("log", "brief").returncode == 0


def test_the_socket_is_closed_to_others(site):
    mode = (site.folder / "control.sock").stat().st_mode & 0o777
    assert mode & 0o007 == 0


def hello_of(folder):
    """The octets with which a real hfssoctl begins."""
    path = str(folder / "listen.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        with subprocess.Popen(
                [d.BIN / "hfssoctl", "-s", path, "show", "processes"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as ctl:
            peer = listener.accept()[0]
            octets = peer.recv(65536)
            peer.close()
            ctl.wait(10)
    os.unlink(path)
    return octets[:16 + struct.unpack(">I", octets[:4])[0]]


def frame(name, body=b""):
    return struct.pack(">IHHQ", len(body), h.MESSAGES[name], 0, 7) + body


def control(site, hello):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(10)
    sock.connect(str(site.folder / "control.sock"))
    sock.sendall(hello)
    return sock


@pytest.mark.parametrize("name", [
    "show_organizations", "show_members", "show_member", "show_sessions",
    "session_revoke", "member_role"])
def test_a_malformed_question_ends_nobody(site, name):
    hello = hello_of(site.folder)
    for body in (b"", b"\xff" * 40, b"\0" * 50):
        with control(site, hello) as sock:
            sock.sendall(frame(name, body))
            answer = sock.recv(65536)
            assert answer[:1] == b"\0", answer
            verdict = struct.unpack(">H", answer[16:18])[0]
            assert verdict == h.VERDICTS["bad_request"]
    assert not [p for p in site.daemon.processes() if p.get("restarts")]


def test_who_does_not_read_is_not_answered(site):
    """Answers must not pile up in parent."""
    question = frame("ctl_processes")
    with control(site, hello_of(site.folder)) as sock:
        sock.settimeout(1)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(4000):
                sock.sendall(question * 50)
    assert site.daemon.show("show", "processes")

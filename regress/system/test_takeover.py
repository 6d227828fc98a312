"""
Processes taken over: regress/takeover/takeover.c in the place of a child.
What it may not say is refused, and the rest of the service goes on.
"""
import os
import shlex
import subprocess
import time

import pytest

import daemon as d
import forge as f

TREE = d.BIN.parent.parent
SOURCE = d.TOP / "regress/takeover/takeover.c"
HOSTILE = "hostile"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Linked with the objects of the build that is tested."""
    folder = d.scratch("takeover")
    out = folder / HOSTILE
    flags = subprocess.run(
        "pkg-config --cflags libbsd-overlay; pkg-config --libs "
        "libevent_core libseccomp libbsd-overlay jansson",
        shell=True, capture_output=True, text=True, check=True).stdout
    objects = [str(x) for x in sorted((TREE / "common").glob("*.o"))]
    assert objects, f"no objects in {TREE}/common"
    sanitize = ["-fsanitize=address,undefined"] if d.SANITIZED else []
    done = subprocess.run(
        ["cc", "-std=c11", "-g", "-Wall", "-Wextra", "-D_GNU_SOURCE",
         "-DLIBBSD_OPENBSD_VIS", *sanitize, f"-I{TREE}", "-o", str(out),
         str(SOURCE), *objects, *shlex.split(flags)],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    yield out
    import shutil
    shutil.rmtree(folder)


WRAPPER = """\
#!/bin/sh
# Once, instead of the first process of that name.
case $1 in
{name}*)
	if mkdir {folder}/taken 2>/dev/null; then
		HFSSO_ATTACK={attack} exec {program} "$@"
	fi ;;
esac
exec {real} "$@"
"""


class Site:
    """Two browser lines, two verifier groups; one process is taken over."""

    def __init__(self, program, kind, name, attack):
        from conftest import World
        self.world = w = World(f"taken-{attack}")
        self.second = __import__("ports").free()
        w.settings.listen.append(
            f"listen on 127.0.0.1 port {self.second} for browser")
        w.settings.organizations = [
            d.Organization("acme", [w.connection("forge")], d.ROLES),
            d.Organization("beta", [w.connection("sso")], [
                "mode managed", "default role read",
                'verifier group "apart"'])]
        w.settings.application("hub", ['organization "acme"'])
        bin_dir = w.folder / "bin"
        bin_dir.mkdir()
        for binary in ("http", "verifier", "policy", "fetch"):
            real = d.BIN / f"hfssod-{binary}"
            path = bin_dir / real.name
            if binary == kind:
                path.write_text(WRAPPER.format(
                    name=name, folder=w.folder, attack=attack,
                    program=program, real=real))
                path.chmod(0o755)
            else:
                path.symlink_to(real)
        w.folder.chmod(0o755)
        w.daemon = self.daemon = d.Daemon(w.settings, libexec=bin_dir,
                                          start=False)
        self.daemon.falls = True
        # The first line may be the one that answers nobody.
        self.daemon.wait_sign_in = lambda: None
        self.daemon.start()

    def sign_in(self, name, organization="acme", idp="forge"):
        """Through whichever browser line is honest, within two seconds."""
        end = time.monotonic() + 3 * d.SLOW
        while True:
            for port in (self.world.settings.browser, self.second):
                self.daemon.routes = lambda port=port: {
                    self.world.settings.public: ("127.0.0.1", port, False)}
                try:
                    login = f.begin(self.daemon, organization,
                                    person=self.quick())
                    answer = f.deliver(
                        self.daemon, login, f.signed(
                            self.world.idps[idp], login, subject=name,
                            attributes={"uid": name}), timeout=2 * d.SLOW)
                    if answer.status in (302, 303):
                        return d.session_of(login.person,
                                            self.world.settings.public)
                except (OSError, AssertionError, Exception):
                    pass
            assert time.monotonic() < end, self.daemon.tail()
            time.sleep(0.05)

    def quick(self):
        person = self.daemon.browser()
        get = person.get
        person.get = lambda url, **how: get(
            url, timeout=0.3 * d.SLOW, **how)
        return person

    def whole(self):
        """The service lives, and nothing came of the attack."""
        cookie = self.sign_in("honest")
        assert self.daemon.gate(cookies=cookie).status == 200
        for organization in ("acme", "beta"):
            shown = str(self.daemon.show("show", "members", organization))
            assert "planted" not in shown
        assert "planted" not in str(self.daemon.show("show", "sessions"))
        assert self.daemon.running()

    def end(self):
        self.world.end()


@pytest.fixture
def taken(program):
    made = []

    def take(kind, name, attack):
        site = Site(program, kind, name, attack)
        made.append(site)
        site.daemon.wait_log(f"takeover {attack}", 0, 5 * d.SLOW)
        return site
    yield take
    for site in made:
        try:
            site.daemon.destroy()
        finally:
            site.daemon.check_log()
            site.daemon.remove()


BROKE = r"broke the (protocol|framing)|malformed|has no request"


@pytest.mark.parametrize("attack", [
    "identity", "logout", "access", "keys", "control", "answer",
    "garbage"])
def test_browser(taken, attack):
    """An http process that says what others say."""
    site = taken("http", "browser", attack)
    site.daemon.wait_log(BROKE, 0, 5 * d.SLOW)
    site.whole()


def test_browser_breaks_the_framing(taken, program):
    site = Site(program, "http", "browser", "framing")
    try:
        site.daemon.wait_log(BROKE, 0, 5 * d.SLOW)
        site.whole()
    finally:
        site.daemon.destroy()
        site.daemon.check_log()
        site.daemon.remove()


def test_browser_guesses_sessions(taken):
    site = taken("http", "browser", "sessions")
    site.daemon.wait_log("takeover sessions: policy answers", 0, 5 * d.SLOW)
    site.whole()
    heard = [x for x in site.daemon.log().splitlines()
             if "takeover sessions: policy answers" in x]
    assert len(heard) >= 5, heard
    for line in heard:
        assert ": ok" not in line, line
        assert 'name ""' in line or "name" not in line, line
    assert not any(p["restarts"] for p in site.daemon.processes())


@pytest.mark.plain_only
def test_browser_asks_and_never_reads(taken):
    """policy keeps no memory for it: it is dropped, the others go on."""
    site = taken("http", "browser", "flood")
    site.daemon.wait_log("takeover flood: cut off", 0, 30 * d.SLOW)
    site.daemon.wait_log("does not read its answers: dropped", 0, 5 * d.SLOW)
    policy = [p["pid"] for p in site.daemon.processes()
              if p["kind"] == "policy"][0]
    with open(f"/proc/{policy}/status") as status:
        peak = [x for x in status if x.startswith("VmHWM")][0]
    assert int(peak.split()[1]) < 200 * 1024, peak
    site.whole()
    assert not any(p["restarts"] for p in site.daemon.processes())


@pytest.mark.parametrize("attack", ["identity", "logout", "control",
                                    "keys", "sessions"])
def test_gate(taken, attack):
    """The gate may not even ask what a browser's process may."""
    site = taken("http", "gate", attack)
    site.daemon.wait_log(BROKE, 0, 5 * d.SLOW)
    cookie = site.sign_in("honest")
    assert cookie
    assert "planted" not in str(site.daemon.show("show", "sessions"))


def test_api_without_a_token(taken):
    """It may ask; without a token that a client has shown it hears no."""
    site = taken("http", "api", "scim")
    site.daemon.wait_log("takeover scim: policy answers", 0, 5 * d.SLOW)
    site.whole()
    heard = [x for x in site.daemon.log().splitlines()
             if "takeover scim: policy answers" in x]
    assert len(heard) == 36, heard
    for line in heard:
        assert line.endswith((": token_missing", ": token_unknown")), line
    assert not any(p["restarts"] for p in site.daemon.processes())


def test_browser_speaks_scim(taken):
    site = taken("http", "browser", "scim")
    site.daemon.wait_log(BROKE, 0, 5 * d.SLOW)
    site.whole()


@pytest.mark.parametrize("attack", ["identity", "access", "sessions"])
def test_api(taken, attack):
    site = taken("http", "api", attack)
    site.daemon.wait_log(BROKE, 0, 5 * d.SLOW)
    site.whole()


@pytest.mark.parametrize("attack", ["verifier-identity",
                                    "verifier-logout",
                                    "verifier-framing"])
def test_browser_against_verifier(taken, program, attack):
    site = Site(program, "http", "browser", attack)
    try:
        site.daemon.wait_log(BROKE, 0, 5 * d.SLOW)
        site.whole()
    finally:
        site.daemon.destroy()
        site.daemon.check_log()
        site.daemon.remove()


@pytest.mark.parametrize("attack", ["organization", "connection",
                                    "logout"])
def test_verifier_of_another_group(taken, attack):
    """It may speak for its organizations only."""
    site = taken("verifier", "verifier/apart", attack)
    site.daemon.wait_log("wrong_group", 0, 5 * d.SLOW)
    site.whole()


def test_verifier_answers_what_nobody_asked(taken):
    site = taken("verifier", "verifier/apart", "unasked")
    site.whole()
    assert "evil.test" not in site.daemon.log()


def test_fetch_speaks_first(taken):
    """Its verifier expects no word of it."""
    site = taken("fetch", "fetch/apart", "fetch")
    site.daemon.wait_log(BROKE, 0, 5 * d.SLOW)
    site.whole()


@pytest.mark.parametrize("attack", [
    "parent-stop", "parent-joined", "parent-hello", "parent-prepared",
    "parent-setup", "parent-records"])
def test_against_parent(taken, attack):
    """Nothing that a child says ends the service."""
    site = taken("http", "browser", attack)
    pid = site.daemon.process.pid
    site.whole()
    assert site.daemon.process.pid == pid
    assert os.path.exists(f"/proc/{pid}")

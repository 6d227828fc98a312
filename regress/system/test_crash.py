"""
Falling: any child may be killed at any moment, under load, and nothing that
was acknowledged is lost.
"""
import contextlib
import os
import signal
import threading
import time

import pytest

import daemon as d
import forge as f


class Load(threading.Thread):
    """Signs in and asks the gate, again and again, and keeps the books."""

    def __init__(self, world, number):
        super().__init__(daemon=True)
        self.world, self.number = world, number
        self.stop = threading.Event()
        self.kept = {}          # name -> cookie of acknowledged logins
        self.used = []          # answers that were accepted
        self.wrong = []
        self.errors = 0

    def run(self):
        n = 0
        while not self.stop.is_set():
            n += 1
            name = f"load-{self.number}-{n}"
            try:
                self.once(name)
            except (OSError, AssertionError):
                self.errors += 1
                time.sleep(0.02)
            except Exception as fault:      # half an answer
                self.errors += 1
                if "IncompleteRead" not in repr(fault) and \
                        "BadStatusLine" not in repr(fault) and \
                        "RemoteDisconnected" not in repr(fault):
                    self.wrong.append(repr(fault))

    def once(self, name):
        daemon, idp = self.world.daemon, self.world.idps["forge"]
        login = f.begin(daemon)
        jar = {h: dict(c) for h, c in login.person.jar.items()}
        text = f.xml(f.signed(idp, login, "response", subject=name,
                              attributes={"uid": name}))
        answer = f.deliver(daemon, login, text)
        if answer.status not in (302, 303):
            if answer.status != 503:
                self.wrong.append(f"{name}: {answer.status}")
            self.errors += 1
            return
        cookie = d.session_of(login.person, daemon.settings.public)
        self.kept[name] = cookie
        self.used.append((login, jar, text))
        seen = daemon.gate(cookies=cookie)
        if seen.status == 200 and seen.header("Remote-User") != name:
            self.wrong.append(f"{name} is {seen.header('Remote-User')}")
        elif seen.status not in (200, 503):
            self.wrong.append(f"{name}: gate {seen.status}")


def back(daemon, world, seconds):
    """Until a whole sign-in works again; how long that took."""
    began = time.monotonic()
    while True:
        try:
            f.sign_in(daemon, world.idps["forge"], "probe")
            return time.monotonic() - began
        except (OSError, AssertionError, Exception):
            assert time.monotonic() - began < seconds, daemon.tail()
            time.sleep(0.02)


@pytest.mark.parametrize("kind", [
    "browser", "gate", "verifier", "policy", "reader", "fetch"])
def test_kill(make_world, kind):
    world = make_world(f"kill-{kind}")
    daemon = world.daemon
    daemon.falls = True
    stable = d.session_of(f.sign_in(daemon, world.idps["forge"], "stable"),
                          world.settings.public)
    loads = [Load(world, n) for n in range(3)]
    for load in loads:
        load.start()
    time.sleep(0.7 * d.SLOW)
    victims = [p for p in daemon.processes()
               if (p.get("kind") or p.get("name", "")).startswith(kind)]
    assert victims, daemon.processes()
    os.kill(victims[0]["pid"], signal.SIGKILL)
    took = back(daemon, world, 2 * d.SLOW)
    time.sleep(0.7 * d.SLOW)
    for load in loads:
        load.stop.set()
    for load in loads:
        load.join(30)
    assert daemon.running()
    assert not sum((load.wrong for load in loads), [])
    assert took < 2 * d.SLOW
    assert daemon.gate(cookies=stable).status == 200
    # Everything that was acknowledged is still so.
    count = 0
    for load in loads:
        for name, cookie in load.kept.items():
            seen = daemon.gate(cookies=cookie)
            assert seen.status == 200, name
            assert seen.header("Remote-User") == name
            count += 1
        # And nothing that was used can be used again.
        for login, jar, text in load.used[-5:]:
            thief = daemon.browser()
            thief.jar = jar
            assert f.deliver(daemon, login, text, thief).status == 403
    assert count > 3
    after = [p for p in daemon.processes()
             if (p.get("kind") or p.get("name", "")).startswith(kind)]
    assert after[0]["pid"] != victims[0]["pid"]
    assert after[0]["restarts"] == 1


def test_verifier_away(make_world):
    """Sign-in says 503; forward-auth does not notice; then it is back."""
    world = make_world("away")
    daemon = world.daemon
    daemon.falls = True
    cookie = d.session_of(f.sign_in(daemon, world.idps["forge"], "in"),
                          world.settings.public)
    pid = next(p["pid"] for p in daemon.processes()
               if (p.get("kind") or p.get("name", "")).startswith(
                   "verifier"))
    os.kill(pid, signal.SIGSTOP)
    try:
        assert daemon.gate(cookies=cookie).status == 200
        began = time.monotonic()
        answer = daemon.browser().get(
            daemon.url("/organizations/acme/saml/login"), timeout=30)
        assert answer.status == 503
        assert time.monotonic() - began < 14
        assert daemon.gate(cookies=cookie).status == 200
    finally:
        os.kill(pid, signal.SIGCONT)
    back(daemon, world, 3 * d.SLOW)


@pytest.mark.plain_only
def test_a_verifier_that_keeps_falling(make_world):
    """Strangers get no off-switch."""
    world = make_world("loop")
    daemon = world.daemon
    daemon.falls = True
    cookie = d.session_of(f.sign_in(daemon, world.idps["forge"], "in"),
                          world.settings.public)
    seen_503 = False
    for _ in range(11):
        end = time.monotonic() + 8 * d.SLOW
        while True:
            pids = daemon.pids().get("hfssod-verifier", [])
            if pids:
                # The one of the last round may still be in the list.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pids[0], signal.SIGKILL)
                    break
            answer = daemon.browser().get(
                daemon.url("/organizations/acme/saml/login"))
            seen_503 = seen_503 or answer.status == 503
            assert daemon.gate(cookies=cookie).status == 200
            assert time.monotonic() < end
            time.sleep(0.05)
        assert daemon.gate(cookies=cookie).status == 200
    assert seen_503
    assert daemon.running()
    back(daemon, world, 12 * d.SLOW)


def test_a_login_begun_before_a_crash_ends_after_it(make_world):
    """Its state is in the browser, sealed with a key that policy keeps."""
    world = make_world("midway")
    daemon = world.daemon
    daemon.falls = True
    login = f.begin(daemon)
    for name in ("hfssod-verifier", "hfssod-policy"):
        for pid in daemon.pids()[name]:
            os.kill(pid, signal.SIGKILL)
    back(daemon, world, 3 * d.SLOW)
    answer = f.deliver(daemon, login, f.signed(
        world.idps["forge"], login, subject="patient"))
    assert answer.status in (302, 303), daemon.tail(5)


def test_parent_killed(make_world):
    """Children whose parent is gone end at once; a new start goes on."""
    world = make_world("parent")
    daemon = world.daemon
    cookie = d.session_of(f.sign_in(daemon, world.idps["forge"], "in"),
                          world.settings.public)
    children = [p for pids in daemon.pids().values() for p in pids]
    daemon.process.kill()
    daemon.process.wait()
    end = time.monotonic() + 3 * d.SLOW
    while any(os.path.exists(f"/proc/{p}") for p in children):
        assert time.monotonic() < end
        time.sleep(0.02)
    daemon.process = None
    daemon.start()
    assert daemon.gate(cookies=cookie).status == 200


def test_policy_that_can_not_start_ends_the_daemon(make_world):
    world = make_world("loopend", start=False)
    bin_dir = world.folder / "bin"
    bin_dir.mkdir()
    for name in ("http", "verifier", "fetch"):
        (bin_dir / f"hfssod-{name}").symlink_to(d.BIN / f"hfssod-{name}")
    (bin_dir / "hfssod-policy").write_text("#!/bin/sh\nexit 1\n")
    (bin_dir / "hfssod-policy").chmod(0o755)
    daemon = d.Daemon(world.settings, libexec=bin_dir, start=False)
    try:
        daemon.start(expect=None)
        assert daemon.process.wait(20 * d.SLOW) == 1
        # reader is the same binary, and may be the first.
        assert "died while it prepared" in daemon.log()
    finally:
        daemon.remove()

"""Several http processes behind a listen line."""
import os
import signal
import time

import daemon as d
import forge as f


def test_any_of_them_answers(make_world):
    world = make_world("several", start=False)
    s = world.settings
    s.listen = [
        f"listen on 127.0.0.1 port {s.browser} for browser processes 3",
        f"listen on 127.0.0.1 port {s.gate} for gate processes 2"]
    world.start()
    daemon = world.daemon
    daemon.falls = True
    assert len(daemon.pids()["hfssod-http"]) == 5
    cookies = {}
    # A login may begin at one and end at another.
    for n in range(30):
        name = f"spread-{n}"
        person = f.sign_in(daemon, world.idps["forge"], name)
        cookies[name] = d.session_of(person, s.public)
    for name, cookie in cookies.items():
        assert daemon.gate(cookies=cookie).header("Remote-User") == name
    # One of each falls: the others go on, then it is back.
    for kind in ("browser", "gate"):
        victim = next(p["pid"] for p in daemon.processes()
                      if p["kind"] == kind)
        os.kill(victim, signal.SIGKILL)
    end = time.monotonic() + 2 * d.SLOW
    while len(daemon.pids().get("hfssod-http", [])) < 5:
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(0.3 * d.SLOW)
    for name, cookie in cookies.items():
        assert daemon.gate(cookies=cookie).header("Remote-User") == name
    f.sign_in(daemon, world.idps["forge"], "afterwards")


def test_one_listener_for_everything(make_world):
    """A line without a purpose serves every kind."""
    world = make_world("single", start=False)
    s = world.settings
    s.gate = s.browser
    s.listen = [f"listen on 127.0.0.1 port {s.browser}"]
    world.start()
    person = f.sign_in(world.daemon, world.idps["forge"], "simple")
    cookie = d.session_of(person, s.public)
    assert world.daemon.gate(cookies=cookie).status == 200
    assert person.get(world.daemon.url("/.hfsso/account")).status == 200

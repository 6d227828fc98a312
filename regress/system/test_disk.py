"""A store that can't grow: logins are refused, everything else goes on."""
import re
import sqlite3
import threading
import time

import daemon as d
import forge as f


def test_full(make_world):
    world = make_world("full", start=False)
    world.settings.store += " max pages 80"
    world.start()
    daemon = world.daemon
    kept = {}
    refused = 0
    many = {f"a{n}": "x" * 900 for n in range(4)}
    for n in range(400):
        name = f"filler-{n}"
        login = f.begin(daemon)
        answer = f.deliver(daemon, login, f.signed(
            world.idps["forge"], login, "response", subject=name,
            attributes={"uid": name, "displayName": "d" * 250,
                        "email": f"{name}-{'e' * 200}@example.org", **many}))
        if answer.status in (302, 303):
            kept[name] = d.session_of(login.person, daemon.settings.public)
        else:
            assert answer.status == 503, answer.status
            assert d.session_of(login.person, daemon.settings.public) is None
            refused += 1
            if refused > 5:
                break
    assert refused, "the store never filled up"
    assert kept
    assert re.search("store can't be written: .*full", daemon.log()), \
        daemon.tail()
    # Sessions go on, and memory agrees with the store.
    for name, cookie in kept.items():
        assert daemon.gate(cookies=cookie).header("Remote-User") == name
    shown = [m["name"] for m in daemon.show("show", "members", "acme")]
    assert sorted(shown) == sorted(kept)
    # With room again, all is well, and nobody is there twice.
    daemon.stop()
    world.settings.store = f'store "{world.folder}/store"'
    daemon.start()
    for name, cookie in kept.items():
        assert daemon.gate(cookies=cookie).header("Remote-User") == name
    f.sign_in(daemon, world.idps["forge"], "afterwards")
    daemon.stop()
    file = next((world.folder / "store").glob("*.db"))
    base = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    assert base.execute("pragma integrity_check").fetchone() == ("ok",)
    base.close()
    daemon.start()


def test_sign_in_is_soon_back(make_world):
    """No key for login state could be made at the start: asked for again."""
    world = make_world("locked")
    daemon = world.daemon
    daemon.stop()
    file = next((world.folder / "store").glob("*.db"))
    base = sqlite3.connect(file, isolation_level=None,
                           check_same_thread=False)
    base.execute("delete from login_key")
    base.execute("begin immediate")
    free = threading.Timer(8, base.execute, ("rollback",))
    free.start()
    mark = daemon.mark()
    daemon.start(expect=None)
    daemon.wait_log("store can't be written", mark, 20)
    daemon.wait_log("ready", mark, 20 * d.SLOW)
    free.join()
    base.close()
    url = daemon.url("/organizations/acme/saml/login")
    end = time.monotonic() + 10 * d.SLOW
    while daemon.browser().get(url, timeout=20).status != 303:
        assert time.monotonic() < end, daemon.tail()
        time.sleep(0.2)
    f.sign_in(daemon, world.idps["forge"], "late")


def test_somebody_holds_the_store(make_world):
    """Logins are refused at once; forward-auth does not wait for it."""
    world = make_world("held")
    daemon = world.daemon
    cookie = d.session_of(f.sign_in(daemon, world.idps["forge"], "before"),
                          world.settings.public)
    file = next((world.folder / "store").glob("*.db"))
    base = sqlite3.connect(file, isolation_level=None)
    base.execute("begin immediate")
    try:
        login = f.begin(daemon)
        answer = f.deliver(daemon, login, f.signed(
            world.idps["forge"], login, subject="during",
            attributes={"uid": "during"}))
        assert answer.status == 503
        slow = 0
        for _ in range(60):
            began = time.monotonic()
            assert daemon.gate(cookies=cookie).status == 200
            slow += time.monotonic() - began > 0.5 * d.SLOW
            time.sleep(0.05)
        assert slow == 0, "forward-auth waits for the store"
    finally:
        base.execute("rollback")
        base.close()
    f.sign_in(daemon, world.idps["forge"], "after")
    names = [m["name"] for m in daemon.show("show", "members", "acme")]
    assert sorted(names) == ["after", "before"]


def test_audit_says_how_he_signed_in(make_world):
    world = make_world("told")
    f.sign_in(world.daemon, world.idps["forge"], "told")
    world.daemon.stop()
    file = next((world.folder / "store").glob("*.db"))
    base = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    record, = base.execute(
        "select record from audit where type = 'org.sso_login'").fetchone()
    base.close()
    for name in (b"authn_instant", b"authn_context", b"email_vouched"):
        assert name in record
    world.daemon.start()

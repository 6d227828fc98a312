"""A store that can't grow: logins are refused, everything else goes on."""
import re
import sqlite3

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

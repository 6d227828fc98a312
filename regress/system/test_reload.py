"""A new configuration: all of it or none, and from then on at every step."""
import re

import daemon as d
import forge as f


def cookie_of(world, name, **how):
    person = f.sign_in(world.daemon, world.idps["forge"], name, **how)
    return d.session_of(person, world.settings.public)


def test_good(make_world):
    world = make_world("good")
    cookie = cookie_of(world, "stays")
    world.settings.organizations.append(d.Organization(
        "gamma", [world.connection("gamma-idp")],
        ["mode managed", "default role read"]))
    world.daemon.reload()
    f.sign_in(world.daemon, world.idps["gamma-idp"], "newcomer",
              organization="gamma")
    assert world.daemon.gate(cookies=cookie).status == 200
    assert not any(p.get("restarts") for p in world.daemon.processes())


BAD = {
    "a word that is none": lambda w: w.settings.top.append("nonsense here"),
    "no role for a map": lambda w: w.settings.organizations[0].lines.append(
        'role map "x" to king'),
    "metadata that is not there": lambda w: setattr(
        w.settings.organizations[0].connections[0], "metadata",
        w.folder / "absent.xml"),
    "metadata that is none": lambda w: (w.folder / "forge.xml").write_text(
        "<nonsense/>"),
    "metadata cut short": lambda w: (w.folder / "forge.xml").write_text(
        w.idps["forge"].metadata()[:-40]),
    "an organization twice": lambda w: w.settings.organizations.append(
        w.settings.organizations[0]),
}


def test_bad_changes_nothing(make_world):
    world = make_world("bad")
    cookie = cookie_of(world, "stays")
    conf = world.settings
    for name, spoil in BAD.items():
        saved = (list(conf.top), list(conf.organizations),
                 list(conf.organizations[0].lines),
                 conf.organizations[0].connections[0].metadata)
        spoil(world)
        said = world.daemon.reload(ok=False)
        assert said.strip(), name
        assert re.search('hfssod.conf:|forge.xml|connection "forge"',
                         said), (name, said)
        conf.top[:], conf.organizations[:], lines, metadata = saved
        conf.organizations[0].lines[:] = lines
        conf.organizations[0].connections[0].metadata = metadata
        (world.folder / "forge.xml").write_text(
            world.idps["forge"].metadata())
        assert world.daemon.gate(cookies=cookie).status == 200, name
        cookie_of(world, f"new-{len(name)}")
    assert not any(p.get("restarts") for p in world.daemon.processes())


def test_a_hangup_reloads_too(make_world):
    import signal
    world = make_world("hup")
    world.settings.organizations[0].lines.append('role map "x" to admin')
    world.settings.write()
    mark = world.daemon.mark()
    world.daemon.process.send_signal(signal.SIGHUP)
    world.daemon.wait_log("reload|configuration", mark)
    import time
    end = time.monotonic() + 5 * d.SLOW
    while True:
        person = f.sign_in(world.daemon, world.idps["forge"], "hup",
                           roles=["x"])
        answer = world.daemon.gate(cookies=d.session_of(
            person, world.settings.public))
        if answer.header("X-Hfsso-Role") == "admin":
            return
        assert time.monotonic() < end


def test_a_disabled_connection_is_refused_at_every_step(make_world):
    world = make_world("off")
    daemon = world.daemon
    cookie = cookie_of(world, "before")
    begun = f.begin(daemon)
    world.settings.organizations[0].connections[0].lines.append("disable")
    daemon.reload()
    # Begin one.
    answer = daemon.browser().get(
        daemon.url("/organizations/acme/saml/login"))
    assert answer.status == 403
    # End one that was begun before.
    mark = daemon.mark()
    answer = f.deliver(daemon, begun, f.signed(
        world.idps["forge"], begun, subject="midway"))
    assert answer.status == 403
    assert "connection_disabled" in daemon.log(mark)
    assert "midway" not in str(daemon.show("show", "members", "acme"))
    # Who was in stays in until revoked; enabled again, all goes on.
    assert daemon.gate(cookies=cookie).status in (200, 401, 403)
    world.settings.organizations[0].connections[0].lines.clear()
    daemon.reload()
    cookie_of(world, "after")


def test_an_organization_that_is_gone(make_world):
    world = make_world("gone")
    world.settings.organizations.append(d.Organization(
        "brief", [world.connection("brief-idp")],
        ["mode managed", "default role read"]))
    world.daemon.reload()
    person = f.sign_in(world.daemon, world.idps["brief-idp"], "guest",
                       organization="brief")
    begun = f.begin(world.daemon, "brief")
    world.settings.organizations.pop()
    world.daemon.reload()
    answer = f.deliver(world.daemon, begun, f.signed(
        world.idps["brief-idp"], begun, subject="late"))
    assert answer.status in (403, 404)
    assert world.daemon.gate(cookies=d.session_of(
        person, world.settings.public)).status in (401, 403)


def test_reload_under_load(make_world):
    """Requests see the old or the new, never neither."""
    import threading
    world = make_world("load")
    cookie = cookie_of(world, "busy")
    seen, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            seen.append(world.daemon.gate(cookies=cookie).status)
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(8):
        world.settings.organizations[0].lines.append(
            f'role map "load-{n}" to write')
        world.daemon.reload()
    stop.set()
    for thread in threads:
        thread.join()
    assert set(seen) == {200}, {x: seen.count(x) for x in set(seen)}


def test_what_needs_a_restart_is_said(make_world):
    world = make_world("fixed")
    cookie = cookie_of(world, "stays")
    world.settings.store = f'store "{world.folder}/elsewhere"'
    said = world.daemon.reload(ok=False)
    assert re.search("restart|store", said + world.daemon.tail(4))
    assert world.daemon.gate(cookies=cookie).status == 200
    world.settings.store = f'store "{world.folder}/store"'


def test_mode_of_people_stays(make_world):
    """Their accounts belong to the organization: basic would give them up."""
    world = make_world("mode")
    conf = world.settings
    trusted = 'trust email domains { "example.org" }'
    conf.organizations.append(d.Organization(
        "empty", [world.connection("empty-idp", trusted)],
        ["mode managed", "default role read"]))
    world.daemon.reload()
    cookie = cookie_of(world, "stays")
    conf.organizations[-1].lines[0] = "mode basic"
    world.daemon.reload()
    lines = conf.organizations[0].lines
    for connection in conf.organizations[0].connections:
        connection.lines.append(trusted)
    at = lines.index("mode managed")
    lines[at] = "mode basic"
    assert "mode can't change" in world.daemon.reload(ok=False)
    assert world.daemon.gate(cookies=cookie).status == 200
    world.daemon.stop()
    with open(world.daemon.log_path, "ab") as log:
        log.write(b"-- again --\n")
    world.daemon.start(expect="mode can't change")
    assert world.daemon.process.wait(10) == 1
    world.daemon.process = None
    lines[at] = "mode managed"
    world.daemon.start()
    assert world.daemon.gate(cookies=cookie).status == 200

"""
Role map, resource group map and default role that change under people who
are signed in: their next request is judged by the new ones, the store
follows, also through kill -9.
"""
import os
import sqlite3
import threading
import time

import pytest

import daemon as d
import scim as s
from test_scim_kill import fall


def lines(*more, default="read"):
    groups = any(x.startswith("resource group map") for x in more)
    return ["mode managed", 'role attribute "role"',
            *['resource group attribute "groups"'][:groups],
            f"default role {default}", 'role map "hub-admins" to admin', *more]


FIRST = lines('role map "dev" to write', 'role map group "Team" to write',
              'resource group map "idp-nlp" to "nlp" role read')


@pytest.fixture(scope="module")
def site():
    made = s.Site("maps", ("acme", FIRST), ("beta", FIRST))
    made.start()
    yield made
    made.end()


def reload(site, *given):
    site.settings.organizations[0].lines = list(*given)
    site.daemon.reload()


@pytest.fixture(autouse=True)
def as_at_first(request):
    """Every test begins with the same lines, and with nothing left to do."""
    if "site" not in request.fixturenames:
        return
    site = request.getfixturevalue("site")
    reload(site, FIRST)
    s.until(lambda: done(site))


def ask(site, query):
    path = site.folder / "store" / "hfssod.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        told = store.execute(query).fetchone()[0]
    store.close()
    return told


def done(site):
    return ask(site, "SELECT sum(maps_step) FROM organization") == 0


def told(site, cookie):
    answer = site.seen(cookie)
    return (answer.status, answer.header("X-Hfsso-Role"),
            answer.header("Remote-Groups"))


def test_next_request(site):
    """By every kind of line, up and down; others notice nothing."""
    client = site.client("acme")
    team = client.user("tea", externalId="tea")["id"]
    client.group("Team", team)
    who = {"dev": site.login("dev", roles=["dev"], groups=["idp-nlp"]),
           "tea": site.login("tea", groups=["idp-audio"]),
           "any": site.login("any"),
           "far": site.login("far", "beta", roles=["dev"])}

    def roles():
        return {n: told(site, c)[1] for n, c in who.items()}
    assert roles() == {"dev": "write", "tea": "write", "any": "read",
                       "far": "write"}
    audits = site.audits("org.change_role")
    reload(site, lines('role map group "Team" to contributor',
                       'role map "dev" to read',
                       'resource group map "idp-nlp" to "nlp" role write',
                       'resource group map "idp-audio" to "audio" role read',
                       default="contributor"))
    assert roles() == {"dev": "read", "tea": "contributor",
                       "any": "contributor", "far": "write"}
    assert told(site, who["tea"])[2] == "audio"
    s.until(lambda: done(site))
    assert site.audits("org.change_role") == audits + 3
    assert roles() == {"dev": "read", "tea": "contributor",
                       "any": "contributor", "far": "write"}
    shown = site.member("dev")
    shown = shown[0] if isinstance(shown, list) else shown
    assert shown["role"] == "read"
    # All lines that gave groups are gone.
    reload(site, lines())
    assert told(site, who["dev"]) == (200, "read", "")
    assert told(site, who["tea"]) == (200, "read", "")


def test_admin_by_group_needs_elevated(site):
    client = site.client("acme")
    one = client.user("root", externalId="root")["id"]
    client.group("Chiefs", one)
    cookie = site.login("root")
    site.settings.organizations[0].lines = lines(
        'role map group "Chiefs" to admin')
    assert "elevated" in site.daemon.reload(ok=False)
    assert told(site, cookie)[1] == "read"
    reload(site, lines('role map group "Chiefs" to admin elevated'))
    assert told(site, cookie)[1] == "admin"
    reload(site, FIRST)
    assert told(site, cookie)[1] == "read"


def test_out_with_the_last_line(site):
    """Deny: refused at once, signed out, and a line lets in again."""
    client = site.client("acme")
    client.user("outer", externalId="outer")
    cookie, kept = site.login("outer"), site.login("inner", roles=["dev"])
    reload(site, lines('role map "dev" to write', default="deny"))
    assert site.seen(cookie).status in (401, 403)
    assert told(site, kept)[1] == "write"
    s.until(lambda: done(site))
    assert site.seen(cookie).status == 401
    site.turned_away("outer", "no_role")
    reload(site, FIRST)
    s.until(lambda: done(site))
    assert told(site, site.login("outer"))[1] == "read"


def test_by_hand_stays(site):
    cookie = site.login("handy", roles=["dev"])
    site.ctl("member", "role", "acme", "handy", "contributor")
    reload(site, lines('role map "dev" to read'))
    s.until(lambda: done(site))
    assert told(site, cookie)[1] == "contributor"
    assert told(site, site.login("handy", roles=["dev"]))[1] == "read"


def test_another_file_at_start(site):
    cookie = site.login("sleeper", roles=["dev"])
    site.daemon.stop()
    site.settings.organizations[0].lines = lines('role map "dev" to read')
    site.daemon.start()
    assert told(site, cookie)[1] == "read"
    s.until(lambda: done(site))
    assert told(site, cookie)[1] == "read"


def test_a_store_that_takes_nothing(site):
    """They hold in memory all the same; the store follows when it can."""
    cookie = site.login("locked", roles=["dev"], groups=["idp-nlp"])
    assert told(site, cookie) == (200, "write", "nlp")
    base = sqlite3.connect(site.folder / "store" / "hfssod.db",
                           isolation_level=None)
    base.execute("begin immediate")
    try:
        reload(site, lines(
            'role map "dev" to read',
            'resource group map "idp-nlp" to "fresh" role read'))
        for _ in range(3):
            status, role, groups = told(site, cookie)
            # What is not in the store yet, nobody is in.
            assert (status, role, groups) in (
                (200, "read", ""), (200, "read", "fresh"))
            time.sleep(0.5)
    finally:
        base.execute("rollback")
        base.close()
    s.until(lambda: told(site, cookie) == (200, "read", "fresh"), 40)
    s.until(lambda: done(site))
    assert told(site, cookie) == (200, "read", "fresh")


def test_while_scim_writes(site):
    """What SCIM and maps change at the same time agrees in the end."""
    client = site.client("acme", tokens=4)
    cookies = {n: None for n in range(8)}
    ids = [client.user(f"busy-{n}", externalId=f"busy-{n}")["id"]
           for n in cookies]
    team = client.group("Busy")["id"]
    for n in cookies:
        cookies[n] = site.login(f"busy-{n}")
    stop, wrong = threading.Event(), []

    def work():
        mine = client.twin()
        while not stop.is_set():
            for one in ids:
                answer = mine.patch(f"/Groups/{team}", (
                    "add", "members", [{"value": one}]))
                if answer.status not in (200, 204):
                    wrong.append(answer)
    thread = threading.Thread(target=work)
    thread.start()
    try:
        for n in range(10):
            role = ("write", "contributor")[n % 2]
            reload(site, lines(f'role map group "Busy" to {role}'))
            for cookie in cookies.values():
                assert told(site, cookie)[1] in (role, "read")
    finally:
        stop.set()
        thread.join()
    assert not wrong
    assert {told(site, c)[1] for c in cookies.values()} == {"contributor"}
    s.until(lambda: done(site))
    assert {told(site, c)[1] for c in cookies.values()} == {"contributor"}


@pytest.mark.plain_only
def test_thousands():
    """In slices that hold up nobody, each told once, through kill -9."""
    count = int(os.environ.get("SCIM_MEMBERS", "5000"))
    site = s.Site("crowd", ("acme", FIRST))
    site.start()
    try:
        client = site.client("acme", tokens=8)
        s.crowd(client, count)
        client.user("last", externalId="last")
        cookie = site.login("last")
        assert told(site, cookie)[1] == "read"
        before = site.audits("org.change_role")
        worst, began = 0, time.monotonic()
        reload(site, lines(default="write"))
        assert told(site, cookie)[1] == "write"
        while not done(site):
            then = time.monotonic()
            assert told(site, cookie)[1] == "write"
            worst = max(worst, time.monotonic() - then)
            time.sleep(0.005)
        print(f"{count} members: {time.monotonic() - began:.2f} s; gate at "
              f"most {worst * 1000:.0f} ms")
        assert worst < 1
        after = before + count + 1
        assert site.audits("org.change_role") == after
        # Killed within, soon or late: it goes on where it was.
        within = 0
        for n, role in enumerate(["contributor", "write"] * 3):
            reload(site, lines(default=role))
            time.sleep(0.03 * n)
            fall(site.daemon)
            within += not done(site)
            site.daemon.start()
            assert told(site, cookie)[1] == role
            s.until(lambda: done(site), 30)
            after += count + 1
            assert site.audits("org.change_role") == after
            assert ask(site, "SELECT count(DISTINCT role) FROM membership"
                       ) == 1
            assert told(site, cookie)[1] == role
        assert within > 1
    finally:
        site.end()

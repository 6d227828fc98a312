"""
Tokens of provisioning clients: what they may, from where, until when;
rotation; the dry run; the brake; the log, and drift.
"""
import base64
import calendar
import json
import pathlib
import re
import sqlite3
import time

import pytest

import daemon as d
import scim as s
from scim import good, refused


@pytest.fixture(scope="module")
def site():
    made = s.Site("tokens", ("acme", d.ROLES), ("braked", [
        *d.ROLES, "scim brake 20% per 1h"]), ("single", d.ROLES),
        ("mirror", d.ROLES), ("drifting", d.ROLES))
    made.settings.organizations[2].connections.pop()
    made.start()
    yield made
    made.end()


def shown(site, organization="acme"):
    told = site.daemon.show("show", "tokens", organization)
    told = told if isinstance(told, list) else told["tokens"]
    return {x["id"]: x for x in told}


# --- made and shown ----------------------------------------------------------

def test_created_and_listed(site):
    made = site.token("acme", "-name", "Okta production")
    until = calendar.timegm(time.strptime(made["expires"],
                                          "%Y-%m-%dT%H:%M:%SZ"))
    assert abs(until - time.time() - 365 * 86400) < 3600
    told = shown(site)[made["id"]]
    text = json.dumps(told)
    assert "Okta production" in text and made["token"] not in text
    assert made["token"][-4:] in text
    good(s.Client(site, "acme", made["token"]).get("/Users"))
    s.until(lambda: shown(site)[made["id"]] != told, 5)  # the last use
    human = site.daemon.ctl("show", "tokens", "acme").stdout
    assert made["token"][-4:] in human and made["token"] not in human


def test_stored_hashed(site):
    """Shown once: nowhere at rest, nor in the log."""
    made = site.token("acme")
    client = s.Client(site, "acme", made["token"])
    good(client.get("/Users"))
    secret = made["token"].removeprefix("hfscim_")
    assert secret not in site.daemon.log()
    for path in (site.folder / "store").iterdir():
        octets = path.read_bytes()
        assert secret.encode() not in octets, path
        assert base64.urlsafe_b64decode(secret + "=") not in octets, path


def mappings(pid):
    """The writable memory of a process, piece by piece."""
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps.splitlines():
            where, mode = line.split()[:2]
            if mode[:2] != "rw":
                continue
            start, end = (int(x, 16) for x in where.split("-"))
            memory.seek(start)
            piece = b""
            while start + len(piece) < end:
                more = memory.read(end - start - len(piece))
                if not more:
                    break
                piece += more
            yield line, piece


@pytest.mark.plain_only
@pytest.mark.skipif(not d.ROOT, reason="another's memory needs root")
def test_forgotten(site):
    """What was shown once is in no process's memory afterwards."""
    secrets = []
    for _ in range(3):
        text = site.token("single")["token"].removeprefix("hfscim_")
        secrets += [text[:16].encode(), base64.urlsafe_b64decode(text[:16])]
    found = []
    for name, pids in site.daemon.pids().items():
        for pid in pids:
            size = 0
            for line, piece in mappings(pid):
                size += len(piece)
                found += [(name, line) for secret in secrets
                          if secret in piece]
            assert size > 100000, (name, pid)
    assert not found


@pytest.mark.parametrize("words", [
    ("nowhere",), ("acme",), ("acme", "-connection", "none"),
    ("acme", "-connection", "one", "-profile", "loose"),
    ("acme", "-connection", "one", "-rights", "everything"),
    ("acme", "-connection", "one", "-rights", ""),
    ("acme", "-connection", "one", "-from", "10.0.0.0/99"),
    ("acme", "-connection", "one", "-from", "example.com"),
    ("acme", "-connection", "one", "-expires", "0"),
    ("acme", "-connection", "one", "-expires", "-5d"),
    ("acme", "-connection", "one", "-expires", "soon"),
    ("acme", "-connection", "one", "-name", "x" * 100),
    ("acme", "-connection")])
def test_not_created(site, words):
    """Among them: without a connection when there are several."""
    before = len(shown(site))
    done = site.daemon.ctl("-f", "token", "create", *words)
    assert done.returncode != 0 and done.stderr + done.stdout
    assert "hfscim_" not in done.stdout
    assert len(shown(site)) == before


def test_one_connection_needs_no_name(site):
    made = site.daemon.show("token", "create", "single")
    made = made[0] if isinstance(made, list) else made
    good(s.Client(site, "single", made["token"]).get("/Users"))


# --- until when --------------------------------------------------------------

def test_revoked(site):
    made = site.token("acme")
    client = s.Client(site, "acme", made["token"])
    good(client.get("/Users"))
    site.ctl("token", "revoke", "acme", made["id"])
    refused(client.get("/Users"), 401)
    refused(client.post("/Users", s.user("by-revoked")), 401)
    assert made["id"] not in shown(site) or "revoked" in json.dumps(
        shown(site)[made["id"]])
    site.not_ctl("token", "revoke", "acme", "0123456789abcdef")
    site.not_ctl("token", "revoke", "single", made["id"])


def test_rotation(site):
    """Both are good for a while; then the old one is not."""
    made = site.token("acme", "-name", "turning", "-profile", "strict")
    old = s.Client(site, "acme", made["token"])
    told = site.daemon.show("token", "rotate", "acme", made["id"])
    told = told[0] if isinstance(told, list) else told
    assert told["token"] != made["token"]
    new = s.Client(site, "acme", told["token"])
    good(old.get("/Users"))
    good(new.get("/Users"))
    # What it may stays as it was.
    refused(new.post("/Users", {"userName": "no-schemas"}), 400)
    last = site.daemon.show("token", "rotate", "acme", told["id"],
                            "-overlap", "1s")
    last = last[0] if isinstance(last, list) else last
    third = s.Client(site, "acme", last["token"])
    good(third.get("/Users"))
    s.until(lambda: new.get("/Users").status == 401, 6)
    good(third.get("/Users"))


def test_expired_is_told_to_the_log(site):
    """The client hears 401; the log tells expired on DATE from unknown."""
    made = site.token("acme")
    client = s.Client(site, "acme", made["token"])
    good(client.get("/Users"))
    site.daemon.stop()
    with sqlite3.connect(site.folder / "store" / "hfssod.db") as store:
        store.execute("UPDATE token SET expires = ? WHERE token = ?",
                      (int(time.time()) - 5, made["id"]))
    store.close()
    site.daemon.start()
    client.close()
    mark = site.daemon.mark()
    expired = client.get("/Users")
    unknown = client.get("/Users", token="hfscim_" + "C" * 43)
    assert refused(expired, 401) == refused(unknown, 401)
    assert expired.header("WWW-Authenticate") == \
        unknown.header("WWW-Authenticate")
    log = site.daemon.log()
    assert re.search(r"expired.{0,40}20\d\d-\d\d-\d\d", log), log[-2000:]
    site.daemon.wait_log("token_unknown|unknown", mark, 3 * d.SLOW)
    assert made["token"][7:] not in log


# --- how it is sent ----------------------------------------------------------

def test_base64(site):
    """Some consoles encode what they are given."""
    token = site.token("acme")["token"]
    client = s.Client(site, "acme", base64.b64encode(
        token.encode()).decode())
    good(client.get("/Users"))
    client = s.Client(site, "acme", base64.b64encode(
        token.encode() + b"\n").decode())
    assert client.get("/Users").status in (200, 401)


@pytest.mark.parametrize("spoil", [
    lambda x: x[:-1], lambda x: x + "A", lambda x: x.swapcase(),
    lambda x: x[7:], lambda x: "hfscim_" + x, lambda x: x + " x",
    lambda x: x + ",", lambda x: x.replace("hfscim_", "HFSCIM_"),
    lambda x: base64.b64encode(x[:-1].encode()).decode(),
    lambda x: base64.b64encode(base64.b64encode(
        x.encode())).decode(),
    lambda x: x.encode().hex(), lambda x: x + "\x01",
    lambda x: "' or 1=1 --", lambda x: "hfscim_" + "*" * 43])
def test_spoiled(site, spoil):
    token = site.token("acme")["token"]
    client = s.Client(site, "acme", spoil(token))
    answer = client.get("/Users")
    assert answer.status in (400, 401)
    assert "Resources" not in answer.text


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_scheme_in_any_case(site, scheme):
    token = site.token("acme")["token"]
    client = s.Client(site, "acme")
    good(client.get("/Users", headers={
        "Authorization": f"{scheme} {token}"}))


# --- what it may -------------------------------------------------------------

ASKED = {
    "read": lambda c, i, g: [c.get("/Users"), c.get(f"/Users/{i}"),
                             c.get(f"/Groups/{g}"), c.get("/Groups"),
                             c.post("/Users/.search", {
                                 "schemas": [s.SEARCH]})],
    "users": lambda c, i, g: [
        c.patch(f"/Users/{i}", ("replace", "title", f"t{time.time()}")),
        c.put(f"/Users/{i}", s.user(f"right-{i}"))],
    "groups": lambda c, i, g: [
        c.patch(f"/Groups/{g}", ("add", "members", [{"value": i}])),
        c.put(f"/Groups/{g}", s.group(f"right-{g}"))],
}


@pytest.mark.parametrize("rights", [
    "read", "users", "groups", "users,read", "groups,read", "delete",
    "users,groups", "users,delete", "groups,read,delete", "links", "relink"])
def test_rights(site, rights):
    whole = site.client("acme")
    who = whole.user(f"right-of-{rights}")["id"]
    group = whole.group(f"right of {rights}")["id"]
    client = site.client("acme", "-rights", rights)
    has = rights.split(",")
    for right, ask in ASKED.items():
        for answer in ask(client, who, group):
            if right in has:
                assert answer.status in (200, 204), (right, answer)
            else:
                refused(answer, 403)
    if "users" not in has:
        refused(client.post("/Users", s.user("not-made")), 403)
        assert whole.one("not-made") is None
    if "groups" not in has:
        refused(client.post("/Groups", s.group("not made")), 403)
    for right, path in (("users", f"/Users/{who}"),
                        ("groups", f"/Groups/{group}")):
        answer = client.delete(path)
        if {right, "delete"} <= set(has):
            assert answer.status == 204, right
        else:
            refused(answer, 403)
            good(whole.get(path))
    # Each operation of a Bulk is asked about, too.
    who = whole.user(f"bulk-of-{rights}")["id"]
    answer = client.post("/Bulk", {"schemas": [s.BULK], "Operations": [
        {"method": "PATCH", "path": f"/Users/{who}", "data": {
            "schemas": [s.PATCH], "Operations": [
                {"op": "add", "path": "title", "value": "x"}]}}]})
    if "users" in has:
        assert answer.json["Operations"][0]["status"] in ("200", "204")
    elif answer.status == 200:
        assert answer.json["Operations"][0]["status"] == "403"
    else:
        refused(answer, 403)


@pytest.mark.parametrize("address,works", [
    ("203.0.113.7", True), ("203.0.113.255", True), ("203.0.114.1", False),
    ("2001:db8::5", True), ("2001:db9::5", False), ("127.0.0.1", False),
    ("203.0.113.7, 198.51.100.1", False), ("garbage", False), ("", False)])
def test_networks(site, address, works):
    """What the configured proxy says; others say nothing for them."""
    client = site.client("acme", "-from", "203.0.113.0/24", "-from",
                         "2001:db8::/32")
    answer = client.get("/Users", headers={"X-Forwarded-For": address}
                        if address else None)
    if works:
        good(answer)
    else:
        assert answer.status in (400, 401)
        refused(client.get("/Users"), 401)


def test_a_client_can_not_say_where_it_is(site):
    """Left of what the proxy saw, anybody may write."""
    client = site.client("acme", "-from", "203.0.113.0/24")
    for name in ("X-Real-IP", "Client-IP", "X-Client-IP",
                 "True-Client-IP"):
        refused(client.get("/Users", headers={name: "203.0.113.7"}), 401)
    answer = client.get("/Users", headers={
        "X-Forwarded-For": "203.0.113.7, 192.0.2.1"})
    assert answer.status in (400, 401)


# --- dry run -----------------------------------------------------------------

@pytest.fixture(scope="module")
def dry(site):
    """A mirror of an organization with three people and a group."""
    live = site.client("mirror", tokens=2)
    live.made = [live.user(f"mirrored-{n}", externalId=f"mi-{n}")["id"]
                 for n in range(3)]
    live.team = live.group("Mirrored", live.made[0])["id"]
    token = site.token("mirror", "-dry-run")
    client = s.Client(site, "mirror", token["token"])
    client.patient = False

    def ready():
        answer = client.get("/Users")
        if answer.status == 503:
            assert int(answer.header("Retry-After")) >= 1
            return False
        return good(answer)["totalResults"] == 3
    s.until(ready, 10)
    client.id = token["id"]
    client.patient = True
    return live, client


def test_dry_run(site, dry):
    """Reads what it wrote; nothing of it is so."""
    live, client = dry
    cookie = site.login("mi-1", "mirror")
    made = client.user("only-dry", externalId="od-1")
    assert client.of(made["id"])["userName"] == "only-dry"
    assert client.find("Users", "title pr or userName sw \"only\"")[
        "totalResults"] == 1
    assert client.find("Users")["totalResults"] == 4
    refused(live.get(f"/Users/{made['id']}"), 404)
    assert live.find("Users")["totalResults"] == 3
    client.patch(f"/Users/{live.made[1]}", ("replace", "active", False))
    assert client.of(live.made[1])["active"] is False
    assert live.of(live.made[1])["active"] is True
    assert site.seen(cookie).status == 200
    client.delete(f"/Users/{live.made[2]}")
    refused(client.get(f"/Users/{live.made[2]}"), 404)
    assert live.of(live.made[2])["active"] is True
    client.patch(f"/Groups/{live.team}", ("add", "members", [
        {"value": live.made[1]}]))
    assert client.members(live.team) == set(live.made[:2])
    assert live.members(live.team) == {live.made[0]}
    login, answer = site.deliver("od-1", "mirror", uid="undry")
    if answer.status in (302, 303):
        told = site.seen(d.session_of(login.person, site.settings.public))
        assert told.header("X-Hfsso-Account") != made["id"]


def test_dry_run_says_so(site, dry):
    live, client = dry
    for path in ("/ServiceProviderConfig", "/Users",
                 f"/Users/{live.made[0]}"):
        answer = client.get(path)
        told = (answer.text + str(answer.headers)).lower()
        assert "dry" in told, path
        assert "dry" not in live.get(path).text.lower().replace("undry", "")
    assert "dry" in json.dumps(shown(site, "mirror")[client.id]).lower()
    told = shown(site, "mirror")[client.id]
    expires = told["expires"]
    if isinstance(expires, int):
        assert 6 * 86400 < expires - time.time() <= 7 * 86400


def test_dry_run_is_compared(site, dry):
    live, client = dry
    text = json.dumps(site.daemon.show("show", "dry-run", "mirror",
                                       client.id))
    assert "only-dry" in text
    assert "mirrored-1" in text and "mirrored-2" in text
    assert "mirrored-0" not in text
    assert text == json.dumps(site.daemon.show("show", "dry-run", client.id))
    human = site.daemon.ctl("show", "dry-run", "mirror", client.id)
    assert human.returncode == 0 and "only-dry" in human.stdout
    other = site.token("mirror")
    assert site.daemon.ctl("show", "dry-run", "mirror",
                           other["id"]).returncode == 1
    # A restart takes nothing away, and needs nobody who uses the token.
    site.daemon.stop()
    site.daemon.start()
    assert text == json.dumps(site.daemon.show("show", "dry-run", client.id))


def test_a_dry_run_of_nobody_is_compared(site, dry):
    """There is nothing to tell, and that is told."""
    live, _ = dry
    made = site.token("mirror", "-dry-run")
    site.daemon.wait_log(f"{made['id']}: its copy is ready")
    s.until(lambda: site.daemon.ctl(
        "show", "dry-run", made["id"]).returncode == 0)
    assert site.daemon.show("show", "dry-run", made["id"]) == []
    # As many members as before are not the same ones.
    live.patch(f"/Groups/{live.team}", ("add", "members", [
        {"value": live.made[2]}]), ("remove", "members", [
            {"value": live.made[0]}]))
    told = site.daemon.show("show", "dry-run", made["id"])
    assert [(x["name"], x["what"], x["live"], x["dry_run"])
            for x in told] == [("Mirrored", "members", "1", "1, others")]
    site.ctl("token", "revoke", "mirror", made["id"])


def test_a_dry_run_ends(site, dry):
    """Its copy goes with its token."""
    live, client = dry
    copies = list((site.folder / "store").glob("dry-*"))
    assert copies
    site.ctl("token", "revoke", "mirror", client.id)
    refused(client.get("/Users"), 401)
    s.until(lambda: not list((site.folder / "store").glob(
        f"dry-{client.id}*")), 5)


# --- the brake ---------------------------------------------------------------

def brake(site):
    """What the braked organization is shown to have; nobody else's holds."""
    shown = {x["name"]: x["brake"] for x in
             site.daemon.show("show", "organizations")}
    assert not any(of for name, of in shown.items() if name != "braked")
    return shown["braked"]


def test_brake(site):
    """20 % of the members within an hour, and no more until released."""
    client = site.client("braked", tokens=2)
    client.patient = False
    people = [client.user(f"braked-{n}", externalId=f"br-{n}")["id"]
              for n in range(20)]
    cookie = site.login("br-19", "braked")
    for n in range(4):
        answer = client.patch(f"/Users/{people[n]}", (
            "replace", "active", False)) if n % 2 else \
            client.delete(f"/Users/{people[n]}")
        assert answer.status in (200, 204), (n, answer)
    assert brake(site) is None
    for answer in (client.delete(f"/Users/{people[19]}"),
                   client.patch(f"/Users/{people[19]}", (
                       "replace", "active", False)),
                   client.put(f"/Users/{people[19]}", s.user(
                       "braked-19", externalId="br-19", active=False))):
        refused(answer, 429)
        assert int(answer.header("Retry-After")) >= 1
    held = brake(site)
    assert held["held"] is not None and held["count"] == 4
    done = good(client.post("/Bulk", {
        "schemas": [s.BULK], "Operations": [
            {"method": "DELETE", "path": f"/Users/{x}"}
            for x in people[10:]]}))["Operations"]
    assert {x["status"] for x in done} == {"429"}
    assert site.seen(cookie).status == 200
    assert client.of(people[19])["active"] is True
    # Whatever else is said is done.
    good(client.patch(f"/Users/{people[19]}", ("add", "title", "x")))
    client.user("braked-new")
    # Nor does a restart release it.
    site.daemon.stop()
    site.daemon.start()
    client = s.Client(site, "braked", client.tokens[0])
    client.patient = False
    refused(client.delete(f"/Users/{people[19]}"), 429)
    assert brake(site) == held
    assert re.search(r"^braked .* \d\d:\d\d:\d\d 4$",
                     site.ctl("show", "organizations"), re.M)
    site.ctl("scim", "release", "braked")
    assert brake(site) is None
    assert client.delete(f"/Users/{people[19]}").status == 204
    assert site.seen(cookie).status == 401
    site.not_ctl("scim", "release", "nowhere")


# --- log and drift -----------------------------------------------------------

def test_scim_log(site):
    client = site.client("acme", "-name", "logged token")
    made = client.user("logged", externalId="lg-1", title="A")
    client.patch(f"/Users/{made['id']}", ("replace", "title", "B"),
                 ("replace", "name.givenName", "G"))
    refused(client.post("/Users", s.user("LOGGED")), 409)
    client.delete(f"/Users/{made['id']}")
    told = site.daemon.show("show", "scim-log", "acme")
    text = json.dumps(told)
    for word in ("logged token", "logged", "title", "name.givenName",
                 "uniqueness", "DELETE"):
        assert word.lower() in text.lower(), word
    assert client.tokens[0] not in text
    assert site.daemon.ctl("show", "scim-log", "acme").returncode == 0


def test_a_long_name_is_cut_between_characters(site):
    client = site.client("acme")
    client.user("\u00e9" * 200)
    newest = site.daemon.show("show", "scim-log", "acme")[0]
    assert newest["name"] == "\u00e9" * 127


def test_drift(site):
    client = site.client("drifting", tokens=2)
    client.user("never-seen", externalId="ns-1")
    site.login("walked-in", "drifting")
    site.login("role-boss", "drifting", roles=["hub-writers"])
    text = json.dumps(site.daemon.show("show", "drift", "drifting"))
    assert "walked-in" in text, text
    assert site.daemon.ctl("show", "drift", "drifting").returncode == 0
    assert site.daemon.ctl("show", "drift", "nowhere").returncode == 1


def test_scim_is_audited(site):
    """What was done to a person is in the audit, with the token's id."""
    made = site.token("acme", "-name", "auditor")
    client = s.Client(site, "acme", made["token"])
    who = client.user("audited", externalId="au-1")["id"]
    client.patch(f"/Users/{who}", ("replace", "active", False))
    client.delete(f"/Users/{who}")
    path = site.folder / "store" / "hfssod.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        records = store.execute(
            "SELECT type, record FROM audit ORDER BY id DESC LIMIT 20")
        records = [(x, y.decode("latin-1")) for x, y in records]
    store.close()
    mine = [x for x in records if who in x[1] or "audited" in x[1]]
    assert len(mine) >= 3, records
    assert any(made["id"] in x[1] or "auditor" in x[1] for x in mine)

"""
Attacks on SCIM by who holds a token, or has stolen one: what one request
may cost the others, and whose account it may reach.
"""
import sqlite3
import threading
import time

import pytest

import daemon as d
import scim as s
from scim import good, refused

LINES = [
    "mode managed", "default role read", 'role attribute "role"',
    'role map group "Low" to read', 'role map "hub-admins" to admin',
    'role map group "Writers" to write']


@pytest.fixture(scope="module")
def site():
    made = s.Site("attack", ("acme", LINES))
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def acme(site):
    return site.client("acme", tokens=8)


class Watch:
    """How long a session has to wait at the gate meanwhile."""

    def __init__(self, site):
        self.site, self.worst, self.over = site, 0, False
        self.cookie = site.login("onlooker")
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over:
            began = time.monotonic()
            assert self.site.seen(self.cookie).status == 200
            self.worst = max(self.worst, time.monotonic() - began)
            time.sleep(0.02)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()


@pytest.fixture
def unhurt(site):
    """Nobody else waits for what the test does."""
    with Watch(site) as watch:
        yield
    assert watch.worst < 0.5 * d.SLOW


def bulk(client, operations):
    """All must work; their ids."""
    made = []
    for at in range(0, len(operations), 1000):
        done = good(client.post("/Bulk", {
            "schemas": [s.BULK], "Operations": operations[at:at + 1000]}))
        for x in done["Operations"]:
            assert x["status"][0] == "2", x
            made.append(x["location"].rsplit("/", 1)[1])
    return made


def post(path, values):
    return [{"method": "POST", "path": path, "bulkId": str(n), "data": x}
            for n, x in enumerate(values)]


def patch(client, path, operations):
    return client.ask("PATCH", path, {"schemas": [s.PATCH],
                                      "Operations": operations})


# --- what one request may cost -----------------------------------------------

def test_many_scans_of_members(acme, unhurt):
    people = bulk(acme, post("/Users", [
        s.user(f"scanned-{n}") for n in range(3000)]))
    group = acme.group("Scanned", *people)
    path = f"/Groups/{group['id']}"
    scan = {"op": "remove", "path": 'members[display eq "nobody"]'}
    refused(patch(acme, path, [scan] * 1000), 413)
    many = " or ".join(f'display co "{n}-"' for n in range(90))
    refused(patch(acme, path, [
        {"op": "remove", "path": f"members[{many}]"}] * 10), 413)
    assert patch(acme, path, [{
        "op": "remove",
        "path": 'members[display eq "scanned-7"]'}]).status == 204
    assert len(acme.members(group["id"])) == 2999


def test_many_comparisons(acme, unhurt):
    phones = [{"value": str(n)} for n in range(200)]
    made = acme.user("phones", phoneNumbers=phones)
    path = f"/Users/{made['id']}"
    absent = [{"value": f"x{n}"} for n in range(200)]
    many = " or ".join(f'value co "z{n}"' for n in range(90))
    for operation in (
            {"op": "add", "path": "phoneNumbers", "value": phones},
            {"op": "add", "value": {"phoneNumbers": phones}},
            {"op": "remove", "path": "phoneNumbers", "value": absent},
            {"op": "remove", "path": f"phoneNumbers[{many}]"}):
        refused(patch(acme, path, [operation] * 1000), 413)
    assert len(acme.of(made["id"])["phoneNumbers"]) == 200


def test_deep_and_wide(acme, unhurt):
    """Below a thousand groups, with a role at the top."""
    top = acme.group("Writers")["id"]
    deep = bulk(acme, post("/Groups", [
        s.group(f"deep-{n}") for n in range(1000)]))
    pairs = list(zip([top] + deep, deep))
    bulk(acme, [{"method": "PATCH", "path": f"/Groups/{a}", "data": {
        "schemas": [s.PATCH], "Operations": [
            {"op": "add", "path": "members", "value": [{"value": b}]}]}}
        for a, b in reversed(pairs)])
    wide = bulk(acme, post("/Groups", [
        s.group(f"wide-{n}") for n in range(1000)]))
    last = f"/Groups/{deep[-1]}"

    def add(some):
        return patch(acme, last, [{"op": "add", "path": "members", "value": [
            {"value": x} for x in some]}])
    assert add(wide).status == 204
    refused(add([top]), 400, "invalidValue")
    refused(add([deep[0]]), 400, "invalidValue")
    people = bulk(acme, post("/Users", [
        s.user(f"below-{n}") for n in range(250)]))
    assert add(people).status == 204
    roles = {x["name"]: x["role"]
             for x in acme.site.daemon.show("show", "members", "acme")}
    assert all(roles[f"below-{n}"] == "write" for n in range(250))


# --- whose account it may reach ----------------------------------------------

def test_admin_hidden_by_a_group(site, acme):
    """A group that gives less does not make his account anybody's."""
    site.login("chief", roles=["hub-admins"])
    chief = acme.one("chief")["id"]
    path = f"/Users/{chief}"
    change = [{"op": "replace", "path": "externalId", "value": "mallory"}]
    refused(patch(acme, path, change), 400, "mutability")
    low = acme.group("Low", chief)["id"]
    assert site.member("chief")["role"] == "read"
    refused(patch(acme, path, change), 400, "mutability")
    assert acme.delete(f"/Groups/{low}").status == 204
    assert site.member("chief")["role"] == "admin"
    assert acme.of(chief)["externalId"] == "chief"


def test_admin_deleted_and_brought_back(site, acme):
    """Nor does that he was deleted and came back as nobody."""
    site.login("regent", roles=["hub-admins"])
    regent = acme.one("regent")["id"]
    path = f"/Users/{regent}"
    change = [{"op": "replace", "path": "externalId", "value": "mallory"}]
    assert acme.delete(path).status == 204
    assert acme.user("regent", externalId="regent")["id"] == regent
    assert site.member("regent")["role"] == "read"
    refused(patch(acme, path, change), 400, "mutability")
    assert acme.delete(path).status == 204
    assert acme.user("regent", externalId="regent")["id"] == regent
    refused(patch(acme, path, change), 400, "mutability")
    # Once he has signed in, what he is then counts.
    site.login("regent")
    good(patch(acme, path, change))


def test_admin_by_hand_hidden_by_a_group(site, acme):
    """A role that was given by hand, and that a group has ended."""
    site.login("deputy")
    site.ctl("member", "role", "acme", "deputy", "admin")
    deputy = acme.one("deputy")["id"]
    path = f"/Users/{deputy}"
    change = [{"op": "replace", "path": "externalId", "value": "mallory-2"}]
    low = acme.group("Low", deputy)["id"]
    assert site.member("deputy")["role"] == "read"
    refused(patch(acme, path, change), 400, "mutability")
    assert acme.delete(f"/Groups/{low}").status == 204
    refused(patch(acme, path, change), 400, "mutability")


# --- what a refused request may leave ----------------------------------------

def rows(site, what):
    path = site.folder / "store" / "hfssod.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        n = store.execute(f"SELECT count(*) FROM {what}").fetchone()[0]
    store.close()
    return n


def test_members_of_refused_writes(site, acme):
    """Members that were brought ahead of a write that is refused go."""
    people = bulk(acme, post("/Users", [
        s.user(f"staged-{n}") for n in range(3000)]))
    group = acme.group("Staged")
    body = s.group("Staged", *people)
    s.until(lambda: rows(site, "scim_job") == 0)
    before = rows(site, "scim_member")
    for _ in range(20):
        refused(acme.put(f"/Groups/{group['id']}", body,
                         headers={"If-Match": 'W/"77"'}), 412)
        refused(acme.post("/Groups", body), 409, "uniqueness")
    s.until(lambda: rows(site, "scim_job") == 0)
    assert rows(site, "scim_member") == before
    good(acme.put(f"/Groups/{group['id']}", body))


def test_one_in_many_groups(site, acme, unhurt):
    """Who is in very many groups is a burden to himself alone."""
    many = acme.user("many", externalId="many")["id"]
    bulk(acme, post("/Groups", [
        s.group(f"many-{n}", many) for n in range(5000)]))
    detail = refused(acme.post("/Groups", s.group("one-more", many)), 400,
                     "invalidValue")
    assert "5000 groups" in detail
    assert acme.find("Groups", 'displayName eq "one-more"')[
        "totalResults"] == 0
    cookie = site.login("many")
    site.login("many")
    good(acme.patch(f"/Users/{many}", ("replace", "displayName", "Many")))
    assert site.seen(cookie).status == 200
    first = acme.find("Groups", 'displayName eq "many-0"')[
        "Resources"][0]["id"]
    assert patch(acme, f"/Groups/{first}", [
        {"op": "remove", "path": f'members[value eq "{many}"]'}]
        ).status == 204
    good(acme.post("/Groups", s.group("one-more", many)), 201)
    assert acme.delete(f"/Users/{many}").status == 204

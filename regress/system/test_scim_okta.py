"""
SCIM as Okta speaks it: its test of the connection, its look before it
creates, whole PUTs without active, patches without a path, Push Groups.
"""
import pytest

import daemon as d
import scim as s
from scim import good, refused


@pytest.fixture(scope="module")
def site():
    made = s.Site("okta", ("acme", [
        *d.ROLES, "resource group map \"x\" to \"models\" role read"]))
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module", params=["okta", "tolerant"])
def okta(site, request):
    client = site.client("acme", "-profile", request.param, tokens=3)
    client.headers = {"Accept": "application/scim+json",
                      "Accept-Charset": "utf-8",
                      "User-Agent": "Okta SCIM Client 1.0.0"}
    client.kind = request.param
    return client


def profile(name, **change):
    """What a SCIM 2.0 application of Okta's sends."""
    local = name.split("@", 1)[0]
    return {
        "schemas": [s.USER], "userName": name,
        "name": {"givenName": local.title(), "familyName": "User"},
        "emails": [{"primary": True, "value": name, "type": "work"}],
        "displayName": f"{local.title()} User", "locale": "en-US",
        "externalId": f"00u{local}", "groups": [], "password": "kz8pQ1Xy",
        "active": True, **change}


def assigned(okta, name, **change):
    """Looks by userName first, then creates."""
    name = f"{name}.{okta.kind}@okta.example"
    page = s.listed(okta.get("/Users", {
        "filter": f'userName eq "{name}"', "startIndex": "1",
        "count": "100"}))
    assert page["totalResults"] == 0 and page["startIndex"] == 1
    made = good(okta.post("/Users", profile(name, **change)), 201)
    assert made["active"] is True and "password" not in made
    return name, made


def test_connection(okta):
    page = s.listed(okta.get("/Users", "startIndex=1&count=2"))
    assert page["itemsPerPage"] == len(page.get("Resources", [])) <= 2
    page = s.listed(okta.get("/Groups", "startIndex=1&count=100"))
    assert isinstance(page["totalResults"], int)


def test_assign_and_sign_in(site, okta):
    name, made = assigned(okta, "isaac")
    cookie = site.login(f"00uisaac.{okta.kind}", email=name)
    seen = site.seen(cookie)
    assert seen.header("X-Hfsso-Account") == made["id"]
    assert seen.header("Remote-Email") == name
    again = okta.find("Users", f'userName eq "{name}"')
    assert again["totalResults"] == 1


def test_assigned_twice(okta):
    name, _ = assigned(okta, "twice")
    refused(okta.post("/Users", profile(name)), 409, "uniqueness")


def test_whole_put_without_active(site, okta):
    """A profile change; who forgets active suspends nobody."""
    name, made = assigned(okta, "puts")
    cookie = site.login(f"00uputs.{okta.kind}", email=name)
    at = f"/Users/{made['id']}"
    sent = profile(name, displayName="Renamed", id=made["id"],
                   meta=made["meta"])
    del sent["active"]
    told = good(okta.put(at, sent))
    assert told["active"] is True and told["displayName"] == "Renamed"
    assert site.seen(cookie).status == 200
    assert site.seen(cookie, "Remote-Name") == "Renamed"
    # And whom it has suspended it does not let in by forgetting.
    good(okta.put(at, {**sent, "active": False}))
    assert site.seen(cookie).status == 401
    told = good(okta.put(at, sent))
    assert told["active"] is False
    site.turned_away(f"00uputs.{okta.kind}", "account_ended", email=name)


@pytest.mark.parametrize("body", [
    [{"op": "replace", "value": {"active": False}}],
    [{"op": "replace", "path": "active", "value": False}],
    [{"op": "replace", "value": {"active": False, "id": "whatever"}}]])
def test_deactivate(site, okta, body):
    count = okta.find("Users", count=0)["totalResults"]
    name, made = assigned(okta, f"leaver{count}")
    subject = f"00uleaver{count}.{okta.kind}"
    cookie = site.login(subject, email=name)
    assert site.seen(cookie).status == 200
    answer = okta.ask("PATCH", f"/Users/{made['id']}", {
        "schemas": [s.PATCH], "Operations": body})
    assert answer.status in (200, 204)
    assert site.seen(cookie).status == 401
    page = okta.find("Users", f'userName eq "{name}"')
    assert page["Resources"][0]["active"] is False
    site.turned_away(subject, "account_ended", email=name)
    good(okta.patch(f"/Users/{made['id']}", {
        "op": "replace", "value": {"active": True}}))
    cookie = site.login(subject, email=name)
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]


def test_assigned_again(okta):
    """Unassigned, and assigned again with a POST: the same account."""
    name, made = assigned(okta, "back")
    good(okta.patch(f"/Users/{made['id']}", {
        "op": "replace", "value": {"active": False}}))
    told = good(okta.post("/Users", profile(name, displayName="B")), 201)
    assert told["id"] == made["id"] and told["active"] is True
    assert told["displayName"] == "B"


def test_nulls_and_blanks(okta):
    """What has no value comes as null, as "" or as an empty list."""
    name, made = assigned(okta, "blanks", title=None, nickName="",
                          phoneNumbers=[], profileUrl="")
    for absent in ("title", "nickName", "phoneNumbers", "profileUrl"):
        assert absent not in made, absent
    sent = profile(name, title="Set")
    assert good(okta.put(f"/Users/{made['id']}", sent))["title"] == "Set"
    told = good(okta.put(f"/Users/{made['id']}", {**sent, "title": None}))
    assert "title" not in told


def test_push_groups(site, okta):
    """Create with members that have a display and no type, then patch."""
    people = [assigned(okta, f"pushed{n}") for n in range(4)]
    ids = [x["id"] for _, x in people]
    name = f"Okta Team {okta.kind}"
    page = okta.find("Groups", f'displayName eq "{name}"', startIndex=1,
                     count=100)
    assert page["totalResults"] == 0
    made = good(okta.post("/Groups", {
        "schemas": [s.GROUP], "displayName": name, "members": [
            {"value": ids[0], "display": people[0][0]},
            {"value": ids[1], "display": people[1][0]}]}), 201)
    at = f"/Groups/{made['id']}"
    assert okta.members(made["id"]) == set(ids[:2])
    site.ctl("scim", "link", "acme", name, "models", "write")

    def patch(*operations):
        answer = okta.ask("PATCH", at, {
            "schemas": [s.PATCH], "Operations": list(operations)})
        assert answer.status in (200, 204), answer
    patch({"op": "add", "path": "members", "value": [
        {"value": ids[2], "display": people[2][0]}]})
    patch({"op": "remove", "path": f'members[value eq "{ids[0]}"]'})
    assert okta.members(made["id"]) == {ids[1], ids[2]}
    cookie = site.login(f"00upushed2.{okta.kind}", email=people[2][0])
    assert "models" in site.seen(cookie, "Remote-Groups").split(",")
    # A new name, told with the id inside.
    patch({"op": "replace", "value": {"id": made["id"],
                                      "displayName": name + " 2"}})
    assert okta.members(made["id"]) == {ids[1], ids[2]}
    # Members replaced whole, as after "Push Now".
    patch({"op": "replace", "path": "members", "value": [
        {"value": ids[3], "display": people[3][0]}]})
    assert okta.members(made["id"]) == {ids[3]}
    assert site.seen(cookie, "Remote-Groups") == ""
    told = good(okta.put(at, {
        "schemas": [s.GROUP], "id": made["id"], "displayName": name,
        "members": [{"value": x, "display": "?"} for x in ids[:3]]}))
    assert {x["value"] for x in told["members"]} == set(ids[:3])
    assert site.seen(cookie, "Remote-Groups") == "models"
    assert okta.delete(at).status == 204
    assert site.seen(cookie, "Remote-Groups") == ""
    refused(okta.get(at), 404)


def test_import(okta):
    """It reads everybody, page by page, by a count of its own."""
    total = okta.find("Users", count=0)["totalResults"]
    everyone = okta.every("Users", count=5)
    assert len({x["id"] for x in everyone}) == total


def test_what_okta_never_does(okta):
    """Its profile forgives nothing that can't be told apart."""
    name, made = assigned(okta, "kept")
    at = f"/Users/{made['id']}"
    for bad in ({"op": "replace", "value": {"active": "maybe"}},
                {"op": "replace", "value": []}, {"op": "delete"},
                {"op": "replace", "path": "active.value", "value": False}):
        refused(okta.patch(at, bad), 400)
    assert okta.of(made["id"]) == made

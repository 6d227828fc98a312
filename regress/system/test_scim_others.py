"""
What a profile forgives and what it doesn't, row by row as hfssod(8) has
it; and what is sent by Microsoft's validator, by OneLogin, and by who was
made for the hub's own API.
"""
import base64
import uuid

import pytest

import daemon as d
import scim as s
from scim import good, refused

E = s.ENTERPRISE
ALL = {"tolerant", "entra", "okta", "strict"}
MOST = ALL - {"strict"}
ENTRA = {"tolerant", "entra"}
WORK = 'emails[type eq "work"].value'


@pytest.fixture(scope="module")
def site():
    made = s.Site("others", ("acme", [
        *d.ROLES, 'role map scim-role "writer" to write']))
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def clients(site):
    return {x: site.client("acme", "-profile", x, tokens=3) for x in ALL}


@pytest.fixture(scope="module", params=sorted(ALL))
def client(clients, request):
    made = clients[request.param]
    made.kind = request.param
    return made


def op(name, path=None, value=None):
    made = {"op": name, "path": path, "value": value}
    return {k: v for k, v in made.items() if v is not None}


def patch(client, at, *operations, **body):
    return client.ask("PATCH", at, {
        "schemas": [s.PATCH], "Operations": list(operations), **body})


def person(client, **attributes):
    name = f"p{uuid.uuid4().hex[:12]}@example.org"
    return client.user(name, **{
        "externalId": str(uuid.uuid4()), "title": "T", "emails": [
            {"value": name, "type": "work", "primary": True}], **attributes})


# --- the table of hfssod(8) --------------------------------------------------

POSTS = [
    ({"id": "5", "meta": {"version": "x"}, "groups": []}, ALL),
    ({"shoe": 44, "urn:acme:x": {"a": 1}}, ALL),
    ({"schemas": None}, MOST), ({"schemas": [s.GROUP]}, MOST),
    ({"schemas": ["urn:scim:schemas:core:1.0"]}, MOST),
    ({"emails": {"value": "a@example.org"}}, MOST),
    ({"title": ["T"]}, MOST), ({"title": [{"value": "T"}]}, MOST),
    ({"active": [True]}, MOST), ({E: {"manager": "m"}}, MOST),
    ({"title": ""}, MOST), ({"emails": [], "roles": []}, ALL),
    ({"emails": [{"value": "", "type": "work"}]}, MOST),
    ({"title": None, "emails": None, "name": None}, ALL),
    ({"active": "True"}, MOST),
    ({"emails": [{"value": "a@example.org", "primary": "False"}]}, MOST),
    ({"name.givenName": "G"}, MOST), ({f"{E}:department": "D"}, MOST),
    ({"title": 5, "externalId": 77}, MOST)]


@pytest.mark.parametrize("change,takes", POSTS)
def test_resources(client, change, takes):
    body = s.user(f"r{uuid.uuid4().hex}", **change)
    answer = client.post("/Users", body)
    if client.kind in takes:
        assert good(answer, 201)["active"] is True
        assert client.delete(answer.header(
            "Location").split("/v2", 1)[1]).status == 204
    else:
        assert "profile" in refused(answer, 400)
        assert client.one(body["userName"]) is None


PATCHES = [
    (op("replace", "title", "N"), ALL), (op("Replace", "title", "N"), MOST),
    (op("REPLACE", value={"title": "N"}), MOST),
    (op("replace", "title", ["N"]), MOST),
    (op("add", "title", [{"value": "N", "$ref": None}]), MOST),
    (op("replace", "", {"title": "N"}), MOST),
    (op("replace", value={f"{s.USER}:title": "N"}), MOST),
    (op("replace", value={"title": "N", "name.givenName": "G"}), MOST),
    (op("replace", value={"title": "N", WORK: "n@example.org"}), MOST),
    (op("replace", value={"title": "N", "id": "x", "meta": {}}), ALL),
    (op("replace", "/title", "N"), ENTRA),
    (op("replace", s.USER, {"title": "N"}), ENTRA)]


@pytest.mark.parametrize("operation,takes", PATCHES)
def test_operations(client, clients, operation, takes):
    made = person(clients["tolerant"])
    answer = patch(client, f"/Users/{made['id']}", operation)
    if client.kind in takes:
        assert good(answer)["title"] == "N"
    else:
        assert "profile" in refused(answer, 400)
        assert client.of(made["id"]) == made


# Of members a and b: what is left.
MEMBERS = [
    (op("remove", 'members[value eq "A"]'), ALL, "b"),
    (op("remove", "members", [{"value": "A"}]), ENTRA, "b"),
    (op("remove", "members", {"value": "A"}), ENTRA, "b"),
    (op("remove", "members"), ALL, ""),
    (op("replace", "members", []), ALL, ""),
    (op("add", "members", [{"value": "C", "display": "c"}]), ALL, "abc"),
    (op("add", "members", {"value": "C"}), MOST, "abc"),
    (op("replace", value={"members": ["C"]}), MOST, "c"),
    # No id is not nobody.
    (op("replace", "members", ""), (), "ab"),
    (op("replace", "members", [""]), (), "ab"),
    (op("replace", "members", [None]), (), "ab"),
    (op("replace", "members", [{"value": "C"}, {"value": ""}]), (), "ab"),
    (op("replace", value={"members": []}), (), "ab"),
    (op("remove", "members", []), (), "ab"),
    (op("remove", value={"members": [{"value": "A"}]}), (), "ab")]


@pytest.mark.parametrize("operation,takes,left", MEMBERS)
def test_members(client, clients, operation, takes, left):
    people = {x: person(clients["tolerant"])["id"] for x in "abc"}
    group = client.group(f"g {uuid.uuid4()}", people["a"], people["b"])
    text = repr(operation)
    for name in "abc":
        text = text.replace(f"'{name.upper()}'", f"'{people[name]}'") \
            .replace(f'"{name.upper()}"', f'"{people[name]}"')
    answer = patch(client, f"/Groups/{group['id']}", eval(text))
    if client.kind in takes:
        assert answer.status in (200, 204), answer
    else:
        refused(answer, 400)
        left = "ab"
    assert client.members(group["id"]) == {people[x] for x in left}


@pytest.mark.parametrize("members", [[""], [None], "", [{"value": None}],
                                     [{}]])
def test_members_of_a_put(client, members):
    who = person(client)["id"]
    group = client.group(f"g {uuid.uuid4()}", who)
    refused(client.put(f"/Groups/{group['id']}", {
        "schemas": [s.GROUP], "displayName": group["displayName"],
        "members": members}), 400)
    assert client.members(group["id"]) == {who}


# --- Microsoft's validator ---------------------------------------------------

def test_validator(client):
    """It asks for nothing, and sets what is of no type it has named."""
    made = person(client)
    at = f"/Users/{made['id']}"
    group = client.group(f"g {uuid.uuid4()}", made["id"])
    answers = [patch(client, at), patch(client, f"/Groups/{group['id']}")]
    if client.kind == "strict":
        assert "profile" in refused(answers[0], 400)
        refused(answers[1], 400)
        return
    assert good(answers[0]) == {**made, "groups": client.of(
        made["id"])["groups"]}
    assert answers[1].status == 204
    assert client.members(group["id"]) == {made["id"]}
    told = good(patch(
        client, at, op("replace", 'emails[type eq "untyped"].value', "a@b.cc"),
        op("replace", 'emails[type eq "untyped"].primary', True),
        op("replace", 'addresses[primary EQ "True"].locality', "Bern"),
        op("replace", 'phoneNumbers[type eq "untyped"].primary', "True")))
    assert {x["value"] for x in told["emails"] if x["primary"]} == {"a@b.cc"}
    assert told["addresses"] == [{"locality": "Bern", "primary": True}]


def test_one_role(site, client):
    """Entra ID: one role of an application, mapped to the primary one."""
    if client.kind == "strict":
        pytest.skip("makes what is not there with replace")
    made = person(client, roles=[{
        "primary": "True", "type": "WindowsAzureActiveDirectoryRole",
        "value": "reader"}])
    cookie = site.login(made["externalId"], email=made["userName"])
    assert site.seen(cookie, "X-Hfsso-Role") == "read"
    path = 'roles[primary eq "True"].value'
    for word in ("Replace", "Add"):
        told = good(patch(client, f"/Users/{made['id']}", op(
            word, path, "writer")))
        assert [x["value"] for x in told["roles"]] == ["writer"]
        assert told["roles"][0]["primary"] is True
    assert site.seen(cookie, "X-Hfsso-Role") == "write"
    good(patch(client, f"/Users/{made['id']}", op("Remove", path)))
    assert site.seen(cookie, "X-Hfsso-Role") == "read"


def test_manager_without_its_schema(client):
    """As Microsoft's pages have it, and where it leads to."""
    boss, made = person(client), person(client)
    answer = patch(client, f"/Users/{made['id']}", op("add", "manager", [
        {"$ref": f"../Users/{boss['id']}", "value": boss["id"]}]))
    if client.kind not in ENTRA:
        refused(answer, 400)
        return
    assert good(answer)[E]["manager"]["value"] == boss["id"]
    page = client.find("Users", f'id eq "{made["id"]}" and {E}:manager eq '
                       f'"{boss["id"]}"', attributes="id")
    assert page["totalResults"] == 1


# --- others ------------------------------------------------------------------

def test_onelogin(clients):
    client = clients["tolerant"]
    name = f"ol{uuid.uuid4().hex}"
    page = s.listed(client.get("/Users", f"filter=userName+eq+%22{name}%22&"))
    assert page["totalResults"] == 0 and page["Resources"] == []
    body = {"schemas": ["urn:scim:schemas:core:2.0",
                        "urn:scim:schemas:extension:enterprise:2.0"],
            "userName": name, "externalId": "4711", "title": None,
            "name": {"familyName": " 01", "givenName": "Test"}, E: {
                "department": None}, "emails": [
                    {"value": f"{name}@example.org", "primary": True,
                     "type": "work"}], "active": True}
    made = good(client.post("/Users?", body), 201)
    assert made["name"] == {"familyName": " 01", "givenName": "Test"}
    assert made["externalId"] == "4711"
    told = good(client.put(f"/Users/{made['id']}?", {
        **body, "displayName": "D", "id": made["id"], "meta": made["meta"]}))
    assert told["displayName"] == "D" and told["id"] == made["id"]
    group = good(client.post("/Groups", {
        "displayName": name, "schemas": [s.GROUP]}), 201)["id"]
    for word, left in (("add", {made["id"]}), ("remove", set())):
        assert patch(client, f"/Groups/{group}", op(
            word, "members", [{"value": made["id"]}])).status == 204
        assert client.members(group) == left
    told = good(client.put(f"/Users/{made['id']}", {**body,
                                                    "active": False}))
    assert told["active"] is False
    assert client.delete(f"/Users/{made['id']}?").status == 204


def test_the_hub_s_own_paths(clients):
    """Its API describes a path with single quotes."""
    for kind in ALL:
        client = clients[kind]
        made = person(client)
        answer = patch(client, f"/Users/{made['id']}", op(
            "replace", "emails[type eq 'work'].value", "n@example.org"))
        if kind in ENTRA:
            assert good(answer)["emails"][0]["value"] == "n@example.org"
        else:
            refused(answer, 400)
    refused(client.get("/Users", {"filter": "userName eq 'x'"}), 400,
            "invalidFilter")


def test_bearer(client):
    """However the token is written, as long as it is there."""
    token = client.tokens[0].encode()
    coded = base64.b64encode(token).decode()
    for said in (f"bearer {token.decode()}", f"BEARER  {token.decode()}",
                 f"Bearer {coded}", f"Bearer {coded.rstrip('=')}"):
        s.listed(client.ask("GET", "/Users", query="count=0", token="",
                            headers={"Authorization": said}))
    for said in (token.decode(), f"Token {token.decode()}", "non-token",
                 f"Basic {coded}", f"Bearer: {token.decode()}"):
        refused(client.ask("GET", "/Users", token="",
                           headers={"Authorization": said}), 401)

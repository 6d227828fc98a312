"""
SCIM as Entra ID speaks it: its probe for somebody who is not there,
capitalised operations, booleans as text, members removed by value, dotted
and URN keys without a path, paths that make what is missing; and the
sequence of its validator.
"""
import uuid

import pytest

import daemon as d
import scim as s
from scim import good, refused

E = s.ENTERPRISE
WORK = 'emails[type eq "work"].value'


@pytest.fixture(scope="module")
def site():
    made = s.Site("entra", ("acme", [
        *d.ROLES, 'role map group "Entra Writers" to write']))
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module", params=["entra", "tolerant"])
def entra(site, request):
    client = site.client("acme", "-profile", request.param, tokens=3)
    client.kind = request.param
    return client


def patch(client, identifier, *operations, what="Users", query=None):
    answer = client.ask("PATCH", f"/{what}/{identifier}", {
        "schemas": [s.PATCH], "Operations": list(operations)}, query)
    assert answer.status in (200, 204), answer
    return good(client.get(f"/{what}/{identifier}"))


def op(name, path, value):
    return {"op": name, "path": path, "value": value}


def created(client, **change):
    """By its attribute mapping; objectId is the externalId."""
    who = str(uuid.uuid4())
    name = f"u{who[:8]}@contoso.example"
    page = client.find("Users", f'externalId eq "{who}"')
    assert page["totalResults"] == 0
    sent = {
        "schemas": [s.USER, E], "externalId": who, "userName": name,
        "active": True, "displayName": "Given Sur", "emails": [
            {"primary": True, "type": "work", "value": name}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "givenName familyName", "familyName": "Sur",
                 "givenName": "Given"}, "roles": [], **change}
    return good(client.post("/Users", sent), 201)


def test_probe(entra):
    """Nobody of that name: 200 and empty, never 404."""
    answer = entra.get("/Users", {"filter": f'userName eq "{uuid.uuid4()}"'})
    page = s.listed(answer)
    assert page["totalResults"] == 0 and page["itemsPerPage"] == 0
    assert page["startIndex"] == 1 and page.get("Resources", []) == []
    answer = entra.get("/Groups", {
        "excludedAttributes": "members",
        "filter": f'displayName eq "{uuid.uuid4()}"'})
    assert s.listed(answer)["totalResults"] == 0
    refused(entra.get(f"/Users/{uuid.uuid4()}"), 404)


def test_found_by_object_id(entra):
    made = created(entra)
    page = entra.find("Users", f'externalId eq "{made["externalId"]}"')
    assert page["Resources"][0]["id"] == made["id"]
    page = entra.find("Users", f'{WORK} eq "{made["userName"]}"')
    assert page["totalResults"] == 1


def test_capitalised(entra):
    made = created(entra)
    told = patch(
        entra, made["id"], op("Replace", "displayName", "New"),
        op("Add", "title", "Chief"), op("Add", "nickName", "N"),
        {"op": "Remove", "path": "nickName"})
    assert told["displayName"] == "New" and told["title"] == "Chief"
    assert "nickName" not in told


@pytest.mark.parametrize("value", ["False", "false", False])
@pytest.mark.parametrize("path", [True, False])
def test_deactivate(site, entra, value, path):
    made = created(entra)
    cookie = site.login(made["externalId"], email=made["userName"])
    told = patch(entra, made["id"], op("Replace", "active", value) if path
                 else {"op": "Replace", "value": {"active": value}})
    assert told["active"] is False
    assert site.seen(cookie).status == 401
    page = entra.find("Users", f'externalId eq "{made["externalId"]}" and '
                      'active eq false')
    assert page["totalResults"] == 1
    told = patch(entra, made["id"], op("Replace", "active",
                                       str(not value) if value is False
                                       else "True"))
    assert told["active"] is True
    site.login(made["externalId"], email=made["userName"])


def test_booleans_as_text_in_a_post(entra):
    made = created(entra, active="True", emails=[
        {"primary": "True", "type": "work", "value": "t@contoso.example"}])
    assert made["active"] is True and made["emails"][0]["primary"] is True
    made = created(entra, active="False")
    assert made["active"] is False


def test_paths_that_make(entra):
    made = created(entra, emails=[])
    assert "emails" not in made
    told = patch(
        entra, made["id"], op("Add", WORK, "w@contoso.example"),
        op("Add", 'phoneNumbers[type eq "mobile"].value', "555"),
        op("Add", 'addresses[type eq "work"].country', "CH"),
        op("Add", 'addresses[type eq "work"].locality', "Bern"),
        op("Add", "name.givenName", "G"),
        op("Add", f"{E}:department", "Tour"),
        op("Add", f"{E}:manager", "boss-1"),
        op("Add", f"{s.USER}:locale", "de-CH"))
    assert told["emails"] == [{"value": "w@contoso.example",
                               "type": "work"}]
    assert told["phoneNumbers"] == [{"value": "555", "type": "mobile"}]
    assert told["addresses"] == [{"type": "work", "country": "CH",
                                  "locality": "Bern"}]
    assert told["name"]["givenName"] == "G" and told["locale"] == "de-CH"
    assert told[E]["department"] == "Tour"
    assert told[E]["manager"]["value"] == "boss-1"
    assert E in told["schemas"]
    # The same again by the other word, then changed.
    told = patch(entra, made["id"], op("Replace", WORK, "n@contoso.example"),
                 op("Replace", f"{E}:manager", "boss-2"))
    assert told["emails"] == [{"value": "n@contoso.example",
                               "type": "work"}]
    assert told[E]["manager"]["value"] == "boss-2"
    told = patch(entra, made["id"], {"op": "Remove",
                                     "path": f"{E}:manager"})
    assert "manager" not in told[E]


def test_replace_that_makes(entra):
    """Entra may say replace for what is not there yet."""
    if entra.kind != "entra":
        pytest.skip("what the RFC refuses is forgiven by profile")
    made = created(entra, emails=[])
    told = patch(entra, made["id"], op("Replace", WORK, "r@contoso.example"),
                 op("Replace", 'phoneNumbers[type eq "work"].value', "1"))
    assert told["emails"] == [{"value": "r@contoso.example",
                               "type": "work"}]
    assert told["phoneNumbers"] == [{"value": "1", "type": "work"}]


def test_keys_without_a_path(entra):
    made = created(entra)
    told = patch(entra, made["id"], {"op": "Replace", "value": {
        "displayName": "Dotted", "name.givenName": "Dot",
        "name.familyName": "Ted", f"{E}:department": "Keys",
        f"{E}:employeeNumber": "77", "active": "True",
        f"{s.USER}:title": "Urn"}})
    assert told["displayName"] == "Dotted" and told["title"] == "Urn"
    assert told["name"] == {"formatted": "givenName familyName",
                            "givenName": "Dot", "familyName": "Ted"}
    assert told[E] == {"department": "Keys", "employeeNumber": "77"}
    told = patch(entra, made["id"], {"op": "Add", "value": {
        WORK: "keyed@contoso.example"}})
    assert [x["value"] for x in told["emails"]
            if x.get("type") == "work"] == ["keyed@contoso.example"]


def test_manager_as_an_object(entra):
    boss, made = created(entra), created(entra)
    told = patch(entra, made["id"], op("Add", f"{E}:manager", {
        "value": boss["id"]}))
    assert told[E]["manager"]["value"] == boss["id"]
    told = patch(entra, made["id"], {"op": "Replace", "value": {
        E: {"manager": {"value": "other"}}}})
    assert told[E]["manager"]["value"] == "other"


# --- groups ------------------------------------------------------------------

def team(entra, *members):
    return good(entra.post("/Groups", {
        "schemas": [s.GROUP,
                    "http://schemas.microsoft.com/2006/11/"
                    "ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": str(uuid.uuid4()),
        "displayName": f"team {uuid.uuid4()}",
        "meta": {"resourceType": "Group"},
        "members": [{"value": x} for x in members]}), 201)


def test_a_group_with_a_schema_of_its_own(entra):
    made = team(entra)
    assert made["schemas"] == [s.GROUP] and not made.get("members")
    page = entra.find("Groups", f'displayName eq "{made["displayName"]}"',
                      excludedAttributes="members")
    assert page["Resources"][0]["id"] == made["id"]
    page = entra.find("Groups", f'externalId eq "{made["externalId"]}"')
    assert page["totalResults"] == 1


def test_excluded_members(entra):
    who = created(entra)["id"]
    made = team(entra, who)
    told = good(entra.get(f"/Groups/{made['id']}",
                          {"excludedAttributes": "members"}))
    assert "members" not in told
    assert told["displayName"] == made["displayName"]
    assert entra.members(made["id"]) == {who}


def test_members_by_value(entra):
    """Without a filter: those that are named, not all, not none."""
    people = [created(entra)["id"] for _ in range(4)]
    made = team(entra)["id"]
    patch(entra, made, op("Add", "members", [
        {"value": x} for x in people]), what="Groups")
    assert entra.members(made) == set(people)
    patch(entra, made, op("Remove", "members", [{"value": people[0]}]),
          what="Groups")
    assert entra.members(made) == set(people[1:])
    patch(entra, made, op("Remove", "members", [
        {"value": people[0]}, {"value": people[1], "display": None}]),
        what="Groups")
    assert entra.members(made) == set(people[2:])
    patch(entra, made, {"op": "Remove",
                        "path": f'members[value eq "{people[2]}"]'},
          what="Groups")
    assert entra.members(made) == {people[3]}
    # A member that has gone is removed once more: nothing to do.
    entra.delete(f"/Users/{people[3]}")
    assert entra.members(made) == set()
    answer = entra.patch(f"/Groups/{made}", op(
        "Remove", "members", [{"value": people[3]}]))
    assert answer.status in (200, 204)


def test_two_at_once_in_one_group(entra):
    """Add and Remove in one PATCH, in turn."""
    one, two = created(entra)["id"], created(entra)["id"]
    made = team(entra, one)["id"]
    patch(entra, made, op("Add", "members", [{"value": two}]),
          op("Remove", "members", [{"value": one}]),
          op("Replace", "displayName", f"turned {made}"), what="Groups")
    assert entra.members(made) == {two}


def test_a_role_by_a_group(site, entra):
    made = created(entra)
    cookie = site.login(made["externalId"], email=made["userName"])
    assert site.seen(cookie, "X-Hfsso-Role") == "read"
    group = good(entra.post("/Groups", s.group("Entra Writers")), 201)
    patch(entra, group["id"], op("Add", "members", [
        {"value": made["id"]}]), what="Groups")
    assert site.seen(cookie, "X-Hfsso-Role") == "write"
    patch(entra, group["id"], op("Remove", "members", [
        {"value": made["id"]}]), what="Groups")
    assert site.seen(cookie, "X-Hfsso-Role") == "read"
    entra.delete(f"/Groups/{group['id']}")


@pytest.mark.parametrize("value", [
    "Flase", "", "0", "no", 0, 1, [], {"value": "no"}, [True, False],
    {"active": False}])
def test_text_that_is_no_boolean(entra, value):
    made = created(entra)
    answer = entra.patch(f"/Users/{made['id']}", op(
        "Replace", "active", value))
    if value in ("", []) and answer.status != 400:
        # Nothing may mean "unassigned"; it suspends nobody.
        assert answer.status in (200, 204)
    else:
        refused(answer, 400, "invalidValue")
    assert entra.of(made["id"])["active"] is True


# --- the validator of Microsoft's --------------------------------------------

def test_validator(entra):
    """The order of scimvalidator.microsoft.com, by its results page."""
    s.listed(entra.get("/Schemas"))
    s.listed(entra.get("/ResourceTypes"))
    made = created(entra)
    at = f"/Users/{made['id']}"
    # Create a duplicate user.
    refused(entra.post("/Users", {
        "schemas": [s.USER], "userName": made["userName"],
        "externalId": str(uuid.uuid4())}), 409, "uniqueness")
    # Filter for an existing and a non-matching user, in any case.
    for where, total in (
            (f'userName eq "{made["userName"]}"', 1),
            (f'userName eq "{made["userName"].upper()}"', 1),
            (f'userName eq "{uuid.uuid4()}"', 0)):
        assert entra.find("Users", where)["totalResults"] == total
    # Patch: add, replace and remove attributes.
    told = patch(entra, made["id"], op("add", "title", "T"),
                 op("add", f"{E}:costCenter", "C"))
    assert told["title"] == "T" and told[E]["costCenter"] == "C"
    told = patch(entra, made["id"], op("replace", "userName",
                                       f"new{made['userName']}"))
    assert told["userName"] == f"new{made['userName']}"
    told = patch(entra, made["id"], {"op": "remove", "path": "title"})
    assert "title" not in told
    # Put, with what it read.
    told["displayName"] = "Put"
    told = good(entra.put(at, told))
    assert told["displayName"] == "Put"
    # Disable, enable, delete; delete again.
    assert patch(entra, made["id"], op(
        "Replace", "active", False))["active"] is False
    assert patch(entra, made["id"], op(
        "Replace", "active", True))["active"] is True
    assert entra.delete(at).status == 204
    refused(entra.delete(at), 404)
    # Groups.
    who = created(entra)["id"]
    group = team(entra)
    there = f"/Groups/{group['id']}"
    refused(entra.post("/Groups", s.group(
        group["displayName"].upper())), 409, "uniqueness")
    told = patch(entra, group["id"], op(
        "replace", "displayName", f"renamed {group['id']}"), what="Groups")
    assert told["displayName"] == f"renamed {group['id']}"
    patch(entra, group["id"], op("add", "members", [{"value": who}]),
          what="Groups")
    assert entra.members(group["id"]) == {who}
    patch(entra, group["id"], op("remove", "members", [{"value": who}]),
          what="Groups")
    assert entra.members(group["id"]) == set()
    assert entra.delete(there).status == 204
    refused(entra.get(there), 404)
    # It posts to discovery, too: an answer, not a hang.
    refused(entra.post("/Schemas", {"schemas": [s.USER]}), 405)


def test_strict_forgives_none_of_it(site):
    client = site.client("acme", "-profile", "strict")
    made = client.user(f"strict-{uuid.uuid4()}")
    at = f"/Users/{made['id']}"
    group = client.group(f"strict {uuid.uuid4()}", made["id"])
    for bad in (op("Replace", "title", "x"), op("replace", "active",
                                                "False"),
                {"op": "replace", "value": {"name.givenName": "x"}},
                {"op": "replace", "value": {f"{E}:department": "x"}},
                op("replace", "title", 5), op("add", "emails", {
                    "value": "a@b.cc"})):
        refused(client.patch(at, bad), 400)
    refused(client.ask("PATCH", at, {"Operations": [
        op("replace", "title", "x")]}), 400, "invalidSyntax")
    refused(client.post("/Users", {"userName": "no-schemas"}), 400,
            "invalidSyntax")
    assert client.of(made["id"])["active"] is True
    assert client.members(group["id"]) == {made["id"]}

"""
SCIM, the protocol: RFC 7643 and 7644, RFC 9865's cursors.  What is asked of
filters, PATCH, groups and life cycles has files of its own.
"""
import json
import threading

import pytest

import daemon as d
import scim as s
from scim import good, refused


@pytest.fixture(scope="module")
def site():
    made = s.Site("protocol", "acme", "beta", "lists", (
        "basic", ["mode basic", "default role read"], s.TRUST, s.TRUST))
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def acme(site):
    return site.client("acme", tokens=4)


@pytest.fixture(scope="module")
def lists(site):
    """Twenty-three Users, of whom every third has no title."""
    client = site.client("lists", tokens=4)
    for n in range(23):
        more = {"title": f"t{(n * 7) % 23:02d}"} if n % 3 else {}
        client.user(f"list-{n:02d}", externalId=f"L{n}", name={
            "familyName": "ZY"[n % 2] + "x", "givenName": f"g{n}"},
            emails=[{"value": f"b{n}@example.org"},
                    {"value": f"a{22 - n:02d}@example.org",
                     "primary": True}], **more)
    for n in range(5):
        client.group(f"group-{n}")
    return client


# --- what it says of itself --------------------------------------------------

def test_configuration(acme):
    told = good(acme.get("/ServiceProviderConfig"))
    assert told["schemas"] == [
        "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]
    for name in ("patch", "bulk", "filter", "sort", "etag"):
        assert told[name]["supported"] is True, name
    assert told["changePassword"]["supported"] is False
    assert told["bulk"]["maxOperations"] == 1000
    assert told["bulk"]["maxPayloadSize"] >= 1 << 20
    assert told["filter"]["maxResults"] == 1000
    scheme, = told["authenticationSchemes"]
    assert scheme["type"] == "oauthbearertoken"
    assert scheme["name"] and scheme["description"]
    # RFC 9865 4.
    assert told["pagination"]["cursor"] is True
    assert told["pagination"]["index"] is True
    assert told["pagination"]["defaultPaginationMethod"] == "index"
    assert told["pagination"]["cursorTimeout"] == 86400
    assert told["pagination"]["maxPageSize"] == 1000
    assert told["meta"]["resourceType"] == "ServiceProviderConfig"
    assert told["meta"]["location"].endswith("/ServiceProviderConfig")


def test_resource_types(acme):
    page = s.listed(acme.get("/ResourceTypes"))
    assert page["totalResults"] == len(page["Resources"]) == 2
    told = {x["name"]: x for x in page["Resources"]}
    assert told["User"]["endpoint"] == "/Users"
    assert told["User"]["schema"] == s.USER
    assert told["User"]["schemaExtensions"] == [
        {"schema": s.ENTERPRISE, "required": False}]
    assert told["Group"]["endpoint"] == "/Groups"
    assert told["Group"]["schema"] == s.GROUP
    for name, one in told.items():
        alone = good(acme.get(f"/ResourceTypes/{name}"))
        assert alone == one
        assert alone["schemas"] == [
            "urn:ietf:params:scim:schemas:core:2.0:ResourceType"]
        assert alone["meta"]["location"].endswith(f"/ResourceTypes/{name}")
    refused(acme.get("/ResourceTypes/Device"), 404)


def test_schemas(acme):
    page = s.listed(acme.get("/Schemas"))
    told = {x["id"]: x for x in page["Resources"]}
    assert {s.USER, s.GROUP, s.ENTERPRISE} <= set(told)
    assert page["totalResults"] == len(told)
    for urn, schema in told.items():
        assert good(acme.get(f"/Schemas/{urn}")) == schema
        assert schema["name"] and schema["attributes"]
        for attribute in schema["attributes"]:
            check_attribute(attribute)
    refused(acme.get("/Schemas/urn:example:none"), 404)
    user = {x["name"]: x for x in told[s.USER]["attributes"]}
    assert user["userName"]["required"] is True
    assert user["userName"]["uniqueness"] == "server"
    assert user["userName"]["caseExact"] is False
    assert user["password"]["mutability"] == "writeOnly"
    assert user["password"]["returned"] == "never"
    assert user["groups"]["mutability"] == "readOnly"
    assert {x["name"] for x in user["emails"]["subAttributes"]} == {
        "value", "display", "type", "primary"}
    # RFC 7643 2.3.6, 2.3.7: binary and reference are case exact.
    for name in ("x509Certificates", "photos"):
        assert user[name]["subAttributes"][0]["name"] == "value"
        assert user[name]["subAttributes"][0]["caseExact"] is True
    group = {x["name"]: x for x in told[s.GROUP]["attributes"]}
    assert group["displayName"]["required"] is True
    assert {x["name"] for x in group["members"]["subAttributes"]} == {
        "value", "$ref", "type", "display"}
    value, = [x for x in group["members"]["subAttributes"]
              if x["name"] == "value"]
    assert value["mutability"] == "immutable"


def check_attribute(told):
    """RFC 7643 7."""
    assert told["type"] in ("string", "boolean", "decimal", "integer",
                            "dateTime", "binary", "reference", "complex")
    for name in ("multiValued", "required"):
        assert isinstance(told[name], bool), told
    if told["type"] != "complex":
        assert isinstance(told["caseExact"], bool), told
    if told["type"] in ("binary", "reference"):
        assert told["caseExact"] is True, told
    assert told["mutability"] in ("readOnly", "readWrite", "immutable",
                                  "writeOnly")
    assert told["returned"] in ("always", "never", "default", "request")
    assert told["uniqueness"] in ("none", "server", "global")
    assert told["description"]
    if told["type"] == "reference":
        assert told["referenceTypes"]
    for below in told.get("subAttributes", []):
        check_attribute(below)


@pytest.mark.parametrize("path", [
    "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"])
def test_discovery_takes_no_filter(acme, path):
    """RFC 7644 4: 403, so that nobody believes that it was applied."""
    refused(acme.get(path, {"filter": 'id eq "User"'}), 403)
    # Sorting and paging are ignored there.
    good(acme.get(path, {"startIndex": "5", "count": "1",
                         "sortBy": "name"}))


def test_tenant_url(site):
    made = site.token("acme")
    assert made["url"] == site.daemon.url("/api/organizations/acme/scim/v2")
    made = site.token("basic")
    assert made["url"] == site.daemon.url(
        "/api/organizations/basic/scim-provisioning/v2")


# --- one resource ------------------------------------------------------------

EVERYTHING = {
    "externalId": "e-1",
    "name": {"formatted": "Ms. Barbara J Jensen, III",
             "familyName": "Jensen", "givenName": "Barbara",
             "middleName": "Jane", "honorificPrefix": "Ms.",
             "honorificSuffix": "III"},
    "displayName": "Babs Jensen", "nickName": "Babs",
    "profileUrl": "https://login.example.com/bjensen",
    "title": "Tour Guide", "userType": "Employee",
    "preferredLanguage": "en-US", "locale": "en-US",
    "timezone": "America/Los_Angeles", "active": True,
    "emails": [{"value": "bjensen@example.com", "type": "work",
                "primary": True},
               {"value": "babs@jensen.org", "type": "home"}],
    "phoneNumbers": [{"value": "555-555-5555", "type": "work"},
                     {"value": "555-555-4444", "type": "mobile"}],
    "ims": [{"value": "someaimhandle", "type": "aim"}],
    "photos": [{"value": "https://photos.example.com/p/F", "type": "photo"}],
    "entitlements": [{"value": "seat"}],
    "roles": [{"value": "guide", "display": "Guide", "primary": True}],
    "x509Certificates": [{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZI"}],
    "addresses": [{"streetAddress": "100 Universal City Plaza",
                   "locality": "Hollywood", "region": "CA",
                   "postalCode": "91608", "country": "US", "type": "work",
                   "formatted": "100 Universal City Plaza\nHollywood, CA",
                   "primary": True}],
    s.ENTERPRISE: {"employeeNumber": "701984", "costCenter": "4130",
                   "organization": "Universal Studios",
                   "division": "Theme Park", "department": "Tour",
                   "manager": {"value": "26118915-6090-4610-87e4"}},
}


def test_everything_is_kept(site, acme):
    """The User of RFC 7643 8.3, sent and read back."""
    sent = s.user("Bjensen@Example.com", s.ENTERPRISE, **EVERYTHING)
    answer = acme.post("/Users", sent)
    made = good(answer, 201)
    assert answer.header("Location") == made["meta"]["location"] == \
        site.daemon.url(f"{acme.base}/Users/{made['id']}")
    assert answer.header("ETag") == made["meta"]["version"]
    assert made["meta"]["resourceType"] == "User"
    assert made["meta"]["created"] == made["meta"]["lastModified"]
    assert sorted(made["schemas"]) == sorted(sent["schemas"])
    for name, value in sent.items():
        if name not in ("schemas", s.ENTERPRISE):
            assert made[name] == value, name
    kept = dict(made[s.ENTERPRISE])
    assert kept["manager"]["value"] == "26118915-6090-4610-87e4"
    answer = acme.get(f"/Users/{made['id']}")
    assert good(answer) == made
    assert answer.header("ETag") == made["meta"]["version"]


def test_password_is_forgotten(site, acme):
    made = acme.user("secretive", password="t1meMa$heen-XYZ")
    assert "password" not in made
    answer = acme.get(f"/Users/{made['id']}", {"attributes": "password"})
    assert "password" not in good(answer)
    answer = acme.get("/Users", {"filter": 'password eq "t1meMa$heen-XYZ"'})
    if answer.status == 200:
        assert answer.json["totalResults"] == 0
    for path in (site.folder / "store").iterdir():
        assert b"t1meMa$heen" not in path.read_bytes(), path
    assert "t1meMa$heen" not in site.daemon.log()


def test_what_a_client_may_not_say_is_ignored(acme):
    """RFC 7644 3.3: read-only attributes of a request are ignored."""
    made = acme.user("claims", id=s.NOBODY, groups=[{"value": s.NOBODY}],
                     meta={"version": 'W/"99"', "location": "http://x/",
                           "created": "2001-01-01T00:00:00Z"})
    assert made["id"] != s.NOBODY
    assert made["meta"]["version"] != 'W/"99"'
    assert not made["meta"]["created"].startswith("2001")
    assert "groups" not in made
    changed = good(acme.put(f"/Users/{made['id']}", s.user(
        "claims", id=s.NOBODY, title="New")))
    assert changed["id"] == made["id"] and changed["title"] == "New"
    refused(acme.get(f"/Users/{s.NOBODY}"), 404)


def test_put_replaces(acme):
    made = acme.user("replaced", title="Old", nickName="Nick",
                     externalId="r-1", emails=[{"value": "r@example.org"}])
    kept = good(acme.put(f"/Users/{made['id']}", s.user(
        "replaced", title="New")))
    assert kept["title"] == "New"
    for name in ("nickName", "emails"):
        assert name not in kept, name
    # What links him to a login goes only when it is said.
    assert kept["externalId"] == "r-1"
    told = good(acme.put(f"/Users/{made['id']}", s.user(
        "replaced", title="New", externalId=None)))
    assert "externalId" not in told
    kept = good(acme.get(f"/Users/{made['id']}"))
    assert kept["meta"]["created"] == made["meta"]["created"]
    assert kept["meta"]["version"] != made["meta"]["version"]
    assert kept["active"] is True
    assert good(acme.get(f"/Users/{made['id']}")) == kept


def test_put_makes_nothing(acme):
    """RFC 7644 3.5.1: HTTP PUT MUST NOT be used to create."""
    refused(acme.put(f"/Users/{s.NOBODY}", s.user("made-by-put")), 404)
    assert acme.one("made-by-put") is None


def test_delete(acme):
    made = acme.user("deleted")
    answer = acme.delete(f"/Users/{made['id']}")
    assert answer.status == 204 and not answer.body
    for answer in (acme.get(f"/Users/{made['id']}"),
                   acme.delete(f"/Users/{made['id']}"),
                   acme.put(f"/Users/{made['id']}", s.user("deleted")),
                   acme.patch(f"/Users/{made['id']}",
                              ("replace", "title", "x"))):
        refused(answer, 404)
    assert acme.one("deleted") is None


def test_uniqueness(acme):
    acme.user("Unique@example.org", externalId="U-1")
    for name in ("Unique@example.org", "unique@EXAMPLE.org"):
        refused(acme.post("/Users", s.user(name)), 409, "uniqueness")
    refused(acme.post("/Users", s.user("another", externalId="U-1")), 409,
            "uniqueness")
    # externalId is case exact.
    made = acme.user("third", externalId="u-1")
    refused(acme.put(f"/Users/{made['id']}", s.user(
        "UNIQUE@example.org", externalId="u-1")), 409, "uniqueness")
    refused(acme.patch(f"/Users/{made['id']}", (
        "replace", "externalId", "U-1")), 409, "uniqueness")
    assert good(acme.get(f"/Users/{made['id']}")) == made


@pytest.mark.parametrize("one,two", [
    ("\u00c9mile", "\u00e9mile"),
    ("\u0394elta", "\u03b4elta"), ("Kelvin", "\u212aelvin")])
def test_unicode_folds(acme, one, two):
    acme.user(one)
    refused(acme.post("/Users", s.user(two)), 409, "uniqueness")


def test_user_name_is_kept_as_sent(acme):
    for name in ("Mixed.Case_Name+tag@Example.ORG", "with blank inside",
                 "\u5f20\u4f1f", "a" * 200, "q\"uo'te\\", "%41/..;?#"):
        made = acme.user(name)
        assert made["userName"] == name
        assert acme.one(name)["id"] == made["id"]


@pytest.mark.parametrize("sent", [
    {}, {"userName": ""}, {"userName": None}, {"userName": True},
    {"userName": ["a", "b"]}, {"userName": {"value": "x"}},
    {"userName": "x1", "active": "perhaps"}, {"userName": "x2", "active": 1},
    {"userName": "x3", "name": "Joe"}, {"userName": "x4", "name": [1]},
    {"userName": "x5", "emails": "noone"}, {"userName": "x6", "emails": [1]},
    {"userName": "x7", "emails": [{"value": {"a": 1}}]},
    {"userName": "x8", "emails": [{"value": "a@b.cc", "primary": "si"}]},
    {"userName": "x9", "title": {"a": "b"}},
    {"userName": "x10", "externalId": ["a"]},
    {"userName": "x11", s.ENTERPRISE: "Tour"},
    {"userName": "x12", s.ENTERPRISE: {"manager": ["a", "b"]}},
    {"userName": "x13\u0000"}])
def test_create_wants_values(site, sent):
    """A token that forgives nothing."""
    strict = site.client("acme", "-profile", "strict")
    before = strict.find("Users", count="0")["totalResults"]
    answer = strict.post("/Users", {"schemas": [s.USER, s.ENTERPRISE],
                                    **sent})
    refused(answer, 400)
    assert answer.json["scimType"] in ("invalidValue", "invalidSyntax")
    assert strict.find("Users", count="0")["totalResults"] == before


# --- versions ----------------------------------------------------------------

def test_versions(acme):
    made = acme.user("versioned", title="a")
    at, tag = f"/Users/{made['id']}", made["meta"]["version"]
    assert tag.startswith('W/"')
    same = acme.get(at, headers={"If-None-Match": tag})
    assert same.status == 304 and not same.body
    assert same.header("ETag") == tag
    for matches in ("*", f'W/"77", {tag}', tag[2:]):
        same = acme.get(at, headers={"If-None-Match": matches})
        assert same.status == 304 and same.header("ETag") == tag
    good(acme.get(at, headers={"If-None-Match": 'W/"0"'}))
    good(acme.patch(at, ("replace", "title", "b"),
                    headers={"If-Match": tag}))
    for answer in (
            acme.patch(at, ("replace", "title", "c"),
                       headers={"If-Match": tag}),
            acme.put(at, s.user("versioned"), headers={"If-Match": tag}),
            acme.delete(at, headers={"If-Match": tag}),
            acme.delete(at, headers={"If-Match": '"none of ours"'})):
        refused(answer, 412)
    refused(acme.delete(at, headers={"If-Match": "no entity tag"}), 400)
    now = good(acme.get(at, headers={"If-None-Match": tag}))
    assert now["title"] == "b"
    both = f'W/"zz", {tag}, {now["meta"]["version"]}'
    good(acme.put(at, s.user("versioned", title="d"),
                  headers={"If-Match": both}))
    good(acme.put(at, s.user("versioned", title="e"),
                  headers={"If-Match": "*"}))
    refused(acme.put(f"/Users/{s.NOBODY}", s.user("versioned"),
                     headers={"If-Match": "*"}), 404)


def test_no_change_is_no_version(acme):
    sent = s.person("unchanged")
    made = good(acme.post("/Users", sent), 201)
    at = f"/Users/{made['id']}"
    assert good(acme.put(at, sent)) == made
    assert good(acme.patch(at, ("replace", "displayName",
                                made["displayName"]))) == made
    assert good(acme.patch(at, ("add", "emails", made["emails"]))) == made
    assert good(acme.get(at)) == made


def test_version_of_a_group(acme):
    who = acme.user("versioned-member")["id"]
    made = acme.group("versioned group")
    at, tag = f"/Groups/{made['id']}", made["meta"]["version"]
    acme.patch(at, ("add", "members", [{"value": who}]))
    now = good(acme.get(at))
    assert now["meta"]["version"] != tag
    refused(acme.patch(at, ("remove", "members"),
                       headers={"If-Match": tag}), 412)
    refused(acme.put(at, s.group("versioned group"),
                     headers={"If-Match": tag}), 412)
    # Added again: it is so already.
    acme.patch(at, ("add", "members", [{"value": who}]))
    assert good(acme.get(at)) == now


# --- parts of a resource -----------------------------------------------------

@pytest.fixture(scope="module")
def whole(acme):
    return acme.user("Whole", s.ENTERPRISE, **{
        **EVERYTHING, "externalId": "w-1"})


@pytest.mark.parametrize("asked,there", [
    ("userName", {"userName"}),
    ("USERNAME", {"userName"}),
    ("userName,title", {"userName", "title"}),
    ("userName, title", {"userName", "title"}),
    ("name.givenName", {"name": {"givenName"}}),
    ("name", {"name"}),
    ("emails.value", {"emails": {"value"}}),
    ("meta.version", {"meta": {"version"}}),
    (f"{s.USER}:userName", {"userName"}),
    (f"{s.USER}:name.familyName", {"name": {"familyName"}}),
    (f"{s.ENTERPRISE}:department", {s.ENTERPRISE: {"department"}}),
    (s.ENTERPRISE, {s.ENTERPRISE}),
    ("id", set()),
    ("nickname,displayname", {"nickName", "displayName"})])
def test_attributes(acme, whole, asked, there):
    keys = set(there)
    for answer in (
            acme.get(f"/Users/{whole['id']}", {"attributes": asked}),
            acme.get("/Users", {"attributes": asked,
                                "filter": 'userName eq "whole"'}),
            acme.put(f"/Users/{whole['id']}", s.user(
                "Whole", s.ENTERPRISE, **{**EVERYTHING,
                                          "externalId": "w-1"}),
                     {"attributes": asked}),
            acme.ask("PATCH", f"/Users/{whole['id']}", {
                "schemas": [s.PATCH], "Operations": [{
                    "op": "replace", "path": "title",
                    "value": EVERYTHING["title"]}]},
                {"attributes": asked})):
        told = good(answer)
        told = told["Resources"][0] if "Resources" in told else told
        assert set(told) - {"id", "schemas"} == keys
        assert told["id"] == whole["id"]
        if isinstance(there, dict):
            for name, below in there.items():
                part = told[name]
                for one in part if isinstance(part, list) else [part]:
                    assert set(one) == below


@pytest.mark.parametrize("asked,gone", [
    ("title", ["title"]), ("TITLE,nickName", ["title", "nickName"]),
    ("emails", ["emails"]), ("meta", ["meta"]),
    (f"{s.ENTERPRISE}:department", []), (s.ENTERPRISE, [s.ENTERPRISE]),
    ("id", []), ("schemas", []), ("name.givenName", [])])
def test_excluded(acme, whole, asked, gone):
    told = good(acme.get(f"/Users/{whole['id']}", {
        "excludedAttributes": asked}))
    assert set(whole) - set(told) - {"groups"} == set(gone)
    if "department" in asked:
        assert set(whole[s.ENTERPRISE]) - set(told[s.ENTERPRISE]) == {
            "department"}
    if asked == "name.givenName":
        assert "givenName" not in told["name"]
        assert told["name"]["familyName"] == "Jensen"


# --- lists -------------------------------------------------------------------

def test_pages(lists):
    everyone = lists.find("Users")
    assert everyone["totalResults"] == 23
    assert len(everyone["Resources"]) == everyone["itemsPerPage"] == 23
    assert everyone.get("startIndex", 1) == 1
    page = lists.find("Users", startIndex=5, count=7)
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"],
            len(page["Resources"])) == (23, 5, 7, 7)
    assert page["Resources"] == everyone["Resources"][4:11]
    page = lists.find("Users", startIndex=20, count=100)
    assert page["Resources"] == everyone["Resources"][19:]
    page = lists.find("Users", startIndex=24)
    assert page["totalResults"] == 23 and not page.get("Resources")
    page = lists.find("Users", count=0)
    assert page["totalResults"] == 23 and not page.get("Resources")
    # RFC 7644 3.4.2.4: below 1 is 1, a negative count is 0.
    assert lists.find("Users", startIndex=0, count=3)["Resources"] == \
        everyone["Resources"][:3]
    assert lists.find("Users", startIndex=-5, count=3)["Resources"] == \
        everyone["Resources"][:3]
    page = lists.find("Users", count=-1)
    assert page["totalResults"] == 23 and not page.get("Resources")
    assert lists.find("Groups")["totalResults"] == 5
    got = [x["id"] for x in lists.every("Users", count=4)]
    assert got == [x["id"] for x in everyone["Resources"]]


@pytest.mark.parametrize("query", [
    {"startIndex": "one"}, {"count": "many"}, {"count": "1x"},
    {"count": "1", "cursor": "bogus"},
    {"sortOrder": "sideways", "sortBy": "userName"},
    {"sortBy": "nothing"}, {"sortBy": "name.nothing"}, {"sortBy": "a b"},
    {"filter": ""}])
def test_bad_queries(lists, query):
    refused(lists.get("/Users", query), 400)


@pytest.mark.parametrize("count", ["many", "1x", "1.5", "9" * 20])
def test_bad_counts(lists, count):
    """RFC 9865 2.1."""
    for more in ({}, {"cursor": ""}):
        refused(lists.get("/Users", {"count": count, **more}), 400,
                "invalidCount")
        refused(lists.post("/Users/.search", {
            "schemas": [s.SEARCH], "count": count, **more}), 400,
            "invalidCount")


def test_a_filtered_total(lists):
    page = lists.find("Users", 'userName sw "list-1"', count=3)
    assert page["totalResults"] == 10 and len(page["Resources"]) == 3
    page = lists.find("Users", 'userName eq "LIST-07"')
    assert page["totalResults"] == 1
    page = lists.find("Users", 'userName eq "list-99"')
    assert page["totalResults"] == 0 and not page.get("Resources")
    page = lists.find("Users", 'title pr', count=0)
    assert page["totalResults"] == 15


def listed_by(client, sort, order=None, **more):
    query = {"sortBy": sort, **({"sortOrder": order} if order else {})}
    return [x["userName"] for x in client.find("Users", **query, **more)[
        "Resources"]]


def test_sort(lists):
    up = [f"list-{n:02d}" for n in range(23)]
    assert listed_by(lists, "userName") == up
    assert listed_by(lists, "username", "ascending") == up
    assert listed_by(lists, "userName", "descending") == up[::-1]
    # By the primary one; a multi-valued attribute may be named alone.
    assert listed_by(lists, "emails") == up[::-1]
    assert listed_by(lists, "emails.value") == up[::-1]
    assert listed_by(lists, "externalId") == sorted(
        up, key=lambda x: "L" + str(int(x[-2:])))
    families = listed_by(lists, "name.familyName")
    assert [int(x[-2:]) % 2 for x in families] == [1] * 11 + [0] * 12
    # Without a value: last, or first (RFC 7644 3.4.2.3).
    titled = sorted((n for n in range(23) if n % 3),
                    key=lambda n: (n * 7) % 23)
    got = listed_by(lists, "title")
    assert got[:15] == [f"list-{n:02d}" for n in titled]
    got = listed_by(lists, "title", "descending")
    assert got[8:] == [f"list-{n:02d}" for n in titled[::-1]]
    page = listed_by(lists, "userName", "descending", startIndex=3, count=4,
                     filter='userName sw "list-1"')
    assert page == ["list-17", "list-16", "list-15", "list-14"]


@pytest.mark.parametrize("query", [
    {}, {"sortBy": "userName"}, {"sortBy": "title"},
    {"sortBy": "title", "sortOrder": "descending"},
    {"filter": 'userName sw "list-1"'},
    {"filter": "title pr", "sortBy": "name.familyName"}])
def test_cursors(lists, query):
    whole = lists.find("Users", **query)["Resources"]
    walked = lists.walk("Users", count=4, **query)
    assert sorted(x["id"] for x in walked) == sorted(
        x["id"] for x in whole)
    if "sortBy" in query:
        key = query["sortBy"].split(".")[0]
        assert [x.get(key) for x in walked] == [x.get(key) for x in whole]


def test_cursor_begins_and_ends(lists):
    first = good(lists.get("/Users", "cursor=&count=20"))
    assert len(first["Resources"]) == first["itemsPerPage"] == 20
    assert first["nextCursor"] and "startIndex" not in first
    last = good(lists.get("/Users", {"cursor": first["nextCursor"],
                                     "count": "20"}))
    assert len(last["Resources"]) == 3 and "nextCursor" not in last
    # The same again: a cursor is no state.
    assert good(lists.get("/Users", {
        "cursor": first["nextCursor"], "count": "20"}))["Resources"] == \
        last["Resources"]
    none = good(lists.get("/Users", {
        "cursor": "", "filter": 'userName eq "nobody at all"'}))
    assert not none.get("Resources") and "nextCursor" not in none


@pytest.mark.parametrize("spoil", [
    lambda x: x[:-1], lambda x: x + "A", lambda x: "A" * len(x),
    lambda x: x.swapcase(), lambda x: "x", lambda x: "\u00e9",
    lambda x: x * 20, lambda x: "' OR 1=1 --", lambda x: x[::-1]])
def test_bad_cursors(lists, spoil):
    first = good(lists.get("/Users", "cursor=&count=5"))
    refused(lists.get("/Users", {"cursor": spoil(first["nextCursor"])}),
            400, "invalidCursor")


def test_cursor_of_another_search(lists, site):
    first = good(lists.get("/Users", "cursor=&count=5"))
    other = site.client("lists", connection="two")
    answer = other.get("/Users", {"cursor": first["nextCursor"]})
    assert answer.status == 400 or not answer.json.get("Resources")
    answer = lists.get("/Groups", {"cursor": first["nextCursor"]})
    refused(answer, 400, "invalidCursor")


@pytest.mark.parametrize("sort", [{}, {"sortBy": "userName"},
                                  {"sortBy": "title"}])
def test_a_walk_while_others_go(site, sort):
    """What lives through it comes once, whatever is deleted meanwhile."""
    client = site.client("beta", tokens=4)
    made = {}
    for n in range(60):
        name = f"walk-{len(sort)}{sort.get('sortBy', '')}-{n:02d}"
        made[client.user(name, title=f"{n % 7}")["id"]] = n
    where = f'userName sw "walk-{len(sort)}{sort.get("sortBy", "")}-"'
    gone = set()

    def between(_):
        """The first, the last and some in between are deleted."""
        left = [x for x in made if x not in gone]
        for one in (left[0], left[-1], left[len(left) // 2]):
            assert client.delete(f"/Users/{one}").status == 204
            gone.add(one)
    walked = [x["id"] for x in client.walk(
        "Users", between, filter=where, count=7, **sort)]
    assert len(walked) == len(set(walked))
    assert set(made) - gone <= set(walked)
    assert gone - set(walked), "nothing was deleted before it was read"
    for one in set(made) - gone:
        client.delete(f"/Users/{one}")


# --- searches ----------------------------------------------------------------

def test_search(lists):
    asked = {"schemas": [s.SEARCH], "filter": 'userName sw "list-0"',
             "sortBy": "userName", "sortOrder": "descending",
             "startIndex": 2, "count": 3, "attributes": ["userName"]}
    page = s.listed(lists.post("/Users/.search", asked))
    assert page["totalResults"] == 10
    assert [x["userName"] for x in page["Resources"]] == [
        "list-08", "list-07", "list-06"]
    assert all(set(x) == {"schemas", "id", "userName"} or
               set(x) == {"id", "userName"} for x in page["Resources"])
    page = s.listed(lists.post("/Groups/.search", {
        "schemas": [s.SEARCH], "filter": 'displayName eq "GROUP-3"',
        "excludedAttributes": ["members", "meta"]}))
    assert s.names(page) == {"group-3"}
    assert "meta" not in page["Resources"][0]


def test_search_everything(lists):
    page = s.listed(lists.post("/.search", {
        "schemas": [s.SEARCH],
        "filter": 'displayName eq "group-1" or userName eq "list-03"'}))
    assert s.names(page) == {"group-1", "list-03"}
    assert {x["meta"]["resourceType"] for x in page["Resources"]} == {
        "User", "Group"}
    page = s.listed(lists.post("/.search", {
        "schemas": [s.SEARCH], "filter": 'meta.resourceType eq "Group"'}))
    assert page["totalResults"] == 5


@pytest.mark.parametrize("change", [
    {"filter": 5}, {"filter": "userName eq"}, {"count": "x"},
    {"startIndex": []}, {"attributes": {}}, {"attributes": [1]},
    {"sortOrder": "up", "sortBy": "userName"}, {"cursor": 7}])
def test_bad_searches(lists, change):
    refused(lists.post("/Users/.search", {
        "schemas": [s.SEARCH], "filter": "userName pr", **change}), 400)


def test_cursor_back(lists):
    """RFC 9865 2: previousCursor, where nothing is filtered or sorted."""
    pages, cursor = [], ""
    while cursor is not None:
        pages.append(good(lists.get("/Users", {
            "cursor": cursor, "count": "7"})))
        cursor = pages[-1].get("nextCursor")
    assert len(pages) > 2 and "previousCursor" not in pages[0]
    page = pages[-1]
    for other in pages[-2::-1]:
        page = good(lists.get("/Users", {
            "cursor": page["previousCursor"], "count": "7"}))
        assert [x["id"] for x in page["Resources"]] == [
            x["id"] for x in other["Resources"]]
        assert page["totalResults"] == other["totalResults"]
    assert "previousCursor" not in page
    # For another search it is none.
    back = pages[1]["previousCursor"]
    refused(lists.get("/Groups", {"cursor": back}), 400, "invalidCursor")
    refused(lists.get("/Users", {"cursor": back, "filter": "title pr"}), 400,
            "invalidCursor")
    # At the base, Users and Groups: within each of them.
    first = good(lists.get("/", {"cursor": "", "count": "9"}))
    second = good(lists.get("/", {
        "cursor": first["nextCursor"], "count": "9"}))
    told = good(lists.get("/", {
        "cursor": second["previousCursor"], "count": "9"}))
    assert [x["id"] for x in told["Resources"]] == [
        x["id"] for x in first["Resources"]]


def test_search_with_a_cursor(lists):
    asked = {"schemas": [s.SEARCH], "cursor": "", "count": 10}
    seen = []
    while True:
        page = s.listed(lists.post("/Users/.search", asked))
        seen += [x["id"] for x in page["Resources"]]
        if "nextCursor" not in page:
            break
        asked["cursor"] = page["nextCursor"]
    assert len(seen) == len(set(seen)) == 23


# --- bulk --------------------------------------------------------------------

def bulk(client, *operations, **more):
    answer = client.post("/Bulk", {
        "schemas": [s.BULK], "Operations": list(operations), **more})
    told = good(answer)
    assert told["schemas"] == [s.BULK_ANSWER]
    return told["Operations"]


def op(method, path, data=None, bulk_id=None, **more):
    made = {"method": method, "path": path, "data": data, "bulkId": bulk_id,
            **more}
    return {k: v for k, v in made.items() if v is not None}


def last(location):
    return location.rsplit("/", 1)[1]


def test_bulk(acme):
    old = acme.user("bulk-old")
    gone = acme.user("bulk-gone")
    done = bulk(
        acme, op("POST", "/Users", s.user("bulk-a"), "a"),
        op("post", "/Groups", s.group("bulk group", "bulkId:a",
                                      old["id"]), "g"),
        op("PATCH", f"/Users/{old['id']}", {
            "schemas": [s.PATCH], "Operations": [
                {"op": "replace", "path": "title", "value": "Bulky"}]}),
        op("PUT", "/Users/bulkId:a", s.user("bulk-a", title="Put")),
        op("DELETE", f"/Users/{gone['id']}"))
    assert [x["status"] for x in done] == [
        "201", "201", "200", "200", "204"] or [
        x["status"] for x in done] == ["201", "201", "204", "200", "204"]
    assert [x["method"] for x in done] == [
        "POST", "POST", "PATCH", "PUT", "DELETE"]
    assert [x.get("bulkId") for x in done[:2]] == ["a", "g"]
    made = good(acme.get("/Users/" + last(done[0]["location"])))
    assert made["title"] == "Put" and done[0]["version"]
    assert acme.members(last(done[1]["location"])) == {
        made["id"], old["id"]}
    assert acme.of(old["id"])["title"] == "Bulky"
    refused(acme.get(f"/Users/{gone['id']}"), 404)


def test_bulk_points_forward(acme):
    """RFC 7644 3.7.2: a bulkId of a later operation."""
    done = bulk(
        acme, op("POST", "/Groups", s.group("forward", "bulkId:later"), "g"),
        op("POST", "/Users", s.user("forward-user"), "later"))
    assert [x["status"] for x in done] == ["201", "201"], done
    by = {x["bulkId"]: last(x["location"]) for x in done}
    assert acme.members(by["g"]) == {by["later"]}


def bossed(name, boss):
    return s.user(name, s.ENTERPRISE, **{s.ENTERPRISE: {
        "department": "Circles", "manager": {"value": boss}}})


@pytest.mark.parametrize("profile", ("tolerant", "strict"))
def test_bulk_managers_in_a_circle(site, profile):
    """RFC 7644 3.7.1: a circle that is allowed is resolved."""
    acme = site.client("acme", "-profile", profile)
    done = bulk(acme, *(
        op("POST", "/Users", bossed(f"{profile}-{n}", f"bulkId:{boss}"), n)
        for n, boss in ("ab", "bc", "ca", "dd")))
    assert [x["bulkId"] for x in done] == ["a", "b", "c", "d"]
    assert [x["status"] for x in done] == ["201"] * 4, done
    ids = [last(x["location"]) for x in done]
    for n, other in enumerate((1, 2, 0, 3)):
        told = acme.of(ids[n])
        assert told[s.ENTERPRISE] == {
            "department": "Circles", "manager": {
                **told[s.ENTERPRISE]["manager"], "value": ids[other]}}
        assert told["meta"]["version"] == done[n]["version"]
        assert "bulkId:" not in json.dumps(told)


def test_bulk_circle_that_fails(acme):
    """Who was made before his manager failed is 409, and is there."""
    done = bulk(
        acme, op("POST", "/Users", {
            "schemas": [s.USER, s.ENTERPRISE], "userName": "",
            s.ENTERPRISE: {"manager": {"value": "bulkId:b"}}}, "a"),
        op("POST", "/Users", bossed("circle-late", "bulkId:a"), "b"),
        op("POST", "/Users", s.user("circle-after"), "after"))
    assert [x["status"] for x in done] == ["400", "409", "201"], done
    told = acme.of(last(done[1]["location"]))
    assert told[s.ENTERPRISE] == {"department": "Circles"}
    done = bulk(
        acme, op("POST", "/Users", {
            "schemas": [s.USER, s.ENTERPRISE], "userName": "",
            s.ENTERPRISE: {"manager": {"value": "bulkId:b"}}}, "a"),
        op("POST", "/Users", bossed("circle-early", "bulkId:a"), "b"),
        op("POST", "/Users", s.user("circle-never"), "after"),
        failOnErrors=1)
    assert [x["status"] for x in done] == ["400", "409"], done


def test_bulk_groups_in_a_circle(acme):
    """One that is never allowed: 409, nothing of it is made."""
    done = bulk(
        acme, op("POST", "/Groups", s.group("circle-g", {
            "type": "Group", "value": "bulkId:h"}), "g"),
        op("POST", "/Groups", s.group("circle-h", {
            "type": "Group", "value": "bulkId:g"}), "h"),
        op("POST", "/Groups", s.group("circle-i", {
            "type": "Group", "value": "bulkId:i"}), "i"))
    assert [x["status"] for x in done] == ["409"] * 3, done
    # Nothing is taken: no scimType says what it is.
    assert not any("scimType" in x["response"] for x in done)
    assert all("circle" in x["response"]["detail"] for x in done)
    assert not any("location" in x for x in done)
    found = acme.find("Groups", 'displayName sw "circle-"')
    assert found["totalResults"] == 0


def test_bulk_says_what_is_missing(acme):
    done = bulk(acme, op("POST", "/Users", s.user("no-bulk-id")),
                {**op("DELETE", f"/Users/{s.NOBODY}"), "version": "1"},
                op("POST", "/Users", {"schemas": [s.USER]}, "failed"),
                op("POST", "/Groups", s.group("bulk-bad-9", "bulkId:failed"),
                   "x"))
    assert [x["status"] for x in done] == ["400", "400", "400", "409"]
    assert "bulkId" in done[0]["response"]["detail"]
    assert "version" in done[1]["response"]["detail"]
    assert "scimType" not in done[3]["response"]


def failing(*good_ones):
    """Five operations; those named work."""
    return [op("POST", "/Users", s.user(f"failing-{n}-{len(good_ones)}")
               if n in good_ones else {"schemas": [s.USER]}, f"b{n}")
            for n in range(5)]


def test_bulk_fails_on_errors(acme):
    done = bulk(acme, *failing(0, 3), failOnErrors=2)
    assert [x["status"] for x in done] == ["201", "400", "400"]
    assert acme.one("failing-3-2") is None
    done = bulk(acme, *failing(0, 2, 4), failOnErrors=1)
    assert [x["status"] for x in done] == ["201", "400"]
    done = bulk(acme, *failing(1, 2, 3, 4))
    assert [x["status"] for x in done] == ["400"] + ["201"] * 4
    fault = done[0]["response"]
    assert fault["schemas"] == [s.ERROR] and fault["status"] == "400"
    assert fault["scimType"] == "invalidValue"
    assert done[0]["bulkId"] == "b0" and "location" not in done[0]


@pytest.mark.parametrize("bad,status", [
    (op("POST", "/Users", None, "x"), {"400"}),
    (op("POST", "/Users", s.user("bulk-bad-1")), {"400"}),
    (op("POST", "/Groups", s.group("bulk-bad-2", "bulkId:none"), "x"),
     {"400", "409"}),
    (op("GET", "/Users", None, "x"), {"400", "405", "501"}),
    (op("POST", "/Bulk", {"schemas": [s.BULK], "Operations": []}, "x"),
     {"400", "403", "404", "405", "501"}),
    (op("POST", "/Nothing", s.user("bulk-bad-3"), "x"), {"400", "404"}),
    (op("POST", "/Users/../Users", s.user("bulk-bad-4"), "x"),
     {"400", "404", "405"}),
    (op("DELETE", "/Users"), {"400", "404", "405"}),
    (op("DELETE", f"/Users/{s.NOBODY}"), {"404"}),
    (op("PATCH", "/Users/bulkId:none", {
        "schemas": [s.PATCH], "Operations": []}), {"400", "404", "409"}),
    (op("POST", "http://evil.test/Users", s.user("bulk-bad-5"), "x"),
     {"400", "404"})])
def test_bad_operations_of_a_bulk(acme, bad, status):
    answer = acme.post("/Bulk", {"schemas": [s.BULK], "Operations": [
        bad, op("POST", "/Users", s.user("bulk-after"), "after")]})
    if answer.status != 200:
        refused(answer, 400)
        return
    first, after = answer.json["Operations"]
    assert first["status"] in status, first
    assert first["response"]["schemas"] == [s.ERROR]
    assert after["status"] in ("201", "409")
    found = acme.find("Users", 'userName sw "bulk-bad"')
    assert found["totalResults"] == 0


@pytest.mark.parametrize("body", [
    {"schemas": [s.BULK]}, {"schemas": [s.BULK], "Operations": {}},
    {"schemas": [s.BULK], "Operations": "x"},
    {"schemas": [s.BULK], "Operations": [1]},
    {"schemas": [s.BULK], "Operations": [], "failOnErrors": "x"},
    {"schemas": [s.BULK], "Operations": [{"path": "/Users"}]},
    {"schemas": [s.BULK], "Operations": [
        op("POST", "/Users", s.user("twice-1"), "same"),
        op("POST", "/Users", s.user("twice-2"), "same")]}, []])
def test_bad_bulks(acme, body):
    answer = acme.post("/Bulk", body)
    if answer.status == 200:
        done = answer.json["Operations"]
        assert any(x["status"] in ("400", "409") for x in done) or \
            not body["Operations"]
    else:
        refused(answer, 400)


def test_bulk_of_too_many(acme):
    one = op("DELETE", f"/Users/{s.NOBODY}")
    why = refused(acme.post("/Bulk", {
        "schemas": [s.BULK], "Operations": [one] * 1001}), 413)
    # RFC 7644 3.7.4: which limit it was.
    assert "maxOperations" in why and "1000" in why


def test_bulk_respects_versions(acme):
    made = acme.user("bulk-version")
    done = bulk(acme, op("DELETE", f"/Users/{made['id']}",
                         version='W/"77"'))
    assert done[0]["status"] == "412"
    acme.of(made["id"])


# --- who asks ----------------------------------------------------------------

@pytest.mark.parametrize("headers,error", [
    ({}, None),
    ({"Authorization": "Bearer " + "hfscim_" + "A" * 43}, "invalid_token"),
    ({"Authorization": "Bearer x"}, "invalid_token"),
    ({"Authorization": "Bearer " + "x" * 5000}, None),
    ({"Authorization": "Bearer"}, None),
    ({"Authorization": "Basic aGZzY2ltOng="}, None),
    ({"Cookie": "token=hfscim_" + "A" * 43}, None)])
@pytest.mark.parametrize("path", [
    "/Users", "/Groups", "/ServiceProviderConfig", "/nonsense",
    f"/Users/{s.NOBODY}"])
def test_strangers(site, path, headers, error):
    """The same for what there is and what there is not."""
    told = []
    for base in (f"/api/organizations/acme/{s.MANAGED}",
                 f"/api/organizations/acme/{s.BASIC}",
                 f"/api/organizations/none/{s.MANAGED}"):
        client = s.Client(site, "acme")
        answer = client.get(base + path, headers=headers)
        assert answer.status in ((400, 401, 431) if len(str(headers)) > 1024
                                 else (401,)), answer
        if answer.status == 401:
            refused(answer, 401)
            scheme = answer.header("WWW-Authenticate")
            assert scheme.lower().startswith("bearer")
            if error:
                assert f'error="{error}"' in scheme
        told.append((answer.status, answer.body,
                     answer.header("WWW-Authenticate")))
        client.close()
    assert told.count(told[0]) == 3


def test_a_token_in_the_address_is_none(site, acme):
    token = acme.tokens[0]
    client = s.Client(site, "acme")
    refused(client.get("/Users", {"access_token": token}), 401)
    refused(client.get("/Users", {"token": token}), 401)


def test_two_credentials_are_none(site, acme):
    client = s.Client(site, "acme")
    send = [("Host", client.host),
            ("Authorization", f"Bearer {acme.tokens[0]}"),
            ("Authorization", "Bearer x")]
    answer = client.raw("GET", client.base + "/Users", None, send)
    assert answer.status in (400, 401)


def test_other_organizations(site, acme):
    """Their ids are none, their bases neither."""
    theirs = site.client("beta")
    who, what = theirs.user("beta-user"), theirs.group("beta-group")
    for path in (f"/Users/{who['id']}", f"/Groups/{what['id']}"):
        refused(acme.get(path), 404)
        refused(acme.delete(path), 404)
        refused(acme.put(path, s.user("stolen") if "Users" in path else
                         s.group("stolen")), 404)
        refused(acme.patch(path, ("replace", "displayName", "x")), 404)
    refused(acme.post("/Groups", s.group("thieves", who["id"])), 400,
            "invalidValue")
    assert acme.find("Users", f'id eq "{who["id"]}"')["totalResults"] == 0
    assert theirs.of(who["id"]) == who
    # Their base, and one that there is not, look the same.
    told = []
    for name in ("beta", "nowhere"):
        answer = acme.get(f"/api/organizations/{name}/scim/v2/Users")
        assert answer.status in (401, 403, 404)
        told.append((answer.status, answer.text.replace(name, "")))
    assert told[0] == told[1]
    assert theirs.find("Users")["totalResults"] >= 1


def test_other_connections(site, acme):
    """A token sees those of its connection alone."""
    two = site.client("acme", connection="two")
    who = acme.user("of-one", externalId="both")
    refused(two.get(f"/Users/{who['id']}"), 404)
    refused(two.delete(f"/Users/{who['id']}"), 404)
    refused(two.patch(f"/Users/{who['id']}", ("replace", "active", False)),
            404)
    assert two.one("of-one") is None
    assert two.find("Users", 'externalId eq "both"')["totalResults"] == 0
    # userName is unique in the organization, externalId in the connection.
    refused(two.post("/Users", s.user("OF-ONE")), 409, "uniqueness")
    two.user("of-two", externalId="both")
    refused(two.post("/Groups", s.group("theirs", who["id"])), 400,
            "invalidValue")


def test_the_wrong_base(site, acme):
    refused(acme.get(f"/api/organizations/acme/{s.BASIC}/Users"), 404)
    basic = site.client("basic", base=s.BASIC)
    good(basic.get("/Users"))
    refused(basic.get(f"/api/organizations/basic/{s.MANAGED}/Users"), 404)
    refused(acme.get("/api/organizations/acme/scim/v1/Users"), 404)


def test_me(site, acme):
    """A token is nobody; a session is somebody."""
    refused(acme.get("/Me"), 501)
    made = acme.user("mine", externalId="mine", displayName="It is me")
    cookie = site.login("mine")
    told = good(acme.get("/Me", token="", headers={"Cookie": cookie}))
    assert told["id"] == made["id"] and told["userName"] == "mine"
    assert told["displayName"] == "It is me"
    refused(acme.get("/Me", token=""), 401)
    for method in ("GET", "PATCH", "DELETE"):
        body = {} if method == "PATCH" else None
        refused(acme.ask(method, "/Me", body, token="hfscim_" + "A" * 43), 401)
        if method != "GET":
            refused(acme.ask(method, "/Me", body), 501)
            refused(acme.ask(method, "/Me", body, token="", headers={
                "Cookie": cookie}), 403)
    refused(acme.get("/Me", token="", headers={
        "Cookie": f"{d.SESSION}={'A' * 43}"}), 401)
    # A session is no token.
    refused(acme.get("/Users", token="", headers={"Cookie": cookie}), 401)
    refused(acme.delete(f"/Users/{made['id']}", token="",
                        headers={"Cookie": cookie}), 401)


# --- HTTP --------------------------------------------------------------------

def test_head(acme):
    made = acme.user("headed")
    for path in (f"/Users/{made['id']}", "/Users?count=1",
                 "/ServiceProviderConfig"):
        shown, head = acme.get(path), acme.ask("HEAD", path)
        assert head.status == 200 and head.body == b""
        assert head.header("Content-Type") == shown.header("Content-Type")
        assert head.header("ETag") == shown.header("ETag")
    head = acme.ask("HEAD", f"/Users/{s.NOBODY}")
    assert head.status == 404 and head.body == b""
    assert acme.ask("HEAD", "/Users", token="").status == 401


@pytest.mark.parametrize("method,path", [
    ("DELETE", "/Users"), ("PUT", "/Users"), ("PATCH", "/Users"),
    ("POST", f"/Users/{s.NOBODY}"), ("PATCH", "/Groups"),
    ("POST", "/Schemas"), ("PUT", "/ServiceProviderConfig"),
    ("DELETE", "/ResourceTypes"), ("GET", "/Bulk"), ("GET",
                                                     "/Users/.search"),
    ("DELETE", "/Users/.search"), ("OPTIONS", "/Users"),
    ("TRACE", "/Users"), ("FROB", "/Users")])
def test_methods(acme, method, path):
    body = {"schemas": [s.USER]} if method in ("POST", "PUT", "PATCH") \
        else None
    answer = acme.ask(method, path, body)
    assert answer.status in (405, 501), answer
    if answer.status == 405:
        assert answer.header("Allow")
        assert method not in answer.header("Allow").split(", ")


@pytest.mark.parametrize("path,allow", [
    ("/Users", "GET, HEAD, POST"), ("/Bulk", "POST"),
    (f"/Groups/{s.NOBODY}", "GET, HEAD, PUT, PATCH, DELETE"),
    ("/ServiceProviderConfig", "GET, HEAD"), ("/Schemas", "GET, HEAD"),
    ("/.search", "POST"), ("/Users/.search", "POST"), ("", "GET, HEAD")])
def test_allow_is_of_the_address(acme, path, allow):
    answer = acme.ask("OPTIONS", path)
    refused(answer, 405)
    assert answer.header("Allow") == allow
    assert acme.ask("OPTIONS", path, token="").status == 401
    refused(acme.ask("OPTIONS", "/nothing"), 404)


@pytest.mark.parametrize("path", [
    "/users", "/Users/a/b", "/User", "/Users/%2e%2e",
    "/Users/..", "/Users//", "//Users", "/Users%2f" + s.NOBODY,
    "/%55sers/" + s.NOBODY, "/Users/" + "a" * 500, "/Users/%00",
    "/Groups/" + s.NOBODY, "/Users/" + s.NOBODY, "/Users/'--",
    "/Users/" + s.NOBODY.upper(), "/Users/%c3%28", "/Me/x",
    "/ResourceTypes/x/y"])
def test_no_such_path(acme, path):
    answer = acme.get(path)
    assert answer.status in (400, 404), answer
    assert "Resources" not in answer.text


@pytest.mark.parametrize("kind,status", [
    ("application/scim+json", 201), ("application/json", 201),
    ("application/scim+json; charset=utf-8", 201),
    ("Application/JSON;charset=UTF-8", 201), ("text/plain", 415),
    ("text/json", 415), ("application/xml", 415),
    ("application/x-www-form-urlencoded", 415), ("", 415),
    ("application/jsonx", 415), ("multipart/form-data; boundary=x", 415)])
def test_content_types(acme, kind, status):
    name = f"kind-{len(kind)}-{kind[-3:]}"
    answer = acme.post("/Users", s.user(name), kind=kind)
    if status == 201:
        good(answer, 201)
    else:
        refused(answer, status)
        assert acme.one(name) is None


def test_answers_are_not_kept(acme):
    made = acme.user("uncached")
    answer = acme.get(f"/Users/{made['id']}")
    assert "no-store" in answer.header("Cache-Control", "") or \
        "no-cache" in answer.header("Cache-Control", "") or \
        "private" in answer.header("Cache-Control", "")
    assert not answer.header("Set-Cookie")
    assert answer.header("X-Content-Type-Options") == "nosniff"


def test_large_is_refused(acme):
    """Said to be large: before a body is read."""
    send = [("Host", acme.host), ("Content-Type", s.SCIM),
            ("Authorization", f"Bearer {acme.tokens[0]}"),
            ("Content-Length", str(17 << 20)), ("Expect", "100-continue")]
    client = acme.twin()
    for path in ("/Users", "/Bulk"):
        answer = client.raw("POST", client.base + path, None, send)
        why = refused(answer, 413)
        assert "maxPayloadSize" in why and str(16 << 20) in why
        client.close()


def test_strangers_send_no_large_bodies(site):
    """Who has no token is refused before 200 KB are read."""
    client = s.Client(site, "acme", "hfscim_" + "B" * 43)
    send = [("Host", client.host), ("Content-Type", s.SCIM),
            ("Authorization", f"Bearer {client.tokens[0]}"),
            ("Content-Length", str(8 << 20))]
    answer = client.raw("POST", client.base + "/Users", b"{" * 65600, send)
    refused(answer, 401)


def test_rate(site):
    """Each token has its own; the answer says when to come back."""
    token, other = (site.client("acme", "-rate", "20") for _ in range(2))
    token.patient = False
    clients = [token.twin() for _ in range(4)]
    got, slow = [], []

    def ask(client):
        for _ in range(60):
            answer = client.get(f"/Users/{s.NOBODY}")
            got.append(answer.status)
            if answer.status == 429:
                refused(answer, 429)
                slow.append(int(answer.header("Retry-After")))
    threads = [threading.Thread(target=ask, args=[c]) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(got) == {404, 429}
    assert slow and all(1 <= x <= 60 for x in slow)
    assert got.count(404) >= 20
    refused(other.get(f"/Users/{s.NOBODY}"), 404)

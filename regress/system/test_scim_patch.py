"""
SCIM PATCH (RFC 7644 3.5.2): every form of a path, what each operation
makes of it, and a table of what must be refused without any effect.
"""
import json

import pytest

import scim as s
from scim import good, refused

E = s.ENTERPRISE
START = {
    "externalId": "e-1", "title": "Clerk", "nickName": "Nick",
    "name": {"givenName": "Gina", "familyName": "Fam"},
    "emails": [{"value": "w@example.org", "type": "work", "primary": True},
               {"value": "h@example.org", "type": "home"}],
    "phoneNumbers": [{"value": "1", "type": "work"},
                     {"value": "2", "type": "work"},
                     {"value": "3", "type": "home"}],
    E: {"department": "Old", "manager": {"value": "boss"}},
}
W, H = START["emails"]
P1, P2, P3 = START["phoneNumbers"]


def gone(*names):
    return {name: None for name in names}


# Operations, and the attributes that are other than at the start.
WORKS = [
    # add
    ([("add", "title", "Chief")], {"title": "Chief"}),
    ([("add", "locale", "de-CH")], {"locale": "de-CH"}),
    ([("add", "name.middleName", "M")], {
        "name": {**START["name"], "middleName": "M"}}),
    ([("add", "name", {"middleName": "M"})], {
        "name": {**START["name"], "middleName": "M"}}),
    ([("add", "emails", [{"value": "n@example.org"}])], {
        "emails": [W, H, {"value": "n@example.org"}]}),
    ([("add", "emails", [H])], {}),
    ([("add", "emails", [{"value": "p@example.org", "primary": True}])], {
        "emails": [{"value": "w@example.org", "type": "work"}, H,
                   {"value": "p@example.org", "primary": True}]}),
    ([("add", "ims", [{"value": "im", "type": "xmpp"}])], {
        "ims": [{"value": "im", "type": "xmpp"}]}),
    ([("add", None, {"title": "T", "emails": [{"value": "n@e.org"}]})], {
        "title": "T", "emails": [W, H, {"value": "n@e.org"}]}),
    ([("add", 'emails[type eq "work"].display', "Work")], {
        "emails": [{**W, "display": "Work"}, H]}),
    ([("add", 'emails[type eq "other"].value', "o@example.org")], {
        "emails": [W, H, {"value": "o@example.org", "type": "other"}]}),
    ([("add", f"{E}:costCenter", "42")], {
        E: {**START[E], "costCenter": "42"}}),
    ([("add", None, {E: {"costCenter": "42"}})], {
        E: {**START[E], "costCenter": "42"}}),
    ([("add", "roles", [{"value": "a"}, {"value": "b"}])], {
        "roles": [{"value": "a"}, {"value": "b"}]}),
    # replace
    ([("replace", "title", "Chief")], {"title": "Chief"}),
    ([("replace", "TITLE", "Chief")], {"title": "Chief"}),
    ([("replace", f"{s.USER}:title", "Chief")], {"title": "Chief"}),
    ([("replace", "locale", "de")], {"locale": "de"}),
    ([("replace", "name.familyName", "New")], {
        "name": {"givenName": "Gina", "familyName": "New"}}),
    ([("replace", f"{s.USER}:name.familyName", "New")], {
        "name": {"givenName": "Gina", "familyName": "New"}}),
    ([("replace", "name", {"familyName": "New"})], {
        "name": {"givenName": "Gina", "familyName": "New"}}),
    ([("replace", "emails", [{"value": "x@e.org"}])], {
        "emails": [{"value": "x@e.org"}]}),
    ([("replace", 'emails[type eq "work"].value', "x@e.org")], {
        "emails": [{**W, "value": "x@e.org"}, H]}),
    ([("replace", 'emails[value eq "H@EXAMPLE.ORG"].type', "other")], {
        "emails": [W, {**H, "type": "other"}]}),
    ([("replace", 'emails[type eq "home"].primary', True)], {
        "emails": [{"value": W["value"], "type": "work"},
                   {**H, "primary": True}]}),
    ([("replace", 'phoneNumbers[type eq "work"].display', "x")], {
        "phoneNumbers": [{**P1, "display": "x"}, {**P2, "display": "x"},
                         P3]}),
    ([("replace", 'phoneNumbers[type eq "work" and value eq "2"].value',
       "22")], {"phoneNumbers": [P1, {**P2, "value": "22"}, P3]}),
    ([("replace", None, {"title": "T", "nickName": "N"})], {
        "title": "T", "nickName": "N"}),
    ([("replace", None, {"emails": [{"value": "x@e.org"}]})], {
        "emails": [{"value": "x@e.org"}]}),
    ([("replace", f"{E}:department", "New")], {
        E: {**START[E], "department": "New"}}),
    ([("replace", f"{E}:manager.value", "chief")], {
        E: {**START[E], "manager": {"value": "chief"}}}),
    ([("replace", "active", False)], {"active": False}),
    ([("replace", "userName", "Renamed-{n}")], {"userName": "Renamed-{n}"}),
    ([("replace", "externalId", "e-{n}")], {"externalId": "e-{n}"}),
    # remove
    ([("remove", "title")], gone("title")),
    ([("remove", "name.givenName")], {"name": {"familyName": "Fam"}}),
    ([("remove", "name")], gone("name")),
    ([("remove", "emails")], gone("emails")),
    ([("remove", 'emails[type eq "home"]')], {"emails": [W]}),
    ([("remove", 'emails[type eq "home" or type eq "work"]')],
     gone("emails")),
    ([("remove", 'phoneNumbers[type eq "work"]')], {"phoneNumbers": [P3]}),
    ([("remove", 'phoneNumbers[not (value eq "2")]')], {
        "phoneNumbers": [P2]}),
    ([("remove", 'emails[type eq "work"].primary')], {
        "emails": [{"value": W["value"], "type": "work"}, H]}),
    ([("remove", f"{E}:department")], {E: {"manager": {"value": "boss"}}}),
    ([("remove", f"{E}:manager")], {E: {"department": "Old"}}),
    ([("remove", "locale")], {}),
    ([("remove", "externalId")], gone("externalId")),
    # In turn: each works on what the one before it left.
    ([("remove", "emails"), ("add", "emails", [{"value": "z@e.org"}])], {
        "emails": [{"value": "z@e.org"}]}),
    ([("add", "title", "A"), ("replace", "title", "B"),
      ("remove", "title")], gone("title")),
    ([("add", "ims", [{"value": "a", "type": "aim"}]),
      ("replace", 'ims[type eq "aim"].value', "b")], {
        "ims": [{"value": "b", "type": "aim"}]}),
]

REFUSED = [
    # What names nothing, or is no path.
    ([("replace", "nothing", "x")], "invalidPath"),
    ([("replace", "name.nothing", "x")], "invalidPath"),
    ([("replace", "title.sub", "x")], "invalidPath"),
    ([("replace", "urn:example:x:title", "x")], "invalidPath"),
    ([("replace", f"{E}:title", "x")], "invalidPath"),
    ([("replace", f"{s.GROUP}:displayName", "x")], "invalidPath"),
    ([("replace", "emails[type eq", "x")], "invalidFilter"),
    ([("replace", 'emails[type eq "work"', "x")], "invalidPath"),
    ([("replace", 'emails[type eq "work"]]', "x")], "invalidPath"),
    ([("replace", 'emails[nothing eq "x"].value', "x")], "invalidFilter"),
    ([("replace", 'emails[type zz "x"].value', "x")], "invalidFilter"),
    ([("remove", 'emails[primary gt true]')], "invalidFilter"),
    ([("remove", 'name[familyName eq "x"]')], "invalidPath"),
    ([("replace", 'emails[type eq "work"].nothing', "x")], "invalidPath"),
    ([("replace", 'emails[type eq "work"]value', "x")], "invalidPath"),
    ([("replace", 'emails[type eq "work"].value.x', "x")], "invalidPath"),
    ([("replace", 'title[value eq "x"]', "x")], "invalidPath"),
    ([("replace", "", "x")], None),
    ([("replace", " title", "x")], "invalidPath"),
    ([("replace", "title ", "x")], "invalidPath"),
    ([("replace", "title\x00", "x")], None),
    ([("replace", "emails[0].value", "x")], "invalidFilter"),
    ([("replace", "emails/0/value", "x")], "invalidPath"),
    ([("replace", "/title", "x")], "invalidPath"),
    ([("replace", "__proto__.x", "x")], "invalidPath"),
    ([("replace", "a" * 9000, "x")], None),
    ([("replace", "emails" + "[" * 3000, "x")], None),
    ([{"op": "replace", "path": 5, "value": "x"}], None),
    ([{"op": "replace", "path": ["title"], "value": "x"}], None),
    # What matches nothing.
    ([("remove", None)], "noTarget"),
    ([("remove", 'emails[type eq "other"]')], "noTarget"),
    ([("remove", 'emails[type eq "other"].value')], "noTarget"),
    ([("replace", 'emails[value eq "none@e.org"].type', "x")], "noTarget"),
    ([("replace", 'ims[value sw "q"].value', "x")], "noTarget"),
    # What may not be changed.
    ([("replace", "id", s.NOBODY)], "mutability"),
    ([("remove", "id")], "mutability"),
    ([("add", "meta.version", 'W/"9"')], "mutability"),
    ([("replace", "meta", {"version": "x"})], "mutability"),
    ([("remove", "meta")], "mutability"),
    ([("add", "groups", [{"value": s.NOBODY}])], "mutability"),
    ([("remove", "groups")], "mutability"),
    ([("remove", "groups[value pr]")], None),
    ([("replace", f"{E}:manager.displayName", "x")], "mutability"),
    ([("remove", "userName")], "mutability"),
    # Values that do not suit.
    ([("replace", "userName", "")], None),
    ([("replace", "userName", None)], None),
    ([{"op": "replace", "path": "userName", "value": None}], None),
    ([("replace", "userName", ["a"])], "invalidValue"),
    ([("replace", "userName", {"a": "b"})], "invalidValue"),
    ([("replace", "active", "perhaps")], "invalidValue"),
    ([("replace", "active", {"value": True})], "invalidValue"),
    ([("replace", "title", {"value": "x"})], "invalidValue"),
    ([("replace", "name", "Joe")], "invalidValue"),
    ([("replace", "name", ["Joe"])], "invalidValue"),
    ([("add", "emails", "nonsense")], "invalidValue"),
    ([("add", "emails", [5])], "invalidValue"),
    ([("add", "emails", [{"value": ["a"]}])], "invalidValue"),
    ([("replace", 'emails[type eq "work"]', "x@e.org")], "invalidValue"),
    ([("add", None, "x")], None), ([("add", None, ["x"])], None),
    ([("add", None, 5)], None), ([("replace", None, None)], None),
    ([{"op": "add", "path": "title"}], "invalidValue"),
    ([{"op": "replace", "path": "title"}], None),
    ([("replace", E, "x")], "invalidValue"),
    ([("replace", f"{E}:manager", ["a", "b"])], "invalidValue"),
    ([("replace", "title", "x" * 40000)], None),
    # No operation.
    ([{"path": "title", "value": "x"}], "invalidSyntax"),
    ([{"op": "move", "path": "title", "value": "x"}], "invalidSyntax"),
    ([{"op": "test", "path": "title", "value": "Clerk"}], "invalidSyntax"),
    ([{"op": "", "path": "title", "value": "x"}], "invalidSyntax"),
    ([{"op": 1, "path": "title", "value": "x"}], "invalidSyntax"),
    ([{"op": None, "path": "title", "value": "x"}], "invalidSyntax"),
    (["replace"], "invalidSyntax"), ([5], "invalidSyntax"),
    ([[]], "invalidSyntax"), ([None], "invalidSyntax"),
]


@pytest.fixture(scope="module")
def site():
    made = s.Site("patch", "acme")
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def acme(site):
    client = site.client("acme", tokens=6)
    client.count = 0
    return client


@pytest.fixture(scope="module")
def strict(site):
    client = site.client("acme", "-profile", "strict", tokens=2)
    client.count = 0
    return client


def fresh(client):
    client.count += 1
    n = f"{id(client) % 9973}-{client.count}"
    made = client.user(f"user-{n}", E, **{**START, "externalId": f"s-{n}"})
    return n, made


def same(value):
    """Lists of a resource have no order; false is as good as absent."""
    if isinstance(value, dict):
        return {k: same(v) for k, v in value.items()
                if not (k == "primary" and v is False) and k != "schemas"}
    if isinstance(value, list):
        return sorted((same(x) for x in value), key=lambda x: json.dumps(
            x, sort_keys=True))
    return value


def filled(value, n):
    if isinstance(value, str):
        return value.replace("{n}", n)
    if isinstance(value, (list, tuple)):
        return type(value)(filled(x, n) for x in value)
    if isinstance(value, dict):
        return {k: filled(v, n) for k, v in value.items()}
    return value


@pytest.mark.parametrize("operations,change", WORKS)
@pytest.mark.parametrize("how", ["tolerant", "strict"])
def test_works(request, how, operations, change):
    applied(request.getfixturevalue(
        "acme" if how == "tolerant" else "strict"), operations, change)


def applied(client, operations, change):
    n, made = fresh(client)
    operations, change = filled(operations, n), filled(change, n)
    at = f"/Users/{made['id']}"
    answer = client.patch(at, *operations)
    assert answer.status in (200, 204), answer
    now = client.of(made["id"])
    want = {**made, **change}
    want = {k: v for k, v in want.items() if v is not None}
    assert same(s.bare(now)) == same(s.bare(want))
    assert (now["meta"]["version"] == made["meta"]["version"]) is \
        (same(s.bare(want)) == same(s.bare(made)))
    assert sorted(now["schemas"]) == sorted(
        [s.USER] + ([E] if E in want else []))
    if answer.status == 200:
        assert answer.json == now


@pytest.mark.parametrize("operations,change", [
    ([("add", E, {"costCenter": "42"})], {
        E: {**START[E], "costCenter": "42"}}),
    ([("remove", E)], gone(E)),
    ([("replace", E, {"division": "D"})], {
        E: {**START[E], "division": "D"}}),
    ([("remove", 'emails[type eq "other"]')], {}),
    ([("add", "emails", {"value": "one@e.org"})], {
        "emails": [W, H, {"value": "one@e.org"}]}),
    ([("replace", "title", 5)], {"title": "5"})])
def test_forgiven(acme, operations, change):
    """What the RFC does not allow and nobody can mistake."""
    applied(acme, operations, change)


@pytest.mark.parametrize("operations,kind", REFUSED)
def test_refused(strict, operations, kind):
    """Alone, and behind operations that would have worked."""
    acme = strict
    _, made = fresh(acme)
    at = f"/Users/{made['id']}"
    operations = list(operations)
    for before in ([], [("replace", "title", "Changed"),
                        ("remove", "emails"),
                        ("replace", "active", False)]):
        # One of them says false of what another leaves.
        after = [("replace", "nickName", "Later")] if before else []
        answer = acme.patch(at, *before, *operations, *after)
        refused(answer, 400)
        told = answer.json.get("scimType")
        if kind and not (before and kind == "noTarget"):
            assert told == kind, answer
        assert acme.of(made["id"]) == made


@pytest.mark.parametrize("body", [
    {}, {"schemas": [s.PATCH]}, {"Operations": {}}, {"Operations": "x"},
    {"Operations": None}, {"schemas": [s.PATCH], "Operations": 5}, [], 5,
    "x", None, {"op": "replace", "path": "title", "value": "x"},
    [{"op": "replace", "path": "title", "value": "x"}]])
def test_bodies_that_are_none(acme, body):
    _, made = fresh(acme)
    answer = acme.ask("PATCH", f"/Users/{made['id']}", body
                      if body is not None else b"null")
    refused(answer, 400, "invalidSyntax")
    assert acme.of(made["id"]) == made


def test_filter_that_creates(site, acme, strict):
    """
    An add makes the value that its filter describes (every profile); a
    replace that matches nothing is refused by the RFC, and made by what
    speaks as Entra ID.
    """
    path = 'emails[type eq "other"].value'
    _, made = fresh(strict)
    refused(strict.patch(f"/Users/{made['id']}", (
        "replace", path, "o@e.org")), 400, "noTarget")
    entra = site.client("acme", "-profile", "entra")
    entra.count = 0
    _, made = fresh(entra)
    s.good(entra.patch(f"/Users/{made['id']}", (
        "Replace", path, "o@e.org")))
    assert {"value": "o@e.org", "type": "other"} in entra.of(
        made["id"])["emails"]


@pytest.mark.parametrize("path", [
    'emails[type co "oth"].value', 'emails[type eq "a" or type eq "b"].value',
    'emails[not (type pr)].value', 'emails[type gt "x"].value'])
def test_filter_that_can_not_create(acme, path):
    """Nobody knows what value would match."""
    _, made = fresh(acme)
    refused(acme.patch(f"/Users/{made['id']}", (
        "add", path, "o@e.org")), 400)
    assert acme.of(made["id"]) == made


def test_uniqueness_has_no_effect(acme):
    _, first = fresh(acme)
    _, made = fresh(acme)
    refused(acme.patch(
        f"/Users/{made['id']}", ("replace", "title", "x"),
        ("replace", "userName", first["userName"].upper())), 409,
        "uniqueness")
    refused(acme.patch(
        f"/Users/{made['id']}", ("replace", "title", "x"),
        ("replace", "externalId", first["externalId"])), 409, "uniqueness")
    assert acme.of(made["id"]) == made


def test_many_operations(acme):
    _, made = fresh(acme)
    at = f"/Users/{made['id']}"
    good(acme.patch(at, *[("replace", "title", f"t{n}")
                          for n in range(1000)]))
    assert acme.of(made["id"])["title"] == "t999"
    answer = acme.patch(at, *[("replace", "title", "over")] * 1001)
    assert answer.status in (400, 413)
    refused(answer, answer.status)
    assert acme.of(made["id"])["title"] == "t999"


# --- members -----------------------------------------------------------------

@pytest.fixture(scope="module")
def people(acme):
    return [acme.user(f"member-{n}")["id"] for n in range(6)]


def team(acme, name, *members):
    return acme.group(f"{name}-{acme.turn}", *members)["id"]


def v(*some):
    return [{"value": x} for x in some]


def member(one):
    return f'members[value eq "{one}"]'


@pytest.mark.parametrize("operations,left", [
    (lambda p: [("add", "members", v(p[3]))], "0123"),
    (lambda p: [("add", "members", v(p[0], p[3]))], "0123"),
    (lambda p: [("add", None, {"members": v(p[3], p[4])})], "01234"),
    (lambda p: [("remove", member(p[1]))], "02"),
    (lambda p: [("remove", f'members[value eq "{p[1]}" or value eq '
                 f'"{p[2]}"]')], "0"),
    (lambda p: [("remove", "members", v(p[0]))], "12"),
    (lambda p: [("remove", "members", v(p[0], p[2]))], "1"),
    (lambda p: [("remove", "members", v(p[5], p[2]))], "01"),
    (lambda p: [("remove", "members")], ""),
    (lambda p: [("replace", "members", v(p[4], p[5]))], "45"),
    (lambda p: [("replace", None, {"members": v(p[4])})], "4"),
    (lambda p: [("replace", "members", [])], ""),
    (lambda p: [("add", "members", v(p[3])), ("remove", member(p[0]))],
     "123"),
    (lambda p: [("remove", member(p[0])), ("add", "members", v(p[0]))],
     "012"),
    (lambda p: [("add", "members", v(p[4], p[4], p[4]))], "0124"),
    (lambda p: [("add", f"{s.GROUP}:members", v(p[3]))], "0123"),
    (lambda p: [("remove", 'members[type eq "User"]')], "")])
def test_members(acme, people, operations, left):
    made = team(acme, "team", *people[:3])
    answer = acme.patch(f"/Groups/{made}", *operations(people))
    assert answer.status in (200, 204), answer
    assert acme.members(made) == {people[int(x)] for x in left}


@pytest.mark.parametrize("operations", [
    # Nothing that could mean everybody without saying so.
    lambda p: [("remove", None)],
    lambda p: [("remove", None, {"members": v(p[0])})],
    lambda p: [("remove", "members", "x")],
    lambda p: [("remove", "members", [{}])],
    lambda p: [("remove", "members", [{"value": ""}])],
    lambda p: [("remove", "members", [{"display": "member-0"}])],
    lambda p: [("remove", "members[]")],
    lambda p: [("remove", "members[value eq]")],
    lambda p: [("remove", "members.value")],
    lambda p: [("replace", "members.value", p[4])],
    lambda p: [("add", "members", v(s.NOBODY))],
    lambda p: [("add", "members", v(p[3], s.NOBODY))],
    lambda p: [("replace", "members", v(p[3], "x"))],
    lambda p: [("add", "members", v("'; drop table"))],
    lambda p: [("add", "members", [5])],
    lambda p: [("add", "members", [{"value": 5}])],
    lambda p: [("add", "members", [{"type": "User"}])],
    lambda p: [("add", "members", {})],
    lambda p: [("add", "members", [{"value": p[3], "type": "Group"}])],
    lambda p: [("add", "members", [{"value": p[3], "type": "Robot"}])],
    lambda p: [("replace", member(p[0]) + ".value", p[4])],
    lambda p: [("replace", member(p[0]) + ".type", "Group")],
    lambda p: [("replace", "displayName", "")],
    lambda p: [("remove", "displayName")],
    lambda p: [("replace", "id", s.NOBODY)],
    lambda p: [("replace", "userName", "x")],
    lambda p: [("add", "members", v(p[3])), ("add", "nothing", "x")],
    lambda p: [("remove", "members"), ("add", "members", v("x"))]])
def test_members_refused(acme, strict, people, operations):
    """By the strict; whoever forgives it does nothing."""
    made = team(acme, "guarded", *people[:3])
    before = good(acme.get(f"/Groups/{made}"))
    refused(strict.patch(f"/Groups/{made}", *operations(people)), 400)
    assert good(acme.get(f"/Groups/{made}")) == before
    answer = acme.patch(f"/Groups/{made}", *operations(people))
    if answer.status != 204:
        refused(answer, 400)
    assert good(acme.get(f"/Groups/{made}")) == before


@pytest.mark.parametrize("value", [[], None])
def test_removing_nobody(acme, people, value):
    """A list of nobody is not everybody."""
    made = team(acme, "nobody", *people[:3])
    answer = acme.patch(f"/Groups/{made}", {
        "op": "remove", "path": "members", "value": value})
    if value is not None:
        assert answer.status in (200, 204, 400)
        assert acme.members(made) == set(people[:3])


def test_group_answers(acme, people):
    """204 for a PATCH of a group, unless parts of it are asked for."""
    made = team(acme, "quiet", *people[:2])
    answer = acme.patch(f"/Groups/{made}", ("add", "members", v(people[2])))
    assert answer.status == 204 and not answer.body
    told = good(acme.patch(
        f"/Groups/{made}", ("add", "externalId", f"x-{made}"),
        query={"attributes": "externalId"}))
    assert told["externalId"] == f"x-{made}" and "members" not in told
    told = good(acme.put(f"/Groups/{made}", s.group(
        f"loud-{made}", *people)))
    assert {x["value"] for x in told["members"]} == set(people)

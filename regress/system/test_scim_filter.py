"""
SCIM filters (RFC 7644 3.4.2.2): a table of filters with the sets that they
bring, by every way to ask, and one of malformed ones, each of which is 400
invalidFilter and never an empty 200.
"""
import time

import pytest

import daemon as d
import scim as s
from scim import refused

E = s.ENTERPRISE
PEOPLE = {
    "ada": dict(
        name={"givenName": "Ada", "familyName": "Lovelace"},
        displayName="Ada Lovelace", externalId="X-Ada", title="Countess",
        userType="Employee", locale="en-GB", emails=[
            {"value": "ada@example.com", "type": "work", "primary": True},
            {"value": "ada@home.example", "type": "home"}],
        **{E: {"employeeNumber": "1", "department": "Mathematics",
               "manager": {"value": "babbage"}}}),
    "Bob": dict(
        name={"givenName": "Robert", "familyName": "Builder"},
        displayName="Bob", externalId="x-bob", active=False,
        userType="Contractor", emails=[
            {"value": "BOB@Example.com", "type": "work"}]),
    "carol": dict(
        name={"givenName": "Carol", "familyName": "Lovelace"},
        displayName="Carol \"C\" \\ L", externalId="x-CAROL",
        title="Engineer", emails=[
            {"value": "carol@other.example", "type": "home"}],
        phoneNumbers=[{"value": "+1 201 555 0123", "type": "mobile"}]),
    "dan@example.com": dict(
        externalId="X-dan", active=False, title="engineer",
        roles=[{"value": "writer"}, {"value": "reader", "primary": True}]),
    "\u00c9mile": dict(
        displayName="\u00c9mile Zola", externalId="x-1",
        name={"familyName": "Zola"}, userType="Employee",
        emails=[{"value": "emile@example.com"}],
        **{E: {"employeeNumber": "10", "department": "Letters"}}),
    "stra\u00dfe": dict(
        displayName="stra\u00dfe", externalId="x-2", title="",
        name={"familyName": "lovelace"}),
    "\u5f20\u4f1f": dict(
        displayName="\u5f20\u4f1f", externalId="x-3",
        addresses=[{"locality": "Beijing", "country": "CN", "type": "work"},
                   {"locality": "Paris", "country": "FR", "type": "home"}]),
}
ADA, BOB, CAROL, DAN, EMILE, STREET, ZHANG = PEOPLE
ALL = set(PEOPLE)


def non(*some):
    return ALL - set(some)


FOUND = [
    # eq, by index and otherwise; the case rule is the attribute's.
    ('userName eq "ada"', {ADA}), ('userName eq "ADA"', {ADA}),
    ('USERNAME EQ "bob"', {BOB}), ('username eq "nobody"', set()),
    ('userName eq "\u00e9MILE"', {EMILE}),
    ('userName eq "dan@EXAMPLE.com"', {DAN}),
    ('userName eq "\\u5f20\u4f1f"', {ZHANG}),
    ('externalId eq "X-Ada"', {ADA}), ('externalId eq "x-ada"', set()),
    ('EXTERNALID eq "x-1"', {EMILE}), ('externalId eq "x-"', set()),
    ('displayName eq "bob"', {BOB}),
    ('displayName eq "Carol \\"C\\" \\\\ L"', {CAROL}),
    ('displayName eq "carol \\u0022c\\u0022 \\\\ l"', {CAROL}),
    ('title eq "engineer"', {CAROL, DAN}),
    ('name.familyName eq "LOVELACE"', {ADA, CAROL, STREET}),
    ('name.givenName eq "Ada"', {ADA}), ('userName  eq  "ada"', {ADA}),
    # As in the Hub's own reference.
    ("userName eq ada", {ADA}),
    # active, with and without.
    ("active eq true", non(BOB, DAN)), ("active eq false", {BOB, DAN}),
    ("active ne true", {BOB, DAN}), ("not (active eq true)", {BOB, DAN}),
    ("active pr", ALL),
    # ne, co, sw, ew.
    ('userName ne "ada"', non(ADA)), ('title ne "Engineer"', non(
        CAROL, DAN)),
    ('userName co "A"', {ADA, CAROL, DAN, STREET}),
    ('userName sw "c"', {CAROL}), ('userName ew ".COM"', {DAN}),
    ('externalId sw "X-"', {ADA, DAN}), ('externalId co "CAR"', {CAROL}),
    ('displayName co "ZOLA"', {EMILE}), ('displayName sw "\u00e9"', {EMILE}),
    ('displayName co "\\\\"', {CAROL}), ('userName co "%"', set()),
    ('userName co "_"', set()), ('userName sw "*"', set()),
    # pr and null.
    ("title pr", {ADA, CAROL, DAN}), ("not (title pr)", non(
        ADA, CAROL, DAN)),
    ("title eq null", non(ADA, CAROL, DAN)),
    ("title ne null", {ADA, CAROL, DAN}), ("TITLE PR", {ADA, CAROL, DAN}),
    ("name pr", {ADA, BOB, CAROL, EMILE, STREET}),
    ("name.givenName pr", {ADA, BOB, CAROL}),
    ("emails pr", {ADA, BOB, CAROL, EMILE}),
    ("phoneNumbers pr", {CAROL}), ("nickName pr", set()),
    # Order: text folded, one by one.
    ('userName lt "b"', {ADA}), ('userName le "bob"', {ADA, BOB}),
    ('userName gt "STRA\u1e9eE"', {EMILE, ZHANG}),
    ('userName ge "stra\u00dfe"', {STREET, EMILE, ZHANG}),
    # Several values.
    ('emails.value eq "ada@example.com"', {ADA}),
    ('emails eq "ADA@HOME.example"', {ADA}),
    ('emails.value eq "bob@example.com"', {BOB}),
    ('emails co "example.com"', {ADA, BOB, EMILE}),
    ('emails.type eq "home"', {ADA, CAROL}),
    ('emails[type eq "work"]', {ADA, BOB}),
    ('emails[type eq "work" and value co "@example.com"]', {ADA, BOB}),
    ('emails[type eq "home" and value co "@example.com"]', set()),
    ('emails.type eq "home" and emails.value co "@example.com"', {ADA}),
    ('emails[primary eq true]', {ADA}),
    ('emails[not (type pr)]', {EMILE}),
    ('emails[type eq "home" or value sw "emile"]', {ADA, CAROL, EMILE}),
    ('EMAILS[TYPE EQ "WORK" AND (VALUE SW "a" OR VALUE SW "b")]',
     {ADA, BOB}),
    ('addresses[country eq "CN" and locality eq "Paris"]', set()),
    ('addresses[country eq "FR" and locality eq "Paris"]', {ZHANG}),
    ('roles.value eq "reader"', {DAN}), ('roles eq "writer"', {DAN}),
    # Any of them, with ne, too; what there is not differs.
    ('emails ne "ada@example.com"', ALL), ('emails.value ne "carol@other'
                                           '.example"', non(CAROL)),
    ('not (emails eq "ada@example.com")', non(ADA)),
    ('emails[value ne "ada@example.com"]', {ADA, BOB, CAROL, EMILE}),
    ('emails.primary ne false', {ADA, DAN, STREET, ZHANG}),
    ('emails.primary ne true', ALL), ('roles ne "writer"', ALL),
    # One value with parts.
    ('name[familyName eq "lovelace" and givenName pr]', {ADA, CAROL}),
    ('name[not (givenName pr)]', {EMILE, STREET}),
    (f'{E}:manager[value eq "babbage"]', {ADA}),
    ('meta[resourceType eq "User" and created pr]', ALL),
    ('phoneNumbers[value co "555"] and name.familyName sw "l"', {CAROL}),
    # and, or, not, grouping: not, and, or.
    ('userName eq "ada" or userName eq "bob"', {ADA, BOB}),
    ('title pr and userType eq "Employee"', {ADA}),
    ('userName eq "bob" or title pr and userType eq "Employee"',
     {ADA, BOB}),
    ('(userName eq "bob" or title pr) and userType eq "Contractor"', {BOB}),
    ('userType eq "Employee" and title pr or userName eq "bob"',
     {ADA, BOB}),
    ('not (userName eq "ada") and title pr', {CAROL, DAN}),
    ('not (userName eq "ada" or title pr)', {BOB, EMILE, STREET, ZHANG}),
    ('not (not (userName eq "ada"))', {ADA}),
    ('NOT(userName eq "ada")', non(ADA)),
    ('((((userName eq "ada"))))', {ADA}),
    ('userName eq "ada" AND active eq true', {ADA}),
    ('userName eq "bob" and active eq true', set()),
    ('externalId eq "X-Ada" or externalId eq "x-1" or externalId eq "x-2"',
     {ADA, EMILE, STREET}),
    ('userName eq "ada" and userName eq "bob"', set()),
    # URNs.
    (f'{s.USER}:userName eq "ada"', {ADA}),
    (f'{s.USER.upper()}:USERNAME eq "ada"', {ADA}),
    (f'{s.USER}:name.familyName eq "zola"', {EMILE}),
    (f'{s.USER}:emails[type eq "work"]', {ADA, BOB}),
    (f'{E}:department eq "mathematics"', {ADA}),
    (f'{E}:department pr', {ADA, EMILE}),
    (f'{E}:employeeNumber eq "1"', {ADA}),
    (f'{E}:employeeNumber sw "1"', {ADA, EMILE}),
    (f'{E}:manager.value eq "babbage"', {ADA}),
    (f'{E}:manager.value eq "Babbage"', set()),
    (f'schemas eq "{E}"', {ADA, EMILE}),
    (f'schemas eq "{s.USER}"', ALL),
    # meta.
    ('meta.resourceType eq "User"', ALL),
    ('meta.resourceType eq "Group"', set()),
    ('meta.created gt "2011-05-13T04:42:34Z"', ALL),
    ('meta.created lt "2011-05-13T04:42:34Z"', set()),
    ('meta.lastModified ge "2011-05-13T04:42:34.123+02:00"', ALL),
    ('meta.created lt "2999-01-01T00:00:00-12:00"', ALL),
    ('id pr', ALL), (f'id eq "{s.NOBODY}"', set()),
    ('id eq "x"', set()), ('externalId ew "2"', {STREET}),
]

MALFORMED = [
    " ", "userName", "userName eq", 'eq "ada"', '"ada"', "pr", "userName =",
    'userName = "ada"', 'userName == "ada"', 
    "userName eq 'ada'", 'userName eq "ada', 'userName eq ada"',
    'userName eq "a" "b"', 'userName eq "ada" and', 'and userName eq "ada"',
    'userName eq "ada" userName eq "bob"', 'userName eq "ada" xor title pr',
    'userName eq "ada")', '(userName eq "ada"', "()", "not",
    "not userName pr", "not ()", 'not (userName eq "ada"', "title pr pr",
    'title pr "x"', 'userName like "a"', 'userName regex "a"',
    'userName in ("a", "b")', 'foo eq "x"', 'name.foo eq "x"',
    'userName.foo eq "x"', 'name eq "Ada"',
    'emails[foo eq "x"]', 'emails[type eq "work"', 'emails[]',
    'emails[type eq "work"]]', 'emails[[type eq "work"]]',
    'name[value eq "x"]', 'name[emails eq "x"]', f'{E}[department pr]',
    'emails[type eq "work"] eq "x"', 'emails[emails.type eq "work"]',
    'urn:foo:userName eq "ada"', 'urn:foo eq "x"', f'{s.USER} eq "x"',
    f'{s.USER}: eq "x"', f'{E}:userName eq "ada"',
    f'{s.GROUP}:displayName eq "x"', 'members.value eq "x"',
    "active gt true", "active ge true", "active lt false",
    "active le false", 'x509Certificates.value gt "AAAA"',
    'meta.created gt "yesterday"', 'meta.created gt "2011-13-45T99:00:00Z"',
    'meta.created eq true', "userName gt null", "userName co null",
    "userName eq true", "userName eq [1]",
    "userName eq {}", "active eq 1", 'userName eq "\\x41"',
    'userName eq "\\u12"', 'userName eq "a\nb"',
    'userName eq "\\ud83d"', "active eq TRUE1",
    "active eq tru", '.userName eq "a"',
    'userName. eq "a"', 'name..familyName eq "a"', 'user Name eq "a"',
    '-- eq "a"', "1=1", "* eq *", "userName eq \"a\" or 1=1",
    'userName eq "a"; drop table account', '$ref eq "x"', 'emails.$ref pr',
    'meta.location pr', 'groups.$ref co "Groups"',
    'name.familyName.x eq "a"',
]


@pytest.fixture(scope="module")
def site():
    made = s.Site("filter", "acme", "beta")
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def acme(site):
    client = site.client("acme", tokens=6)
    client.made = {}
    for name, more in PEOPLE.items():
        schemas = [E] if E in more else []
        client.made[name] = client.user(name, *schemas, **more)["id"]
    # Others that must never be found.
    other = site.client("acme", connection="two")
    other.user("ada-two", externalId="X-Ada", title="Engineer")
    site.client("beta").user("ada", externalId="X-Ada")
    return client


@pytest.mark.parametrize("where,found", FOUND)
def test_found(acme, where, found):
    page = acme.find("Users", where)
    assert s.names(page) == found
    assert page["totalResults"] == len(found)
    asked = {"schemas": [s.SEARCH], "filter": where}
    assert s.names(s.listed(acme.post("/Users/.search", asked))) == found
    page = acme.find("Users", where, sortBy="userName", count=2)
    assert page["totalResults"] == len(found)
    assert len(page.get("Resources", [])) == min(2, len(found))
    walked = acme.walk("Users", filter=where, count=2)
    assert sorted(x["userName"] for x in walked) == sorted(found)


@pytest.mark.parametrize("where", MALFORMED)
def test_malformed(acme, where):
    refused(acme.get("/Users", {"filter": where}), 400, "invalidFilter")
    refused(acme.post("/Users/.search", {
        "schemas": [s.SEARCH], "filter": where}), 400, "invalidFilter")


def test_filters_by_id(acme):
    one, two = acme.made[ADA], acme.made[BOB]
    for where, found in (
            (f'id eq "{one}"', {ADA}), (f'id eq "{one.upper()}"', set()
                                        if one != one.upper() else {ADA}),
            (f'id eq "{one}" or id eq "{two}"', {ADA, BOB}),
            (f'id eq "{one}" and active eq false', set()),
            (f'not (id eq "{one}")', non(ADA))):
        assert s.names(acme.find("Users", where)) == found, where


def test_filters_of_groups(acme):
    one, two = acme.made[ADA], acme.made[BOB]
    inner = acme.group("Inner", one)["id"]
    acme.group("Outer", {"value": inner, "type": "Group"}, two,
               externalId="G-1")
    acme.group("Empty")
    for where, found in (
            ('displayName eq "inner"', {"Inner"}),
            ('displayName sw "i" or displayName sw "e"',
             {"Inner", "Empty"}),
            (f'members.value eq "{one}"', {"Inner"}),
            (f'members eq "{two}"', {"Outer"}),
            (f'members[value eq "{inner}"]', {"Outer"}),
            (f'members[value eq "{two}" and type eq "User"]', {"Outer"}),
            (f'members[value eq "{two}" and type eq "Group"]', set()),
            (f'members[value eq "{one}"] and displayName eq "Inner"',
             {"Inner"}),
            (f'members.value eq "{s.NOBODY}"', set()),
            ('members pr', {"Inner", "Outer"}),
            ('not (members pr)', {"Empty"}), ('externalId pr', {"Outer"}),
            ('externalId eq "g-1"', set()),
            ('meta.resourceType eq "Group" and displayName co "n"',
             {"Inner"}),
            # Somebody else is in it; nobody is.
            (f'members ne "{acme.made[ADA]}"', {"Outer", "Empty"}),
            (f'members ne "{s.NOBODY}"', {"Inner", "Outer", "Empty"}),
            (f'not (members ne "{acme.made[ADA]}")', {"Inner"}),
            ('schemas eq "nothing"', set())):
        assert s.names(acme.find("Groups", where)) == found, where
    for where in ('userName eq "ada"', 'members.foo eq "x"', "active pr",
                  f'{s.USER}:userName eq "x"', "members.value gt",
                  "displayName"):
        refused(acme.get("/Groups", {"filter": where}), 400,
                "invalidFilter")
    # What is computed may be asked for, too.
    for where, found in ((f'groups.value eq "{inner}"', {ADA}),
                         ('groups.display eq "OUTER"', {ADA, BOB}),
                         ('groups[type eq "indirect"]', {ADA}),
                         ("groups pr", {ADA, BOB})):
        assert s.names(acme.find("Users", where)) == found, where


def test_times(acme):
    """By the moment, whatever the offset says."""
    at = acme.of(acme.made[ADA])["meta"]["created"]
    where = f'id eq "{acme.made[ADA]}" and meta.created '
    assert s.names(acme.find("Users", f'{where} eq "{at}"')) == {ADA}
    east = shifted(at, 3600, "+01:00")
    assert s.names(acme.find("Users", f'{where} eq "{east}"')) == {ADA}
    assert s.names(acme.find("Users", f'{where} ge "{east}"')) == {ADA}
    assert s.names(acme.find("Users", f'{where} gt "{east}"')) == set()
    later = shifted(at, 1, "Z")
    assert s.names(acme.find("Users", f'{where} lt "{later}"')) == {ADA}


def shifted(at, seconds, zone):
    import datetime
    form = "%Y-%m-%dT%H:%M:%S"
    made = datetime.datetime.strptime(at[:19], form)
    tail = at[19:].rstrip("Z")
    return (made + datetime.timedelta(seconds=seconds)).strftime(form) + \
        tail + zone


def test_what_is_too_much(acme):
    many = " or ".join(f'userName eq "u{n}"' for n in range(99))
    assert acme.find("Users", many)["totalResults"] == 0
    for where in (" or ".join(f'title eq "{n}"' for n in range(300)),
                  " or ".join(["title pr"] * 260),
                  "not (" * 33 + "title pr" + ")" * 33,
                  "(" * 2000 + "title pr" + ")" * 2000,
                  'userName eq "a\x00"'):
        began = time.monotonic()
        answer = acme.get("/Users", {"filter": where})
        if answer.status != 414:    # http's own limit of an address
            refused(answer, 400)
        refused(acme.post("/Users/.search", {
            "schemas": [s.SEARCH], "filter": where}), 400)
        assert time.monotonic() - began < 2 * d.SLOW


def test_filters_after_a_change(acme):
    """What is indexed follows at once."""
    made = acme.user("changing", externalId="c-1", title="Before", emails=[
        {"value": "before@change.example"}])
    at = f"/Users/{made['id']}"
    acme.patch(at, {"op": "replace", "value": {
        "userName": "changed", "externalId": "c-2", "title": "After",
        "displayName": "Changed", "active": False,
        "emails": [{"value": "after@change.example"},
                   {"value": "more@change.example"}]}})
    for where, count in (
            ('userName eq "changing"', 0), ('userName eq "CHANGED"', 1),
            ('externalId eq "c-1"', 0), ('externalId eq "c-2"', 1),
            ('title eq "before"', 0), ('title eq "after"', 1),
            ('displayName eq "changed"', 1),
            ('emails.value eq "before@change.example"', 0),
            ('emails.value eq "after@change.example"', 1),
            ('emails eq "MORE@change.example"', 1),
            ('userName eq "changed" and active eq true', 0),
            ('userName eq "changed" and active eq false', 1)):
        assert acme.find("Users", where)["totalResults"] == count, where
    acme.delete(at)
    for where in ('userName eq "changed"', 'externalId eq "c-2"',
                  'emails eq "more@change.example"', f'id eq "{made["id"]}"'):
        assert acme.find("Users", where)["totalResults"] == 0, where

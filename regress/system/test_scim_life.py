"""
The life of a User: made, linked at a login, deactivated, reactivated,
deleted, restored; and the same in a basic organization, by invitation.
"""
import json
import re
import sqlite3

import pytest

import daemon as d
import scim as s
from scim import good, refused

WORDS = [*d.ROLES, 'resource group map "h" to "hand" role read']


@pytest.fixture(scope="module")
def site():
    made = s.Site(
        "life", ("acme", WORDS), ("short", [*WORDS, "tombstone keep 1s"]),
        ("strict", [*WORDS, "username strict"]), "other",
        top=["reserve names { \"hfsso-reserved\" }"])
    made.add("match", WORDS, one=["scim match username"], two=[
        "scim match email", *s.TRUST])
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def acme(site):
    return site.client("acme", tokens=4)


def seen(site, cookie):
    return site.seen(cookie).status


def change(client, identifier, path, value):
    answer = client.patch(f"/Users/{identifier}", ("replace", path, value))
    assert answer.status in (200, 204), answer


# --- created -----------------------------------------------------------------

def test_member_at_once(site, acme):
    made = good(acme.post("/Users", s.person("member.one@example.org",
                                             externalId="m1")), 201)
    shown = json.dumps(site.daemon.show("show", "members", "acme"))
    assert "member-one" in shown or "member.one" in shown
    cookie = site.login("m1", email="another@example.org")
    told = site.seen(cookie)
    assert told.status == 200
    assert told.header("X-Hfsso-Account") == made["id"]
    assert told.header("X-Hfsso-Role") == "read"
    assert re.fullmatch(r"[A-Za-z0-9-]{2,42}", told.header("Remote-User"))
    # The profile is SCIM's: what the login says of it changes nothing.
    assert told.header("Remote-Email") == "member.one@example.org"


def test_profile_reaches_the_headers_at_once(site, acme):
    made = acme.user("profiled", externalId="profiled", displayName="Old",
                     emails=[{"value": "old@example.org"}])
    cookie = site.login("profiled")
    name = site.seen(cookie, "Remote-User")
    good(acme.patch(f"/Users/{made['id']}", {"op": "replace", "value": {
        "displayName": "New", "userName": "profiled-2",
        "emails": [{"value": "new@example.org"}]}}))
    told = site.seen(cookie)
    assert told.header("Remote-Name") == "New"
    assert told.header("Remote-Email") == "new@example.org"
    # The account's name is stable for life.
    assert told.header("Remote-User") == name == "profiled"


@pytest.mark.parametrize("user_name,name", [
    ("plainname", "plainname"), ("First.Last@corp.example", "First-Last"),
    ("under_score", "under-score")])
def test_names_that_are_made_legal(site, acme, user_name, name):
    """Design, section 7: case, dots, underscores, the @domain."""
    acme.user(user_name, externalId=user_name)
    cookie = site.login(user_name)
    assert site.seen(cookie, "Remote-User").lower() == name.lower()


@pytest.mark.parametrize("user_name", [
    "admin", "api", "acme", "organizations", "123456", "a",
    "0123456789abcdef01234567", "hfsso-reserved", "\u5f20\u4f1f",
    "a--b", "-x-", "x" * 60, "!!!", "O'Neil + sons"])
def test_names_that_need_a_suffix(site, acme, user_name):
    made = acme.user(user_name, externalId=f"n-{user_name}")
    assert made["userName"] == user_name
    cookie = site.login(f"n-{user_name}", email="n@example.org")
    name = site.seen(cookie, "Remote-User")
    assert name != user_name
    assert re.fullmatch(r"(?!.*--)(?!-)(?![0-9]+$)(?![0-9a-f]{24}$)"
                        r"[A-Za-z0-9-]{2,42}(?<!-)", name), name


@pytest.mark.parametrize("user_name", [
    "a--b", "-a", "a-", "1234", "0123456789abcdef01234567", "x",
    "y" * 43, "with.dot", "a b", "a_b", "me@example.org"])
def test_strict_names(site, user_name):
    """Refused as the Hub does, saying which rule."""
    client = site.client("strict")
    answer = client.post("/Users", s.user(user_name))
    detail = refused(answer, 400, "invalidValue")
    assert "userName" in detail and len(detail) > 20
    assert client.find("Users", count=0)["totalResults"] == 0


def test_strict_names_that_are_taken(site):
    client = site.client("strict")
    made = client.user("good-name")
    detail = refused(client.post("/Users", s.user("GOOD-NAME")), 409,
                     "uniqueness")
    assert detail
    refused(client.patch(f"/Users/{made['id']}", (
        "replace", "userName", "bad--name")), 400, "invalidValue")
    # A change is no way around it; one's own name is one's own.
    other = client.user("other-name", externalId="sn-1")
    for how in ("patch", "put", "revive", "restore"):
        at = f"/Users/{other['id']}"
        if how == "revive":
            change(client, other["id"], "active", False)
        elif how == "restore":
            client.delete(at)
        for name in ("admin", "strict", "good-name", "Good-Name", "x"):
            sent = s.user(name, externalId="sn-1")
            answer = client.patch(at, ("replace", "userName", name)) \
                if how == "patch" else client.put(at, sent) \
                if how == "put" else client.post("/Users", sent)
            if name == "x":
                refused(answer, 400, "invalidValue")
            else:
                refused(answer, 409, "uniqueness")
        if how == "patch":
            change(client, made["id"], "userName", "newer-name")
        name = "Other-Name" if how == "put" else "other-name"
        sent = s.user(name, externalId="sn-1")
        if how in ("patch", "put"):
            good(client.put(at, sent))
        else:
            good(client.post("/Users", sent), 201)
    change(client, made["id"], "userName", "GOOD-name")
    client.delete(f"/Users/{made['id']}")
    client.delete(f"/Users/{other['id']}")


# --- active ------------------------------------------------------------------

def test_deactivate_and_back(site, acme):
    """Sessions end before the answer is read; what he had stays his."""
    made = acme.user("suspended", externalId="suspended")
    cookies = [site.login("suspended") for _ in range(3)]
    site.ctl("member", "grant", "acme", "suspended", "hand", "write")
    assert site.seen(cookies[0], "Remote-Groups") == "hand"
    name = site.seen(cookies[0], "Remote-User")
    change(acme, made["id"], "active", False)
    assert [seen(site, x) for x in cookies] == [401] * 3
    site.turned_away("suspended", "account_ended")
    told = acme.of(made["id"])
    assert told["active"] is False
    # Others who present his name or address don't get in as him either.
    site.turned_away("suspended-2", None, uid="suspended",
                     email="suspended@example.org")
    change(acme, made["id"], "active", True)
    assert [seen(site, x) for x in cookies] == [401] * 3
    back = site.login("suspended")
    told = site.seen(back)
    assert told.header("Remote-User") == name
    assert told.header("Remote-Groups") == "hand"
    assert told.header("X-Hfsso-Account") == made["id"]


@pytest.mark.parametrize("how", ["patch", "put", "bulk", "delete"])
def test_no_window(site, acme, how):
    """A request that begins after the answer is not allowed."""
    for n in range(4):
        name = f"window-{how}-{n}"
        made = acme.user(name, externalId=name)
        cookie = site.login(name)
        assert seen(site, cookie) == 200
        at = f"/Users/{made['id']}"
        off = {"schemas": [s.PATCH], "Operations": [
            {"op": "replace", "path": "active", "value": False}]}
        if how == "patch":
            answer = acme.ask("PATCH", at, off)
        elif how == "put":
            answer = acme.put(at, s.user(name, externalId=name,
                                         active=False))
        elif how == "delete":
            answer = acme.delete(at)
        else:
            answer = acme.post("/Bulk", {
                "schemas": [s.BULK], "Operations": [
                    {"method": "PATCH", "path": at, "data": off}]})
        assert answer.status in (200, 204)
        assert seen(site, cookie) == 401


def test_made_inactive(site, acme):
    made = acme.user("unborn", externalId="unborn", active=False)
    assert made["active"] is False
    site.turned_away("unborn", "account_ended")
    change(acme, made["id"], "active", True)
    assert site.seen(site.login("unborn"), "X-Hfsso-Account") == made["id"]


def test_revived_by_a_post(acme):
    """The same externalId: inactive is revived, active is 409."""
    made = acme.user("revived", externalId="rev-1", title="Old")
    refused(acme.post("/Users", s.user("revived-2", externalId="rev-1")),
            409, "uniqueness")
    change(acme, made["id"], "active", False)
    told = good(acme.post("/Users", s.user("revived-2",
                                           externalId="rev-1")), 201)
    assert told["id"] == made["id"] and told["active"] is True
    assert told["userName"] == "revived-2" and "title" not in told
    # Not by userName: an inactive account with another externalId.
    change(acme, made["id"], "active", False)
    refused(acme.post("/Users", s.user("revived-2", externalId="rev-2")),
            409, "uniqueness")


# --- deleted -----------------------------------------------------------------

def test_tombstone(site, acme):
    """Within keep: the same id and name, without the old grants."""
    made = acme.user("buried", externalId="b-1", title="T")
    group = acme.group("Buriers", made["id"])["id"]
    cookie = site.login("b-1")
    site.ctl("member", "grant", "acme", "buried", "hand", "write")
    name = site.seen(cookie, "Remote-User")
    acme.delete(f"/Users/{made['id']}")
    assert seen(site, cookie) == 401
    assert acme.members(group) == set()
    site.turned_away("b-1", "account_ended")
    refused(acme.get(f"/Users/{made['id']}"), 404)
    refused(acme.patch(f"/Users/{made['id']}", (
        "replace", "active", True)), 404)
    assert acme.find("Users", 'externalId eq "b-1"')["totalResults"] == 0
    told = good(acme.post("/Users", s.user("buried", externalId="b-1")),
                201)
    assert told["id"] == made["id"] and "title" not in told
    told = site.seen(site.login("b-1"))
    assert told.header("Remote-User") == name
    assert told.header("X-Hfsso-Account") == made["id"]
    assert told.header("Remote-Groups") == ""
    assert acme.members(group) == set()


def test_the_name_stays_taken(site, acme):
    """Nobody else ever gets a name that was used."""
    made = acme.user("heirloom", externalId="h-1")
    acme.delete(f"/Users/{made['id']}")
    told = acme.user("heirloom", externalId="h-2")
    assert told["id"] != made["id"]
    assert site.seen(site.login("h-2"), "Remote-User") != "heirloom"
    site.turned_away("h-1", "account_ended")


def test_after_keep(site):
    client = site.client("short", tokens=2)
    made = client.user("forgotten", externalId="f-1")
    site.login("f-1", "short")
    client.delete(f"/Users/{made['id']}")
    s.until(lambda: later(site, made["id"]), 8)
    told = client.user("forgotten", externalId="f-1")
    assert told["id"] != made["id"]
    cookie = site.login("f-1", "short")
    assert site.seen(cookie, "X-Hfsso-Account") == told["id"]
    assert site.seen(cookie, "Remote-User") != "forgotten"


def later(site, identifier):
    """More than a second, and a little, after it was deleted."""
    import time
    path = site.folder / "store" / "hfssod.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        row = store.execute("SELECT ended FROM account WHERE account = ?",
                            (identifier,)).fetchone()
    store.close()
    return row is None or row[0] + 3 < time.time()


def test_another_connection_restores_nothing(site, acme):
    made = acme.user("mine-only", externalId="mo-1")
    site.login("mo-1")
    acme.delete(f"/Users/{made['id']}")
    two = site.client("acme", connection="two")
    told = two.user("mine-only-2", externalId="mo-1")
    assert told["id"] != made["id"]
    site.turned_away("mo-1", "account_ended")


@pytest.mark.parametrize("how", ["patch", "linked", "no externalId"])
def test_a_subject_outlives_his_account(site, acme, how):
    """Deleted stays deleted; another User may be meant by the subject."""
    where, client = "acme", acme
    if how == "no externalId":
        where, client = "match", site.client("match")
    name = how.replace(" ", "-").lower()
    ext = {} if how == "no externalId" else {"externalId": f"ol-{name}"}
    first = client.user(f"ol-{name}", **ext)
    cookie = site.login(f"ol-{name}", where)
    assert site.seen(cookie, "X-Hfsso-Account") == first["id"]
    client.delete(f"/Users/{first['id']}")
    site.turned_away(f"ol-{name}", "account_ended", where)
    if how == "no externalId":
        second = client.user(f"ol-{name}")
    else:
        second = client.user(f"ol2-{name}", externalId=f"ol2-{name}")
        if how == "linked":
            old = site.login(f"ol2-{name}")
        change(client, second["id"], "externalId", f"ol-{name}")
        if how == "linked":
            assert seen(site, old) == 401
    assert second["id"] != first["id"]
    cookie = site.login(f"ol-{name}", where)
    assert site.seen(cookie, "X-Hfsso-Account") == second["id"]
    assert site.seen(cookie, "Remote-User") != f"ol-{name}"
    # Deactivated, it is ended again, and so it is when it is deleted.
    change(client, second["id"], "active", False)
    site.turned_away(f"ol-{name}", "account_ended", where)
    change(client, second["id"], "active", True)
    if how == "no externalId":
        return
    # Given away, the first one can come back, and sign in.
    change(client, second["id"], "externalId", f"ol3-{name}")
    told = good(client.post("/Users", s.user(
        f"ol4-{name}", externalId=f"ol-{name}")), 201)
    assert told["id"] == first["id"]
    cookie = site.login(f"ol-{name}")
    assert site.seen(cookie, "X-Hfsso-Account") == first["id"]
    assert site.seen(cookie, "Remote-User") == f"ol-{name}"


@pytest.mark.parametrize("how", ["deactivate", "delete"])
def test_never_revived_by_a_login(site, acme, how):
    """Through any connection, with any address, for ever."""
    name = f"ended-{how}"
    made = acme.user(name, externalId=name, emails=[
        {"value": f"{name}@example.org"}])
    site.login(name)
    if how == "deactivate":
        change(acme, made["id"], "active", False)
    else:
        acme.delete(f"/Users/{made['id']}")
    for connection in ("one", "two"):
        login, answer = site.deliver(name, connection=connection)
        if answer.status in (302, 303):
            # A stranger of the same name at another provider.
            assert how == "delete" and connection == "two"
            cookie = d.session_of(login.person, site.settings.public)
            assert site.seen(cookie, "X-Hfsso-Account") != made["id"]
            assert site.seen(cookie, "Remote-User") != name
        else:
            assert answer.status == 403
    site.daemon.stop()
    site.daemon.start()
    site.turned_away(name, "account_ended")


# --- linking -----------------------------------------------------------------

def test_linked_once(site, acme):
    """(connection, subject) is fixed after the first login."""
    made = acme.user("linking", externalId="subject-1")
    cookie = site.login("subject-1", uid="anything")
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]
    # Not by the address or the name without an externalId match.
    site.turned_away("subject-2", "account_conflict", uid="linking",
                     email="linking@example.org")
    # A new externalId unlinks, and ends what is open.
    change(acme, made["id"], "externalId", "subject-3")
    assert seen(site, cookie) == 401
    assert site.audits("hfsso.unlink") >= 1
    cookie = site.login("subject-3", uid="linking")
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]
    login, answer = site.deliver("subject-1", uid="old-subject",
                                 email="old@example.org")
    if answer.status in (302, 303):
        told = site.seen(d.session_of(login.person, site.settings.public))
        assert told.header("X-Hfsso-Account") != made["id"]


def test_external_id_is_exact(site, acme):
    made = acme.user("exactly", externalId="CaseExact")
    login, answer = site.deliver("caseexact", uid="somebody-else",
                                 email="se@example.org")
    if answer.status in (302, 303):
        told = site.seen(d.session_of(login.person, site.settings.public))
        assert told.header("X-Hfsso-Account") != made["id"]
    cookie = site.login("CaseExact", uid="exactly-it",
                        email="ex@example.org")
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]


def test_only_through_its_own_connection(site, acme):
    """The same subject at another provider is somebody else."""
    made = acme.user("through", externalId="t-1")
    login, answer = site.deliver("t-1", connection="two",
                                 email="t1@example.org")
    if answer.status in (302, 303):
        told = site.seen(d.session_of(login.person, site.settings.public))
        assert told.header("X-Hfsso-Account") != made["id"]
    else:
        assert answer.status == 403
    cookie = site.login("t-1", uid="through-1", email="through@example.org")
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]


def test_conflict(site, acme):
    """A login whose name or address is another's is refused."""
    acme.user("conflicted", externalId="c-1", emails=[
        {"value": "conflicted@example.org"}])
    site.turned_away("c-2", "account_conflict", uid="conflicted")
    site.turned_away("c-3", "account_conflict", uid="unlike",
                     email="conflicted@example.org")
    refusals = site.daemon.log()
    assert "account_conflict" in refusals
    # And SCIM can't take over who came by a login of another subject.
    cookie = site.login("jit-1")
    theirs = site.seen(cookie, "X-Hfsso-Account")
    refused(acme.post("/Users", s.user("jit-1", externalId="jit-other")),
            409, "uniqueness")
    refused(acme.post("/Users", s.user("jit-9", externalId="jit-1")), 409,
            "uniqueness")
    assert acme.of(theirs)["externalId"] == "jit-1"


def test_just_in_time_is_a_user(site, acme):
    """Who came by a login is a User, which SCIM adopts."""
    cookie = site.login("walk-in", email="walk-in@example.org")
    identifier = site.seen(cookie, "X-Hfsso-Account")
    told = acme.of(identifier)
    assert told["userName"] == "walk-in" and told["active"] is True
    assert told["externalId"] == "walk-in"
    assert told["emails"][0]["value"] == "walk-in@example.org"
    assert acme.find("Users", 'externalId eq "walk-in"')[
        "Resources"][0]["id"] == identifier
    good(acme.put(f"/Users/{identifier}", s.person(
        "walk-in", externalId="walk-in", displayName="Adopted")))
    assert site.seen(cookie, "Remote-Name") == "Adopted"
    # From now on the profile is SCIM's.
    again = site.login("walk-in", email="walk-in@example.org",
                       displayName="From Login")
    assert site.seen(again, "Remote-Name") == "Adopted"
    acme.delete(f"/Users/{identifier}")
    assert seen(site, again) == 401
    site.turned_away("walk-in", "account_ended")


def test_match_by_user_name(site):
    """What the connection says, for who has no externalId."""
    client = site.client("match")
    made = client.user("Matched")
    cookie = site.login("m-sub", "match", uid="matched")
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]
    # Once: another subject of that name is a conflict.
    site.turned_away("m-sub-2", "account_conflict", "match", uid="matched")
    # Not who has an externalId.
    client.user("has-external", externalId="he-1")
    site.turned_away("he-2", "account_conflict", "match",
                     uid="has-external")


def test_match_by_email(site):
    """Only in a domain that the connection's provider vouches for."""
    client = site.client("match", connection="two")
    made = client.user("by-mail", emails=[{"value": "Mailed@example.org"}])
    other = client.user("by-mail-2", emails=[
        {"value": "mailed@elsewhere.example"}])
    cookie = site.login("e-sub", "match", "two", uid="whatever",
                        email="mailed@EXAMPLE.org")
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]
    login, answer = site.deliver("e-sub-2", "match", "two", uid="whoever",
                                 email="mailed@elsewhere.example")
    assert answer.status == 403, "an unvouched address was believed"
    assert client.of(other["id"])


def test_an_admin_is_not_relinked(site, acme):
    """Without the right of the token."""
    made = acme.user("chief", externalId="chief-1")
    cookie = site.login("chief-1", uid="chief", roles=["hub-admins"])
    assert site.seen(cookie, "X-Hfsso-Role") == "admin"
    at = f"/Users/{made['id']}"
    refused(acme.patch(at, ("replace", "externalId", "thief")), 400,
            "mutability")
    refused(acme.put(at, s.user("chief", externalId="thief")), 400,
            "mutability")
    refused(acme.put(at, s.user("chief", externalId=None)), 400,
            "mutability")
    refused(acme.patch(at, ("remove", "externalId")), 400, "mutability")
    assert seen(site, cookie) == 200
    assert acme.of(made["id"])["externalId"] == "chief-1"
    right = site.client("acme", "-rights", "users,groups,read,relink")
    change(right, made["id"], "externalId", "chief-2")
    assert seen(site, cookie) == 401
    cookie = site.login("chief-2", uid="chief")
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]


# --- hfssoctl ----------------------------------------------------------------

def test_members_by_hand(site, acme):
    site.ctl("member", "add", "acme", "handmade", "-email",
             "handmade@example.org", "-given", "Hand", "-family", "Made",
             "-external", "hm-1", "-connection", "one")
    made = acme.one("handmade")
    assert made["externalId"] == "hm-1"
    assert made["name"] == {"givenName": "Hand", "familyName": "Made"}
    site.not_ctl("member", "add", "acme", "HANDMADE", "-connection", "one")
    cookie = site.login("hm-1", uid="handmade")
    site.ctl("member", "deactivate", "acme", "handmade")
    assert seen(site, cookie) == 401
    assert acme.of(made["id"])["active"] is False
    site.turned_away("hm-1", "account_ended", uid="handmade")
    site.ctl("member", "reactivate", "acme", "handmade")
    cookie = site.login("hm-1", uid="handmade")
    site.ctl("member", "delete", "acme", "handmade")
    assert seen(site, cookie) == 401
    refused(acme.get(f"/Users/{made['id']}"), 404)
    site.not_ctl("member", "delete", "acme", "handmade")
    site.ctl("member", "restore", "acme", "handmade")
    assert acme.of(made["id"])["userName"] == "handmade"
    cookie = site.login("hm-1", uid="handmade")
    site.ctl("member", "unlink", "acme", "handmade")
    assert seen(site, cookie) == 401
    site.ctl("member", "relink", "acme", "handmade", "hm-2")
    cookie = site.login("hm-2", uid="handmade")
    assert site.seen(cookie, "X-Hfsso-Account") == made["id"]
    site.ctl("member", "rename", "acme", "handmade", "handmade-2")
    assert site.seen(cookie, "Remote-User") == "handmade-2"
    for words in (("deactivate", "acme", "nobody"),
                  ("restore", "acme", "handmade-2"),
                  ("reactivate", "acme", "handmade-2"),
                  ("relink", "acme", "nobody", "x"),
                  ("rename", "acme", "handmade-2", "admin"),
                  ("rename", "acme", "handmade-2", "a--b"),
                  ("rename", "acme", "handmade-2", "heirloom")):
        site.not_ctl("member", *words)


def test_conflict_is_cured_by_relink(site, acme):
    acme.user("cured", externalId="cu-1")
    cookie = site.login("cu-1", uid="cured")
    identifier = site.seen(cookie, "X-Hfsso-Account")
    site.turned_away("cu-2", "account_conflict", uid="cured")
    site.ctl("member", "relink", "acme", "cured", "cu-2")
    assert seen(site, cookie) == 401
    cookie = site.login("cu-2", uid="cured")
    assert site.seen(cookie, "X-Hfsso-Account") == identifier


def test_relink_of_a_file(site, acme, tmp_path):
    """Moving to another provider: checked whole, in one transaction."""
    ids = {}
    for n in range(5):
        acme.user(f"mover-{n}", externalId=f"old-{n}")
        cookie = site.login(f"old-{n}", uid=f"mover-{n}")
        ids[n] = site.seen(cookie, "X-Hfsso-Account")
    file = tmp_path / "subjects"
    rows = [f"old-{n},new-{n}" for n in range(5)]
    for spoiled in ([*rows, "old-nobody,new-9"], [*rows, "old-1,new-7"],
                    [*rows[:4], "old-4,new-0"], [*rows, "nonsense"]):
        file.write_text("\n".join(spoiled) + "\n")
        site.not_ctl("member", "relink", "acme", "-connection", "one",
                     "-f", str(file))
        site.login("old-0", uid="mover-0")
    file.write_text("\n".join(rows) + "\n")
    site.ctl("member", "relink", "acme", "-connection", "one", "-n", "-f",
             str(file))
    site.login("old-2", uid="mover-2")
    site.ctl("member", "relink", "acme", "-connection", "one", "-f",
             str(file))
    for n in range(5):
        cookie = site.login(f"new-{n}", uid=f"mover-{n}")
        assert site.seen(cookie, "X-Hfsso-Account") == ids[n]


# --- basic organizations -----------------------------------------------------

@pytest.fixture(scope="module")
def gate():
    made = s.Site("basic", ("acme", [
        "mode basic", "default role read",
        'resource group attribute "groups"',
        'resource group map "h" to "hand" role read'],
        s.TRUST, s.TRUST), application="acme")
    made.start()
    for name in ("ann", "ben", "cay", "dee", "eve", "fay", "gil"):
        made.ctl("account", "add", name, f"{name}@example.org")
    yield made
    made.end()


@pytest.fixture(scope="module")
def basic(gate):
    return gate.client("acme", tokens=4, base=s.BASIC)


def invited(basic, name, **more):
    return good(basic.post("/Users", s.user(name, **{
        "externalId": f"x-{name}", "active": True, "emails": [
            {"value": f"{name}@example.org", "primary": True,
             "type": "work"}], **more})), 201)


def test_an_invitation_waits(gate, basic):
    made = invited(basic, "ann")
    assert re.fullmatch("[0-9a-f]{24}", made["id"])
    assert made["active"] is True and made["userName"] == "ann"
    assert "ann" not in json.dumps(gate.daemon.show(
        "show", "members", "acme"))
    cookie = gate.login("x-ann", email="ann@example.org")
    told = gate.seen(cookie)
    assert told.status == 200 and told.header("Remote-User") == "ann"
    assert "ann" in json.dumps(gate.daemon.show("show", "members", "acme"))
    # Deleted: the membership, not the account.
    assert basic.delete(f"/Users/{made['id']}").status == 204
    assert seen(gate, cookie) in (401, 403)
    refused(basic.get(f"/Users/{made['id']}"), 404)
    assert "ann" not in json.dumps(gate.daemon.show(
        "show", "members", "acme"))
    # Invited again: the same account.
    account = told.header("X-Hfsso-Account")
    invited(basic, "ann")
    cookie = gate.login("x-ann", email="ann@example.org")
    assert gate.seen(cookie, "X-Hfsso-Account") == account


def test_nobody_is_told_who_exists(gate, basic):
    """An account that there is, and one that there is not."""
    one, two = invited(basic, "ben"), invited(basic, "stranger")
    strip = {"id", "meta", "userName", "externalId", "emails"}
    assert {k: v for k, v in one.items() if k not in strip} == \
        {k: v for k, v in two.items() if k not in strip}
    assert set(one) == set(two)
    a, b = (basic.of(x["id"]) for x in (one, two))
    assert set(a) == set(b)
    gate.turned_away("x-stranger", None, email="stranger@example.org")
    # No account is made at a login in basic mode.
    gate.turned_away("x-walkin", None, email="walkin@example.org")


def test_without_an_invitation(gate, basic):
    """An account of the hub's, whom nobody invited."""
    gate.turned_away("x-cay", None, uid="cay", email="cay@example.org")
    # Invited, but the provider says another address.
    invited(basic, "cay")
    gate.turned_away("x-cay", None, uid="cay", email="mallory@example.org")
    gate.turned_away("x-other", None, uid="cay", email="cay@example.org")
    assert gate.seen(gate.login("x-cay", email="cay@example.org"),
                     "Remote-User") == "cay"


def test_basic_writes_little(gate, basic):
    """Only active and externalId."""
    made = invited(basic, "dee", displayName="Dee")
    at = f"/Users/{made['id']}"
    for path, value in (("userName", "eve"), ("displayName", "X"),
                        ("name.givenName", "X"), ("title", "X"),
                        ('emails[type eq "work"].value', "x@example.org"),
                        ("emails", [{"value": "x@example.org"}])):
        refused(basic.patch(at, ("replace", path, value)), 400,
                "mutability")
    assert basic.of(made["id"]) == made
    told = good(basic.put(at, s.user(
        "dee", externalId="x-dee-2", displayName="Ignored",
        emails=[{"value": "other@example.org"}])))
    assert told["externalId"] == "x-dee-2"
    assert told.get("displayName") == made.get("displayName")
    assert told["emails"] == made["emails"]
    gate.turned_away("x-dee", None, email="dee@example.org")
    cookie = gate.login("x-dee-2", email="dee@example.org")
    change(basic, made["id"], "active", False)
    assert seen(gate, cookie) in (401, 403)
    gate.turned_away("x-dee-2", None, email="dee@example.org")
    assert basic.of(made["id"])["active"] is False
    change(basic, made["id"], "active", True)
    assert seen(gate, gate.login("x-dee-2", email="dee@example.org")) == 200


def test_basic_is_unique(basic):
    invited(basic, "eve")
    refused(basic.post("/Users", s.user("EVE", externalId="x-eve-2")), 409,
            "uniqueness")
    refused(basic.post("/Users", s.user("fay", externalId="x-eve")), 409,
            "uniqueness")


def test_an_inactive_invitation(gate, basic):
    made = invited(basic, "fay", active=False)
    gate.turned_away("x-fay", None, email="fay@example.org")
    change(basic, made["id"], "active", True)
    assert seen(gate, gate.login("x-fay", email="fay@example.org")) == 200


def test_basic_groups(gate, basic):
    made = invited(basic, "gil")
    cookie = gate.login("x-gil", email="gil@example.org")
    group = basic.group("Basic Team", made["id"])
    gate.ctl("scim", "link", "acme", "Basic Team", "hand", "write")
    assert gate.seen(cookie, "Remote-Groups") == "hand"
    assert basic.members(group["id"]) == {made["id"]}
    basic.delete(f"/Users/{made['id']}")
    assert basic.members(group["id"]) == set()
    assert seen(gate, cookie) in (401, 403)

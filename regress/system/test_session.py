"""Sessions: how they end, and that they are one browser's."""
import re
import time

import pytest

import browser as b
import daemon as d
import forge as f


def signed_in(world, name, **how):
    person = f.sign_in(world.daemon, world.idps["forge"], name, **how)
    return person, d.session_of(person, world.settings.public)


def test_account_page(world):
    person, _ = signed_in(world, "viewer", groups=["nlp-team"])
    page = person.get(world.daemon.url("/.hfsso/account"))
    assert page.status == 200
    assert "viewer" in page.text
    assert "acme" in page.text
    assert page.header("Cache-Control") in ("no-store", "no-cache, no-store")
    assert "<script" not in page.text


def test_account_page_of_nobody(world):
    page = world.daemon.browser().get(world.daemon.url("/.hfsso/account"))
    assert page.status in (302, 303, 401)


def logout_form(person, world):
    page = person.get(world.daemon.url("/.hfsso/logout"))
    assert page.status == 200
    return next(x for x in b.Forms(page.text, page.url).forms
                if "logout" in x["action"])


def test_logout(world):
    person, cookie = signed_in(world, "leaver")
    assert world.daemon.gate(cookies=cookie).status == 200
    answer = person.follow(person.submit(logout_form(person, world)))
    assert answer.status == 200
    assert d.session_of(person, world.settings.public) is None
    assert world.daemon.gate(cookies=cookie).status == 401


def test_logout_with_a_wrong_token(world):
    person, cookie = signed_in(world, "stayer")
    form = logout_form(person, world)
    names = [n for n, t in form["types"].items() if t == "hidden"]
    assert names
    for value in ("", "0" * len(form["fields"][names[0]]), "x"):
        answer = person.post(form["action"], {names[0]: value})
        assert answer.status == 403
        assert world.daemon.gate(cookies=cookie).status == 200
    assert person.post(form["action"], {}).status in (400, 403)
    assert world.daemon.gate(cookies=cookie).status == 200
    # A link does nothing either.
    person.get(form["action"])
    assert world.daemon.gate(cookies=cookie).status == 200


def test_logout_with_the_token_of_another_session(world):
    mine, cookie = signed_in(world, "first")
    theirs, _ = signed_in(world, "second")
    form = logout_form(theirs, world)
    assert mine.submit(form).status == 403
    assert world.daemon.gate(cookies=cookie).status == 200


def test_a_new_login_is_a_new_session(world):
    """The cookie that a browser brought is never kept."""
    person, before = signed_in(world, "fixed")
    signed_in(world, "fixed", person=person)
    after = d.session_of(person, world.settings.public)
    assert after != before


def test_a_chosen_cookie_is_not_taken(world):
    person = world.daemon.browser()
    person.jar["hub.test"] = {(d.SESSION, "/"): "A" * 43}
    signed_in(world, "chosen", person=person)
    assert person.cookies(world.settings.public + "/")[d.SESSION] != "A" * 43
    assert world.daemon.gate(
        cookies=f"{d.SESSION}={'A' * 43}").status == 401


def test_one_browser_in_two_organizations(world):
    """A session carries a stamp for each organization."""
    person, _ = signed_in(world, "double")
    f.sign_in(world.daemon, world.idps["beta-idp"], "double-b",
              organization="beta", person=person)
    cookie = d.session_of(person, world.settings.public)
    assert world.daemon.gate(cookies=cookie).status in (200, 403)


def test_session_ends_when_the_provider_says(world):
    """SessionNotOnOrAfter is respected."""
    person, cookie = signed_in(world, "short", session_until=f.when(3))
    assert world.daemon.gate(cookies=cookie).status == 200
    end = time.monotonic() + 10
    while world.daemon.gate(cookies=cookie).status == 200:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert world.daemon.gate(cookies=cookie).status == 401


def test_expiry_is_told(world):
    _, cookie = signed_in(world, "told", session_until=f.when(3600))
    expires = int(world.daemon.gate(cookies=cookie).header(
        "X-Hfsso-Session-Expires"))
    assert abs(expires - time.time() - 3600) < 10


def test_shorter_timeout_applies_to_live_sessions(make_world):
    world = make_world("timeout", ["session timeout 7d"])
    person, cookie = signed_in(world, "lasting")
    long = int(world.daemon.gate(cookies=cookie).header(
        "X-Hfsso-Session-Expires"))
    assert abs(long - time.time() - 7 * 86400) < 60
    lines = world.settings.organizations[0].lines
    lines[lines.index("session timeout 7d")] = "session timeout 10m"
    world.daemon.reload()
    short = int(world.daemon.gate(cookies=cookie).header(
        "X-Hfsso-Session-Expires"))
    assert short - time.time() <= 601


def test_sessions_survive_a_restart(make_world):
    world = make_world("restart")
    _, cookie = signed_in(world, "survivor")
    before = world.daemon.gate(cookies=cookie)
    world.daemon.stop()
    world.daemon.start()
    after = world.daemon.gate(cookies=cookie)
    assert after.status == 200
    for name in ("Remote-User", "X-Hfsso-Session", "X-Hfsso-Account",
                 "X-Hfsso-Role", "X-Hfsso-Session-Expires"):
        assert after.header(name) == before.header(name), name


def test_the_cookie_is_nowhere_at_rest(make_world):
    world = make_world("rest")
    person, _ = signed_in(world, "secret")
    value = person.cookies(world.settings.public + "/")[d.SESSION].encode()
    world.daemon.stop()
    for path in (world.folder / "store").iterdir():
        assert value not in path.read_bytes(), path
    assert value.decode() not in world.daemon.log()
    world.daemon.start()


def test_names_that_are_taken_or_reserved(world):
    """A wished name proposes; nobody gets somebody else's."""
    idp = world.idps["forge"]
    one = f.sign_in(world.daemon, idp, "sub-1", attributes={
        "uid": "samename", "email": "one@example.org"})
    first = world.daemon.gate(cookies=d.session_of(
        one, world.settings.public)).header("Remote-User")
    assert first == "samename"
    for wished in ("admin", "api", "acme", "organizations"):
        person = f.sign_in(world.daemon, idp, f"r-{wished}", attributes={
            "uid": wished, "email": f"{wished}@example.org"})
        name = world.daemon.gate(cookies=d.session_of(
            person, world.settings.public)).header("Remote-User")
        assert name != wished
        assert re.fullmatch(r"[A-Za-z0-9-]{2,42}", name)


def test_the_address_of_another_account_is_a_conflict(world):
    """Another subject with the same e-mail address gets nothing."""
    f.sign_in(world.daemon, world.idps["forge"], "owner",
              email="shared@example.org")
    login = f.begin(world.daemon, connection="other")
    mark = world.daemon.mark()
    answer = f.deliver(world.daemon, login, f.signed(
        world.idps["other"], login, subject="thief",
        attributes={"uid": "thief", "email": "Shared@example.org"}))
    assert answer.status == 403
    assert "account_conflict" in world.daemon.log(mark)
    assert d.session_of(login.person, world.settings.public) is None


def test_roles_follow_every_login(world):
    idp = world.idps["forge"]
    for roles, wanted in ((["hub-admins"], "admin"), ([], "read"),
                          (["x", "hub-writers"], "write"),
                          (["Hub-Admins"], "read")):
        person = f.sign_in(world.daemon, idp, "changing", roles=roles)
        answer = world.daemon.gate(
            cookies=d.session_of(person, world.settings.public))
        assert answer.header("X-Hfsso-Role") == wanted, roles


def test_groups_follow_every_login(world):
    idp = world.idps["forge"]
    for groups, wanted in ((["nlp-team", "vision team"], "nlp,vision"),
                           (["vision team"], "vision"), ([], "")):
        person = f.sign_in(world.daemon, idp, "grouped", groups=groups)
        answer = world.daemon.gate(
            cookies=d.session_of(person, world.settings.public))
        assert answer.header("Remote-Groups") == wanted


def test_no_role_is_no_account(make_world):
    world = make_world("deny", start=False)
    lines = world.settings.organizations[0].lines
    lines[lines.index("default role read")] = "default role deny"
    world.start()
    login = f.begin(world.daemon)
    mark = world.daemon.mark()
    answer = f.deliver(world.daemon, login, f.signed(
        world.idps["forge"], login, subject="nobody",
        attributes={"uid": "nobody"}))
    assert answer.status == 403
    assert "no_role" in world.daemon.log(mark)
    assert "nobody" not in str(world.daemon.show("show", "members", "acme"))
    signed_in(world, "somebody", roles=["hub-admins"])


def test_required_attribute(make_world):
    world = make_world("require", connection=[
        'require attribute "hd" value { "acme.example" }'])
    for values, ok in (({"hd": "acme.example"}, True), ({}, False),
                       ({"hd": "acme.example.evil"}, False),
                       ({"hd": ["x", "acme.example"]}, True)):
        login = f.begin(world.daemon)
        mark = world.daemon.mark()
        answer = f.deliver(world.daemon, login, f.signed(
            world.idps["forge"], login, subject="hosted",
            attributes={"uid": "hosted", **values}))
        assert (answer.status in (302, 303)) is ok, values
        if not ok:
            assert "attribute_required" in world.daemon.log(mark)


def test_jit_off(make_world):
    world = make_world("jit", connection=["jit off"])
    login = f.begin(world.daemon)
    mark = world.daemon.mark()
    answer = f.deliver(world.daemon, login, f.signed(
        world.idps["forge"], login, subject="new"))
    assert answer.status == 403
    assert "account_unknown" in world.daemon.log(mark)


def test_nobody_is_signed_in_by_the_idp_alone(world):
    """Unsolicited answers: off, restart, accept."""
    daemon = world.daemon

    def unsolicited(connection, **change):
        idp = world.idps[connection or "forge"]
        login = f.begin(daemon, connection=connection)
        person = daemon.browser()
        change = {"in_response_to": None, "confirm_request": None, **change}
        root = f.signed(idp, login, subject="pushed",
                        attributes={"uid": "pushed"}, **change)
        return person, person.post(login.acs, f.form(f.xml(root)))

    mark = daemon.mark()
    person, answer = unsolicited("")
    assert answer.status == 403
    assert "unsolicited" in daemon.log(mark)
    # restart: the answer only begins our own request.
    person, answer = unsolicited("restart")
    assert answer.status in (302, 303), daemon.tail(3)
    assert d.session_of(person, daemon.settings.public) is None
    assert "/organizations/acme/saml/login/restart" in answer.location or \
        "SAMLRequest" in answer.location
    # accept: signs in, once.
    person, answer = unsolicited("accept", assertion_id="_pushed")
    assert answer.status in (302, 303), daemon.tail(3)
    assert d.session_of(person, daemon.settings.public)
    mark = daemon.mark()
    person, answer = unsolicited("accept", assertion_id="_pushed")
    assert answer.status == 403
    assert "replayed" in daemon.log(mark)
    # accept: but not with somebody's InResponseTo.
    person, answer = unsolicited("accept", in_response_to="_x",
                                 confirm_request="_x")
    assert answer.status == 403


@pytest.mark.plain_only
def test_pages_have_their_headers(world):
    for path in ("/.hfsso/login", "/.hfsso/account", "/nothing"):
        page = world.daemon.browser().get(world.daemon.url(path))
        policy = page.header("Content-Security-Policy") or ""
        if page.status in (302, 303):
            continue
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.header("X-Content-Type-Options") == "nosniff"
        assert page.header("Referrer-Policy")

"""
Leaving over OpenID Connect: from here (RP-initiated), from there
(back-channel and front-channel), and because somebody is there no more.
"""
import re
import sqlite3
import threading
import time
import urllib.parse

import pytest

import browser as b
import daemon as d
import lemonldap
import liar as l
from conftest import World
from test_oidc import GROUPS, enter, told
from test_oidc_lies import ROGUE, public_pem
from test_logout import leave, onward


def alive(site, cookie):
    return site.daemon.gate(cookies=cookie).status == 200


@pytest.fixture(scope="module")
def site():
    made = World("oidclogout")
    acme = [made.oidc("liar", made.liar()), made.oidc("other", made.liar()),
            made.oidc("here", made.liar())]
    made.liars[2].more = {"end_session_endpoint": None}
    made.settings.organizations = [
        d.Organization("acme", acme, d.ROLES),
        d.Organization("beta", [made.oidc("beta", made.liar())], d.ROLES)]
    made.settings.application("hub")
    made.start()
    yield made
    made.end()


@pytest.fixture
def liar(site):
    site.liars[0].reset()
    return site.liars[0]


# --- from here ---------------------------------------------------------------

def test_leaving(site, liar):
    person, cookie = l.sign_in(site.daemon, liar, "leaver")
    answer = leave(site, person)
    assert not alive(site, cookie)
    url = onward(answer)
    assert url.startswith(liar.base + liar.paths["end_session"] + "?")
    query = dict(urllib.parse.parse_qsl(url.partition("?")[2]))
    assert query["client_id"] == l.CLIENT
    assert query["post_logout_redirect_uri"] == l.address(
        site.daemon, "logout")
    assert query["id_token_hint"].count(".") == 2
    assert len(query["state"]) >= 16
    # The provider answers, and it is said.
    page = person.follow(person.get(url))
    assert "/.hfsso/signed-out" in page.url
    assert "has signed you out too" in page.text


def test_leaving_here_only(site):
    """A provider that knows no end of a session."""
    person, cookie = l.sign_in(site.daemon, site.liars[2], "stayer",
                               connection="here")
    answer = leave(site, person)
    assert answer.status == 303
    assert not alive(site, cookie)
    assert "may still be signed in" in person.follow(answer).text


@pytest.mark.parametrize("how", [
    "another state", "no state", "another browser", "twice", "again",
    "of another connection"])
def test_wrong_returns(site, liar, how):
    """Nobody is told that his provider signed him out when it hasn't."""
    person, _ = l.sign_in(site.daemon, liar, "deceived")
    url = onward(leave(site, person))
    state = dict(urllib.parse.parse_qsl(url.partition("?")[2]))["state"]
    to, tail = l.address(site.daemon, "logout"), ""
    if how == "another state":
        state = "x" * len(state)
    elif how == "no state":
        state = ""
    elif how == "another browser":
        person = site.daemon.browser()
    elif how == "twice":
        tail = "&state=x"
    elif how == "again":
        assert person.get(f"{to}?state={state}").status == 303
    else:
        to = l.address(site.daemon, "logout", connection="other")
    answer = person.get(f"{to}?state={state}{tail}")
    assert answer.status in (400, 403), site.daemon.tail(3)
    assert "has signed you out" not in answer.text


# --- back-channel ------------------------------------------------------------

def send(site, token, person=None, organization="acme", connection="",
         **more):
    """As a provider does: no browser, no cookie."""
    return (person or site.daemon.browser()).post(l.address(
        site.daemon, "backchannel-logout", organization, connection),
        {**({} if token is None else {"logout_token": token}), **more})


def test_by_sid(site, liar):
    _, one = l.sign_in(site.daemon, liar, "by-sid", claims={"sid": "s-1"})
    _, two = l.sign_in(site.daemon, liar, "by-sid", claims={"sid": "s-2"})
    answer = send(site, liar.logout_token(sid="s-1"))
    assert answer.status == 200 and not answer.body, site.daemon.tail(3)
    assert "no-store" in answer.header("Cache-Control")
    assert [alive(site, one), alive(site, two)] == [False, True]
    # Of a sid and a sub both must be right.
    answer = send(site, liar.logout_token(sid="s-2", sub="somebody"))
    assert alive(site, two)
    answer = send(site, liar.logout_token(sid="s-2", sub="by-sid"))
    assert answer.status == 200
    assert not alive(site, two)


def test_by_sub(site, liar):
    cookies = [l.sign_in(site.daemon, liar, "by-sub")[1] for _ in range(3)]
    _, stays = l.sign_in(site.daemon, liar, "by-sub-not")
    assert send(site, liar.logout_token(sub="by-sub")).status == 200
    assert not any(alive(site, x) for x in cookies)
    assert alive(site, stays)
    # Who is not there is no fault.
    assert send(site, liar.logout_token(sub="by-sub")).status == 200


def test_older_types(site, liar):
    """Providers that say JWT, or nothing; and none that leave exp out."""
    for n, more in enumerate(({"header": {"typ": "JWT"}},
                              {"header": {"typ": None}},
                              {"header": {"typ": "application/logout+jwt"}},
                              {"aud": [l.CLIENT]})):
        _, cookie = l.sign_in(site.daemon, liar, f"older-{n}")
        answer = send(site, liar.logout_token(sub=f"older-{n}", **more))
        assert answer.status == 200, (more, site.daemon.tail(2))
        assert not alive(site, cookie)


TOKENS = {
    "none": dict(alg="none"),
    "hmac": lambda x: dict(alg="HS256", key=public_pem(x.key)),
    "hmac with the secret": dict(alg="HS256", key=l.SECRET.encode()),
    "another key": dict(key=ROGUE),
    "unknown kid": dict(key=ROGUE, header={"kid": "x"}),
    "jwk in the header": dict(key=ROGUE, header={
        "jwk": l.jwk(ROGUE), "kid": None}),
    "typ of an access token": dict(header={"typ": "at+jwt"}),
    "crit": dict(header={"crit": ["exp"]}),
    "another iss": dict(iss="https://evil.test"),
    "no iss": dict(iss=None),
    "another aud": dict(aud="another"),
    "no aud": dict(aud=None),
    "no events": dict(events=None),
    "other events": dict(events={"urn:x": {}}),
    "events is a list": dict(events=[l.LOGOUT]),
    "event is a text": dict(events={l.LOGOUT: "x"}),
    "a nonce": dict(nonce="n-0123456789"),
    "empty nonce": dict(nonce=""),
    "no jti": dict(jti=None),
    "empty jti": dict(jti=""),
    "no iat": dict(iat=None),
    "old": dict(iat=int(time.time()) - 3600),
    "of the future": dict(iat=int(time.time()) + 3600),
    "expired": dict(exp=int(time.time()) - 600),
    "nobody": dict(sub=None),
    "sub is a list": dict(sub=["victim"]),
    "sid is a number": dict(sid=7),
}


@pytest.mark.parametrize("name", TOKENS)
def test_wrong_tokens(site, liar, name):
    _, cookie = l.sign_in(site.daemon, liar, "victim")
    how = TOKENS[name]
    how = dict(how(liar) if callable(how) else how)
    mark = site.daemon.mark()
    answer = send(site, liar.logout_token(**{"sub": "victim", **how}))
    assert answer.status == 400, f"{answer.status} {site.daemon.tail(3)}"
    assert answer.header("Content-Type").startswith("application/json")
    assert '"invalid_request"' in answer.text
    assert re.search(r"logout refused: (jwt_\w+|logout_token) ",
                     site.daemon.log(mark))
    assert alive(site, cookie)


def test_no_id_token(site, liar):
    """What proves a sign-in must not end one."""
    login, _ = l.attempt(site.daemon, liar, "victim")
    grant = liar.codes[list(liar.codes)[-1]]
    grant.lies = {}
    token = liar.id_token(grant, "x")
    assert send(site, token).status == 400
    assert alive(site, d.session_of(login.person, site.settings.public))
    # Nor the other way round.
    mark = site.daemon.mark()
    login, answer = l.attempt(
        site.daemon, liar, "victim",
        wrap=lambda _: liar.logout_token(sub="victim"))
    assert answer.status == 403
    assert "jwt_header" in site.daemon.log(mark)


def test_forms(site, liar):
    token = liar.logout_token(sub="nobody")
    person = site.daemon.browser()
    to = l.address(site.daemon, "backchannel-logout")
    assert send(site, None).status == 400
    assert send(site, "").status == 400
    assert send(site, "x" * 70000).status in (400, 413)
    assert person.post(to, [("logout_token", token)] * 2).status == 400
    assert person.get(f"{to}?logout_token={token}").status == 405
    assert person.post(f"{to}?logout_token={token}", {}).status == 400
    for content in ("application/json", "text/plain"):
        assert person.request("POST", to, body=f"logout_token={token}"
                              .encode(), headers={"Content-Type": content}
                              ).status in (400, 415)
    # Of this provider, at another's address.
    for where in ({"connection": "other"}, {"organization": "beta"}):
        assert send(site, liar.logout_token(sub="x"), **where).status == 400
    for where in ({"connection": "no"}, {"organization": "no"}):
        assert send(site, token, **where).status in (400, 404)


def test_burned(site, liar):
    _, cookie = l.sign_in(site.daemon, liar, "burned")
    token = liar.logout_token(sub="burned")
    assert send(site, token).status == 200
    assert not alive(site, cookie)
    _, cookie = l.sign_in(site.daemon, liar, "burned")
    mark = site.daemon.mark()
    assert send(site, token).status == 400
    assert "replayed" in site.daemon.log(mark)
    assert alive(site, cookie)


def test_new_key(site, liar):
    """Signed with a key that nobody has seen before."""
    _, cookie = l.sign_in(site.daemon, liar, "newkey")
    liar.rotate()
    answer = send(site, liar.logout_token(sub="newkey"))
    assert answer.status == 200, site.daemon.tail(3)
    assert not alive(site, cookie)


def test_the_login_of_a_moment_ago(site, liar):
    """A sign-in that was begun before, and ends after: a new session."""
    login = l.begin(site.daemon)
    assert send(site, liar.logout_token(sub="early")).status == 200
    answer = l.deliver(site.daemon, login, liar.grant(
        login.query, "early"), iss=liar.issuer)
    assert answer.status in (302, 303)


def test_strangers_and_new_keys(make_world):
    """Tokens with keys that nobody has keep no login from a real one."""
    site = make_world("rumour", start=False)
    liar = site.liar()
    site.settings.organizations = [d.Organization(
        "acme", [site.oidc("liar", liar)], d.ROLES)]
    site.start()
    l.sign_in(site.daemon, liar, "before")
    for n in range(6):
        assert send(site, liar.logout_token(
            sub="x", header={"kid": f"k{n}"})).status == 400
    liar.rotate()
    l.sign_in(site.daemon, liar, "after")


@pytest.mark.parametrize("whom", ["sid", "sub"])
def test_a_login_under_way(make_world, whom):
    """Ended at the provider while it is asked for the rest: no session."""
    site = make_world("underway", start=False)
    liar = site.liar()
    site.settings.organizations = [d.Organization(
        "acme", [site.oidc("liar", liar, "userinfo")], d.ROLES)]
    site.start()
    go, done = threading.Event(), []

    def slow(_, truth):
        go.wait(5)
        return truth
    liar.lie["userinfo"] = slow
    thread = threading.Thread(target=lambda: done.append(l.attempt(
        site.daemon, liar, "late", claims={"sid": "s-late"})))
    thread.start()
    assert until(lambda: liar.count("userinfo") == 1)
    answer = send(site, liar.logout_token(
        **{whom: {"sid": "s-late", "sub": "late"}[whom]}))
    go.set()
    thread.join()
    assert answer.status == 200
    assert done[0][1].status == 401, site.daemon.tail(4)
    assert "session_expired" in site.daemon.log()
    assert site.daemon.show("show", "sessions") == []
    # Who comes after that is welcome, in the same session there.
    _, cookie = l.sign_in(site.daemon, liar, "late",
                          claims={"sid": "s-late"})
    assert alive(site, cookie)


# --- front-channel -----------------------------------------------------------

def front(site, **query):
    return site.daemon.browser().get(
        l.address(site.daemon, "logout") + "?"
        + urllib.parse.urlencode(query))


def test_front_channel(site, liar):
    _, one = l.sign_in(site.daemon, liar, "front", claims={"sid": "f-1"})
    _, two = l.sign_in(site.daemon, liar, "front", claims={"sid": "f-2"})
    answer = front(site, iss=liar.issuer, sid="f-1")
    assert answer.status == 200, site.daemon.tail(3)
    policy = answer.header("Content-Security-Policy", "")
    assert "frame-ancestors 'none'" not in policy
    assert answer.header("X-Frame-Options") is None
    assert "no-store" in answer.header("Cache-Control")
    assert [alive(site, one), alive(site, two)] == [False, True]
    for query in ({"iss": liar.issuer}, {"sid": "f-2"},
                  {"iss": "https://evil.test", "sid": "f-2"},
                  {"iss": site.liars[1].issuer, "sid": "f-2"},
                  {"iss": liar.issuer, "sid": ""}, {}):
        assert front(site, **query).status in (400, 403), query
    assert alive(site, two)
    answer = site.daemon.browser().get(
        l.address(site.daemon, "logout") + "?" + urllib.parse.urlencode(
            {"iss": liar.issuer, "sid": "f-2"}) + "&sid=f-2")
    assert answer.status in (400, 403)
    assert alive(site, two)


def test_front_channel_by_strangers(site, liar):
    """Nothing proves who says so: what ends nobody leaves no trace."""
    def rows():
        db = sqlite3.connect(site.folder / "store" / "hfssod.db")
        found = [db.execute(f"SELECT count(*) FROM {x}").fetchone()[0]
                 for x in ("audit", "burned")]
        db.close()
        return found
    _, cookie = l.sign_in(site.daemon, liar, "frank", claims={"sid": "k-1"})
    before = rows()
    for n in range(20):
        assert front(site, iss=liar.issuer, sid=f"k{n}").status == 200
    assert rows() == before
    assert alive(site, cookie)


# --- oidc-provider -----------------------------------------------------------

@pytest.fixture(scope="module")
def hub(provider_tls):
    """Reached by the provider itself, over TLS."""
    made = World("oidchub")
    hosts = made.folder / "hosts"
    hosts.write_text("127.0.0.1 op.test\n")
    key, crt = d.write_pair(made.folder, "tls", d.ec_key())
    made.settings.top += [f'hosts file "{hosts}"',
                          f'ca file "{provider_tls.ca}"']
    made.settings.listen.append(
        f"listen on 127.0.0.1 port {made.settings.port} for browser "
        f'tls certificate "{crt}" key "{key}"')
    made.settings.organizations = [d.Organization("acme", [made.oidc(
        "op", provider_tls, GROUPS, client="leaving",
        secret="leaving-secret-0123456789")], d.ROLES)]
    made.settings.application("hub")
    made.start()
    made.provider = provider_tls
    provider_tls.add_client(made.daemon, "leaving")
    yield made
    made.end()


def at_provider(hub, user):
    person = hub.daemon.browser()
    person.routes.update(hub.provider.routes())
    person.sign_in(l.address(hub.daemon, "login"), user, f"{user}-secret")
    told(hub, person)
    return person, d.session_of(person, hub.settings.public)


def test_real_leaving(hub):
    """Out here, and out there, and back."""
    person, cookie = at_provider(hub, "ada")
    answer = leave(hub, person)
    assert not alive(hub, cookie)
    page = person.follow(person.get(onward(answer)))
    form = b.Forms(page.text, page.url).forms[0]
    page = person.follow(person.submit(form, logout="yes"))
    assert "has signed you out too" in page.text, page.url + page.text
    page = person.sign_in(l.address(hub.daemon, "login"))
    assert "password" in page.text.lower()


def test_real_back_channel(hub):
    """Dead when the provider had its answer, and in one browser only."""
    _, one = at_provider(hub, "ben")
    _, other = at_provider(hub, "ada")
    mark = hub.daemon.mark()
    hub.provider.hand("logout", client_id="leaving", login="ben")
    assert not alive(hub, one), hub.daemon.tail(3)
    assert alive(hub, other)
    assert re.search(r"logout ok: .*sessions 1\b", hub.daemon.log(mark))


# --- LemonLDAP::NG -----------------------------------------------------------

@pytest.fixture(scope="module")
def lemons(lemon):
    """Both protocols of it, in one organization."""
    if lemon.process is not None:
        lemon = lemonldap.LemonLdap()
    made = World("lemons")
    made.settings.organizations = [d.Organization("acme", [
        made.oidc("lemon", lemon, client=lemonldap.CLIENT,
                  secret=lemonldap.SECRET),
        d.UrlConnection("saml", lemon.metadata_url,
                        [d.LOCAL, "sign requests"])],
        [*d.ROLES, *made.keys()])]
    made.settings.application("hub")
    made.settings.reachable = False
    made.start()
    sp = made.daemon.browser().get(made.daemon.url(
        "/organizations/acme/saml/metadata/saml"))
    lemon.start(sp.body, [l.address(made.daemon, "{}")])
    for name in ("lemon", "saml"):
        done = made.daemon.ctl("connection", "refresh", "acme", name)
        assert done.returncode == 0, done.stderr
    made.lemon = lemon
    yield made
    made.end()
    lemon.stop()


def through(lemons, person, page):
    """Press what has to be pressed there, until we are back."""
    for _ in range(6):
        page = person.follow(page)
        if page.url.startswith(lemons.settings.public):
            return page
        forms = [x for x in b.Forms(page.text, page.url).forms]
        form = next((x for x in forms if "SAMLResponse" in x["fields"]
                     or "SAMLRequest" in x["fields"]
                     or "confirm" in x["fields"]
                     or x["action"].startswith(lemons.settings.public)),
                    None)
        found = re.search(r'http-equiv="refresh" content="[^"]*url=([^"]*)"',
                          page.text, re.I)
        if form is None and found is None:
            return page
        page = person.submit(form) if form else person.get(
            urllib.parse.urljoin(page.url, found[1].replace("&amp;", "&")))
    return page


def test_lemon_leaving(lemons):
    for path, user in (("oidc/login", "dwho"), ("saml/login/saml",
                                                "rtyler")):
        person, _ = enter(lemons, path, user, user)
        told(lemons, person)
        cookie = d.session_of(person, lemons.settings.public)
        answer = leave(lemons, person)
        assert not alive(lemons, cookie)
        page = through(lemons, person, person.get(onward(answer)))
        assert "/.hfsso/signed-out" in page.url, \
            f"{path}\n{page.url}\n{page.text[:3000]}{lemons.lemon.said()}"
        assert "has signed you out too" in page.text
        page = person.sign_in(lemons.daemon.url(
            f"/organizations/acme/{path}"))
        assert "password" in page.text.lower()


@pytest.mark.parametrize("path,user", [
    ("oidc/login", "dwho"), ("saml/login/saml", "msmith")])
def test_lemon_leaves(lemons, path, user):
    """From the portal: a frame for each of those who signed in there."""
    person, _ = enter(lemons, path, user, user)
    told(lemons, person)
    cookie = d.session_of(person, lemons.settings.public)
    page = person.follow(person.get(lemons.lemon.issuer + "?logout=1"))
    frames = re.findall(r'<iframe[^>]*src="([^"]*/logout[^"]*)"', page.text)
    assert frames, page.text
    answer = person.get(frames[0].replace("&amp;", "&"))
    assert not alive(lemons, cookie)
    assert person.follow(answer).status == 200, lemons.daemon.tail(3)


# --- still there? ------------------------------------------------------------

def hurry(site, seconds):
    """As if it had been that long since everybody was asked."""
    site.daemon.stop()
    store = next((site.folder / "store").glob("*.db"), None) or next(
        x for x in (site.folder / "store").iterdir()
        if x.read_bytes()[:6] == b"SQLite")
    db = sqlite3.connect(store)
    before = db.execute("UPDATE check_token SET since = since - ?",
                        (seconds,)).rowcount
    db.commit()
    db.close()
    site.daemon.start()
    return before


def until(what, seconds=8):
    end = time.monotonic() + seconds * d.SLOW
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def checked(make_world):
    made = make_world("checked", start=False)
    liar = made.liar()
    made.settings.organizations = [d.Organization("acme", [made.oidc(
        "liar", liar, "check every 5m")], d.ROLES)]
    made.start()
    return made, liar


def refreshes(liar):
    return sum("grant_type=refresh_token" in x.body for x in liar.requests)


def test_still_there(checked):
    """Who is revoked goes, who is not stays, and an outage ends nobody."""
    site, liar = checked
    login = l.begin(site.daemon)
    assert "offline_access" in login.query["scope"]
    _, one = l.sign_in(site.daemon, liar, "revoked")
    _, two = l.sign_in(site.daemon, liar, "remains")
    assert len(liar.refresh) == 2
    # Away: nothing ends.
    liar.lie["token"] = l.Reply(b"away", 503)
    assert hurry(site, 400) == 2
    assert until(lambda: refreshes(liar) >= 2), site.daemon.tail()
    assert alive(site, one) and alive(site, two)
    # An answer that says nothing of the person: neither.
    liar.lie["token"] = l.Reply({"error": "invalid_client"}, 401)
    count = refreshes(liar)
    hurry(site, 4000)
    assert until(lambda: refreshes(liar) >= count + 2), site.daemon.tail()
    assert alive(site, one) and alive(site, two)
    # Back, and one of them is there no more.
    liar.reset()
    for token, person in liar.refresh.items():
        if person == "revoked":
            liar.refresh[token] = None
    hurry(site, 4000)
    assert until(lambda: not alive(site, one)), site.daemon.tail()
    assert until(lambda: refreshes(liar) >= 2)
    assert alive(site, two)
    assert not liar.complaints
    shown = str(site.daemon.show("show", "member", "acme", "revoked"))
    assert "suspend" in shown or "gone" in shown, shown
    # The next good login ends it.
    _, one = l.sign_in(site.daemon, liar, "revoked")
    assert alive(site, one)
    shown = str(site.daemon.show("show", "member", "acme", "revoked"))
    assert "'suspended': None" in shown


def test_still_there_at_the_real_one(make_world, provider):
    """Its refresh tokens are good once, and each brings a new one."""
    site = make_world("realcheck", start=False)
    site.settings.organizations = [d.Organization("acme", [site.oidc(
        "op", provider, GROUPS, "check every 5m", "prompt consent",
        client="checked",
        secret="checked-secret-0123456789")], d.ROLES)]
    site.start()
    provider.add_client(site.daemon, "checked")
    person, _ = enter(site, "oidc/login", "eve", "eve-secret")
    told(site, person)
    cookie = d.session_of(person, site.settings.public)
    for _ in range(2):
        mark = site.daemon.mark()
        assert hurry(site, 400) == 1
        time.sleep(1.6)
        assert alive(site, cookie), site.daemon.log(mark)
    provider.hand("revoke", login="eve")
    hurry(site, 400)
    assert until(lambda: not alive(site, cookie)), site.daemon.tail()

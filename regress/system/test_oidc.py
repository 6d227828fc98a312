"""
Signing in through real OpenID Providers, npm's oidc-provider and
LemonLDAP::NG, and through one of our own in the shape of those that can't
be had here.
"""
import html
import os
import re
import signal
import threading
import time
import urllib.parse

import pytest

import authority
import browser as b
import daemon as d
import forge as f
import lemonldap
import liar as l
from conftest import World

GROUPS = 'scope { "profile" "email" "groups" }'


def told(site, person):
    """What the hub is told of whoever sits at this browser."""
    cookie = d.session_of(person, site.settings.public)
    assert cookie, "no session cookie\n" + site.daemon.tail(6)
    answer = site.daemon.gate(cookies=cookie)
    assert answer.status == 200, site.daemon.tail(6)
    return answer


def members(site, organization="acme"):
    return str(site.daemon.show("show", "members", organization))


# --- oidc-provider -----------------------------------------------------------

class Clients(World):
    """One organization for each way to be a client of a provider."""

    def __init__(self, plain, tls):
        super().__init__("oidc")
        self.plain, self.tls = plain, tls
        hosts = self.folder / "hosts"
        hosts.write_text("127.0.0.1\tlocalhost\n127.0.0.1\top.test\n")
        self.settings.top += [f'hosts file "{hosts}"',
                              f'ca file "{tls.ca}"']
        self.settings.application("hub")
        self.add("basic", plain)
        self.add("post", plain, "client auth post",
                 token_endpoint_auth_method="client_secret_post")
        self.add("tls", tls)
        self.add("strict", tls, 'prompt login', "max age 1h",
                 'authn context { "urn:example:password" }')
        self.add("fresh", plain, "prompt login")
        self.add("other-acr", tls, 'authn context { "urn:example:key" }')
        self.add("required", plain, 'require attribute "groups" value '
                 '{ "staff" }', 'attribute username { "sub" }')
        key = d.ec_key()
        d.write_pair(self.folder, "client", key)
        self.add("jwt", tls, key=self.folder / "client.key",
                 token_endpoint_auth_method="private_key_jwt",
                 token_endpoint_auth_signing_alg="ES256",
                 jwks={"keys": [l.jwk(key)]})
        self.start()
        for name, provider, client in self.clients:
            provider.add_client(self.daemon, name, organization=name,
                                **client)

    clients = ()

    def add(self, name, provider, *lines, key=None, **client):
        self.clients = [*self.clients, (name, provider, client)]
        self.settings.organizations.append(d.Organization(name, [self.oidc(
            "op", provider, GROUPS, *lines, client=name,
            secret=None if key else f"{name}-secret-0123456789", key=key)],
            d.ROLES))

    def sign_in(self, user, organization="basic", password=None,
                person=None):
        person = person or self.daemon.browser()
        person.routes.update(self.tls.routes())
        return person, person.sign_in(
            l.address(self.daemon, "login", organization), user,
            password or f"{user}-secret")


@pytest.fixture(scope="module")
def clients(provider, provider_tls):
    site = Clients(provider, provider_tls)
    yield site
    site.end()


@pytest.mark.parametrize("organization", [
    "basic", "post", "tls", "jwt", "strict", "fresh"])
def test_sign_in(clients, organization):
    person, _ = clients.sign_in("ada", organization)
    seen = told(clients, person)
    assert seen.header("Remote-User").startswith("ada")
    assert seen.header("Remote-Email") == "ada@example.org"
    assert urllib.parse.unquote(
        seen.header("Remote-Name")) == "Ada Example"
    assert seen.header("X-Hfsso-Role") == "admin"
    assert seen.header("X-Hfsso-Organization") == organization
    assert seen.header("Remote-Groups") == "nlp,vision"


def test_the_same_account_again(clients):
    first, _ = clients.sign_in("ada")
    again, _ = clients.sign_in("ada")
    one, two = told(clients, first), told(clients, again)
    assert one.header("X-Hfsso-Account") == two.header("X-Hfsso-Account")
    assert one.header("X-Hfsso-Session") != two.header("X-Hfsso-Session")


def test_people(clients):
    person, _ = clients.sign_in("chloe")
    seen = told(clients, person)
    assert seen.header("Remote-Email") == "chloe+o'hara@example.org"
    assert urllib.parse.unquote(seen.header("Remote-Name")) == \
        "Chlo\u00eb \U0001f600 <b> & \"Q\", x=y; 100%"
    person, _ = clients.sign_in("dan")
    assert told(clients, person).header("Remote-Email") == ""
    person, _ = clients.sign_in("ben")
    seen = told(clients, person)
    assert seen.header("X-Hfsso-Role") == "read"
    assert seen.header("Remote-Groups") == ""
    person, _ = clients.sign_in("eve")
    assert told(clients, person).header("X-Hfsso-Role") == "write"


def test_wrong_password(clients):
    person, answer = clients.sign_in("ada", password="wrong")
    assert answer.status == 401
    assert d.session_of(person, clients.settings.public) is None


def test_cancelled(clients):
    mark = clients.daemon.mark()
    person = clients.daemon.browser()
    page = person.follow(person.get(
        l.address(clients.daemon, "login", "basic")))
    answer = person.follow(person.post(page.url, {"cancel": ""}))
    assert answer.status == 403
    assert "oidc_error" in clients.daemon.log(mark)
    assert "access_denied" in clients.daemon.log(mark)
    assert "cancelled" not in answer.text


def test_signed_in_anew(clients):
    """prompt login asks again, and the provider says when it was."""
    person, _ = clients.sign_in("ada", "strict")
    told(clients, person)
    page = person.sign_in(l.address(clients.daemon, "login", "strict"))
    assert "password" in page.text.lower()
    # Elsewhere it does not.
    page = person.sign_in(l.address(clients.daemon, "login", "tls"))
    told(clients, person)


def test_another_acr(clients):
    mark = clients.daemon.mark()
    person, answer = clients.sign_in("ada", "other-acr")
    assert answer.status == 403
    assert "oidc_authn" in clients.daemon.log(mark)
    assert "ada" not in members(clients, "other-acr")


def test_required_attribute(clients):
    told(clients, clients.sign_in("ada", "required")[0])
    mark = clients.daemon.mark()
    _, answer = clients.sign_in("ben", "required")
    assert answer.status == 403
    assert "attribute_required" in clients.daemon.log(mark)
    assert "ben" not in members(clients, "required")


def test_the_cookie_is_as_strict_as_can_be(clients):
    person = clients.daemon.browser()
    start = person.get(l.address(clients.daemon, "login", "basic"))
    login = next(x for x in start.all("Set-Cookie") if d.LOGIN in x)
    for word in ("Secure", "HttpOnly", "Path=/"):
        assert word.lower() in login.lower(), login
    assert "no-store" in start.header("Cache-Control", "")
    person.sign_in(start.location, "ada", "ada-secret")
    told(clients, person)
    assert not [x for x in person.cookies(clients.settings.public + "/")
                if x.startswith(d.LOGIN)]


def test_return_address(clients):
    person = clients.daemon.browser()
    answer = person.sign_in(
        l.address(clients.daemon, "login", "basic") + "?return="
        + urllib.parse.quote("/hello?a=1&b=%2F", safe=""), "ben",
        "ben-secret")
    assert answer.url == clients.settings.public + "/hello?a=1&b=%2F"


@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA", "RS256"])
def test_kinds_of_keys(clients, alg):
    clients.plain.hand("rotate", alg=alg)
    clients.daemon.show("connection", "refresh", "basic", "op")
    person, _ = clients.sign_in("ben")
    told(clients, person)


def test_rotation_in_flight(clients):
    """Twenty people are signing in while the provider takes a new key."""
    ready, wrong = threading.Barrier(21), []

    def one(n):
        person = clients.daemon.browser()
        person.routes.update(clients.tls.routes())
        page = person.follow(person.get(
            l.address(clients.daemon, "login", "tls")))
        ready.wait(60)
        if n % 2:
            time.sleep(0.02 * n)
        answer = person.follow(person.post(page.url, {
            "login": "ben", "password": "ben-secret"}))
        if d.session_of(person, clients.settings.public) is None:
            wrong.append(f"{n}: {answer.status} {answer.text[:300]}")
    threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    ready.wait(60)
    mark = clients.daemon.mark()
    clients.tls.hand("rotate")
    for thread in threads:
        thread.join(60)
    assert not wrong, "\n".join(wrong) + "".join(
        x for x in clients.daemon.log(mark).splitlines(True)
        if "login ok" not in x)


def test_show_connections(clients):
    shown = clients.daemon.show("show", "connections")
    text = clients.daemon.ctl("show", "connections")
    assert text.returncode == 0
    for name, _, _ in clients.clients:
        assert name in str(shown) and name in text.stdout
    assert "oidc" in str(shown)
    # Nothing secret is in it.
    assert "0123456789" not in str(shown) + text.stdout + \
        clients.daemon.log()


# --- the connection test -----------------------------------------------------

def test_of_a_connection(clients):
    """Shows what would come of it, and nothing comes of it."""
    daemon = clients.daemon
    before = members(clients, "post")
    made = daemon.show("connection", "test", "post", "op")
    url = re.search(r"https://hub\.test[^'\"\s]*test=[^'\"\s]*",
                    str(made))[0]
    person = daemon.browser()
    page = person.sign_in(url, "chloe", "chloe-secret")
    assert page.status == 200, page.text + daemon.tail(5)
    for words in ("chloe+o'hara@example.org", "chloe", "caf\u00e9", "read"):
        assert words in html.unescape(page.text), page.text
    assert d.session_of(person, clients.settings.public) is None
    assert members(clients, "post") == before
    # A refusal is shown with its name.
    made = daemon.show("connection", "test", "other-acr", "op")
    url = re.search(r"https://hub\.test[^'\"\s]*test=[^'\"\s]*",
                    str(made))[0]
    person = daemon.browser()
    person.routes.update(clients.tls.routes())
    page = person.sign_in(url, "ada", "ada-secret")
    assert "oidc_authn" in page.text
    assert d.session_of(person, clients.settings.public) is None
    assert "ada" not in members(clients, "other-acr")


def test_of_a_connection_needs_its_token(clients):
    daemon = clients.daemon
    for token in ("", "x", "A" * 64):
        answer = daemon.browser().get(l.address(
            daemon, "login", "basic") + f"?test={token}")
        assert answer.status in (400, 403), token
    made = daemon.show("connection", "test", "post", "op")
    token = re.search(r"test=([^'\"&\s]*)", str(made))[1]
    answer = daemon.browser().get(l.address(
        daemon, "login", "basic") + f"?test={token}")
    assert answer.status in (400, 403)
    assert daemon.ctl("connection", "test", "post", "no").returncode != 0


def test_of_a_saml_connection(real):
    daemon = real.daemon
    before = str(daemon.show("show", "members", "acme"))
    made = daemon.show("connection", "test", "acme", "sso")
    url = re.search(r"https://hub\.test[^'\"\s]*test=[^'\"\s]*",
                    str(made))[0]
    person = daemon.browser()
    page = person.sign_in(url, "ada", "ada-secret")
    assert page.status == 200, page.text
    for words in ("hub-admins", "nlp-team", "ada@example.org", "admin"):
        assert words in page.text
    assert d.session_of(person, real.settings.public) is None
    assert str(daemon.show("show", "members", "acme")) == before


# --- LemonLDAP::NG, and several connections at once --------------------------

@pytest.fixture(scope="module")
def several(real_idp, provider, lemon):
    """Four ways into one organization."""
    site = World("several")
    metadata = site.folder / "idp.xml"
    metadata.write_bytes(real_idp.metadata())
    connections = [
        d.Connection("ssp", metadata, [
            "sign requests", 'login domains { "ssp.example" }']),
        site.oidc("op", provider, GROUPS, client="several",
                  secret="several-secret-0123456789"),
        d.UrlConnection("lemon-saml", lemon.metadata_url, [
            d.LOCAL, "sign requests",
            'login domains { "lemon.example" }']),
        site.oidc("lemon", lemon, 'label "Lemon"',
                  client=lemonldap.CLIENT, secret=lemonldap.SECRET),
    ]
    connections[1].lines.append('login domains { "op.example" }')
    site.settings.organizations = [d.Organization(
        "acme", connections, [*d.ROLES, *site.keys()])]
    site.settings.application("hub")
    site.start()
    real_idp.add_sp(site.daemon)
    provider.add_client(site.daemon, "several", "op")
    sp = site.daemon.browser().get(site.daemon.url(
        "/organizations/acme/saml/metadata/lemon-saml"))
    assert sp.status == 200
    lemon.start(sp.body, [l.address(
        site.daemon, "{}", connection="lemon")])
    site.lemon = lemon
    site.daemon.ctl("connection", "refresh", "acme", "lemon")
    site.daemon.ctl("connection", "refresh", "acme", "lemon-saml")
    yield site
    site.end()


def enter(site, path, user, password):
    person = site.daemon.browser()
    answer = person.sign_in(site.daemon.url(
        f"/organizations/acme/{path}"), user, password)
    return person, answer


def test_lemon_oidc(several):
    person, _ = enter(several, "oidc/login/lemon", "dwho", "dwho")
    seen = told(several, person)
    assert seen.header("Remote-Email") == "dwho@badwolf.org"
    assert seen.header("Remote-User").startswith("dwho")


def test_lemon_saml(several):
    person, _ = enter(several, "saml/login/lemon-saml", "rtyler", "rtyler")
    seen = told(several, person)
    assert seen.header("Remote-Email") == "rtyler@badwolf.org"


def test_each_by_name(several):
    for path, user, password in (
            ("saml/login", "ben", "ben-secret"),
            ("oidc/login/op", "dan", "dan-secret"),
            ("saml/login/lemon-saml", "msmith", "msmith")):
        person, _ = enter(several, path, user, password)
        assert told(several, person).header("X-Hfsso-Organization") == \
            "acme"
    # Of the other protocol, or of none.
    for path in ("oidc/login", "saml/login/op", "saml/login/lemon",
                 "oidc/login/ssp", "oidc/login/nobody",
                 "oidc/consume/ssp?code=x&state=y"):
        answer = several.daemon.browser().get(
            several.daemon.url(f"/organizations/acme/{path}"))
        assert answer.status == 404, path


def test_each_by_domain(several):
    daemon = several.daemon
    for domain, path in (("ssp.example", "saml/login"),
                         ("op.example", "oidc/login/op"),
                         ("lemon.example", "saml/login/lemon-saml")):
        answer = daemon.browser().get(daemon.url(
            f"/.hfsso/login?email=somebody%40{domain}&return=%2Fx"))
        assert f'url=/organizations/acme/{path}?' in answer.text
    page = daemon.browser().get(daemon.url("/.hfsso/login?organization=acme"))
    for path in ("saml/login", "oidc/login/op", "oidc/login/lemon"):
        assert f"/organizations/acme/{path}" in page.text


def test_the_same_person_through_two(several):
    """Two subjects are two people, whatever their addresses say."""
    person, _ = enter(several, "saml/login", "ada", "ada-secret")
    told(several, person)
    mark = several.daemon.mark()
    person, answer = enter(several, "oidc/login/op", "ada", "ada-secret")
    assert answer.status == 403
    assert "account_conflict" in several.daemon.log(mark)


@pytest.mark.parametrize("name,path,user", [
    ("op", "oidc/login/op", "eve"), ("ssp", "saml/login", "eve")])
def test_switched_off_midway(several, name, path, user):
    """Before the start, and between the start and the answer."""
    daemon = several.daemon
    person = daemon.browser()
    public = several.settings.public
    page = person.follow(person.get(
        daemon.url(f"/organizations/acme/{path}")))
    before = members(several)
    daemon.show("-f", "connection", "disable", "acme", name)
    try:
        mark = daemon.mark()
        answer = finish(person, page, user)
        assert answer.status == 403, answer.text
        assert "connection_disabled" in daemon.log(mark)
        assert d.session_of(person, public) is None
        assert members(several) == before
        assert "switched off" in str(daemon.show("show", "connections"))
        # And so it stays over a reload.
        daemon.reload()
        starts(daemon, path, 403)
    finally:
        daemon.show("connection", "enable", "acme", name)
    starts(daemon, path, 303)


def starts(daemon, path, status, seconds=2):
    """verifier hears of a switch a moment after it was committed."""
    end = time.monotonic() + seconds * d.SLOW
    while True:
        answer = daemon.browser().get(
            daemon.url(f"/organizations/acme/{path}"))
        if answer.status == status:
            return
        assert time.monotonic() < end, answer.status
        time.sleep(0.02)


def finish(person, page, user):
    """From the provider's page to the end."""
    form = next(x for x in b.Forms(page.text, page.url).forms
                if "password" in x["types"].values())
    name = next(n for n, t in form["types"].items() if t == "text")
    answer = person.follow(person.submit(form, **{
        name: user, "password": f"{user}-secret"}))
    form = next((x for x in b.Forms(answer.text, answer.url).forms
                 if "SAMLResponse" in x["fields"]), None)
    return person.follow(person.submit(form)) if form else answer


# --- the shapes of others ----------------------------------------------------

HOSTS = ("acme.okta.com", "login.microsoftonline.com", "graph.microsoft.com",
         "accounts.google.com", "oauth2.googleapis.com",
         "www.googleapis.com", "openidconnect.googleapis.com")
TENANT = "11111111-2222-4333-8444-555555555555"


class Okta(l.Liar):
    paths = {**l.Liar.paths, "authorize": "/oauth2/v1/authorize",
             "token": "/oauth2/v1/token", "jwks": "/oauth2/v1/keys",
             "userinfo": "/oauth2/v1/userinfo",
             "end_session": "/oauth2/v1/logout"}

    def claims(self, grant):
        made = super().claims(grant)
        return {**made, "sub": "00u1abcdefGHIJKLMN5d7", "ver": 1,
                "amr": ["pwd"], "idp": "00o1abcdefGHIJKLMN5d7", "sid": None,
                "groups": ["Everyone", "nlp-team"]}


class Entra(l.Liar):
    at = f"/{TENANT}/oauth2/v2.0"
    paths = {"discovery": f"/{TENANT}/v2.0" + l.Liar.paths["discovery"],
             "authorize": at + "/authorize", "token": at + "/token",
             "jwks": f"/{TENANT}/discovery/v2.0/keys",
             "userinfo": "/oidc/userinfo", "end_session": at + "/logout"}

    def document(self):
        made = super().document()
        for name in ("code_challenge_methods_supported",
                     "authorization_response_iss_parameter_supported"):
            del made[name]
        return {**made, "tenant_region_scope": "EU", "rbac_url":
                "https://pas.windows.net", "userinfo_endpoint":
                "https://graph.microsoft.com/oidc/userinfo"}

    def jwks(self):
        return {"keys": [{**x, "x5t": self.kid, "x5c": ["MIIC"],
                          "issuer": self.issuer}
                         for x in super().jwks()["keys"]]}

    def claims(self, grant):
        made = super().claims(grant)
        for name in ("auth_time", "sid", "jti", "email_verified"):
            made[name] = None
        return {**made, "sub": f"pairwise-{grant.person}", "ver": "2.0",
                "oid": f"oid-{grant.person}", "tid": TENANT,
                "nbf": made["iat"], "aio": "x" * 80, "rh": "0.x", "uti": "u",
                "roles": ["hub-writers"]}


class Google(l.Liar):
    paths = {**l.Liar.paths, "authorize": "/o/oauth2/v2/auth",
             "token": "/token", "jwks": "/oauth2/v3/certs",
             "userinfo": "/v1/userinfo", "end_session": "/none"}

    def document(self):
        made = super().document()
        del made["end_session_endpoint"]
        return {**made,
                "token_endpoint": "https://oauth2.googleapis.com/token",
                "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
                "userinfo_endpoint":
                "https://openidconnect.googleapis.com/v1/userinfo",
                "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
                "authorization_response_iss_parameter_supported": True}

    def claims(self, grant):
        made = super().claims(grant)
        for name in ("auth_time", "sid", "jti", "preferred_username"):
            made[name] = None
        return {**made, "azp": self.client, "sub": "110169484474386276334",
                "hd": "acme.com", "email": f"{grant.person}@acme.com"}


@pytest.fixture(scope="module")
def shapes():
    site = World("shapes")
    trust = authority.Authority(site.folder)
    pair, server = trust.issue(*HOSTS), None
    for n in range(44, 64):
        try:
            server = l.Server(f"127.0.0.{n}", 443, pair)
            break
        except OSError as why:
            fault = why
    if server is None:
        pytest.skip(f"port 443: {fault}")
    (site.folder / "hosts").write_text(
        "".join(f"127.0.0.{n} {x}\n" for x in HOSTS))
    site.settings.top += [f'hosts file "{site.folder}/hosts"',
                          f'ca file "{trust.ca}"']
    site.okta = Okta(server=server, name="acme.okta.com")
    site.okta.iss = None
    site.entra = Entra(
        server=server, name="login.microsoftonline.com",
        issuer=f"https://login.microsoftonline.com/{TENANT}/v2.0")
    site.google = Google(server=server, name="accounts.google.com")
    server.hosts["graph.microsoft.com"] = site.entra
    for name in HOSTS[4:]:
        server.hosts[name] = site.google
    near = f"allow address {{ 127.0.0.{n} }}"
    site.settings.organizations = [
        d.Organization("okta", [d.OidcConnection(
            "okta", "https://acme.okta.com", [near, GROUPS],
            secret=site.secret(l.SECRET))], d.ROLES),
        # The hub's guide has its whole address pasted.
        d.Organization("entra", [d.OidcConnection(
            "entra", site.entra.base + site.entra.paths["discovery"],
            [near, 'subject attribute "oid"'],
            secret=site.secret(l.SECRET))], [
                *d.ROLES[:2], 'role attribute "roles"', *d.ROLES[3:]]),
        d.Organization("google", [d.OidcConnection(
            "google", "https://accounts.google.com", [
                near, 'require attribute "hd" value { "acme.com" }',
                "check every 1h"],
            secret=site.secret(l.SECRET))], d.ROLES)]
    site.settings.application("hub")
    site.start()
    yield site
    site.end()
    server.stop()


def test_okta(shapes):
    shapes.okta.reset()
    person, _ = l.sign_in(shapes.daemon, shapes.okta, "Isaac.Brock@x.org",
                          organization="okta")
    seen = told(shapes, person)
    assert seen.header("Remote-Groups") == "nlp"
    assert seen.header("Remote-User") == "Isaac-Brock"


def test_entra(shapes):
    shapes.entra.reset()
    login = l.begin(shapes.daemon, "entra")
    assert login.endpoint == shapes.entra.base + \
        shapes.entra.paths["authorize"]
    person, _ = l.sign_in(shapes.daemon, shapes.entra, "pat",
                          organization="entra")
    seen = told(shapes, person)
    assert seen.header("X-Hfsso-Role") == "write"
    shown = str(shapes.daemon.show("show", "member", "entra",
                                   seen.header("Remote-User")))
    assert "oid-pat" in shown and "pairwise" not in shown


@pytest.mark.parametrize("more", [
    {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {
        "endpoint": "https://graph.windows.net/x/getMemberObjects"}}},
    {"hasgroups": "true"}], ids=["claim names", "hasgroups"])
def test_entra_overage(shapes, more):
    """Too many groups: the last ones stay; a first sign-in is refused."""
    shapes.entra.reset()
    mark = shapes.daemon.mark()
    name = f"many-{len(more)}"
    _, answer = l.attempt(shapes.daemon, shapes.entra, name,
                          organization="entra", claims=more)
    assert answer.status == 403, shapes.daemon.tail(4)
    assert name not in members(shapes, "entra")
    person, _ = l.sign_in(shapes.daemon, shapes.entra, name,
                          organization="entra",
                          claims={"groups": ["nlp-team"]})
    assert told(shapes, person).header("Remote-Groups") == "nlp"
    person, _ = l.sign_in(shapes.daemon, shapes.entra, name,
                          organization="entra", claims=more)
    assert told(shapes, person).header("Remote-Groups") == "nlp"
    person, _ = l.sign_in(shapes.daemon, shapes.entra, name,
                          organization="entra", claims={"groups": []})
    assert told(shapes, person).header("Remote-Groups") == ""
    assert mark


def test_saml_overage(world):
    """The same over SAML: a link to the groups instead of them."""
    daemon, idp = world.daemon, world.idps["forge"]
    link = {"http://schemas.microsoft.com/claims/groups.link":
            ["https://graph.windows.net/x/getMemberObjects"]}
    with pytest.raises(AssertionError):
        f.sign_in(daemon, idp, "linked", attributes=link)
    nobody = str(daemon.show("show", "members", "acme"))
    assert "linked" not in nobody
    person = f.sign_in(daemon, idp, "linked",
                       attributes={"groups": ["nlp-team"]})
    assert told(world, person).header("Remote-Groups") == "nlp"
    person = f.sign_in(daemon, idp, "linked", attributes=link)
    assert told(world, person).header("Remote-Groups") == "nlp"


def test_google(shapes):
    shapes.google.reset()
    login = l.begin(shapes.daemon, "google")
    assert login.query["access_type"] == "offline"
    assert "offline_access" not in login.query["scope"]
    person, _ = l.sign_in(shapes.daemon, shapes.google, "larry",
                          organization="google")
    assert told(shapes, person).header("Remote-Email") == "larry@acme.com"
    for hd in (None, "gmail.com", "acme.com.evil.test", "ACME.com "):
        mark = shapes.daemon.mark()
        _, answer = l.attempt(shapes.daemon, shapes.google, "sergey",
                              organization="google", claims={"hd": hd})
        assert answer.status == 403
        assert "attribute_required" in shapes.daemon.log(mark)


# --- a provider that is away -------------------------------------------------

@pytest.fixture
def own(make_world):
    """A daemon with a provider of ours, and the provider."""
    def make(*lines, name="own", organization=(), **how):
        site = make_world(name, start=False)
        liar = site.liar(**how)
        site.settings.organizations = [d.Organization(
            "acme", [site.oidc("liar", liar, *lines)],
            [*d.ROLES, *organization])]
        site.start()
        return site, liar
    return make


def test_userinfo(own):
    """Adds what the ID token lacks, and never overrides."""
    site, liar = own("userinfo")
    person, _ = l.sign_in(site.daemon, liar, "info", claims={
        "email": None, "email_verified": None, "name": "Of the token"})
    seen = told(site, person)
    assert seen.header("Remote-Email") == "info@example.org"
    assert urllib.parse.unquote(
        seen.header("Remote-Name")) == "Of the token"
    assert liar.count("userinfo") == 1


def test_what_is_offered(own):
    """Of Basic and post it takes what there is."""
    for auth in ("client_secret_basic", "client_secret_post"):
        site = own(name="offer")
        site[1].auth = (auth,)
        site[0].daemon.show("connection", "refresh", "acme", "liar")
        l.sign_in(site[0].daemon, site[1], "client")


def test_offered_and_not_taken(own):
    """As many do: both are offered, and a client has one of them."""
    site, liar = own(name="taken")
    liar.more["token_endpoint_auth_methods_supported"] = list(liar.auth)
    site.daemon.show("connection", "refresh", "acme", "liar")
    for auth in ("client_secret_post", "client_secret_basic"):
        liar.auth = (auth,)
        liar.requests.clear()
        for n in (2, 3):
            login, answer = l.attempt(site.daemon, liar, "either")
            assert answer.status == 303, site.daemon.tail(3)
            # Once found out it is not tried again.
            assert liar.count("token") == n
    assert re.search(f"takes {auth} from us", site.daemon.log())


def test_private_key_jwt(make_world):
    """Its audience is the issuer alone."""
    site = make_world("assertion", start=False)
    made = []
    for n, key in enumerate((d.ec_key(), d.rsa_key())):
        d.write_pair(site.folder, f"client{n}", key)
        liar = site.liar()
        liar.auth, liar.public = ("private_key_jwt",), key.public_key()
        made.append(d.Organization(f"o-{n}", [site.oidc(
            "liar", liar, secret=None,
            key=site.folder / f"client{n}.key")], d.ROLES))
    site.settings.organizations = made
    site.settings.applications.clear()
    site.settings.application()
    site.start()
    for n, liar in enumerate(site.liars):
        l.sign_in(site.daemon, liar, "signed", organization=f"o-{n}")


def test_jwks_file(make_world):
    """Keys by hand: those of the address are not asked for."""
    site = make_world("jwksfile", start=False)
    liar = site.liar()
    (site.folder / "keys.json").write_bytes(l.compact(liar.jwks()))
    site.settings.organizations = [d.Organization("acme", [site.oidc(
        "liar", liar, f'jwks file "{site.folder}/keys.json"')], d.ROLES)]
    site.start()
    l.sign_in(site.daemon, liar, "byfile")
    assert liar.count("jwks") == 0
    liar.rotate()
    _, answer = l.attempt(site.daemon, liar, "newkey")
    assert answer.status == 403


def test_all_keys_replaced(own):
    """Taken over by whoever can sign? Asked twice, and written down."""
    site, liar = own()
    l.sign_in(site.daemon, liar, "before")
    liar.rotate(keep=False)
    mark, count = site.daemon.mark(), liar.count("jwks")
    l.sign_in(site.daemon, liar, "after")
    assert liar.count("jwks") - count >= 2
    assert re.search("replaced|shares no key", site.daemon.log(mark))


def test_provider_away(own):
    """Sign-in says so at once; who is in stays in."""
    site, liar = own()
    person, cookie = l.sign_in(site.daemon, liar, "inside")
    login = l.begin(site.daemon)
    code = liar.grant(login.query, "late")
    liar.stop()
    liar.own = False
    began = time.monotonic()
    answer = l.deliver(site.daemon, login, code, iss=liar.issuer)
    assert answer.status == 503
    assert time.monotonic() - began < 2 * d.SLOW
    assert site.daemon.gate(cookies=cookie).status == 200
    assert "provider_unreachable" in site.daemon.log()


def test_documents_are_kept(own):
    """verifier falls, then the daemon starts again, with nobody to ask."""
    site, liar = own()
    daemon = site.daemon
    daemon.falls = True
    l.sign_in(daemon, liar, "first")
    liar.lie["discovery"] = liar.lie["jwks"] = l.Reply(b"away", 503)
    os.kill(daemon.pids()["hfssod-verifier"][0], signal.SIGKILL)
    time.sleep(0.1)
    signs_in_soon(daemon, liar, "second")
    daemon.stop()
    daemon.start()
    signs_in_soon(daemon, liar, "third")


def signs_in_soon(daemon, liar, name, seconds=5):
    end = time.monotonic() + seconds * d.SLOW
    while True:
        try:
            l.sign_in(daemon, liar, name)
            return
        except (AssertionError, OSError):
            assert time.monotonic() < end, daemon.tail()
            time.sleep(0.05)


def test_not_yet_known(own):
    """Away at the start, then there: the next sign-in works."""
    site, liar = own()
    daemon = site.daemon
    daemon.stop()
    for file in (site.folder / "store").iterdir():
        file.unlink()
    liar.lie["discovery"] = l.Reply(b"away", 503)
    site.settings.reachable = False
    daemon.start()
    answer = daemon.browser().get(l.address(daemon, "login"))
    assert answer.status in (502, 503)
    began = time.monotonic()
    answer = daemon.browser().get(l.address(daemon, "login"))
    assert answer.status in (502, 503)
    assert time.monotonic() - began < 1
    liar.reset()
    done = daemon.ctl("connection", "refresh", "acme", "liar")
    assert done.returncode == 0, done.stderr
    l.sign_in(daemon, liar, "now")


@pytest.mark.parametrize("kind", ["hfssod-fetch", "hfssod-verifier"])
def test_killed_amid_an_exchange(own, kind):
    """That sign-in ends cleanly, and the next one works."""
    site, liar = own()
    daemon = site.daemon
    daemon.falls = True
    login = l.begin(daemon)
    code = liar.grant(login.query, "midway")
    liar.lie["token"] = lambda _, truth: l.Reply(truth.body, delay=5)
    got = []
    thread = threading.Thread(target=lambda: got.append(l.deliver(
        daemon, login, code, iss=liar.issuer)))
    thread.start()
    end = time.monotonic() + 5 * d.SLOW
    while not liar.count("token"):
        assert time.monotonic() < end
        time.sleep(0.01)
    began = time.monotonic()
    os.kill(daemon.pids()[kind][0], signal.SIGKILL)
    thread.join(20)
    assert got[0].status == 503
    assert time.monotonic() - began < 3 * d.SLOW
    liar.reset()
    signs_in_soon(daemon, liar, "next")
    assert "midway" not in members(site)


@pytest.mark.parametrize("change", ["off", "gone", "other", "same"])
def test_reloaded_amid_an_exchange(make_world, change):
    """What the connection is when the answer comes is what counts."""
    site = make_world("reloaded", start=False)
    liar, other = site.liar(), site.liar()
    stays = site.oidc("stays", other)
    site.settings.organizations = [d.Organization(
        "acme", [stays, site.oidc("liar", liar)], d.ROLES)]
    site.start()
    daemon, conf = site.daemon, site.settings.organizations[0]
    liar.lie["token"] = lambda _, truth: l.Reply(truth.body, delay=1)
    got = []
    threads = [threading.Thread(target=lambda: got.append(l.attempt(
        daemon, liar, "midway", connection="liar")[1])) for _ in range(4)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 5 * d.SLOW
    while liar.count("token") < 4:
        assert time.monotonic() < end
        time.sleep(0.01)
    if change == "off":
        conf.connections[1].lines.append("disable")
    elif change == "gone":
        conf.connections.pop()
    elif change == "other":
        conf.connections[1].issuer = site.liar().issuer
    daemon.reload()
    daemon.reload()
    for thread in threads:
        thread.join(20)
    right = (303,) if change == "same" else (403, 404, 502, 503)
    assert all(x.status in right for x in got), [x.status for x in got]
    assert ("midway" in members(site)) is (change == "same")
    l.sign_in(daemon, other, "unharmed")
    assert not [x for x in daemon.processes() if x.get("restarts")]


def test_many_at_once(own):
    """A slow provider: nobody waits for another's answer."""
    site, liar = own()
    liar.lie["token"] = lambda _, truth: l.Reply(truth.body, delay=1)
    wrong = []

    def one(n):
        try:
            l.sign_in(site.daemon, liar, f"crowd-{n}")
        except (AssertionError, OSError) as why:
            wrong.append(str(why))
    began = time.monotonic()
    threads = [threading.Thread(target=one, args=(n,)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong, wrong[0]
    assert time.monotonic() - began < 8 * d.SLOW


def test_nothing_secret_is_logged(own):
    site, liar = own("check every 5m", "userinfo")
    login, answer = l.attempt(site.daemon, liar, "quiet")
    assert answer.status in (302, 303)
    text = site.daemon.log()
    for value in (login.query["state"], login.query["nonce"], *liar.refresh,
                  *liar.codes, l.SECRET, "eyJ"):
        assert value not in text
    store = b"".join(x.read_bytes() for x in
                     (site.folder / "store").iterdir())
    for value in (*liar.refresh, l.SECRET):
        assert value.encode() not in store

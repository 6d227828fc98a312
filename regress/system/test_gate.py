"""
Forward-auth: what the gate says about a request, and that it fails closed.
"""
import urllib.parse

import pytest

import browser as b
import daemon as d
import forge as f

HEADERS = ("Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups",
           "X-Hfsso-Account", "X-Hfsso-Organization", "X-Hfsso-Role",
           "X-Hfsso-Session", "X-Hfsso-Session-Expires")


@pytest.fixture(scope="module")
def gate():
    from conftest import World
    world = World("gate")
    world.settings.organizations = [
        d.Organization("acme", [world.connection("forge")], d.ROLES),
        d.Organization("beta", [world.connection("beta-idp")],
                       ["mode managed", "default role read"])]
    world.settings.application("hub", [
        'organization "acme"', "least role read",
        'public { "/static" "/api/health" }'])
    world.start()
    world.cookies = {}
    for name, roles in (("reader", []), ("writer", ["hub-writers"])):
        person = f.sign_in(world.daemon, world.idps["forge"], name,
                           roles=roles, groups=["nlp-team"])
        world.cookies[name] = d.session_of(person, world.settings.public)
    person = f.sign_in(world.daemon, world.idps["beta-idp"], "stranger",
                       organization="beta")
    world.cookies["stranger"] = d.session_of(person, world.settings.public)
    yield world
    world.end()


def ask(gate, uri="/", who=None, **how):
    return gate.daemon.gate(uri, gate.cookies[who] if who else None, **how)


def test_nobody(gate):
    answer = ask(gate)
    assert answer.status == 401
    assert answer.header("Content-Length") == "0"
    assert not answer.body


def test_somebody(gate):
    answer = ask(gate, who="writer")
    assert answer.status == 200
    assert answer.header("Content-Length") == "0"
    for name in HEADERS:
        assert len(answer.all(name)) == 1, name
    assert answer.header("Remote-User") == "writer"
    assert answer.header("X-Hfsso-Role") == "write"
    assert answer.header("Remote-Groups") == "nlp"


def test_the_whole_set_is_there_for_nobody_too(gate):
    """On a public path, so that nothing a client sends can pass."""
    answer = ask(gate, "/static/a.css")
    assert answer.status == 200
    for name in HEADERS:
        assert answer.all(name) in ([""], ["0"]), (name, answer.all(name))


def test_another_organization(gate):
    assert ask(gate, who="stranger").status == 403


def test_least_role(gate):
    gate.settings.applications.clear()
    gate.settings.application("hub", ['organization "acme"',
                                      "least role write"])
    gate.daemon.reload()
    try:
        assert ask(gate, who="writer").status == 200
        assert ask(gate, who="reader").status == 403
    finally:
        gate.settings.applications.clear()
        gate.settings.application("hub", [
            'organization "acme"', 'public { "/static" "/api/health" }'])
        gate.daemon.reload()


def test_unknown_host(gate):
    for host in ("other.test", "hub.test", "hub.test:1"):
        assert ask(gate, who="writer", host=host).status == 403, host


def test_the_host_in_other_letters(gate):
    host = gate.settings.public.removeprefix("https://").upper()
    assert ask(gate, who="writer", host=host).status == 200


PUBLIC = ["/static", "/static/", "/static/a/b.css", "/static?x=/../secret",
          "/api/health", "/static/a%20b"]
NOT_PUBLIC = [
    "/", "/staticx", "/stati", "/Static", "/api/healthy", "/api", "/x/static",
    "/?/static", "/x?y=/static/", "/%73tatic"]
# Neither public nor to be guessed at: refused for everybody.
AMBIGUOUS = [
    "/static/%2e%2e/secret", "/static/../secret", "/static/./x",
    "/static/..;/secret", "/static/;/../secret", "/static/%2fsecret",
    "/static/..%2fsecret", "/static/%5c..%5csecret", "/static/a%00b",
    "/static/%252e%252e/secret", "/static//secret", "//static/x",
    "/static\\..\\secret", "/static/%2E./secret", "/static/%3b/secret"]


@pytest.mark.parametrize("uri", PUBLIC)
def test_public(gate, uri):
    assert ask(gate, uri).status == 200
    assert ask(gate, uri, method="HEAD").status == 200
    # Public for reading only.
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "get"):
        assert ask(gate, uri, method=method).status in (400, 401, 403), method


@pytest.mark.parametrize("uri", NOT_PUBLIC)
def test_not_public(gate, uri):
    assert ask(gate, uri).status == 401


@pytest.mark.parametrize("uri", AMBIGUOUS)
def test_ambiguous_is_never_public(gate, uri):
    assert ask(gate, uri).status in (400, 401, 403)


def test_a_slash_in_a_name_behind_what_a_rule_reads(gate):
    """refs%2Fpr%2F1 is a name that hubs use."""
    answer = ask(gate, "/org/model/resolve/refs%2Fpr%2F1/x", who="writer")
    assert answer.status == 200


@pytest.mark.parametrize("drop", [
    "X-Forwarded-Uri", "X-Forwarded-Method", "X-Forwarded-Host"])
def test_what_a_proxy_must_say(gate, drop):
    answer = ask(gate, who="writer", headers={drop: None})
    # nginx says host by Host alone; anything else must be there.
    assert answer.status in (400, 403), drop


@pytest.mark.parametrize("name", [
    "X-Forwarded-Uri", "X-Forwarded-Method", "X-Forwarded-Host",
    "X-Original-URI"])
def test_said_twice(gate, name):
    host = gate.settings.public.removeprefix("https://")
    head = {"X-Forwarded-Uri": "/static", "X-Forwarded-Method": "GET",
            "X-Forwarded-Host": host, "X-Forwarded-Proto": "https"}
    lines = "".join(f"{n}: {v}\r\n" for n, v in head.items())
    lines += f"{name}: {head.get(name, '/static')}\r\n" * (
        2 if name not in head else 1)
    out = b.raw(("127.0.0.1", gate.settings.gate), (
        f"GET /auth/request HTTP/1.1\r\nHost: {host}\r\n{lines}"
        "Connection: close\r\n\r\n").encode())
    assert out.split()[1] in (b"400", b"403"), out


def test_a_client_that_names_itself(gate):
    """Its headers are never what comes back."""
    answer = ask(gate, headers={n: "root" for n in HEADERS})
    assert answer.status == 401
    assert "root" not in str(answer.headers)
    answer = ask(gate, who="reader", headers={n: "root" for n in HEADERS})
    assert answer.header("Remote-User") == "reader"
    assert "root" not in str(answer.headers)


def test_underscores(gate):
    answer = ask(gate, who="reader", headers={
        "Remote_User": "root", "X_Forwarded_Uri": "/static"})
    assert answer.status == 200
    assert answer.header("Remote-User") == "reader"


@pytest.mark.parametrize("cookie", [
    "__Host-hfsso=", "__Host-hfsso=x", "__Host-hfsso=" + "A" * 43,
    "__Host-hfsso=" + "A" * 4000, "__Host-hfsso", "__Host-hfsso=\"x\"",
    "; ; ;", "=x", "__host-hfsso=x"])
def test_a_cookie_of_nobody(gate, cookie):
    assert ask(gate, who=None).status == 401
    assert gate.daemon.gate(cookies=cookie).status in (401, 403)


def test_two_session_cookies(gate):
    """Which of them counts is nobody's guess: never both, never a mix."""
    both = gate.cookies["reader"] + "; " + gate.cookies["stranger"]
    answer = gate.daemon.gate(cookies=both)
    assert answer.status == 403
    assert not answer.header("Remote-User")


def test_cookie_among_others(gate):
    cookie = f"a=b; {gate.cookies['reader']}; c=d"
    assert gate.daemon.gate(cookies=cookie).status == 200


def test_forward(gate):
    """Caddy and Traefik: a redirect to sign-in, for what a person opens."""
    host = gate.settings.public.removeprefix("https://")
    page = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document"}
    answer = ask(gate, "/a?b=c&d=e", path="/auth/forward", headers=page)
    assert answer.status in (302, 303)
    to = urllib.parse.urlsplit(answer.location)
    assert to.netloc == host
    assert to.path.startswith("/.hfsso/login")
    assert urllib.parse.unquote(to.query).endswith("/a?b=c&d=e")
    assert answer.header("Content-Length") == "0"
    # What a script asks for gets 401, and so does what is no GET.
    assert ask(gate, "/a", path="/auth/forward",
               headers={"Accept": "application/json"}).status == 401
    assert ask(gate, "/a", path="/auth/forward", method="POST",
               headers=page).status == 401
    assert ask(gate, "/a", path="/auth/forward",
               who="writer").header("Remote-User") == "writer"


def test_head_and_post_of_the_gate_itself(gate):
    host = gate.settings.public.removeprefix("https://")
    for method, wanted in (("HEAD", 401), ("GET", 401), ("POST", 405),
                           ("PUT", 405)):
        client = b.Browser({gate.settings.public: (
            "127.0.0.1", gate.settings.gate, False)})
        answer = client.request(
            method, gate.daemon.url("/auth/request"), headers={
                "Host": host, "X-Forwarded-Method": method,
                "X-Forwarded-Uri": "/", "X-Forwarded-Host": host})
        assert answer.status == wanted, method
        if wanted == 401:
            assert not answer.body
            assert answer.header("Content-Length") == "0"
        else:
            assert answer.header("Allow") == "GET, HEAD"


def test_each_listener_serves_its_own(gate):
    """The gate has no pages, the browser's listener no gate."""
    s = gate.settings
    for port, path in ((s.gate, "/.hfsso/login"),
                       (s.gate, "/organizations/acme/saml/login"),
                       (s.browser, "/auth/request"),
                       (s.api, "/auth/request"), (s.api, "/.hfsso/login")):
        client = b.Browser({s.public: ("127.0.0.1", port, False)})
        assert client.get(s.public + path).status == 404, (port, path)


def test_untrusted_peer(make_world):
    """X-Forwarded-* from whoever is no proxy of ours: refused."""
    world = make_world("peer", start=False)
    world.settings.trusted = "10.0.0.1"
    text = world.settings.text

    def changed():
        return text().replace("trust proxy { 127.0.0.1 }",
                              "trust proxy { 10.0.0.1 }")
    world.settings.text = changed
    world.start()
    person = f.sign_in(world.daemon, world.idps["forge"], "somebody")
    cookie = d.session_of(person, world.settings.public)
    answer = world.daemon.gate(cookies=cookie)
    assert answer.status in (400, 403), answer.status
    answer = world.daemon.gate("/static")
    assert answer.status in (400, 403)


def test_many_groups_are_cut_whole(make_world):
    lines = [f'resource group map "g{n}" to "a-long-group-name-{n:04d}" '
             "role read" for n in range(300)]
    world = make_world("cut", lines)
    person = f.sign_in(world.daemon, world.idps["forge"], "many",
                       groups=[f"g{n}" for n in range(300)])
    answer = world.daemon.gate(
        cookies=d.session_of(person, world.settings.public))
    assert answer.status == 200
    value = answer.header("Remote-Groups")
    assert 1000 < len(value) <= 3072
    assert all(len(x) == 22 for x in value.split(","))
    assert answer.header("X-Hfsso-Groups-Truncated") == "1"


@pytest.mark.parametrize("count,slug", [
    (900, "{:04d}-" + "long" * 22), (2100, "g{:04d}")])
def test_more_groups_than_a_message_holds(make_world, count, slug):
    """policy and http live through them, and so does the person's page."""
    lines = [f'resource group map "all" to "{slug.format(n)}" role read'
             for n in range(count)]
    world = make_world("crowd", lines, top=["header groups max 16k"])
    person = f.sign_in(world.daemon, world.idps["forge"], "many",
                       groups=["all"])
    answer = world.daemon.gate(
        cookies=d.session_of(person, world.settings.public))
    assert answer.status == 200
    assert answer.header("X-Hfsso-Groups-Truncated") == (
        "1" if count == 900 else "")
    names = answer.header("Remote-Groups").split(",")
    assert len(names) == min(count, 16384 // (len(slug.format(0)) + 1))
    assert person.get(world.daemon.url("/.hfsso/account")).status == 200
    assert person.get(world.daemon.url("/.hfsso/logout")).status == 200


def test_renamed_header(make_world):
    world = make_world("rename", start=False)
    world.settings.applications.clear()
    world.settings.application("hub", ['organization "acme"',
                                       'header user "X-WEBAUTH-USER"'])
    world.start()
    person = f.sign_in(world.daemon, world.idps["forge"], "renamed")
    answer = world.daemon.gate(
        cookies=d.session_of(person, world.settings.public))
    assert answer.header("X-WEBAUTH-USER") == "renamed"
    assert answer.header("Remote-User") is None



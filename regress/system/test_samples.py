"""
The samples of etc/ do what they promise, as an operator would use them.
"""
import json
import urllib.parse

import pytest

import browser as b
import daemon as d
import nginx as n
import samples

KINDS = {"nginx": samples.Nginx, "caddy": samples.Caddy}


@pytest.fixture(scope="module", params=list(KINDS))
def site(request, real_idp):
    made = KINDS[request.param](real_idp)
    yield made
    made.end()


def client(site, **how):
    return b.Browser({site.public: ("127.0.0.1", site.port, True)}, **how)


@pytest.fixture(scope="module")
def ada(site):
    person = client(site)
    answer = person.sign_in(site.public + "/hello?a=1&b=2%2F&json", "ada",
                            "ada-secret")
    assert answer.status == 200, answer.text
    # Where it began, to the letter.
    assert answer.url == site.public + "/hello?a=1&b=2%2F&json"
    assert json.loads(answer.text)["path"] == "/hello?a=1&b=2%2F&json"
    return person


def told(site, person, path="/x?json", method="GET", **how):
    answer = person.request(method, site.public + path, **how)
    assert answer.status == 200, f"{answer.status} {answer.text}"
    return json.loads(answer.text)


# --- who may pass ------------------------------------------------------------

def test_a_page_leads_to_sign_in_with_its_query(site):
    answer = client(site).get(site.public + "/hello?a=1&b=2%2F")
    assert answer.status in (302, 303)
    assert answer.location.startswith(site.public + "/.hfsso/login?return=")
    # Proxies may encode it or not; it comes back as it was (see ada).
    value = answer.location.split("return=", 1)[1]
    assert value in ("/hello?a=1&b=2%2F",
                     urllib.parse.quote("/hello?a=1&b=2%2F", safe="")), value


@pytest.mark.parametrize("method,headers", [
    ("GET", {"Accept": "application/json"}), ("GET", {"Accept": None}),
    ("POST", {}), ("HEAD", {}), ("PUT", {}), ("DELETE", {})])
def test_what_is_no_page_gets_401(site, method, headers):
    answer = client(site).request(method, site.public + "/x",
                                  headers=headers)
    assert answer.status == 401
    assert "The hub" not in answer.text


def test_identity_is_complete(site, ada):
    seen = told(site, ada)["headers"]
    assert seen["Remote-User"] == ["ada"]
    assert seen["Remote-Email"] == ["ada@example.org"]
    assert seen["Remote-Name"] == ["Ada Example"]
    assert seen["Remote-Groups"] == ["nlp,vision"]
    assert seen["X-Hfsso-Organization"] == ["acme"]
    assert seen["X-Hfsso-Role"] == ["admin"]
    for name in ("X-Hfsso-Account", "X-Hfsso-Session"):
        assert len(seen[name]) == 1 and len(seen[name][0]) >= 16, name
    assert int(seen["X-Hfsso-Session-Expires"][0]) > 1_600_000_000
    assert seen["X-Hfsso-Groups-Truncated"] in ([], [""])


def test_a_public_path_passes_and_names_nobody(site):
    seen = told(site, client(site), "/static/a.json")
    assert all(v in ([], [""]) for v in seen["headers"].values()), seen
    assert client(site).request(
        "POST", site.public + "/static/a.json").status == 401


def test_refused(site, ada):
    site.application("least role admin", 'public { "/static" }')
    ben = client(site)
    try:
        answer = ben.sign_in(site.public + "/x?json", "ben", "ben-secret")
        assert answer.status == 403
        assert "Remote-User" not in answer.text
        assert told(site, ada)["headers"]["Remote-User"] == ["ada"]
    finally:
        site.application('public { "/static" }')
    assert told(site, ben)["headers"]["Remote-User"] == ["ben"]


@pytest.mark.parametrize("path", [
    "/static/../secret?json", "/static/%2e%2e/secret?json",
    "/static/..%2fsecret?json", "/static/;/../secret?json",
    "/static//../secret?json", "/%2e/secret?json", "//secret?json",
    "/.hfsso/../secret?json", "/organizations/x/saml/../../../secret?json",
    "/static%2f..%2fsecret?json", "/_hfsso_gate?json"])
def test_no_way_around(site, path):
    answer = client(site).get(site.public + path)
    assert answer.status in (302, 303, 400, 401, 403, 404)
    assert "Remote-User" not in answer.text


# --- what the client says ----------------------------------------------------

LIES = [*n.IDENTITY, *(x.lower() for x in n.IDENTITY),
        *(x.upper() for x in n.IDENTITY),
        *(x.replace("-", "_") for x in n.IDENTITY),
        *(x.replace("-", ".") for x in n.IDENTITY),
        "X-Hfsso_Account", "X_Hfsso-Role", "Remote.User", "REMOTE_USER"]


def test_copies_of_the_client_never_pass(site, ada):
    lies = {name: "liar" for name in LIES}
    if site.kind == "caddy":    # nginx has no wildcards
        lies["X-Hfsso-Of-The-Future"] = "liar"
    for person in (ada, client(site)):
        seen = told(site, person, "/static/x.json", headers=lies)
        assert "liar" not in str(seen["all"])
    assert "liar" not in str(told(site, ada, headers=lies)["all"])
    answer = client(site).get(site.public + "/x", headers={
        **lies, "Accept": "*/*"})
    assert answer.status == 401


def test_copies_sent_twice(site, ada):
    cookie = d.session_of(ada, site.public)
    for name in n.IDENTITY:
        out = site.raw((
            f"GET /x?json HTTP/1.1\r\nHost: hub.test:{site.port}\r\n"
            f"Cookie: {cookie}\r\n{name}: liar\r\n{name.lower()}: liar\r\n"
            "Connection: close\r\n\r\n").encode())
        assert b" 200 " in out.split(b"\r\n")[0], out
        assert b"liar" not in out, name


def test_a_client_can_not_have_a_header_removed(site, ada):
    """Proxies take away what Connection names."""
    whole = told(site, ada)["headers"]
    for name in (*n.IDENTITY, "remote-user", "X-Forwarded-Host",
                 "X-Forwarded-Uri", "X-Forwarded-Method",
                 "X-Forwarded-Proto", "X-Forwarded-For", "X-Original-URI",
                 "Cookie"):
        answer = ada.get(site.public + "/x?json", headers={
            "Connection": f"keep-alive, {name}"})
        if name == "Cookie" and answer.status in (302, 303):
            continue        # it has taken away its own session
        assert answer.status == 200, name
        assert json.loads(answer.text)["headers"] == whole, name


FORWARDED = ["X-Original-URI", "X-Original-Method", "X-Forwarded-Uri",
             "X-Forwarded-Method", "X-Forwarded-Host", "X-Forwarded-Proto",
             "X-Forwarded-For", "X_Forwarded_Uri", "x-forwarded-uri",
             "Forwarded", "X-Rewrite-Url", "X-Real-Ip"]


@pytest.mark.parametrize("name", FORWARDED)
@pytest.mark.parametrize("value", ["/static/a", "other.test", ""])
def test_a_client_does_not_speak_for_the_proxy(site, ada, name, value):
    """It changes nothing: not who passes, not what is said to the page."""
    if name.endswith("Method") and value:
        value = "POST"
    lie = {name: value}
    page = {"Accept": "text/html"}
    answer = client(site).get(site.public + "/a?b", headers={**lie, **page})
    assert answer.status in (302, 303), answer.text
    to = urllib.parse.unquote(answer.location)
    assert to == site.public + "/.hfsso/login?return=/a?b"
    seen = told(site, ada, headers=lie)
    assert seen["headers"]["Remote-User"] == ["ada"]
    told(site, client(site), "/static/a.json", headers=lie)
    assert client(site).get(site.public + "/.hfsso/login", headers=lie
                            ).status in (200, 302, 303)


def test_what_the_page_is_told_of_the_request(site, ada):
    seen = dict(told(site, ada, headers={
        "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Host": "other.test"})["all"])
    assert seen["Host"] == f"hub.test:{site.port}"
    assert seen["X-Forwarded-For"] == "127.0.0.1"
    assert seen["X-Forwarded-Proto"] == "https"
    assert seen["X-Forwarded-Host"] == f"hub.test:{site.port}"


def test_another_host(site, ada):
    cookie = d.session_of(ada, site.public)
    for host in ("other.test", f"other.test:{site.port}", "127.0.0.1"):
        out = site.raw((
            f"GET /x?json HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n"
            "Connection: close\r\n\r\n").encode())
        assert b"Remote-User" not in out, (host, out)


# --- cookies -----------------------------------------------------------------

OURS = "__Host-hfsso-l-0123abcd=sealed"


@pytest.mark.parametrize("before,after,wanted", [
    ("", "", ""), ("a=b; ", "", "a=b"), ("", "; c=d", "c=d"),
    ("a=b; ", "; c=d", "a=b; c=d"),
    ("a=b; ", f"; {OURS}; c=d", "a=b; c=d"),
    (f"{OURS}; a=b; ", f"; {OURS.replace('0', 'f')}; c=d", "a=b; c=d"),
    ("a=b;", ";c=d", "a=b;c=d"), ("a=b;  \t", "  ; c=d", "a=b; c=d"),
    (f"a=__Host-hfsso; a__Host-hfsso={'v' * 43}; ", "",
     f"a=__Host-hfsso; a__Host-hfsso={'v' * 43}"),
    ("".join(f"x{i}=y; __Host-hfsso-l-0000000{i}=s; " for i in range(4)),
     "; z=z", "x0=y; x1=y; x2=y; x3=y; z=z"),
])
def test_the_hub_does_not_get_our_cookies(site, ada, before, after, wanted):
    session = d.session_of(ada, site.public)
    seen = told(site, ada, headers={"Cookie": before + session + after})
    assert seen["headers"]["Remote-User"] == ["ada"]
    assert session[-20:] not in str(seen["all"])
    assert seen["cookies"] == wanted


def test_more_of_our_cookies_than_there_can_be(site):
    cookie = "a=b; " + "; ".join(f"__Host-hfsso-l-{i:08x}=sealed; x{i}=y"
                                 for i in range(20))
    seen = told(site, client(site), "/static/x.json",
                headers={"Cookie": cookie})
    assert "hfsso" not in str(seen["all"])


def test_two_cookie_headers(site, ada):
    session = d.session_of(ada, site.public)
    for lines in ([session, "a=b"], ["a=b", session], [session, OURS]):
        out = site.raw((
            f"GET /static/x.json HTTP/1.1\r\nHost: hub.test:{site.port}\r\n"
            + "".join(f"Cookie: {x}\r\n" for x in lines)
            + "Connection: close\r\n\r\n").encode())
        assert b"__Host-hfsso" not in out, out


# --- the rest of HTTP --------------------------------------------------------

def test_bodies_reach_the_hub(site, ada):
    for body in (b"x=1", b"y" * 200_000):
        for method in ("POST", "PUT"):
            seen = told(site, ada, method=method, body=body)
            assert seen["method"] == method
            assert seen["body"] == body.decode()
            assert seen["headers"]["Remote-User"] == ["ada"]


def test_a_chunked_body_is_no_trouble(site, ada):
    cookie = d.session_of(ada, site.public)
    out = site.raw((
        f"POST /x?json HTTP/1.1\r\nHost: hub.test:{site.port}\r\n"
        f"Cookie: {cookie}\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n").encode())
    assert b" 200 " in out.split(b"\r\n")[0], out
    assert b'"Remote-User": ["ada"]' in out


def test_a_websocket_is_asked_about_too(site, ada):
    """Caddy passes the wish on; the sample of nginx does not promise it."""
    wish = {"Connection": "Upgrade", "Upgrade": "websocket", "Accept": "*/*",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    seen = told(site, ada, headers=wish)
    assert seen["headers"]["Remote-User"] == ["ada"]
    assert ("Upgrade" in dict(seen["all"]).get("Connection", "")) == (
        site.kind == "caddy")
    answer = client(site).get(site.public + "/x", headers=wish)
    assert answer.status == 401


def test_many_requests_of_one_connection(site, ada):
    """Who is who does not stick to a connection that is used again."""
    cookie = d.session_of(ada, site.public)
    one = (f"GET /static/x.json HTTP/1.1\r\nHost: hub.test:{site.port}\r\n"
           "{}\r\n")
    out = site.raw("".join([
        one.format(f"Cookie: {cookie}\r\n"), one.format(""),
        one.format(f"Cookie: {cookie}\r\n"),
        one.format("Connection: close\r\n")]).encode())
    bodies = [x for x in out.decode().splitlines() if x.startswith("{")]
    users = []
    for body in bodies:
        seen, _ = json.JSONDecoder().raw_decode(body)
        users.append(seen["headers"]["X-Hfsso-Role"] in (["admin"],))
    assert users in ([False] * 4, [True, False, True, False]), users


@pytest.mark.parametrize("path", [
    "/auth/request", "/auth/forward", "/auth/request?json",
    "/_hfsso_gate", "/access/v1/evaluation", "/healthz"])
def test_the_gate_is_not_reachable(site, ada, path):
    """From outside these are pages of the hub, or nothing."""
    answer = client(site).get(site.public + path, headers={
        "X-Original-URI": "/static", "X-Original-Method": "GET",
        "Accept": "*/*"})
    assert answer.status in (401, 404)
    assert not answer.all("X-Hfsso-Role")
    answer = ada.get(site.public + path)
    assert answer.status in (200, 404)
    assert not answer.all("X-Hfsso-Role")
    if answer.status == 200:
        assert "hub" in answer.text or "all" in answer.text


def test_leaving(site):
    person = client(site)
    person.sign_in(site.public + "/x?json", "ben", "ben-secret")
    assert told(site, person)["headers"]["Remote-User"] == ["ben"]
    page = person.get(site.public + "/.hfsso/logout")
    form = next(x for x in b.Forms(page.text, page.url).forms
                if "logout" in x["action"])
    person.follow(person.submit(form))
    assert person.get(site.public + "/x?json").status in (302, 303)


def test_nobody_passes_without_hfssod(site, ada):
    site.daemon.stop()
    try:
        for person in (ada, client(site)):
            for path in ("/x?json", "/static/x.json", "/.hfsso/login"):
                answer = person.get(site.public + path)
                assert 500 <= answer.status < 600, path
                assert "Remote-User" not in answer.text
    finally:
        site.daemon.start()
    # The session is still there.
    assert told(site, ada)["headers"]["Remote-User"] == ["ada"]

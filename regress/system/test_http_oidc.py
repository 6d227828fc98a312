"""hfssod-http by itself: the addresses of OpenID Connect."""
import json
import re
import socket
import threading
import time

import pytest

import http_alone as h
from test_http import (Run, SESSION, COOKIE, FORM, HOOKS, Answer,
                       login_answer, on_start, sso_request, started)

OP = "/organizations/acme/oidc"
EVIL = "\"'><script>alert(1)</script>&amp;"
DOORS = [h.Door("acme", "entra", "Entra", protocol="oidc"),
         h.Door("acme", "okta", "Okta"),
         h.Door("acme", "google", "Google", protocol="oidc"),
         h.Door("off", "op", "Off", protocol="oidc", enabled=False),
         h.Door("beta", "main", "Beta")]
# LIMIT_OUTSTANDING_DOOR
DOOR = 64


def logout_answer(verdict="ok", ended=0, result=0, **o):
    w = h.Writer().u16(h.VERDICTS[verdict]).bool(ended).u8(result)
    return w.raw(started(url=o.pop("url", ""), **o)).data


def on_answer(http, mid, payload):
    q = sso_request(payload)
    http.answers.append(q)
    http.answer("policy", "login_answer", mid,
                http.reply or login_answer(connection="entra"))


def on_logout(http, mid, payload):
    q = sso_request(payload)
    http.logouts.append(q)
    http.answer("policy", "logout_answer", mid,
                http.reply or logout_answer())


class Op(Run):
    def __init__(self, **o):
        self.reply = None
        self.logouts = []
        o.setdefault("doors", DOORS)
        o.setdefault("hooks", {**HOOKS, "sso_start": on_start,
                               "sso_answer": on_answer,
                               "sso_logout": on_logout})
        super().__init__(**o)


@pytest.fixture(scope="module")
def shared():
    r = Op()
    yield r
    assert r.proc.poll() is None
    assert r.stop() == 0


@pytest.fixture
def run(shared):
    shared.reply = None
    return shared


# --- addresses --------------------------------------------------------------

@pytest.mark.parametrize("path,connection", [
    (OP + "/login", ""), (OP + "/login/entra", "entra"),
    (OP + "/login/google", "google")])
def test_start(run, path, connection):
    a = run.ask(path + "?return=/d")
    assert a.status == 303
    assert a.headers["location"] == "https://idp.example/sso?x=1"
    assert a.cookies[0].startswith("__Host-hfsso-l-0123abcd=sealed; ")
    assert a.headers["cache-control"] == "no-store"
    q = run.starts[-1]
    assert q["protocol"] == "oidc" and q["connection"] == connection
    assert q["organization"] == "acme" and q["return_to"] == "/d"
    assert q["endpoint"] == 0


@pytest.mark.parametrize("path", [
    "/organizations/acme/saml/login", "/organizations/acme/saml/login/entra",
    "/organizations/acme/saml/logout", "/organizations/acme/saml/metadata",
    "/organizations/acme/saml/metadata/google", OP + "/login/okta",
    OP + "/consume/okta?code=x", OP + "/logout/okta?state=x", OP,
    OP + "/metadata", OP + "/login/", OP + "/login/entra/x",
    OP + "/consume/nope", "/organizations/beta/oidc/login",
    "/organizations/nope/oidc/consume?code=x&state=y"])
def test_of_another_protocol(run, path):
    """A connection answers only at the addresses of its protocol."""
    n = len(run.starts), len(run.answers), len(run.logouts)
    assert run.ask(path).status == 404
    assert n == (len(run.starts), len(run.answers), len(run.logouts))


def test_both_protocols_of_one_organization(run):
    assert run.ask("/organizations/acme/saml/login/okta").status == 303
    assert run.starts[-1]["protocol"] == "saml"


@pytest.mark.parametrize("path,allow,bad", [
    ("/login", "GET, HEAD", ["POST", "PUT"]),
    ("/consume", "GET", ["POST", "HEAD", "DELETE"]),
    ("/logout", "GET", ["POST", "HEAD"]),
    ("/backchannel-logout", "POST", ["GET", "HEAD", "PUT"])])
def test_methods(run, path, allow, bad):
    n = len(run.starts), len(run.answers), len(run.logouts)
    for name in ("", "/google"):
        for method in bad:
            body = b"code=x" if method == "POST" else None
            a = run.ask(OP + path + name + "?code=x&state=y", method,
                        [FORM], body)
            assert a.status == 405, method
            assert a.headers["allow"] == allow
    assert n == (len(run.starts), len(run.answers), len(run.logouts))


def test_disabled_is_not_offered(run):
    a = run.ask("/.hfsso/login")
    assert "/organizations/acme/oidc/login\"" in a.text
    assert "/organizations/acme/saml/login/okta\"" in a.text
    assert "/organizations/acme/oidc/login/google\"" in a.text
    assert "off" not in a.text
    assert run.ask("/.hfsso/login?organization=off").status == 404
    # Its address is the verifier's to refuse: it may be tested.
    assert run.ask("/organizations/off/oidc/login?test=x").status == 303
    a = run.ask("/.hfsso/login?organization=acme&connection=google&return=/x")
    assert a.headers["location"] == OP + "/login/google?return=%2Fx"


def test_query_of_a_login(run):
    """test= is handed over; what belongs to a return address is not."""
    for query, kept, to in (
            ("test=tOk-en_1", b"test=tOk-en_1", ""),
            ("test=t&return=/d", b"test=t", "/d"),
            ("test=t&return=%2Fd", b"test=t&return=%2Fd", "/d"),
            ("return=/d?a=b&test=t", b"", "/d?a=b&test=t"),
            ("x=y&return=/d&test=t", b"x=y", "/d&test=t")):
        assert run.ask(OP + "/login?" + query).status == 303
        q = run.starts[-1]
        assert q["query"] == kept and q["return_to"] == to


# --- the answer -------------------------------------------------------------

@pytest.mark.parametrize("query", [
    "code=abc&state=def&iss=https%3A%2F%2Fop.example", "", "code=a&code=b",
    "error=access_denied&error_description=%zz&state=x", "return=/x&code=y",
    "code=" + "c" * 4096 + "&state=" + "s" * 64 + "&iss=" + "i" * 2000])
def test_consume(run, query):
    a = run.ask(OP + "/consume/google?" + query,
                headers=["Cookie: __Host-hfsso-l-0123abcd=sealed"])
    assert a.status == 303 and a.headers["location"] == "/datasets"
    assert a.cookies[0].startswith(f"__Host-hfsso={SESSION}; ")
    assert a.cookies[1].startswith("__Host-hfsso-l-0123abcd=; ")
    q = run.answers[-1]
    assert q["query"] == query.encode() and q["body"] == b""
    assert q["protocol"] == "oidc" and not q["post"] and q["endpoint"] == 1
    assert q["connection"] == "google" and q["return_to"] == ""
    assert q["cookies"] == [("0123abcd", "sealed")]


def test_consume_too_long(run):
    n = len(run.answers)
    assert run.ask(OP + "/consume?code=" + "c" * 8192).status == 414
    assert len(run.answers) == n


def test_restart(run):
    for connection, path in (("entra", "/oidc/login"), ("okta",
                             "/saml/login/okta"), ("google",
                             "/oidc/login/google")):
        run.reply = login_answer(session="", restart=1, return_to="/x",
                                 connection=connection)
        a = run.ask(OP + "/consume?x=y")
        assert a.status == 303 and a.headers["location"] == (
            "/organizations/acme" + path + "?return=%2Fx")
        assert not [c for c in a.cookies if c.startswith("__Host-hfsso=")]
    run.reply = login_answer(session="", restart=1, connection="gone")
    assert run.ask(OP + "/consume?x=y").status == 404


@pytest.mark.parametrize("verdict,status", [
    ("provider_unreachable", 503), ("provider_busy", 503),
    ("provider_answer", 502), ("oidc_no_token", 502), ("oidc_client", 503),
    ("oidc_nonce", 403), ("jwt_signature", 403), ("oidc_error", 403)])
def test_refusals(run, verdict, status):
    run.reply = login_answer(verdict, session="")
    a = run.ask(OP + "/consume?code=SECRET&state=y")
    assert a.status == status
    assert a.headers.get("retry-after") == ("5" if status == 503 else None)
    assert len(a.cookies) == 1 and "Max-Age=0" in a.cookies[0]
    assert "SECRET" not in a.text and verdict not in a.text
    assert re.search(r"<code>[0-9a-f]{16}</code>", a.text)
    # Nothing but the origin goes to wherever the page leads.
    assert a.headers["referrer-policy"] in ("no-referrer", "strict-origin")


# --- a connection test ------------------------------------------------------

def test_report(run):
    lines = [(0, "Role", "write"), (1, "Subject", EVIL), (2, EVIL, "v"),
             (2, EVIL, "a" * 1000), (2, "empty", "")]
    for verdict, status in (("ok", 200), ("no_role", 403),
                            ("provider_answer", 502)):
        run.reply = login_answer(verdict, test=1, report=lines,
                                 connection="entra")
        a = run.ask(OP + "/consume?code=x")
        assert a.status == status
        assert ("would succeed" in a.text) == (verdict == "ok")
        # No session, whatever policy said; the login is over.
        assert len(a.cookies) == 1
        assert a.cookies[0].startswith("__Host-hfsso-l-0123abcd=; ")
        assert a.headers["cache-control"] == "no-store"
        assert "location" not in a.headers
        csp = a.headers["content-security-policy"]
        assert "default-src 'none'" in csp and "form-action 'none'" in csp
        assert "<script" not in a.text and "&lt;script&gt;" in a.text
        assert "a" * 1000 in a.text and "What was received" in a.text


def test_report_without_lines(run):
    run.reply = login_answer("oidc_nonce", session="", cookie="", test=1)
    a = run.ask(OP + "/consume?code=x")
    assert a.status == 403 and "start again" in a.text and not a.cookies


# --- signing out ------------------------------------------------------------

def test_back_channel(run):
    body = b"logout_token=" + b"a" * 65536
    for name in ("", "/google"):
        a = run.ask(OP + "/backchannel-logout" + name, "POST",
                    [FORM, COOKIE, "Cookie: junk", "Cookie: __Host-hfsso="],
                    body)
        assert a.status == 200 and a.body == b""
        assert a.headers["content-length"] == "0"
        assert a.headers["cache-control"] == "no-store"
        assert not a.cookies and "content-security-policy" not in a.headers
        q = run.logouts[-1]
        assert q["body"] == body and q["post"] and q["endpoint"] == 4
        # Cookies are neither read nor set.
        assert q["cookies"] == [] and q["credential"] == 0


@pytest.mark.parametrize("verdict,status", [
    ("logout_token", 400), ("jwt_signature", 400), ("oidc_issuer", 400),
    ("replayed", 400), ("connection_disabled", 400), ("too_large", 400),
    ("unavailable", 503), ("provider_unreachable", 503), ("internal", 503),
    ("provider_answer", 503)])
def test_back_channel_refused(run, verdict, status):
    run.reply = logout_answer(verdict, ended=1)
    a = run.ask(OP + "/backchannel-logout", "POST", [FORM],
                b"logout_token=SECRET")
    assert a.status == status
    assert a.headers["content-type"] == "application/json"
    assert a.headers["cache-control"] == "no-store"
    assert a.headers.get("retry-after") == ("5" if status == 503 else None)
    said = json.loads(a.text)
    assert said["error"] == ("invalid_request" if status == 400 else
                             "temporarily_unavailable")
    assert "SECRET" not in a.text and not a.cookies


def test_back_channel_malformed(run):
    n = len(run.logouts)
    path = OP + "/backchannel-logout"
    for where, headers, body, status in (
            (path, [], b"logout_token=x", 415),
            (path, ["Content-Type: application/json"], b"{}", 415),
            (path, [FORM], b"a" * (65536 + 8193), 413),
            ("/organizations/nope/oidc/backchannel-logout", [FORM], b"x=y",
             400), (path + "/okta", [FORM], b"x=y", 400)):
        a = run.ask(where, "POST", headers, body)
        assert a.status == status
        assert json.loads(a.text)["error"] == "invalid_request"
    assert len(run.logouts) == n


FRONT = OP + "/logout?iss=https%3A%2F%2Fop.example&sid=s1"


def framed(a):
    assert a.headers["content-type"].startswith("text/html")
    assert a.headers["cache-control"] == "no-store"
    assert "x-frame-options" not in a.headers
    csp = a.headers["content-security-policy"]
    assert "default-src 'none'" in csp and "frame-ancestors *" in csp
    assert "<a" not in a.text and "<form" not in a.text


def test_front_channel(run):
    """The same, whether or not anything was found."""
    seen = set()
    for ended, result in ((0, 0), (0, 1), (1, 0)):
        run.reply = logout_answer(ended=ended, result=result)
        a = run.ask(FRONT, headers=[COOKIE])
        assert a.status == 200
        framed(a)
        assert a.cookies == ["__Host-hfsso=; Path=/; Secure; HttpOnly; "
                             "SameSite=Lax; Max-Age=0"] * ended
        seen.add(a.body)
        q = run.logouts[-1]
        assert q["query"] == FRONT.split("?")[1].encode()
        assert q["endpoint"] == 3 and not q["post"]
    assert len(seen) == 1


@pytest.mark.parametrize("verdict,status", [
    ("oidc_issuer", 400), ("duplicate_parameter", 400), ("bad_request", 400),
    ("unavailable", 503), ("provider_unreachable", 503)])
def test_front_channel_refused(run, verdict, status):
    run.reply = logout_answer(verdict, ended=1)
    a = run.ask(FRONT, headers=[COOKIE])
    assert a.status == status and not a.cookies
    framed(a)


def test_front_channel_never_asked(run):
    n = len(run.logouts)
    for path in (FRONT.replace("/acme/", "/nope/"),
                 FRONT.replace("/logout?", "/logout/okta?")):
        a = run.ask(path)
        assert a.status == 400
        framed(a)
    a = run.ask(FRONT, headers=[COOKIE, COOKIE])
    assert a.status == 400
    framed(a)
    assert len(run.logouts) == n


def test_return_from_the_provider(run):
    for query in ("state=x", "state=x&iss=y", "state=x&sid=y", "", "a=%zz"):
        run.reply = logout_answer(result=1, clear=["0123abcd"])
        a = run.ask(OP + "/logout?" + query)
        assert a.status == 303
        assert a.headers["location"] == "/.hfsso/signed-out?idp=done"
        assert a.cookies[0].startswith("__Host-hfsso-l-0123abcd=; ")
        run.reply = logout_answer("login_unknown")
        a = run.ask(OP + "/logout?" + query)
        assert a.status == 403 and "Signing out" in a.text
        assert a.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in (
            a.headers["content-security-policy"])


def on_end(url):
    """The session ends, and the verifier says where to go on."""
    def hook(http, mid, payload):
        http.answer("policy", "session_ended", mid,
                    h.Writer().u16(0).u8(1).data)
        http.answer("verifier", "sso_started", mid, started(
            url=url, cookie=("aaaabbbb", "sealed")))
    return hook


def test_on_to_the_provider():
    url = ("https://op.example/end?id_token_hint=" + "h" * 3000 +
           "&state=x'\"<b>")
    r = Op(hooks={"session_end": on_end(url)})
    try:
        a = r.ask("/.hfsso/logout", "POST", [FORM, COOKIE], b"token=70ken")
        assert a.status == 200
        assert 'http-equiv="refresh"' in a.text and "h" * 3000 in a.text
        assert "<b>" not in a.text and "&amp;state=x&#39;&quot;" in a.text
        assert a.cookies[0].startswith("__Host-hfsso=; ")
        assert a.cookies[1].startswith("__Host-hfsso-l-aaaabbbb=sealed; ")
        assert "form-action 'none'" in a.headers["content-security-policy"]
    finally:
        r.stop()


# --- who is away, or slow ---------------------------------------------------

def test_away():
    r = Op(peers=("policy",))
    try:
        assert r.ask(OP + "/login").status == 503
        a = r.ask(OP + "/consume?code=x")
        assert a.status == 503 and a.headers["retry-after"] == "5"
        a = r.ask(OP + "/backchannel-logout", "POST", [FORM], b"x=y")
        assert a.status == 503 and json.loads(a.text)
        a = r.ask(FRONT)
        assert a.status == 503
        framed(a)
    finally:
        r.stop()


def begin(r, path, more="Connection: close\r\n"):
    s = r.connect()
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: hub.example.com\r\n"
              f"{more}\r\n".encode())
    return s


def end(s):
    got = b""
    with s:
        while piece := s.recv(65536):
            got += piece
    return Answer(got)


def until(test):
    stop = time.time() + 8
    while not test():
        assert time.time() < stop
        time.sleep(.01)


def test_slow_provider_leaves_room():
    """One door full of slow sign-ins: the others go on, it says so."""
    r = Op(hooks={"access_check": HOOKS["access_check"]})
    try:
        slow = [begin(r, OP + "/consume?code=x") for _ in range(DOOR)]
        until(lambda: len(r.asked) == DOOR)
        # At first it may only have much to do: who comes then waits.
        late = begin(r, OP + "/login")
        time.sleep(.3)
        assert len(r.asked) == DOOR
        # Then it is slow, and everybody is told at once.
        a = end(late)
        assert a.status == 503 and a.headers["retry-after"] == "5"
        begun = time.time()
        assert r.ask(OP + "/login").status == 503
        a = r.ask(OP + "/backchannel-logout", "POST", [FORM], b"x=y")
        assert a.status == 503 and json.loads(a.text)
        assert time.time() - begun < 1
        assert len(r.asked) == DOOR
        # Other doors, of the same organization and of another.
        others = [begin(r, p) for p in (
            OP + "/login/google", "/organizations/beta/saml/login")]
        until(lambda: len(r.asked) == DOOR + 2)
        for name, mid, _ in r.asked[DOOR:]:
            r.answer("verifier", "sso_started", mid, started())
        assert [end(s).status for s in others] == [303, 303]
        # The answers come: there is room again.
        for name, mid, _ in r.asked[:DOOR]:
            r.answer("policy", "login_answer", mid, login_answer())
        assert {end(s).status for s in slow} == {303}
        again = begin(r, OP + "/login")
        until(lambda: len(r.asked) == DOOR + 3)
        r.answer("verifier", "sso_started", r.asked[-1][1], started())
        assert end(again).status == 303
    finally:
        assert r.stop() == 0


def gone(r, count):
    """Clients that ask and leave at once."""
    n = len(r.asked)
    socks = [begin(r, OP + "/consume?code=x", "") for _ in range(count)]
    until(lambda: len(r.asked) == n + count)
    for s in socks:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     b"\1\0\0\0\0\0\0\0")
        s.close()
    time.sleep(.2)


def test_gone_clients_count():
    """What the gone have asked counts until the answer comes."""
    r = Op(hooks={})
    try:
        gone(r, DOOR)
        time.sleep(1)
        assert r.ask(OP + "/login").status == 503
        assert len(r.asked) == DOOR
        for name, mid, _ in list(r.asked):
            r.answer("policy", "login_answer", mid, login_answer())
        # Nobody takes the answer twice.
        for name, mid, _ in list(r.asked):
            r.answer("policy", "login_answer", mid, login_answer())
        gone(r, DOOR)
        assert len(r.asked) == 2 * DOOR
        # Nor does it count longer than anybody waits for it.
        time.sleep(11.5)
        gone(r, 3)
        # A peer that is lost answers nothing any more.
        for peer in ("verifier", "policy"):
            r.leave(peer)
            r.join(peer)
            gone(r, DOOR)
        assert r.ask("/healthz").status == 200
    finally:
        assert r.stop() == 0


def test_busy_door_only_waits():
    """Many at once at a door that answers: nobody is refused."""
    def later(http, mid, payload):
        time.sleep(.002)
        http.answer("verifier", "sso_started", mid, started())
    r = Op(hooks={"sso_start": later})
    try:
        all_ = [begin(r, OP + "/login") for _ in range(200)]
        assert {end(s).status for s in all_} == {303}
    finally:
        r.stop()


def test_half_closed_waits():
    r = Op(hooks={})
    try:
        s = begin(r, OP + "/consume?code=x")
        s.shutdown(socket.SHUT_WR)
        until(lambda: r.asked)
        time.sleep(1.2)
        r.answer("policy", "login_answer", r.asked[0][1], login_answer())
        assert end(s).status == 303
    finally:
        r.stop()


# --- the log ----------------------------------------------------------------

def test_no_query_in_the_log(tmp_path):
    """Neither codes nor tokens, whatever the log level and the outcome."""
    with open(tmp_path / "log", "w+b") as log:
        r = Op(access_log=True, verbose=True, log=log)
        try:
            for path in ("/login?test=SECRET", "/login?return=//SECRET",
                         "/login?return=%zzSECRET", "/consume?code=SECRET",
                         "/consume/google?code=SECRET",
                         "/consume/nope?code=SECRET",
                         "/logout?state=SECRET", "/nope?x=SECRET",
                         "/logout?iss=SECRET&sid=SECRET",
                         "/consume?code=SECRET\x01", "/consume?code=SECRET#x",
                         "/consume?code=SECRET" + "c" * 8192):
                r.ask(OP + path)
                r.ask(OP + path, "HEAD")
                r.ask(OP + path, "POST", [FORM], b"x=SECRET")
                r.ask(OP + path, headers=[COOKIE, "Referer: https://SECRET",
                                          "Cookie: SECRET=x"])
            r.ask(OP + "/backchannel-logout?x=SECRET", "POST", [FORM],
                  b"logout_token=SECRET")
            r.reply = login_answer("oidc_nonce", session="")
            r.ask(OP + "/consume?code=SECRET")
        finally:
            r.stop()
        log.seek(0)
        text = log.read().decode()
    assert "GET /organizations/acme/oidc/consume 303" in text
    assert "SECRET" not in text and SESSION not in text


def test_answer_of_another_kind():
    """An answer to a login is none to a logout."""
    r = Op(hooks={})
    try:
        result = []
        t = threading.Thread(target=lambda: result.append(r.ask(FRONT)))
        t.start()
        until(lambda: r.asked)
        name, mid, _ = r.asked[0]
        assert name == "sso_logout"
        r.answer("policy", "login_answer", mid, login_answer())
        r.answer("verifier", "sso_started", mid, started())
        r.answer("policy", "logout_answer", mid, logout_answer())
        t.join()
        assert result[0].status == 200
        framed(result[0])
    finally:
        r.stop()

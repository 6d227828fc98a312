"""hfssod-http by itself: what it says to browsers and to its peers."""
import os
import re
import socket
import ssl
import subprocess
import threading
import time

import pytest

import http_alone as h
import ports

BINARY = os.path.join(os.environ.get("HFSSO_BIN") or os.path.join(
    h.TOP, "build/bin"), "hfssod-http")
SESSION = "s" * 43
PERSON = dict(organization="acme", account="a1", name="alice",
              email="alice@acme.com", display_name="Älice 100%",
              role="write", session="h1", expires=1800000000,
              groups=["nlp", "vision"])


def on_access(http, mid, payload):
    r = h.Reader(payload)
    q = r.request()
    q.update(safe=r.u8(), path=r.string(), plain=r.u8())
    http.checks.append(q)
    if q["secret"] == SESSION.encode():
        data = h.access_answer(**PERSON)
    elif q["path"].startswith("/public") and q["plain"]:
        data = h.access_answer()
    else:
        data = h.access_answer("signin_required")
    http.answer("policy", "access_answer", mid, data)


def sso_request(payload):
    r = h.Reader(payload)
    q = r.request()
    q.update(endpoint=r.u8(), protocol=h.PROTOCOLS[r.u8()],
             organization=r.string(), connection=r.string(),
             post=r.u8(), query=r.bytes(), body=r.bytes(),
             return_to=r.string())
    q["cookies"] = [(r.string(), r.string()) for _ in range(r.u32())]
    return q


def started(verdict="ok", url="https://idp.example/sso?x=1", post=0,
            fields=(), cookie=("", ""), clear=()):
    w = h.Writer().u16(h.VERDICTS[verdict]).string(url).bool(post)
    w.u32(len(fields))
    for name, value in fields:
        w.string(name).string(value)
    return w.string(cookie[0]).string(cookie[1]).strings(clear).data


def on_start(http, mid, payload):
    q = sso_request(payload)
    http.starts.append(q)
    if q["connection"] == "post":
        data = started(url="https://idp.example:8443/a?<b>", post=1,
                       fields=[("SAMLRequest", 'x"><i>'),
                               ("RelayState", "r")],
                       cookie=("0123abcd", "sealed"))
    else:
        data = started(cookie=("0123abcd", "sealed"), clear=["aaaabbbb"])
    http.answer("verifier", "sso_started", mid, data)


def login_answer(verdict="ok", session=SESSION, cookie="0123abcd",
                 return_to="/datasets", restart=0, test=0, report=(),
                 connection="okta"):
    w = h.Writer().u16(h.VERDICTS[verdict]).string(session)
    w.i64(int(time.time()) + 3600).string(cookie).string(return_to)
    w.bool(restart).string("acme").string(connection).bool(test)
    w.u32(len(report))
    for part, name, value in report:
        w.u8(part).string(name).string(value)
    return w.data


def on_answer(http, mid, payload):
    q = sso_request(payload)
    http.answers.append(q)
    if b"bad" in q["body"]:
        data = login_answer("saml_signature", session="")
    elif b"restart" in q["body"]:
        data = login_answer(session="", restart=1, return_to="/a b?")
    elif b"evil" in q["body"]:
        data = login_answer(return_to="//evil.example")
    else:
        data = login_answer()
    http.answer("policy", "login_answer", mid, data)


def session_view(verdict="ok"):
    w = h.Writer().u16(h.VERDICTS[verdict])
    for s in ("alice", "<Älice>", "a@acme.com", "acc1", "handle1", "70ken"):
        w.string(s)
    w.u32(1).string("acme").string("okta").u8(4).i64(1).i64(1800000000)
    return w.strings(["nlp write"]).data


def on_show(http, mid, payload):
    q = h.Reader(payload).request()
    verdict = "ok" if q["secret"] == SESSION.encode() else "signin_required"
    http.answer("policy", "session_shown", mid, session_view(verdict))


def on_end(http, mid, payload):
    r = h.Reader(payload)
    r.request()
    verdict = "ok" if r.string() == "70ken" else "token_mismatch"
    http.answer("policy", "session_ended", mid,
                h.Writer().u16(h.VERDICTS[verdict]).u8(0).data)


def on_metadata(http, mid, payload):
    http.answer("verifier", "sp_metadata", mid,
                h.Writer().u16(0).bytes(b"<md/>").data)


HOOKS = {"access_check": on_access, "sso_start": on_start,
         "sso_answer": on_answer, "session_show": on_show,
         "session_end": on_end, "sp_metadata_get": on_metadata}
DOORS = [h.Door(), h.Door("acme", "post", "By post"),
         h.Door("beta", "main", "Beta", domains=["beta.example"])]


class Run(h.Http):
    def __init__(self, **o):
        self.port = ports.free()
        self.checks, self.starts, self.answers = [], [], []
        o.setdefault("hooks", dict(HOOKS))
        o.setdefault("doors", DOORS)
        super().__init__(BINARY, self.port, **o)

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port), 10)
        s.settimeout(15)
        return s

    def raw(self, data, more=None):
        """Send octets and read to the end of the connection."""
        with self.connect() as s:
            s.sendall(data)
            got = b""
            while True:
                try:
                    piece = s.recv(65536)
                except ConnectionResetError:
                    break
                if not piece:
                    break
                got += piece
            return got

    def ask(self, path, method="GET", headers=(), body=None,
            host="hub.example.com"):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}",
                 "Connection: close"] + list(headers)
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        data = "\r\n".join(lines + ["", ""]).encode("latin1") + (body or b"")
        return Answer(self.raw(data))


class Answer:
    def __init__(self, data):
        self.data = data
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {}
        self.cookies = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
            if name.lower() == "set-cookie":
                self.cookies.append(value.strip())

    @property
    def text(self):
        return self.body.decode()


def nginx(uri="/x", method="GET", *more):
    return [f"X-Original-URI: {uri}", f"X-Original-Method: {method}", *more]


def forward(uri="/x", method="GET", *more, host="hub.example.com"):
    return [f"X-Forwarded-Uri: {uri}", f"X-Forwarded-Method: {method}",
            f"X-Forwarded-Host: {host}", "X-Forwarded-Proto: https", *more]


COOKIE = f"Cookie: a=b; __Host-hfsso={SESSION}"


@pytest.fixture(scope="module")
def run():
    r = Run()
    yield r
    assert r.proc.poll() is None
    assert r.stop() == 0


# --- forward-auth -----------------------------------------------------------

def test_signed_in(run):
    a = run.ask("/auth/request", headers=nginx("/d?q=%2f", "GET", COOKIE))
    assert a.status == 200 and a.body == b""
    assert a.headers["content-length"] == "0"
    assert a.headers["cache-control"] == "no-store"
    assert a.headers["remote-user"] == "alice"
    assert a.headers["remote-name"] == "%C3%84lice 100%25"
    assert a.headers["remote-groups"] == "nlp,vision"
    assert a.headers["x-hfsso-role"] == "write"
    assert a.headers["x-hfsso-session-expires"] == "1800000000"
    assert a.headers["x-hfsso-groups-truncated"] == ""
    q = run.checks[-1]
    assert q["path"] == "/d" and q["plain"] and q["safe"]
    assert q["host"] == "hub.example.com" and q["credential"] == 1


def test_public_is_empty(run):
    a = run.ask("/auth/request", headers=nginx("/public/x"))
    assert a.status == 200
    for name in ("remote-user", "remote-email", "remote-name",
                 "remote-groups", "x-hfsso-account", "x-hfsso-organization",
                 "x-hfsso-role", "x-hfsso-session",
                 "x-hfsso-session-expires"):
        assert a.headers[name] == ""


def test_no_session(run):
    a = run.ask("/auth/request", headers=nginx())
    assert a.status == 401 and a.headers["content-length"] == "0"


@pytest.mark.parametrize("headers", [
    [], nginx()[:1], nginx()[1:], nginx() + nginx()[:1],
    nginx() + nginx()[1:], nginx("x"), nginx("http://h/x"), nginx("/a#b"),
    nginx("/a b"), nginx("/a", "GE T"), nginx("/a", ""),
    nginx() + forward()[:1], forward()[:2], forward()[1:3],
    forward() + ["X-Forwarded-Host: other"],
    forward(host="a, b"), forward(host=""), forward(host="a/b"),
    nginx() + ["X-Forwarded-Host: other.example"],
    nginx() + [COOKIE, "Cookie: x=y"],
    nginx() + [f"Cookie: __Host-hfsso={SESSION}; __Host-hfsso={SESSION}"],
    nginx() + ["Cookie: __Host-hfsso="],
    nginx() + ["Cookie: __Host-hfsso=\"abc\""],
    nginx() + ["Cookie: __Host-hfsso=" + "a" * 65],
])
def test_fails_closed(run, headers):
    n = len(run.checks)
    a = run.ask("/auth/request", headers=headers)
    assert a.status == 403 and a.headers["content-length"] == "0"
    assert len(run.checks) == n


@pytest.mark.parametrize("uri", [
    "/public/%2fx", "/public/%2Fx", "/public/%5cx", "/public/%00",
    "/public/../x", "/public/%2e%2e/x", "/public/%2E./x", "/public//x",
    "/public/./x", "/public/;x", "/public/x;y=1", "/public/%3bx",
    "/public/..", "/public/%zz", "/public/%2", "/public/\\x",
    "/public/%252e%252e/x"])
def test_not_plain(run, uri):
    a = run.ask("/auth/request", headers=nginx(uri))
    assert a.status == 401
    assert not run.checks[-1]["plain"] and run.checks[-1]["path"] == uri


def test_host_in_one_form(run):
    for host in ("HUB.Example.com", "hub.example.com:443",
                 "hub.example.com.", "hub.example.com.:443"):
        run.ask("/auth/request", headers=nginx(), host=host)
        assert run.checks[-1]["host"] == "hub.example.com"
    run.ask("/auth/request", headers=nginx(), host="hub.example.com:8443")
    assert run.checks[-1]["host"] == "hub.example.com:8443"


def test_client_address(run):
    def client(*lines):
        run.ask("/auth/request", headers=nginx("/x", "GET", *lines))
        return run.checks[-1]["client"][12:]
    assert client() == bytes([127, 0, 0, 1])
    assert client("X-Forwarded-For: 9.9.9.9, 1.2.3.4") == bytes([1, 2, 3, 4])
    assert client("X-Forwarded-For: 9.9.9.9",
                  "X-Forwarded-For: 8.8.8.8, 127.0.0.1") == bytes([8] * 4)
    assert client("X-Forwarded-For: 9.9.9.9, junk") == bytes([127, 0, 0, 1])


def test_redirects_navigation(run):
    a = run.ask("/auth/forward", headers=forward(
        "/d?a=b&c=%2f", "GET", "Accept: text/html,*/*"))
    assert a.status == 302
    assert a.headers["location"] == (
        "https://hub.example.com/.hfsso/login?return=%2Fd%3Fa%3Db%26c%3D%252f")
    for more in (["Accept: application/json"], [],
                 ["Accept: text/html", "Sec-Fetch-Mode: cors"],
                 ["Accept: text/html", "X-Requested-With: XMLHttpRequest"]):
        a = run.ask("/auth/forward", headers=forward("/d", "GET", *more))
        assert a.status == 401
    a = run.ask("/auth/forward",
                headers=forward("/d", "POST", "Accept: text/html"))
    assert a.status == 401
    a = run.ask("/auth/forward", headers=forward(
        "/d", "GET", "Accept: text/html", host="other.example"))
    assert a.status == 401


def test_only_from_a_proxy():
    r = Run(proxies=["10.0.0.1"])
    try:
        a = r.ask("/auth/request", headers=nginx("/x", "GET", COOKIE))
        assert a.status == 403 and not r.checks
        r.ask("/organizations/acme/saml/login",
              headers=["X-Forwarded-For: 1.2.3.4"])
        assert r.starts[-1]["client"][12:] == bytes([127, 0, 0, 1])
    finally:
        r.stop()


def test_renames_and_truncation():
    r = Run(applications={"hub.example.com": {
        "Remote-User": "X-WEBAUTH-USER"}}, groups_max=8)
    try:
        a = r.ask("/auth/request", headers=nginx("/x", "GET", COOKIE))
        assert a.headers["x-webauth-user"] == "alice"
        assert "remote-user" not in a.headers
        assert a.headers["remote-groups"] == "nlp"
        assert a.headers["x-hfsso-groups-truncated"] == "1"
    finally:
        r.stop()


def test_policy_away_and_late(run):
    r = Run(hooks={})
    try:
        result = []
        t = threading.Thread(target=lambda: result.append(
            r.ask("/auth/request", headers=nginx())))
        t.start()
        while not r.asked:
            time.sleep(.01)
        name, mid, _ = r.asked[0]
        r.leave("policy")
        t.join()
        assert result[0].status == 503
        assert r.ask("/auth/request", headers=nginx()).status == 503
        assert r.ask("/healthz").status == 503
        r.join("policy")
        # An answer to the old question, from the new policy.
        r.answer("policy", "access_answer", mid, h.access_answer(**PERSON))
        assert r.ask("/healthz").status == 200
        # An answer of the right kind to a wrong question.
        t = threading.Thread(target=lambda: result.append(
            r.ask("/.hfsso/account", headers=[COOKIE])))
        t.start()
        while len(r.asked) < 2:
            time.sleep(.01)
        name, mid, _ = r.asked[1]
        assert name == "session_show"
        r.answer("policy", "access_answer", mid, h.access_answer(**PERSON))
        r.answer("policy", "session_shown", mid, session_view())
        t.join()
        assert result[1].status == 200 and "alice" in result[1].text
    finally:
        r.stop()


# --- sign-in ----------------------------------------------------------------

def test_start(run):
    a = run.ask("/organizations/acme/saml/login?return=/d%3Fx?a=b&c=d",
                headers=["Cookie: __Host-hfsso-l-01234567=abc; x"])
    assert a.status == 303
    assert a.headers["location"] == "https://idp.example/sso?x=1"
    assert a.cookies == [
        "__Host-hfsso-l-0123abcd=sealed; Path=/; Secure; HttpOnly; "
        "SameSite=None; Max-Age=600",
        "__Host-hfsso-l-aaaabbbb=; Path=/; Secure; HttpOnly; "
        "SameSite=None; Max-Age=0"]
    q = run.starts[-1]
    assert q["return_to"] == "/d%3Fx?a=b&c=d" and q["organization"] == "acme"
    assert q["connection"] == "" and q["endpoint"] == 0
    assert q["protocol"] == "saml" and q["query"] == b""
    assert q["cookies"] == [("01234567", "abc")]


def test_start_by_post(run):
    a = run.ask("/organizations/acme/saml/login/post")
    assert a.status == 200
    assert ("form-action https://idp.example:8443 'self' https:;" in
            a.headers["content-security-policy"] + ";")
    assert 'value="x&quot;&gt;&lt;i&gt;"' in a.text
    assert 'action="https://idp.example:8443/a?&lt;b&gt;"' in a.text
    assert "<script" not in a.text


@pytest.mark.parametrize("value", [
    "//evil.example", "/\\evil.example", "/%5Cx%0d", "https://evil.example/",
    "https://hub.example.com.evil.example/", "https://hub.example.com@evil/",
    "https://hub.example.com:444/", "http://hub.example.com/",
    "javascript:alert(1)", "%2F%2Fevil.example", "%2F%5Cevil.example",
    "%2Fa%0D%0Ab", "x", "%20/x", "%2F%09/evil", "%2F" + "a" * 2048,
    "/" + "a" * 2048, "HTTPS://HUB.EXAMPLE.COM/"])
def test_return_refused(run, value):
    n = len(run.starts)
    if "\\" in value:
        status = 400
    a = run.ask(f"/organizations/acme/saml/login?return={value}")
    if value == "/%5Cx%0d":
        assert a.status == 303      # a path with escapes is only a path
        return
    assert a.status == 400 and len(run.starts) == n


@pytest.mark.parametrize("value", [
    "/", "/a//b", "%2Fa", "https://hub.example.com/x",
    "https://hub.example.com", "https%3A%2F%2Fhub.example.com%2Fx", "",
    "/a%0d%0ab"])
def test_return_allowed(run, value):
    assert run.ask("/organizations/acme/saml/login?return=" +
                   value).status == 303


def test_unknown(run):
    for path in ("/organizations/nope/saml/login",
                 "/organizations/acme/saml/login/nope",
                 "/organizations/acme/saml/consume2", "/nope", "/",
                 "/organizations//saml/login".replace("//", "/")):
        assert run.ask(path).status == 404


FORM = "Content-Type: application/x-www-form-urlencoded"


def test_consume(run):
    body = b"SAMLResponse=" + b"A" * 300000 + b"&RelayState=x"
    a = run.ask("/organizations/acme/saml/consume?x=y", "POST",
                [FORM, "Cookie: __Host-hfsso-l-0123abcd=sealed"], body)
    assert a.status == 303 and a.headers["location"] == "/datasets"
    assert a.cookies[0].startswith(
        f"__Host-hfsso={SESSION}; Path=/; Secure; HttpOnly; SameSite=Lax; "
        "Max-Age=3")
    assert a.cookies[1].startswith("__Host-hfsso-l-0123abcd=;")
    q = run.answers[-1]
    assert q["body"] == body and q["query"] == b"x=y" and q["post"]
    assert q["cookies"] == [("0123abcd", "sealed")]


def test_consume_chunked_and_continue(run):
    with run.connect() as s:
        s.sendall(b"POST /organizations/acme/saml/consume HTTP/1.1\r\n"
                  b"Host: hub.example.com\r\nExpect: 100-continue\r\n"
                  b"Transfer-Encoding: chunked\r\nConnection: close\r\n" +
                  FORM.encode() + b"\r\n\r\n")
        assert s.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        for piece in (b"4\r\nSAML\r", b"\n9\r\nRespon", b"se=\r\n0", b"\r\n",
                      b"\r\n"):
            s.sendall(piece)
            time.sleep(.02)
        assert b"303 See Other" in s.recv(4096)
    assert run.answers[-1]["body"] == b"SAMLResponse="


def test_consume_refusals(run):
    path = "/organizations/acme/saml/consume"
    n = len(run.answers)
    assert run.ask(path, "POST", [], b"x=y").status == 415
    assert run.ask(path, "POST", ["Content-Type: text/xml"],
                   b"x").status == 415
    a = run.ask(path)
    assert a.status == 405 and a.headers["allow"] == "POST"
    a = run.raw(f"POST {path} HTTP/1.1\r\nHost: a\r\n{FORM}\r\n"
                "Content-Length: 393217\r\n\r\n".encode())
    assert a.startswith(b"HTTP/1.1 413")
    chunk = b"40000\r\n" + b"a" * 0x40000 + b"\r\n"
    a = run.raw(f"POST {path} HTTP/1.1\r\nHost: a\r\n{FORM}\r\n"
                "Transfer-Encoding: chunked\r\n\r\n".encode() + chunk * 2)
    assert a.startswith(b"HTTP/1.1 413")
    assert len(run.answers) == n


def test_consume_outcomes(run):
    path = "/organizations/acme/saml/consume/okta"
    a = run.ask(path, "POST", [FORM], b"bad")
    assert a.status == 403 and "start again" in a.text
    assert "signature" not in a.text
    assert re.search(r"<code>[0-9a-f]{16}</code>", a.text)
    assert a.cookies and "Max-Age=0" in a.cookies[0]
    a = run.ask(path, "POST", [FORM], b"restart")
    assert a.headers["location"] == (
        "/organizations/acme/saml/login?return=%2Fa%20b%3F")
    assert not [c for c in a.cookies if c.startswith("__Host-hfsso=")]
    a = run.ask(path, "POST", [FORM], b"evil")
    assert a.headers["location"] == "/.hfsso/account"


def test_verifier_away():
    r = Run(peers=("policy",))
    try:
        assert r.ask("/organizations/acme/saml/login").status == 503
        a = r.ask("/healthz")
        assert a.status == 503 and a.text == "verifier is away\n"
        a = r.ask("/auth/request", headers=nginx("/x", "GET", COOKIE))
        assert a.status == 200
    finally:
        r.stop()


def test_ring_breaks():
    """Whoever is lost, the sign-in that waits gets 503 at once."""
    for lost in ("policy", "verifier"):
        r = Run(hooks={})
        try:
            result = []
            t = threading.Thread(target=lambda: result.append(r.ask(
                "/organizations/acme/saml/consume", "POST", [FORM], b"x")))
            t.start()
            while not r.asked:
                time.sleep(.01)
            r.leave(lost)
            t.join()
            assert result[0].status == 503
        finally:
            r.stop()


def test_metadata(run):
    a = run.ask("/organizations/acme/saml/metadata")
    assert a.status == 200 and a.body == b"<md/>"
    assert a.headers["content-type"] == "application/samlmetadata+xml"
    a = run.ask("/organizations/acme/saml/metadata", "HEAD")
    assert a.body == b"" and a.headers["content-length"] == "5"


# --- pages ------------------------------------------------------------------

def test_chooser(run):
    a = run.ask("/.hfsso/login?return=/a?b=<c>".replace("<c>", "c"))
    assert a.status == 200 and "acme" in a.text and "Beta" in a.text
    assert "/organizations/beta/saml/login?return=%2Fa%3Fb%3Dc" in a.text
    assert a.headers["cache-control"] == "no-store"
    csp = a.headers["content-security-policy"]
    assert "default-src 'none'" in csp and "frame-ancestors 'none'" in csp
    a = run.ask("/.hfsso/login?organization=beta&return=/x")
    assert a.status == 303
    assert a.headers["location"] == (
        "/organizations/beta/saml/login?return=%2Fx")
    a = run.ask("/.hfsso/login?organization=acme")
    assert a.status == 200 and "By post" in a.text and "beta" not in a.text
    a = run.ask("/.hfsso/login?organization=acme&connection=post")
    assert a.headers["location"] == "/organizations/acme/saml/login/post"
    assert run.ask("/.hfsso/login?organization=nope").status == 404
    assert run.ask("/.hfsso/login?organization=a&organization=b"
                   ).status == 400
    assert run.ask("/.hfsso/login?email=%zz").status == 400


def test_chooser_by_address(run):
    a = run.ask("/.hfsso/login?email=bob%40BETA.example&return=%2Fx")
    assert a.status == 200 and "http-equiv=\"refresh\"" in a.text
    assert "/organizations/beta/saml/login?return=%2Fx" in a.text
    a = run.ask("/.hfsso/login?email=bob%40xbeta.example")
    assert a.status == 200 and "No organization is known" in a.text
    a = run.ask("/.hfsso/login?email=%3Cb%3E%40x")
    assert "<b>" not in a.text


def test_one_door():
    r = Run(doors=[h.Door()])
    try:
        a = r.ask("/.hfsso/login")
        assert a.status == 303
        assert a.headers["location"] == "/organizations/acme/saml/login"
    finally:
        r.stop()


def test_account_and_logout(run):
    a = run.ask("/.hfsso/account")
    assert a.status == 303
    assert a.headers["location"] == "/.hfsso/login?return=%2F.hfsso%2Faccount"
    a = run.ask("/.hfsso/account", headers=["Cookie: __Host-hfsso=other"])
    assert a.status == 303 and "Max-Age=0" in a.cookies[0]
    a = run.ask("/.hfsso/account", headers=[COOKIE])
    assert a.status == 200 and "&lt;Älice&gt;" in a.text and "nlp" in a.text
    a = run.ask("/.hfsso/logout", headers=[COOKIE])
    assert a.status == 200 and 'value="70ken"' in a.text
    assert "form-action 'self'" in a.headers["content-security-policy"]
    for body in (b"", b"token=x", b"token=70ken&token=70ken", b"token="):
        assert run.ask("/.hfsso/logout", "POST", [FORM, COOKIE],
                       body).status == 403
    a = run.ask("/.hfsso/logout", "POST", [FORM, COOKIE], b"token=70ken")
    assert a.status == 303 and a.headers["location"] == "/.hfsso/signed-out"
    assert a.cookies == ["__Host-hfsso=; Path=/; Secure; HttpOnly; "
                         "SameSite=Lax; Max-Age=0"]
    assert run.ask("/.hfsso/signed-out").status == 200
    a = run.ask("/.hfsso/logout", "PUT")
    assert a.status == 405 and a.headers["allow"] == "GET, HEAD, POST"


def test_style(run):
    a = run.ask("/.hfsso/style.css")
    assert a.status == 200
    assert a.headers["content-type"] == "text/css; charset=utf-8"


# --- HTTP -------------------------------------------------------------------

@pytest.mark.parametrize("status,data", [
    (400, b"GET /healthz HTTP/1.1\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\nHost: a\n\n"),
    (400, b"GET /healthz\r\n\r\n"),
    (400, b"GET //healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
    (400, b"GET /%68ealthz HTTP/1.1\r\nHost: a\r\n\r\n"),
    (400, b"GET /./healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
    (400, b"GET http://b/healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\0\r\n\r\n"),
    (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    (431, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n"),
    (431, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: b\r\n" * 101 + b"\r\n"),
    (501, b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
    (501, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"),
    (505, b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    (417, b"GET / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n"),
    (405, b"POST /healthz HTTP/1.0\r\nHost: a\r\n\r\n"),
])
def test_malformed(run, status, data):
    if status in (405,) or b"//h" in data or b"%6" in data or \
            b"/./" in data or b"BREW" in data:
        data = data.replace(b"Host: a\r\n", b"Host: a\r\n"
                            b"Connection: close\r\n")
    assert Answer(run.raw(data)).status == status


def test_http10_closes(run):
    a = run.raw(b"GET /healthz HTTP/1.0\r\nHost: a\r\n"
                b"Connection: keep-alive\r\n\r\n")
    assert b"Connection: close" in a and a.endswith(b"ok\n")


def test_own_absolute_form(run):
    a = run.raw(b"GET http://A/healthz HTTP/1.1\r\nHost: a\r\n"
                b"Connection: close\r\n\r\n")
    assert a.endswith(b"ok\n")


def test_pipelining_in_order():
    """Answers come in the order of requests, however peers answer."""
    r = Run(hooks={})
    try:
        with r.connect() as s:
            data = b""
            for i in range(20):
                data += (f"GET /auth/request HTTP/1.1\r\nHost: a\r\n"
                         f"X-Original-URI: /{i}\r\n"
                         "X-Original-Method: GET\r\n\r\n").encode()
            s.sendall(data)
            time.sleep(.3)
            assert len(r.asked) == 16       # LIMIT_PIPELINE
            for name, mid, payload in reversed(r.asked[:16]):
                q = h.Reader(payload)
                q.request()
                q.u8()
                r.answer("policy", "access_answer", mid, h.access_answer(
                    name=q.string().strip("/")))
            time.sleep(.3)
            assert len(r.asked) == 20
            for name, mid, payload in r.asked[16:]:
                r.answer("policy", "access_answer", mid,
                         h.access_answer(name="late"))
            time.sleep(.3)
            got = s.recv(1 << 20).decode()
        users = re.findall(r"Remote-User: (\S*)", got)
        assert users == [str(i) for i in range(16)] + ["late"] * 4
    finally:
        r.stop()


def test_pipelined_mixed(run):
    with run.connect() as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
                  b"HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
                  b"GET /nope HTTP/1.1\r\nHost: a\r\n\r\n"
                  b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
                  b"Connection: close\r\n\r\n"
                  b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        got = b""
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            got += piece
    assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"200", b"200", b"404",
                                                   b"200"]


def test_octet_by_octet(run):
    with run.connect() as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for c in (b"POST /organizations/acme/saml/consume HTTP/1.1\r\n"
                  b"Host: a\r\nContent-Length: 3\r\n" + FORM.encode() +
                  b"\r\nConnection: close\r\n\r\nabc"):
            s.sendall(bytes([c]))
        assert b"303" in s.recv(4096)


def test_half_closed(run):
    with run.connect() as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        s.shutdown(socket.SHUT_WR)
        got = b""
        while piece := s.recv(4096):
            got += piece
        assert got.endswith(b"ok\n")


def test_slow_head_is_cut():
    r = Run()
    try:
        with r.connect() as s:
            begin = time.time()
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
            got = b""
            s.settimeout(14)
            while piece := s.recv(4096):
                got += piece
            assert got.startswith(b"HTTP/1.1 408")
            assert 9 < time.time() - begin < 14
    finally:
        r.stop()


def test_no_answer_is_503():
    r = Run(hooks={})
    try:
        begin = time.time()
        a = r.ask("/auth/request", headers=nginx())
        assert a.status == 503 and 9 < time.time() - begin < 13
        # The answer comes after all; nobody gets it.
        _, mid, _ = r.asked[0]
        r.answer("policy", "access_answer", mid, h.access_answer(**PERSON))
        assert r.ask("/healthz").status == 200
    finally:
        r.stop()


def test_outstanding_limit():
    """Beyond 256 questions clients wait, and go on when there is room."""
    r = Run(hooks={})
    try:
        socks = [r.connect() for _ in range(300)]
        for s in socks:
            s.sendall(b"GET /auth/request HTTP/1.1\r\nHost: a\r\n"
                      b"X-Original-URI: /\r\nX-Original-Method: GET\r\n\r\n")
        time.sleep(.5)
        assert len(r.asked) == 256
        for name, mid, _ in list(r.asked):
            r.answer("policy", "access_answer", mid, h.access_answer())
        time.sleep(.5)
        assert len(r.asked) == 300
        for name, mid, _ in r.asked[256:]:
            r.answer("policy", "access_answer", mid, h.access_answer())
        for s in socks:
            assert s.recv(4096).startswith(b"HTTP/1.1 200")
            s.close()
    finally:
        r.stop()


def test_connections_per_address():
    r = Run(proxies=[], connections_per_address=3)
    try:
        socks = [r.connect() for _ in range(5)]
        time.sleep(.2)
        gone = 0
        for s in socks:
            s.settimeout(.3)
            try:
                gone += s.recv(1) == b""
            except TimeoutError:
                pass
        assert gone == 2
        for s in socks:
            s.close()
        time.sleep(.1)
        assert r.ask("/healthz").status == 200
    finally:
        r.stop()


def test_drain():
    r = Run(hooks={})
    idle = r.connect()
    busy = r.connect()
    busy.sendall(b"GET /auth/request HTTP/1.1\r\nHost: a\r\n"
                 b"X-Original-URI: /\r\nX-Original-Method: GET\r\n\r\n")
    while not r.asked:
        time.sleep(.01)
    r.drain()
    assert idle.recv(1) == b""
    time.sleep(.1)
    with pytest.raises(OSError):
        r.connect()
    r.answer("policy", "access_answer", r.asked[0][1], h.access_answer())
    got = busy.recv(4096)
    assert b" 200 " in got and b"Connection: close" in got
    assert busy.recv(1) == b""
    assert r.proc.wait(5) == 0
    r.stop()


def test_kinds():
    """A gate serves no pages, a browser listener no decisions."""
    r = Run(kinds=h.kind("gate"))
    try:
        assert r.ask("/auth/request", headers=nginx()).status == 401
        a = r.ask("/.hfsso/login")
        assert a.status == 404 and a.body == b""
        assert r.ask("/organizations/acme/saml/login").status == 404
    finally:
        r.stop()
    r = Run(kinds=h.kind("browser"))
    try:
        assert r.ask("/auth/request", headers=nginx()).status == 404
        assert r.ask("/.hfsso/login").status == 200
    finally:
        r.stop()


# --- TLS and reload ---------------------------------------------------------

@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    made = []
    for name in ("one", "two"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec",
                        "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", folder / "key", "-out", folder / "crt",
                        "-days", "2", "-subj", f"/CN={name}"], check=True,
                       stderr=subprocess.DEVNULL)
        made.append(((folder / "crt").read_bytes(),
                     (folder / "key").read_bytes()))
    return made


def tls(pair, i=0):
    return dict(certificate="/c", key="/k",
                files={"/c": pair[i][0], "/k": pair[i][1]})


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_tls(pair, version):
    r = Run(**tls(pair))
    try:
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ctx.check_hostname = False
        ctx.verify_mode = ssl.CERT_NONE
        ctx.minimum_version = ctx.maximum_version = getattr(
            ssl.TLSVersion, version)
        session = None
        for i in range(4):
            s = ctx.wrap_socket(r.connect(), session=session)
            assert s.session_reused == (i > 0)
            body = b"A" * 300000
            s.sendall(b"POST /organizations/acme/saml/consume HTTP/1.1\r\n"
                      b"Host: a\r\nContent-Length: 300000\r\n" +
                      FORM.encode() + b"\r\n\r\n" + body)
            assert s.recv(4096).startswith(b"HTTP/1.1 303")
            # More requests than fit in the pipeline, in one record.
            s.sendall(b"GET /auth/request HTTP/1.1\r\nHost: a\r\n"
                      b"X-Original-URI: /\r\nX-Original-Method: GET\r\n\r\n"
                      * 100)
            got = b""
            while got.count(b"HTTP/1.1 401") < 100:
                piece = s.recv(65536)
                assert piece
                got += piece
            session = s.session
            s.close()
        assert r.answers[-1]["body"] == body
        # Octets that are no TLS, and a client that goes away.
        assert b"HTTP/" not in r.raw(b"GET / HTTP/1.1\r\n\r\n")
        r.connect().close()
        s = ctx.wrap_socket(r.connect())
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
                  b"Connection: close\r\n\r\n")
        got = b""
        while piece := s.recv(4096):
            got += piece
        assert got.endswith(b"ok\n")
    finally:
        assert r.stop() == 0


def test_tls_old_versions_refused(pair):
    r = Run(**tls(pair))
    try:
        out = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{r.port}",
             "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            stdin=subprocess.DEVNULL, capture_output=True)
        assert out.returncode != 0
    finally:
        r.stop()


def test_reload(pair):
    r = Run(**tls(pair))

    def subject():
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ctx.check_hostname = False
        ctx.verify_mode = ssl.CERT_NONE
        with ctx.wrap_socket(r.connect()) as s:
            return s.getpeercert(True)
    try:
        first = subject()
        ok, why = r.configure(certificate="/c", key="/k", files={
            "/c": pair[0][0], "/k": pair[1][1]})
        assert not ok and why
        ok, why = r.configure(certificate="/c", key="/k",
                              files={"/c": b"junk", "/k": b"junk"})
        assert not ok and why
        ok, why = r.configure(certificate="/c", key="/k")
        assert not ok and "not given" in why
        ok, why = r.configure(applications={"a": {"Remote-Nose": "x"}})
        assert not ok and "Remote-Nose" in why
        assert subject() == first
        ok, why = r.configure(commit=False, **tls(pair, 1))
        assert ok and subject() == first
        ok, why = r.configure(**tls(pair, 1))
        assert ok and subject() != first
        ok, why = r.configure()
        assert ok, why
        assert r.ask("/healthz").status == 200
    finally:
        assert r.stop() == 0


def test_access_log(tmp_path):
    with open(tmp_path / "log", "w+b") as log:
        r = Run(access_log=True, log=log)
        r.ask("/healthz?secret")
        r.stop()
        log.seek(0)
        text = log.read().decode()
    assert re.search(r"127\.0\.0\.1 GET /healthz 200 3 [0-9a-f]{16}", text)
    assert "secret" not in text

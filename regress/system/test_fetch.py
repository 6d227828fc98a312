"""hfssod-fetch by itself: where it goes, where it does not, and what it
makes of what it finds there."""
import os
import pathlib
import socket
import threading
import time

import pytest

import daemon as d
import fetch_alone as fa
import http_alone as h
import ports

BINARY = os.path.join(os.environ.get("HFSSO_BIN") or os.path.join(
    h.TOP, "build/bin"), "hfssod-fetch")
SLOW = d.SLOW


def drip(conn, octets, seconds=0.05):
    for i in range(len(octets)):
        conn.sendall(octets[i:i + 1])
        time.sleep(seconds)


def forever(conn, first, again):
    conn.sendall(first)
    while True:
        conn.sendall(again)


def chunked(text):
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text


def head(text, rest=b""):
    return b"HTTP/1.1 200 OK\r\n" + text + b"\r\n\r\n" + rest


def redirect(to, status="302 Found"):
    return fa.reply(b"", status, Location=to)


class Site:
    """A server of TLS and one without, and fetch that may go there."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.log_path = folder / "log"
        self.log_file = self.log_path.open("wb")
        self.ca, self.other_ca = fa.Authority(), fa.Authority("other CA")
        self.pem, self.pin = self.ca.pair(
            ("idp.test", "sso.test", "127.0.0.1", "::1", "two.test",
             "again.test", "cname.test"))
        self.dns = fa.NameServer()
        self.tls = self.server(self.pem)
        self.plain = self.server(None)
        self.sleepers, self.most_sleepers = 0, 0
        self.gate = threading.Event()
        self.servers = []
        self.connections = [fa.Connection(
            [self.tls.origin(), self.tls.origin("sso.test"),
             self.plain.origin("127.0.0.1"), self.plain.origin("idp.test")])]
        self.hosts = b"127.0.0.1 idp.test sso.test a.idp.test\n"
        self.files = {"ca": self.ca.pem, "hosts": self.hosts,
                      "other": self.other_ca.pem}
        self.fetch = fa.Fetch(BINARY, self.log_file, self.connections,
                              self.files, servers=self.servers_line())

    def servers_line(self):
        return [f"127.0.0.1:{self.dns.port}"]

    def server(self, pem, handler=None, **how):
        return fa.Server(handler or self.handle, pem, self.folder, **how)

    def handle(self, conn, request):
        name = request.target.split("?")[0].strip("/").replace("-", "_")
        return getattr(self, "on_" + (name or "root"), self.on_root)(
            conn, request)

    def on_root(self, conn, request):
        return fa.reply(b"hello", Content_Type="text/plain")

    def on_sleep(self, conn, request):
        self.sleepers += 1
        self.most_sleepers = max(self.most_sleepers, self.sleepers)
        self.gate.wait(10)
        self.sleepers -= 1
        return fa.reply(b"slept")

    def add(self, *origins, **how):
        """A connection more, under a name of its own; its key."""
        name = f"c{len(self.connections)}"
        self.connections.append(fa.Connection(origins, name=name, **how))
        self.reload()
        return ("acme", name)

    def reload(self):
        ok, why = self.fetch.configure(self.connections, self.files,
                                       servers=self.servers_line())
        assert ok, why

    def get(self, path="/", host="idp.test", **how):
        return self.fetch.get(self.tls.origin(host) + path, **how)

    def log(self):
        return self.log_path.read_text(errors="replace")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = Site(tmp_path_factory.mktemp("fetch"))
    yield made
    alive = made.fetch.proc.poll()
    status = made.fetch.stop()
    log = made.log()
    assert alive is None and status == 0, log[-3000:]
    assert "sandbox" not in log and "Sanitizer" not in log, log[-3000:]


@pytest.fixture
def serve(site):
    """A server of the test's own, its answers octets or a handler."""
    made = []

    def start(answer, tls=True, pem=None, names=("idp.test",), **how):
        def handle(conn, request):
            return answer(conn, request) if callable(answer) else answer
        server = site.server(pem or (site.pem if tls else None), handle)
        made.append(server)
        server.key = site.add(*[server.origin(n) for n in names], **how)
        server.get = lambda path="/", host=names[0], **kw: site.fetch.get(
            server.origin(host) + path, key=server.key, **kw)
        return server
    yield start
    for server in made:
        server.stop()


# --- what is good -----------------------------------------------------------

def test_get(site):
    answer = site.get("/x?y=z", accept="application/json")
    assert answer.result == "answered" and answer.status == 200
    assert answer.body == b"hello" and answer.type == "text/plain"
    assert (answer.organization, answer.connection) == ("acme", "idp")
    assert answer.etag == "" and answer.max_age == -1
    request = site.tls.requests[-1]
    assert (request.method, request.target) == ("GET", "/x?y=z")
    agent = request.fields.pop("user-agent")
    assert agent.startswith("hfssod/")
    assert request.fields == {
        "host": f"idp.test:{site.tls.port}", "accept": "application/json",
        "accept-encoding": "identity", "connection": "keep-alive"}


def test_post(site):
    answer = site.get("/token", post=b"code=x&y=%20",
                      authorization="Basic abc=")
    assert answer.result == "answered"
    request = site.tls.requests[-1]
    assert request.method == "POST" and request.body == b"code=x&y=%20"
    assert request.fields["authorization"] == "Basic abc="
    assert request.fields["content-type"] == (
        "application/x-www-form-urlencoded")


def test_no_path(site):
    assert site.get("").result == "answered"
    assert site.tls.requests[-1].target == "/"
    assert site.get("?a").result == "answered"
    assert site.tls.requests[-1].target == "/?a"


def test_literal_addresses(site):
    key = site.add(site.tls.origin("127.0.0.1"))
    assert site.get("/", "127.0.0.1", key=key).result == "answered"
    server = site.server(site.pem, address="::1")
    key = site.add(server.origin("[::1]"), allow=["::1/128"])
    answer = site.fetch.get(server.origin("[::1]") + "/", key=key)
    assert answer.result == "answered"
    assert server.requests[0].fields["host"] == f"[::1]:{server.port}"
    server.stop()


def test_plain_on_loopback(site):
    answer = site.fetch.get(site.plain.origin("127.0.0.1") + "/")
    assert answer.result == "answered"
    assert site.fetch.get(site.plain.origin() + "/").result == "answered"


def test_what_the_answer_says(serve):
    server = serve(fa.reply(b"{}", Content_Type="Application/JSON; x=y",
                            ETag='W/"7"', Cache_Control="public, max-age=60"))
    answer = server.get()
    assert (answer.type, answer.etag, answer.max_age) == (
        "application/json", 'W/"7"', 60)


def test_not_modified(serve):
    def handle(conn, request):
        if request.fields.get("if-none-match") == '"7"':
            return (b"HTTP/1.1 304 Not Modified\r\nETag: \"7\"\r\n"
                    b"Cache-Control: max-age=9\r\nContent-Length: 5\r\n\r\n")
        return fa.reply(b"hello", ETag='"7"')
    server = serve(handle)
    first = server.get()
    answer = server.get(etag=first.etag)
    assert (answer.result, answer.status, answer.body) == (
        "answered", 304, b"")
    assert answer.max_age == 9
    assert server.get(etag='"8"').status == 200
    assert server.connections == 1


def test_errors_are_answers(serve):
    server = serve(lambda c, r: fa.reply(
        b'{"error":"invalid_grant"}', "400 Bad Request",
        Content_Type="application/json"))
    answer = server.get("/token", post=b"a=b")
    assert (answer.result, answer.status) == ("answered", 400)
    assert answer.body == b'{"error":"invalid_grant"}'


@pytest.mark.parametrize("octets", [
    chunked(b"5\r\nhello\r\n0\r\n\r\n"),
    chunked(b"1\r\nh\r\n4\r\nello\r\n0\r\n\r\n"),
    b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + fa.reply(),
    head(b"Content-Encoding: identity\r\nContent-Length: 5", b"hello")],
    ids=["chunk", "chunks", "interim", "identity"])
def test_framings(serve, octets):
    server = serve(octets)
    for _ in range(2):
        answer = server.get()
        assert (answer.result, answer.body) == ("answered", b"hello")
    assert server.connections == 1


@pytest.mark.parametrize("tls", [True, False])
def test_until_the_end(serve, tls):
    def handle(conn, request):
        conn.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello")
    server = serve(handle, tls)
    assert server.get().body == b"hello"
    assert server.get().body == b"hello"
    assert server.connections == 2


def test_in_small_pieces(serve):
    def handle(conn, request):
        drip(conn, chunked(b"5\r\nhello\r\n0\r\n\r\n"), 0.001)
        return b""
    assert serve(handle).get().body == b"hello"


def test_large_body(serve):
    body = os.urandom(1 << 20)
    server = serve(fa.reply(body))
    assert server.get(most=1 << 20).body == body
    assert server.get(most=(1 << 20) - 1).result == "too large"


# --- connections that are kept ----------------------------------------------

def test_kept_alive(serve):
    server = serve(fa.reply())
    for _ in range(5):
        assert server.get().result == "answered"
        assert server.get(post=b"a=b").result == "answered"
    assert server.connections == 1


def test_closed_when_it_says_so(serve):
    server = serve(fa.reply(Connection="close"))
    server.get()
    server.get()
    assert server.connections == 2


def test_not_shared_between_connections(site, serve):
    server = serve(fa.reply())
    other = site.add(server.origin())
    server.get()
    site.fetch.get(server.origin() + "/", key=other)
    assert server.connections == 2


def test_closed_while_idle(serve):
    def handle(conn, request):
        conn.sendall(fa.reply())
    server = serve(handle)
    assert server.get(post=b"a=b").result == "answered"
    time.sleep(0.1)
    assert server.get(post=b"a=b").result == "answered"
    assert server.connections == 2


def test_speaks_unasked(serve):
    """What comes between answers belongs to no question."""
    def handle(conn, request):
        def later():
            time.sleep(0.1)
            try:
                conn.sendall(fa.reply(b"forged"))
            except OSError:
                pass
        threading.Thread(target=later).start()
        return fa.reply()
    server = serve(handle, tls=False)
    server.get()
    time.sleep(0.2)
    assert server.get().body == b"hello"
    assert server.connections == 2


def test_kept_one_dies_when_asked(serve):
    """A GET is asked again on a new one, once; a form never."""
    state = {}

    def handle(conn, request):
        state[conn] = state.get(conn, 0) + 1
        return fa.reply() if state[conn] == 1 else None
    server = serve(handle)
    assert server.get("/1").result == "answered"
    assert server.get("/2").result == "answered"
    assert [r.target for r in server.requests] == ["/1", "/2", "/2"]
    assert server.get("/3", post=b"code=once").result == "unreachable"
    assert [r.target for r in server.requests].count("/3") == 1


def test_new_one_dies_when_asked(serve):
    server = serve(lambda c, r: None)
    assert server.get().result == "unreachable"
    assert len(server.requests) == 1


def test_a_form_wants_a_fresh_connection(serve):
    server = serve(fa.reply())
    server.get()
    time.sleep(3.2)
    assert server.get(post=b"a=b").result == "answered"
    assert server.connections == 2


# --- where it may go --------------------------------------------------------

def test_other_places(site):
    origin = site.tls.origin()
    port = site.tls.port
    seen = len(site.tls.requests)
    for url in (f"https://idp.test:{port + 1}/", "https://idp.test/",
                f"https://evil.test:{port}/", f"http://idp.test:{port}/",
                f"https://idp.test.evil.test:{port}/",
                f"https://evil.test:{port}@idp.test:{port}/",
                f"https://idp.test:{port}@evil.test/",
                f"https://x@idp.test:{port}/", f"{origin}/#x", "", "x",
                "file:///etc/passwd", "https://2130706433/",
                f"https://127.0.0.1:{port}/", f"{origin}/ HTTP/1.1",
                f"{origin}/\r\nX: y", f"https://[::1]:{port}/"):
        answer = site.fetch.get(url)
        assert answer.result == "refused", (url, answer)
    for key in (("acme", "x"), ("beta", "idp"), ("", "")):
        assert site.get(key=key).result == "refused"
    assert len(site.tls.requests) == seen


def test_values_that_end_their_line(site):
    seen = len(site.tls.requests)
    for how in ({"accept": "a\r\nX: y"}, {"etag": '"\n"'},
                {"authorization": "Bearer x\r\n\r\nGET / HTTP/1.1"},
                {"accept": "\x01"}, {"etag": "\x7f"}):
        assert site.get(**how).result == "refused"
    assert len(site.tls.requests) == seen


def test_inner_addresses(site, serve):
    server = serve(fa.reply(), allow=[])
    assert server.get().result == "inside"
    server = serve(fa.reply(), allow=["10.0.0.0/8", "127.0.0.2/32"])
    answer = server.get()
    assert answer.result == "inside" and "127.0.0.1" in answer.detail
    assert server.connections == 0
    key = site.add("https://127.0.0.1:443", "https://169.254.169.254:443",
                   "https://10.0.0.1:443", "https://[::1]:443",
                   "https://[fe80::1]:443", "https://[64:ff9b::a00:1]:443",
                   "https://[::ffff:127.0.0.1]:443", "https://0.0.0.0:443",
                   allow=[])
    for origin in site.connections[-1].origins:
        answer = site.fetch.get(origin + "/", key=key)
        assert answer.result == "inside", (origin, answer)


def test_plain_only_to_loopback(site, serve):
    server = serve(fa.reply(), tls=False, allow=[])
    assert server.get().result == "inside"
    site.files["hosts"] = site.hosts + b"10.1.2.3 inner.test\n"
    key = site.add("http://inner.test:80", "http://8.8.8.8:80",
                   allow=["10.0.0.0/8", "127.0.0.0/8", "8.8.8.8/32"])
    assert site.fetch.get("http://inner.test/", key=key).result == "refused"
    assert site.fetch.get("http://8.8.8.8/", key=key).result == "refused"


def test_rebinding(site):
    """The address that was looked at is the one that is used, every time."""
    right = site.server(site.pem, address="127.0.0.2")
    wrong = fa.Server.__new__(fa.Server)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", right.port))
    sock.listen()
    sock.settimeout(0.2)
    del wrong
    site.dns.names["again.test"] = [["127.0.0.2"], ["127.0.0.1"]]
    key = site.add(right.origin("again.test"), allow=["127.0.0.2/32"])
    url = right.origin("again.test") + "/"
    assert site.fetch.get(url, key=key).result == "answered"
    # Kept alive: no question about the name, no other address.
    assert site.fetch.get(url, key=key).result == "answered"
    assert site.dns.asked.count(("again.test", 1)) == 1
    site.reload()
    answer = site.fetch.get(url, key=key)
    assert answer.result == "inside" and "127.0.0.1" in answer.detail
    # Both at once: only the good one is tried, whatever the order.
    site.dns.names["again.test"] = [["127.0.0.1", "127.0.0.2"]]
    assert site.fetch.get(url, key=key).result == "answered"
    assert right.connections == 2
    with pytest.raises(TimeoutError):
        sock.accept()
    sock.close()
    right.stop()


# --- redirects --------------------------------------------------------------

def hops(conn, request):
    n = int(request.target.strip("/") or 0)
    return redirect(f"/{n - 1}") if n > 0 else fa.reply(b"there")


def test_redirects(serve):
    server = serve(hops)
    for n in range(4):
        answer = server.get(f"/{n}")
        assert (answer.status, answer.body) == (200, b"there"), n
    answer = server.get("/4")
    assert answer.result == "refused" and "redirects" in answer.detail
    assert server.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_kinds_of_redirects(serve, status):
    server = serve(lambda c, r: fa.reply(b"there") if r.target == "/y" else
                   redirect("/y", f"{status} X"))
    assert server.get("/x").body == b"there"


@pytest.mark.parametrize("status", [300, 304, 305, 306])
def test_no_redirects(serve, status):
    server = serve(lambda c, r: redirect("/y", f"{status} X"))
    assert server.get("/x").status == status
    assert len(server.requests) == 1


def test_redirect_without_a_place(serve):
    assert serve(fa.reply(b"", "302 Found")).get().status == 302


def test_redirect_loop(serve):
    server = serve(lambda c, r: redirect("/"))
    assert server.get().result == "refused"
    assert len(server.requests) == 4


@pytest.mark.parametrize("to", [
    "https://evil.test/", "http://{here}/", "https://{here}@evil.test/",
    "https://127.0.0.1:{port}/", "//evil.test/x", "https://{here}.evil.test/",
    "http://127.0.0.1:{plain}/"])
def test_redirect_elsewhere(site, serve, to):
    server = serve(lambda c, r: redirect(to.format(
        here=f"idp.test:{server.port}", port=server.port,
        plain=site.plain.port)))
    site.connections[-1].origins.append(site.plain.origin("127.0.0.1"))
    site.reload()
    seen = len(site.plain.requests)
    assert server.get().result in ("refused", "malformed")
    assert len(server.requests) == 1
    assert len(site.plain.requests) == seen


@pytest.mark.parametrize("to", ["y", "../y", "?y", "ftp://idp.test/",
                                "https://", "javascript:alert(1)"])
def test_redirect_to_nonsense(serve, to):
    assert serve(lambda c, r: redirect(to)).get().result == "malformed"


def test_redirect_to_another_origin_of_it(site, serve):
    server = serve(lambda c, r: redirect(site.tls.origin("sso.test") + "/z"))
    site.connections[-1].origins.append(site.tls.origin("sso.test"))
    site.reload()
    assert server.get().body == b"hello"
    assert site.tls.requests[-1].target == "/z"


def test_redirect_inside(site, serve):
    """The name is one of its origins, and leads to another's address."""
    site.dns.names["inner.test"] = [["127.0.0.9"]]
    server = serve(lambda c, r: redirect("https://inner.test/"),
                   allow=["127.0.0.1/32"])
    site.connections[-1].origins.append("https://inner.test:443")
    site.reload()
    assert server.get().result == "inside"


def test_what_is_not_redirected(serve):
    server = serve(lambda c, r: redirect("/y"))
    answer = server.get("/x", post=b"code=secret")
    assert (answer.result, answer.status) == ("answered", 302)
    answer = server.get("/x", authorization="Bearer secret")
    assert (answer.result, answer.status) == ("answered", 302)
    assert len(server.requests) == 2


# --- whom it believes -------------------------------------------------------

def untrusted(server, said=""):
    answer = server.get()
    assert answer.result == "untrusted", answer
    assert said in answer.detail, answer
    assert not server.requests


def test_name_of_another(site, serve):
    for names in (("evil.test",), ("test",), ("*.test.test",),
                  ("127.0.0.1",), ("idp.test.evil.test",)):
        untrusted(serve(fa.reply(), pem=site.ca.pair(names)[0]))


def test_no_name_but_the_common_one(site, serve):
    key = fa.ec.generate_private_key(fa.ec.SECP256R1())
    cert = site.ca.build("evil.test", key, (-1, 30), [])
    pem = key.private_bytes(
        fa.serialization.Encoding.PEM,
        fa.serialization.PrivateFormat.TraditionalOpenSSL,
        fa.serialization.NoEncryption())
    untrusted(serve(fa.reply(), pem=pem + cert.public_bytes(
        fa.serialization.Encoding.PEM)))


def test_wildcard(site, serve):
    pem = site.ca.pair(("*.idp.test",))[0]
    server = serve(fa.reply(), pem=pem, names=("a.idp.test",))
    assert server.get().result == "answered"
    untrusted(serve(fa.reply(), pem=pem))
    untrusted(serve(fa.reply(), pem=site.ca.pair(("*.test",))[0]))


def test_expired(site, serve):
    untrusted(serve(fa.reply(), pem=site.ca.pair(days=(-9, -1))[0]),
              "expired")
    untrusted(serve(fa.reply(), pem=site.ca.pair(days=(1, 9))[0]))


def test_unknown_authority(site, serve):
    untrusted(serve(fa.reply(), pem=site.other_ca.pair()[0]))
    # The same name, another key.
    untrusted(serve(fa.reply(), pem=fa.Authority().pair()[0]))


def test_self_signed(site, serve):
    own = fa.Authority("idp.test")
    pem, _ = own.pair(key=own.key)
    untrusted(serve(fa.reply(), pem=pem))


def test_authority_of_a_connection(site, serve):
    pem = site.other_ca.pair()[0]
    server = serve(fa.reply(), pem=pem, ca="other")
    assert server.get().result == "answered"
    # Instead of the common one.
    untrusted(serve(fa.reply(), ca="other"))


def test_many_authorities(site, serve):
    """A file as large as real ones, and then another one."""
    crowd = [fa.Authority(f"CA {i}").pem for i in range(40)]
    server = serve(fa.reply(Connection="close"))
    strange = serve(fa.reply(), pem=site.other_ca.pair()[0])
    real = site.files["ca"]
    try:
        for own in (site.ca, site.other_ca, site.ca):
            site.files["ca"] = b"".join(crowd[:20] + [own.pem] + crowd[20:])
            assert len(site.files["ca"]) > 16384
            site.reload()
            for _ in range(3):
                good = server if own is site.ca else strange
                bad = strange if own is site.ca else server
                assert good.get().result == "answered"
                assert bad.get().result == "untrusted"
        site.files["ca"] = b"".join(crowd)
        site.reload()
        assert server.get().result == "untrusted"
    finally:
        site.files["ca"] = real
        site.reload()


def test_pins(site, serve):
    other = site.ca.pair()[1]
    for pins in ([site.pin], [f"sha256:{site.pin}"], [other, site.pin]):
        assert serve(fa.reply(), pins=pins).get().result == "answered"
    for pins in ([other], ["sha256:" + other], ["x"], [site.pin[:-4]]):
        untrusted(serve(fa.reply(), pins=pins), "pin")


def test_a_pin_is_no_authority(site, serve):
    pem, pin = site.other_ca.pair()
    untrusted(serve(fa.reply(), pem=pem, pins=[pin]))
    pem, pin = site.ca.pair(("evil.test",))
    untrusted(serve(fa.reply(), pem=pem, pins=[pin]))


def test_no_tls_where_it_should_be(site, serve):
    server = serve(fa.reply(), tls=False)
    key = site.add(server.origin().replace("http:", "https:"))
    answer = site.fetch.get(f"https://idp.test:{server.port}/", key=key,
                            ms=400)
    assert answer.result in ("unreachable", "timeout")
    assert not server.requests


def test_old_tls(site, serve):
    server = serve(fa.reply())
    import ssl
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server.context.minimum_version = ssl.TLSVersion.TLSv1
        server.context.maximum_version = ssl.TLSVersion.TLSv1_1
    server.context.set_ciphers("ALL:@SECLEVEL=0")
    assert server.get().result == "unreachable"


# --- servers that lie -------------------------------------------------------

MALFORMED = {
    "http 0.9": b"<html>hello</html>",
    "another protocol": b"220 mail.test ESMTP\r\n",
    "http 2": b"HTTP/2 200\r\n\r\n",
    "no cr": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "folded": head(b"X: a\r\n b\r\nContent-Length: 0"),
    "two lengths": head(b"Content-Length: 5\r\nContent-Length: 5", b"hello"),
    "list of lengths": head(b"Content-Length: 5, 5", b"hello"),
    "length and chunks": head(
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"5\r\nhello\r\n0\r\n\r\n"),
    "gzip": head(b"Content-Encoding: gzip\r\nContent-Length: 1", b"x"),
    "gzip, chunked": head(b"Transfer-Encoding: gzip, chunked",
                          b"0\r\n\r\n"),
    "extension": chunked(b"5;x=y\r\nhello\r\n0\r\n\r\n"),
    "trailer": chunked(b"5\r\nhello\r\n0\r\nX: y\r\n\r\n"),
    "chunk size": chunked(b"-5\r\nhello\r\n0\r\n\r\n"),
    "chunk size wraps": chunked(b"100000005\r\nhello\r\n0\r\n\r\n"),
    "chunk is longer": chunked(b"5\r\nhello!\r\n0\r\n\r\n"),
    "garbage behind": fa.reply() + b"x",
    "a second answer": fa.reply() + fa.reply(b"forged"),
    "switching": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "nul in a value": head(b"X: \0\r\nContent-Length: 0"),
    "1.0 in chunks": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                     b"0\r\n\r\n"}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed(serve, what):
    answer = serve(MALFORMED[what]).get()
    assert answer.result == "malformed", answer
    assert answer.detail and not answer.body


@pytest.mark.parametrize("octets", [
    head(b"Content-Length: 5", b"hell"), chunked(b"5\r\nhell"),
    chunked(b"5\r\nhello\r\n"), b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nX: y",
    b"HTTP/1.1 100 Continue\r\n\r\n"],
    ids=["length", "chunk", "chunks", "status", "field", "interim"])
@pytest.mark.parametrize("tls", [True, False])
def test_cut_short(serve, octets, tls):
    def handle(conn, request):
        conn.sendall(octets)
    answer = serve(handle, tls).get()
    assert answer.result == "malformed" and "cut short" in answer.detail


def test_end_without_goodbye(serve):
    """Till the end: of TLS, or somebody may have cut it."""
    def handle(conn, request):
        conn.sendall(b"HTTP/1.0 200 OK\r\n\r\nhell")
        conn.shutdown(socket.SHUT_RDWR)
    assert serve(handle).get().result == "malformed"


@pytest.mark.parametrize("what", [
    (b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 997 + b"\r\n"),
    (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000),
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    (b"HTTP/1.1 200 OK\r\n\r\n", b"y" * 1000),
    (chunked(b""), b"3e8\r\n" + b"y" * 1000 + b"\r\n"),
    (head(b"Content-Length: 262145"), b"y" * 1000)],
    ids=["fields", "field", "interim", "body", "chunks", "length"])
def test_without_end(serve, what):
    server = serve(lambda conn, request: forever(conn, *what))
    assert server.get().result == "too large"


@pytest.mark.parametrize("octets", [
    b"", b"HTTP/1.1 200 OK\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaa\r\n",
    head(b"Content-Length: 1000", b"y" * 1000), chunked(b"1\r\ny\r\n" * 99)],
    ids=["silent", "head", "body", "chunks"])
def test_slow(serve, octets):
    def handle(conn, request):
        drip(conn, octets)
        time.sleep(5)
    began = time.monotonic()
    answer = serve(handle).get(ms=400)
    assert answer.result == "timeout" and "answer" in answer.detail
    assert 0.35 < time.monotonic() - began < 0.9 * SLOW


# --- servers that are not there ---------------------------------------------

def test_nobody_listens(site):
    port = ports.free()
    key = site.add(f"https://idp.test:{port}")
    answer = site.fetch.get(f"https://idp.test:{port}/", key=key)
    assert answer.result == "unreachable", answer


class Hole:
    """A listener whose queue is full: connect(2) hears nothing."""

    def __init__(self, address="127.0.0.1", port=None):
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.port = port or ports.free()
        self.sock.bind((address, self.port))
        self.sock.listen(0)
        self.fill = []
        for _ in range(4):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex((address, self.port))
            self.fill.append(s)
        time.sleep(0.05)

    def close(self):
        for s in [self.sock, *self.fill]:
            s.close()


def test_nobody_answers(site):
    hole = Hole()
    key = site.add(f"https://idp.test:{hole.port}")
    answer = site.fetch.get(f"https://idp.test:{hole.port}/", key=key, ms=400)
    assert answer.result == "timeout" and answer.detail == "connecting"
    hole.close()


def test_no_handshake(site):
    """It takes the connection, and says nothing more."""
    with socket.create_server(("127.0.0.1", ports.free())) as sock:
        port = sock.getsockname()[1]
        key = site.add(f"https://idp.test:{port}")
        answer = site.fetch.get(f"https://idp.test:{port}/", key=key, ms=400)
        assert answer.result == "timeout"


def test_another_address_of_the_name(site):
    server = site.server(site.pem, address="127.0.0.4")
    site.dns.names["two.test"] = [["127.0.0.3", "127.0.0.4"]]
    key = site.add(server.origin("two.test"))
    url = server.origin("two.test") + "/"
    assert site.fetch.get(url, key=key).result == "answered"
    # The first one hears nothing: the second gets its share of the time.
    hole = Hole("127.0.0.3", server.port)
    site.reload()
    began = time.monotonic()
    assert site.fetch.get(url, key=key, ms=1200).result == "answered"
    assert time.monotonic() - began < 1.2
    hole.close()
    server.stop()


def test_no_time(site):
    assert site.get(ms=0).result == "timeout"


# --- names ------------------------------------------------------------------

def named(site, name, *answers, **how):
    site.dns.names[name] = list(answers)
    key = site.add(f"https://{name}:{site.tls.port}", **how)
    return lambda **kw: site.get("/", name, key=key, **kw)


def test_names(site):
    assert named(site, "cname.test", [("cname", "sso.test"), "127.0.0.1"])(
        ).result == "answered"
    assert site.dns.asked.count(("idp.test", 1)) == 0
    assert [n for n, _ in site.dns.asked if "." not in n] == []


def test_no_such_name(site):
    key = site.add("https://nobody.test:443")
    answer = site.fetch.get("https://nobody.test/", key=key)
    assert answer.result == "unresolved" and "no such name" in answer.detail
    assert named(site, "empty.test", [])().result == "unresolved"


def test_silent_name_server(site):
    get = named(site, "silent.test", None)
    answer = get(ms=400)
    assert answer.result == "timeout" and "name" in answer.detail
    site.dns.names["silent.test"] = [["127.0.0.1"]]
    assert get().result == "untrusted"      # resolved: the name is another


def test_name_that_leads_inside(site):
    for inner in ([("cname", "x.test"), "127.0.0.5"], ["10.0.0.1"],
                  ["::1"], ["fd00::1"], ["::ffff:10.0.0.1"],
                  ["169.254.169.254", "fe80::1"], ["64:ff9b::7f00:1"]):
        get = named(site, "inner2.test", inner, allow=["127.0.0.1/32"])
        answer = get()
        assert answer.result == "inside", (inner, answer)


def test_lying_name_server(site):
    answers = [b"", b"\0", b"\xff" * 12, b"\x81\x80\0\1\0\1\0\0\0\0",
               b"\x81\x80\0\1\xff\xff\xff\xff\xff\xff\xc0\x0c" * 9]
    real = site.dns.answer

    def lie(data):
        name, at = site.dns.question(data)
        if name == "lie.test" and answers:
            return data[:2] + answers.pop()
        return real(data)
    site.dns.answer = lie
    get = named(site, "lie.test", ["127.0.0.1"])
    try:
        for _ in range(6):
            assert get(ms=200).result in ("unresolved", "timeout",
                                          "untrusted")
    finally:
        site.dns.answer = real
    assert site.get().result == "answered"


def test_long_answer(site):
    """Too long for a datagram: it fails, and says why."""
    real = site.dns.answer
    site.dns.answer = lambda data: data[:2] + b"\x83\x80" + real(data)[4:]
    try:
        answer = named(site, "long.test", ["127.0.0.1"])()
    finally:
        site.dns.answer = real
    assert answer.result == "unresolved"
    assert answer.detail == "long.test: answer too long for a datagram"


def refuses(rcode):
    def answer(data):
        return data[:2] + bytes([0x81, 0x80 | rcode]) + \
            b"\0\1\0\0\0\0\0\0" + data[12:]
    return answer


@pytest.mark.parametrize("kind", ["silent", "closed", "refused", "failed"])
def test_second_name_server(tmp_path, site, kind):
    """The first one is of no use: the next is asked, then before it."""
    bad = fa.NameServer()
    bad.names["sso.other.test"] = [None]
    if kind == "closed":
        bad.port = ports.free()
    elif kind != "silent":
        bad.answer = refuses({"refused": 5, "failed": 2}[kind])
    site.dns.names["sso.other.test"] = [["127.0.0.1"]]
    server = site.server(site.ca.pair(("sso.other.test",))[0],
                         handler=lambda c, r: fa.reply(Connection="close"))
    url = server.origin("sso.other.test") + "/"
    with open(tmp_path / "log", "wb") as log:
        fetch = fa.Fetch(
            BINARY, log, [fa.Connection([server.origin("sso.other.test")])],
            site.files, servers=[f"127.0.0.1:{bad.port}",
                                 *site.servers_line()])
        began = time.monotonic()
        assert fetch.get(url).result == "answered"
        assert time.monotonic() - began < 1.2 * SLOW
        began = time.monotonic()
        assert fetch.get(url).result == "answered"
        assert time.monotonic() - began < 0.5 * SLOW
        assert fetch.stop() == 0
    server.stop()
    bad.stop()


def test_no_name_server_answers(tmp_path, site):
    with open(tmp_path / "log", "wb") as log:
        fetch = fa.Fetch(BINARY, log, [fa.Connection(["https://a.test:443"])],
                         site.files, servers=[])
        answer = fetch.get("https://a.test/")
        assert answer.result == "unresolved"
        assert answer.detail == "a.test: no name server"
        fetch.configure([fa.Connection(["https://a.test:443"])], site.files,
                        servers=[f"127.0.0.1:{ports.free()}"])
        answer = fetch.get("https://a.test/", ms=6000)
        assert answer.result == "unresolved"
        assert answer.detail == "a.test: name servers do not answer or fail"
        assert fetch.stop() == 0


def test_name_servers_replaced(tmp_path, site):
    """Those of a reload are asked what is still open."""
    silent = fa.NameServer()
    silent.names["sso.other.test"] = [None]
    site.dns.names["sso.other.test"] = [["127.0.0.1"]]
    server = site.server(site.ca.pair(("sso.other.test",))[0])
    connections = [fa.Connection([server.origin("sso.other.test")])]
    url = server.origin("sso.other.test") + "/"
    old = [f"127.0.0.1:{silent.port}"]
    with open(tmp_path / "log", "wb") as log:
        fetch = fa.Fetch(BINARY, log, connections, site.files, servers=old)
        for servers in (site.servers_line(), site.servers_line() * 3, [],
                        old + site.servers_line()):
            ids = [fetch.ask(url, ms=300 * SLOW) for _ in range(20)]
            ids += [fetch.ask(url, ms=1500 * SLOW) for _ in range(20)]
            fetch.configure(connections, site.files, servers=servers)
            results = {fetch.answer(i).result for i in ids}
            if servers == site.servers_line():
                assert results == {"answered"}
            fetch.configure(connections, site.files, servers=old)
            assert fetch.get(url, ms=50).result == "timeout"
        assert fetch.stop() == 0
    server.stop()
    silent.stop()


# --- many -------------------------------------------------------------------

def test_many_at_once(site):
    site.gate.clear()
    site.most_sleepers = 0
    other = site.add(site.tls.origin())
    ids = [site.fetch.ask(site.tls.origin() + "/sleep", ms=9000)
           for _ in range(150)]
    end = time.monotonic() + 5 * SLOW
    while site.sleepers < 32 and time.monotonic() < end:
        time.sleep(0.02)
    # One provider that hangs has half; another's questions pass it by.
    assert site.get(key=other).result == "answered"
    assert site.sleepers == 32
    site.gate.set()
    answers = [site.fetch.answer(i) for i in ids]
    assert {a.result for a in answers} == {"answered"}
    assert {a.body for a in answers} == {b"slept"}
    assert site.most_sleepers <= 64


def test_too_many(site):
    hole = Hole()
    origin = f"https://idp.test:{hole.port}"
    key = site.add(origin)
    ids = [site.fetch.ask(origin + "/", key=key, ms=1500)
           for _ in range(1200)]
    results = [site.fetch.answer(i, 15 * SLOW).result for i in ids]
    assert set(results) == {"timeout", "busy"}
    assert 100 <= results.count("busy") <= 1200 - 1024
    hole.close()
    assert site.get().result == "answered"


# --- reloads, ends ----------------------------------------------------------

def test_asker_is_gone(site):
    site.gate.clear()
    for _ in range(80):
        site.fetch.ask(site.tls.origin() + "/sleep", ms=9000)
    time.sleep(0.3)
    site.fetch.leave()
    site.fetch.waiting.clear()
    site.fetch.join()
    assert site.get().result == "answered"
    site.gate.set()
    time.sleep(0.1)
    assert site.get().result == "answered"
    assert not site.fetch.waiting


def test_reload(site, serve):
    gate = threading.Event()

    def handle(conn, request):
        if request.target == "/wait":
            gate.wait(5)
        return fa.reply()
    server = serve(handle)
    assert server.get().result == "answered"
    waiting = site.fetch.ask(server.origin() + "/wait", key=server.key)
    idle = server.connections
    end = time.monotonic() + 2
    while len(server.requests) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    gone = site.connections.pop()
    site.reload()
    assert server.get().result == "refused"
    gate.set()
    # What was open is answered, and its connection not used again.
    assert site.fetch.answer(waiting).result == "answered"
    site.connections.append(gone)
    site.reload()
    assert server.get().result == "answered"
    assert server.connections == idle + 1


def test_reload_with_another_pin(site, serve):
    server = serve(fa.reply())
    assert server.get().result == "answered"
    site.connections[-1].pins = [site.ca.pair()[1]]
    site.reload()
    assert server.get().result == "untrusted"


@pytest.mark.parametrize("what", [b"", b"x", b"-----BEGIN CERTIFICATE-----\n"
                                  b"MAA=\n-----END CERTIFICATE-----\n"])
def test_authority_that_is_none(site, what):
    ok, why = site.fetch.configure(
        site.connections, {**site.files, "ca": what})
    assert not ok and "CA file" in why, why
    assert site.get().result == "answered"


def test_view_that_is_refused(site):
    for how in ({"ca": "missing"}, {"servers": ["dns.example.com"]},
                {"servers": ["127.0.0.1:53"] * 9}):
        ok, why = site.fetch.configure(site.connections, site.files, **how)
        assert not ok and why
    ok, _ = site.fetch.configure([], site.files, commit=False)
    assert ok
    assert site.get().result == "answered"


def test_without_an_authority(tmp_path, site):
    with open(tmp_path / "log", "wb") as log:
        fetch = fa.Fetch(BINARY, log, site.connections[:1],
                         {"hosts": site.hosts}, ca="")
        assert fetch.get(site.tls.origin() + "/").result == "untrusted"
        assert fetch.get(site.plain.origin() + "/").result == "answered"
        assert fetch.stop() == 0


def test_ends_in_the_middle(tmp_path, site):
    with open(tmp_path / "log", "wb") as log:
        fetch = fa.Fetch(BINARY, log, site.connections[:1], site.files)
        site.gate.clear()
        for _ in range(10):
            fetch.ask(site.tls.origin() + "/sleep")
        time.sleep(0.2)
        assert fetch.stop() == 0
        site.gate.set()


def test_nothing_secret_is_logged(site, serve):
    server = serve(fa.reply(b"BODY-SECRET", ETag='"ETAG-SECRET"'))
    server.get("/p?code=QUERY-SECRET", post=b"x=FORM-SECRET",
               authorization="Basic AUTH-SECRET")
    server.get("/PATH-SECRET", authorization="Bearer AUTH-SECRET")
    bad = serve(b"HTTP/1.1 200 LINE-SECRET\r\nX: VALUE-SECRET\r\n\n")
    answer = bad.get("/?x=QUERY-SECRET", post=b"FORM-SECRET")
    assert answer.result == "malformed"
    assert "SECRET" not in answer.detail
    moved = serve(lambda c, r: redirect("https://evil.test/?c=QUERY-SECRET"))
    assert "SECRET" not in moved.get().detail
    log = site.log()
    assert server.origin() in log
    assert "SECRET" not in log


def test_one_warning_in_a_minute(site, serve):
    server = serve(b"nonsense")
    for _ in range(5):
        server.get()
    name = server.key[1]
    lines = [x for x in site.log().splitlines() if f"acme/{name}:" in x]
    assert len(lines) == 5
    assert len([x for x in lines if " GET " not in x]) == 1


def test_sandbox(site):
    """All of this was done behind the system call filter."""
    pid = site.fetch.proc.pid
    assert "Seccomp:\t2" in pathlib.Path(f"/proc/{pid}/status").read_text()

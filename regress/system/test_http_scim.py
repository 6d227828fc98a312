"""
hfssod-http by itself, as an API: which questions it asks of policy and
reader, when, and what clients get that are slow, rude or gone.
"""
import json
import os
import socket
import time

import pytest

import http_alone as h
import ports

BINARY = os.path.join(os.environ.get("HFSSO_BIN") or os.path.join(
    h.TOP, "build/bin"), "hfssod-http")
BASE = "/api/organizations/acme/scim/v2"
BIG = 200000                    # octets that only an admitted client sends
GOOD, BAD = "hfscim_good", "hfscim_bad"
USER, GROUP = 0, 1
ID, USERNAME, DISPLAY, MEMBERS, VALUE = 11, 30, 180, 181, 182
TITLE = 41


# --- values as they travel ---------------------------------------------------

def fields(**of):
    """Of a User or Group, by attribute number."""
    w = h.Writer().u8(len(of))
    for number, text in sorted((int(k[1:]), v) for k, v in of.items()):
        w.u8(number).u32(1).string(text)
    return w.data


def resource(which, rid, name, **more):
    key = USERNAME if which == USER else DISPLAY
    return fields(**{f"_{ID}": rid, f"_{key}": name}, **more)


def answer(verdict="ok", more=0, version=0, which=USER, follow=False,
           value=b"\0", retry=0):
    return h.Writer().u16(h.VERDICTS[verdict]).string("").u32(retry).u64(
        more).bool(0).i64(version).u8(which).bool(follow).raw(value).data


def listed(values=(), after="", total=0, which=USER, verdict="ok",
           follow=False):
    w = h.Writer().u16(h.VERDICTS[verdict]).string("").u32(0).bool(0)
    w.u8(which).string(after).i64(total).string("").string("")
    w.u32(len(values))
    for value in values:
        w.i64(1).bool(follow).raw(value)
    return w.data


def members(ids, after="", verdict="ok"):
    w = h.Writer().u16(h.VERDICTS[verdict]).string(after).u32(len(ids))
    for one in ids:
        w.raw(fields(**{f"_{VALUE}": one}))
    return w.data


def where(payload):
    r = h.Reader(payload)
    q = r.request()
    q.update(organization=r.string(), base=r.u8())
    return q, r


# --- the peers ---------------------------------------------------------------

class Peers:
    """What policy and reader do; a test may put something in its place."""

    def __init__(self):
        self.pages = self.crowds = 0
        self.stages = []
        self.jobs = 0
        self.page = b"x" * 4000
        self.last = 50

    def admit(self, http, mid, payload):
        q, _ = where(payload)
        good = q["secret"] == GOOD.encode()
        http.answer("policy", "scim_answer", mid,
                    answer("ok" if good else "token_unknown"))

    def read(self, http, mid, payload):
        q, r = where(payload)
        which, rid = r.u8(), r.string()
        http.answer("policy", "scim_answer", mid, answer(
            version=3, which=which, follow=which == GROUP,
            value=resource(which, rid, "somebody")))

    def write(self, http, mid, payload):
        q, r = where(payload)
        method, which, rid = r.u8(), r.u8(), r.string()
        http.answer("policy", "scim_answer", mid, answer(
            more=7 if self.stages else 0, version=4, which=which,
            value=resource(which, rid or "new", "somebody")))

    def stage(self, http, mid, payload):
        q, r = where(payload)
        rid, stage = r.string(), r.u64()
        self.stages.append((rid, stage, [r.string() for _ in
                                         range(r.u32())]))
        http.answer("policy", "scim_answer", mid, answer(more=55))

    def go_on(self, http, mid, payload):
        self.jobs += 1
        http.answer("policy", "scim_answer", mid,
                    answer(more=7 if self.jobs < 3 else 0))

    def list(self, http, mid, payload):
        """Also for one whose client has left, when the test is over."""
        try:
            self.list_page(http, mid, payload)
        except (OSError, KeyError):
            pass

    def list_page(self, http, mid, payload):
        self.pages += 1
        which = where(payload)[1].u8()
        n = self.pages
        http.answer("reader", "scim_listed", mid, listed(
            [resource(which, f"{n}-{i}", "u", **{f"_{TITLE}":
                                                 self.page.decode()})
             for i in range(10)], "" if n == self.last else str(n),
            total=10 * self.last, which=which))

    def members(self, http, mid, payload):
        self.crowds += 1
        n = self.crowds
        http.answer("reader", "scim_members_page", mid, members(
            [f"{n:04d}{i:020d}" for i in range(1000)],
            "" if n == self.last else str(n)))


@pytest.fixture
def site():
    peers = Peers()
    port = ports.free()
    http = h.Http(BINARY, port, {
        "scim_admit": peers.admit, "scim_read": peers.read,
        "scim_write": peers.write, "scim_stage": peers.stage,
        "scim_continue": peers.go_on, "scim_list": peers.list,
        "scim_members": peers.members},
        kinds=h.kind("api"), peers=("policy", "reader"))
    http.port, http.play = port, peers
    yield http
    assert http.stop() == 0


def dial(site, small=False):
    s = socket.socket()
    if small:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", site.port))
    s.settimeout(20)
    return s


def head(method, path, *more, token=GOOD, version="1.1"):
    lines = [f"{method} {path} HTTP/{version}", "Host: hub.example.com",
             *more]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(body, path="/Users", method="POST", *more, **how):
    return head(method, BASE + path, "Content-Type: application/scim+json",
                f"Content-Length: {len(body)}", *more, **how)


def until(s, text):
    got = b""
    while text not in got:
        data = s.recv(65536)
        if not data:
            break
        got += data
    return got


def everything(s):
    got = b""
    while True:
        try:
            data = s.recv(1 << 16)
        except ConnectionResetError:
            return got
        if not data:
            return got
        got += data


def body_of(got):
    """Of one answer that ended its connection: head, body unchunked."""
    top, _, rest = got.partition(b"\r\n\r\n")
    if b"Transfer-Encoding: chunked" not in top:
        return top, rest
    out, ended = b"", False
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        n = int(size, 16)
        if n == 0:
            ended = True
            break
        out += rest[:n]
        rest = rest[n + 2:]
    return top, out if ended else None


def asked(site, name):
    return sum(1 for x in site.asked if x[0] == name)


CLOSE = "Connection: close"


# --- who asks ----------------------------------------------------------------

@pytest.mark.parametrize("line,error", [
    (None, False), ("Authorization: Basic YTpi", False),
    ("Authorization: Bearer", False), ("Authorization: Bearer  ", False),
    ("Authorization: Bearer a b", True), ("Authorization: Bearer \"x\"", True),
    ("Authorization: Bearer " + "a" * 1025, True),
    ("Authorization: Bearer a\r\nAuthorization: Bearer b", True),
    ("authorization: bEARER hfscim_bad", True)])
def test_without_a_token(site, line, error):
    s = dial(site)
    s.sendall(head("GET", BASE + "/Nothing", CLOSE, *([line] if line else []),
                   token=None))
    top, body = body_of(everything(s))
    assert top.startswith(b"HTTP/1.1 401 ")
    assert (b'error="invalid_token"' in top) == error
    assert b"WWW-Authenticate: Bearer realm=" in top
    assert json.loads(body)["status"] == "401"
    # Only what has the form of a token is asked about.
    assert asked(site, "scim_admit") == (1 if line and "bad" in line else 0)


def test_first_who_then_what(site):
    for request in (head("GET", BASE + "/Nothing", CLOSE, token=BAD),
                    head("GET", BASE + "/Users?count=x", CLOSE, token=BAD),
                    head("PUT", BASE + "/Users", CLOSE, token=BAD),
                    head("GET", BASE.replace("v2", "v1"), CLOSE, token=BAD),
                    post(b"{", "/Users", "POST", CLOSE, token=BAD) + b"{"):
        s = dial(site)
        s.sendall(request)
        assert everything(s).startswith(b"HTTP/1.1 401 ")
    for request, status in (
            (head("GET", BASE + "/Nothing", CLOSE), b"404"),
            (head("GET", BASE + "/Users?count=x", CLOSE), b"400"),
            (head("PUT", BASE + "/Users", CLOSE), b"405"),
            (post(b"{", "/Users", "POST", CLOSE) + b"{", b"400")):
        s = dial(site)
        s.sendall(request)
        assert everything(s)[9:12] == status
    assert asked(site, "scim_write") == 0


# --- large bodies ------------------------------------------------------------

def large_user(octets=BIG):
    return json.dumps({"userName": "u", "title": "t" * 1000,
                       "pad": ["x" * 1000] * (octets // 1000)}).encode()


def test_a_stranger_sends_no_large_body(site):
    s = dial(site)
    s.sendall(post(large_user(), "/Users", "POST", "Expect: 100-continue",
                   token=BAD))
    got = everything(s)
    assert got.startswith(b"HTTP/1.1 401 ") and b"100 Continue" not in got
    assert asked(site, "scim_write") == 0


def test_a_large_body_comes_when_it_may(site):
    body = large_user()
    s = dial(site)
    s.sendall(post(body, "/Users", "POST", "Expect: 100-continue", CLOSE))
    assert until(s, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert [x[0] for x in site.asked] == ["scim_admit"]
    s.sendall(body)
    top, _ = body_of(everything(s))
    assert top.startswith(b"HTTP/1.1 201 ")
    assert [x[0] for x in site.asked] == ["scim_admit", "scim_write"]


def test_a_body_that_grows(site):
    """In chunks, of which nobody said how many: asked at 64 KB."""
    body = large_user()
    for token, status in ((GOOD, b"201"), (BAD, b"401")):
        s = dial(site)
        s.sendall(head("POST", BASE + "/Users", CLOSE, "Content-Type: "
                       "application/json", "Transfer-Encoding: chunked",
                       token=token))
        try:
            for at in range(0, len(body), 5000):
                piece = body[at:at + 5000]
                s.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            s.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            assert token == BAD
        assert everything(s)[9:12] == status
    assert asked(site, "scim_admit") == 2
    assert asked(site, "scim_write") == 1


def test_policy_goes_while_a_body_waits(site):
    site.hooks["scim_admit"] = lambda *_: None
    s = dial(site)
    s.sendall(post(large_user()))
    while not site.asked:
        time.sleep(0.01)
    site.leave("policy")
    top, body = body_of(everything(s))
    assert top.startswith(b"HTTP/1.1 503 ") and b"Retry-After:" in top
    assert json.loads(body)["status"] == "503"


def test_a_client_goes_while_its_body_waits(site):
    held = []
    site.hooks["scim_admit"] = lambda *x: held.append(x)
    s = dial(site)
    s.sendall(post(large_user()))
    while not held:
        time.sleep(0.01)
    s.close()
    time.sleep(0.1)
    site.play.admit(*held[0])
    site.hooks["scim_admit"] = site.play.admit
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users/1", CLOSE))
    assert everything(s).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("lines", [
    [f"Content-Length: {(16 << 20) + 1}"], ["Content-Length: 99999999999"]])
def test_more_than_there_may_be(site, lines):
    s = dial(site)
    s.sendall(head("POST", BASE + "/Users", *lines))
    top, body = body_of(everything(s))
    assert top.startswith(b"HTTP/1.1 413 ")
    assert json.loads(body)["status"] == "413"


# --- long answers ------------------------------------------------------------

def test_a_list_in_pieces(site):
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users?count=1000", CLOSE))
    top, body = body_of(everything(s))
    assert b"Transfer-Encoding: chunked" in top
    assert b"Content-Length" not in top
    page = json.loads(body)
    assert page["totalResults"] == 500 and page["itemsPerPage"] == 500
    assert len({x["id"] for x in page["Resources"]}) == 500


def test_a_list_for_an_old_client(site):
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users", version="1.0"))
    top, body = body_of(everything(s))
    assert b"chunked" not in top and b"Connection: close" in top
    assert json.loads(body)["itemsPerPage"] == 500


def test_head_of_a_list(site):
    s = dial(site)
    s.sendall(head("HEAD", BASE + "/Users") + head("GET", BASE + "/Users/7",
                                                   CLOSE))
    got = everything(s)
    top, _, rest = got.partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 200 ")
    assert rest.startswith(b"HTTP/1.1 200 ")
    assert site.play.pages < 10


def test_a_short_list_is_whole(site):
    site.play.last = 1
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users", CLOSE))
    top, body = body_of(everything(s))
    assert b"Content-Length: %d\r\n" % len(body) in top + b"\r\n"
    assert len(json.loads(body)["Resources"]) == 10


def test_a_slow_reader_is_waited_for(site):
    """No page is asked for before the last ones have been read."""
    site.play.last = 2000
    s = dial(site, small=True)
    s.sendall(head("GET", BASE + "/Users", CLOSE))
    until(s, b"Resources")
    time.sleep(0.5)
    before = site.play.pages
    time.sleep(0.5)
    assert site.play.pages == before < 200
    # Others are not held up.
    other = dial(site)
    other.sendall(head("GET", BASE + "/Users/1", CLOSE))
    assert everything(other).startswith(b"HTTP/1.1 200 ")
    for _ in range(400):
        s.recv(65536)
    assert site.play.pages > before
    s.close()


def test_members_in_pieces(site):
    s = dial(site)
    s.sendall(head("GET", BASE + "/Groups/12", CLOSE))
    top, body = body_of(everything(s))
    assert b'ETag: W/"3"' in top
    group = json.loads(body)
    assert group["id"] == "12" and len(group["members"]) == 50000
    assert len({x["value"] for x in group["members"]}) == 50000


def test_no_members_wanted(site):
    s = dial(site)
    s.sendall(head("GET", BASE + "/Groups/12?excludedAttributes=members",
                   CLOSE))
    top, body = body_of(everything(s))
    assert "members" not in json.loads(body)
    assert asked(site, "scim_members") == 0


def test_groups_in_a_list_with_their_members(site):
    def groups(http, mid, payload):
        http.answer("reader", "scim_listed", mid, listed(
            [resource(GROUP, f"g{i}", f"group {i}") for i in range(3)],
            total=3, which=GROUP, follow=True))

    def page(http, mid, payload):
        q, r = where(payload)
        rid, after = r.string(), r.string()
        http.answer("reader", "scim_members_page", mid, members(
            [f"{rid}-{after or 0}"], "1" if after == "" else ""))
    site.hooks["scim_list"], site.hooks["scim_members"] = groups, page
    s = dial(site)
    s.sendall(head("GET", BASE + "/Groups", CLOSE))
    _, body = body_of(everything(s))
    assert [[x["value"] for x in g["members"]] for g in
            json.loads(body)["Resources"]] == [
        [f"g{i}-0", f"g{i}-1"] for i in range(3)]


def test_reader_goes_in_the_middle(site):
    """What was begun is broken off, never ended as if it were whole."""
    def list(http, mid, payload):
        if site.play.pages == 30:
            return
        site.play.list(http, mid, payload)
    site.hooks["scim_list"] = list
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users"))
    until(s, b"Resources")
    while site.play.pages < 30:
        s.recv(65536)
    site.leave("reader")
    got = everything(s)
    assert not got.endswith(b"0\r\n\r\n")
    # Before anything was said: 503.
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users", CLOSE))
    assert everything(s).startswith(b"HTTP/1.1 503 ")


def test_a_list_refused_in_the_middle(site):
    def list(http, mid, payload):
        if site.play.pages < 30:
            site.play.list(http, mid, payload)
        else:
            http.answer("reader", "scim_listed", mid,
                        listed(verdict="unavailable"))
    site.hooks["scim_list"] = list
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users"))
    assert not everything(s).endswith(b"0\r\n\r\n")


def test_answers_in_their_order(site):
    """Sent ahead: a long one, short ones, another long one."""
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users") + head(
        "GET", BASE + "/Users/1") + head("GET", BASE + "/Nothing") + head(
        "DELETE", BASE + "/Users/1") + head("GET", BASE + "/Groups/2",
                                            CLOSE))
    got = everything(s)
    at = [got.index(b"HTTP/1.1 200 "), got.index(b'"id":"1"'),
          got.index(b"HTTP/1.1 404 "), got.index(b"HTTP/1.1 204 "),
          got.index(b'"id":"2"')]
    assert at == sorted(at)
    assert got.count(b"HTTP/1.1 ") == 5


def test_clients_that_leave(site):
    site.play.last = 1000
    for n in range(40):
        s = dial(site, small=True)
        s.sendall(head("GET", BASE + ("/Users" if n % 2 else "/Groups/1")))
        if n % 3:
            s.recv(100)
        s.close()
    s = dial(site)
    s.sendall(head("GET", BASE + "/Users/1", CLOSE))
    assert everything(s).startswith(b"HTTP/1.1 200 ")


# --- large groups ------------------------------------------------------------

def test_members_are_brought_ahead(site):
    ids = [f"{n:024x}" for n in range(9000)]
    body = json.dumps({"displayName": "All", "members": [
        {"value": x} for x in ids]}).encode()
    s = dial(site)
    s.sendall(post(body, "/Groups/77", "PUT", CLOSE) + body)
    top, _ = body_of(everything(s))
    assert top.startswith(b"HTTP/1.1 200 ")
    stages = site.play.stages
    assert [x for _, _, some in stages for x in some] == ids
    assert {rid for rid, _, _ in stages} == {"77"}
    assert [stage for _, stage, _ in stages] == [0] + [55] * (
        len(stages) - 1)
    names = [x[0] for x in site.asked]
    assert names == ["scim_admit"] + ["scim_stage"] * len(stages) + [
        "scim_write"] + ["scim_continue"] * 3
    write = next(x[2] for x in site.asked if x[0] == "scim_write")
    assert write.endswith((55).to_bytes(8, "big") + bytes(4))
    assert all(len(x[2]) <= 65536 for x in site.asked)


def test_a_stage_that_is_refused(site):
    def stage(http, mid, payload):
        http.answer("policy", "scim_answer", mid,
                    answer("scim_invalid_value"))
    site.hooks["scim_stage"] = stage
    body = json.dumps({"displayName": "All", "members": [
        {"value": f"{n:024x}"} for n in range(3000)]}).encode()
    s = dial(site)
    s.sendall(post(body, "/Groups", "POST", CLOSE) + body)
    assert everything(s).startswith(b"HTTP/1.1 400 ")
    assert asked(site, "scim_write") == 0


def test_policy_goes_before_all_is_done(site):
    """Written, but not to the end: that is not said."""
    site.hooks["scim_continue"] = lambda http, *_: http.leave("policy")
    body = json.dumps({"displayName": "All", "members": [
        {"value": f"{n:024x}"} for n in range(3000)]}).encode()
    s = dial(site)
    s.sendall(post(body, "/Groups", "POST", CLOSE) + body)
    assert everything(s).startswith(b"HTTP/1.1 503 ")


# --- bulk --------------------------------------------------------------------

def test_bulk_outlives_policy(site):
    """What was done is said; of the rest, that it is not known."""
    def write(http, mid, payload):
        if asked(http, "scim_write") < 3:
            site.play.write(http, mid, payload)
        else:
            http.leave("policy")
    site.hooks["scim_write"] = write
    body = json.dumps({"schemas": [
        "urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "POST", "path": "/Users", "bulkId": str(n),
                        "data": {"userName": f"u{n}"}}
                       for n in range(5)]}).encode()
    s = dial(site)
    s.sendall(post(body, "/Bulk", "POST", CLOSE) + body)
    top, text = body_of(everything(s))
    assert top.startswith(b"HTTP/1.1 200 ")
    told = json.loads(text)["Operations"]
    assert [x["status"] for x in told] == ["201", "201", "503", "503", "503"]
    # The third had gone to policy; the others never did.
    assert ["not done" in x["response"]["detail"] for x in told[2:]] == [
        False, True, True]


def test_a_long_bulk_of_refusals(site):
    """None of them reaches policy, nor the end of the stack."""
    body = json.dumps({"Operations": [
        {"method": "POST", "path": "/Users", "bulkId": str(n), "data": []}
        for n in range(1000)]}).encode()
    s = dial(site)
    s.sendall(post(body, "/Bulk", "POST", CLOSE) + body)
    _, text = body_of(everything(s))
    assert len(json.loads(text)["Operations"]) == 1000
    assert asked(site, "scim_write") == 0


def test_a_chain_of_references(site):
    """Each refers to the next: the last one comes first."""
    names = []

    def write(http, mid, payload):
        names.append(payload)
        site.play.write(http, mid, payload)
    site.hooks["scim_write"] = write
    body = json.dumps({"Operations": [
        {"method": "POST", "path": "/Groups", "bulkId": str(n), "data": {
            "displayName": f"group-{n}.", "members": [
                {"value": f"bulkId:{n + 1}"}] if n < 299 else []}}
        for n in range(300)]}).encode()
    s = dial(site)
    s.sendall(post(body, "/Bulk", "POST", CLOSE) + body)
    _, text = body_of(everything(s))
    done = json.loads(text)["Operations"]
    assert [x["bulkId"] for x in done] == [str(n) for n in range(300)]
    assert {x["status"] for x in done} == {"201"}
    assert b"group-299." in names[0] and b"group-0." in names[-1]
    assert not any(b"bulkId:" in x for x in names)

"""hfssod-http under clients and peers that do whatever comes to mind.

Requests cut anywhere, octets changed, connections dropped, answers late or
never, peers lost and joined again, reloads in between.  It must neither
fall, nor stop answering, nor keep descriptors.  SEED=n repeats one.
"""
import os
import random
import socket
import ssl
import threading
import time

import pytest

import test_http as t
from test_http import pair                      # noqa: F401 (a fixture)

SECONDS = float(os.environ.get("TORTURE_SECONDS", "8"))
POST = (b"POST /organizations/acme/saml/consume HTTP/1.1\r\nHost: a\r\n" +
        t.FORM.encode() + b"\r\n")
SIMPLE = [b"GET /auth/request HTTP/1.1\r\nHost: a\r\nX-Original-URI: /\r\n"
          b"X-Original-Method: GET\r\n\r\n",
          b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
          b"HEAD /.hfsso/login?return=/x HTTP/1.1\r\nHost: a\r\n\r\n",
          b"GET /.hfsso/account HTTP/1.1\r\nHost: a\r\n" +
          t.COOKIE.encode() + b"\r\n\r\n",
          b"GET /organizations/acme/saml/login HTTP/1.1\r\nHost: a\r\n\r\n",
          b"GET /nope HTTP/1.0\r\nHost: a\r\n\r\n"]


def request(rnd):
    kind = rnd.randrange(10)
    if kind == 0:
        body = b"A" * rnd.randrange(60000)
        return POST + b"Content-Length: %d\r\n\r\n" % len(body) + body
    if kind == 1:
        chunks = b"".join(b"%x\r\n" % n + b"B" * n + b"\r\n" for n in
                          (rnd.randrange(1, 9000) for _ in range(4)))
        return POST + (b"Transfer-Encoding: chunked\r\n"
                       b"Expect: 100-continue\r\n\r\n" + chunks +
                       b"0\r\n\r\n")
    data = bytearray(rnd.choice(SIMPLE))
    if kind == 2:
        data[rnd.randrange(len(data))] = rnd.randrange(256)
    return bytes(data)


def client(run, rnd, ctx, until):
    while time.time() < until:
        try:
            with run.connect() as s:
                if ctx is not None and rnd.random() < .95:
                    s = ctx.wrap_socket(s)
                s.settimeout(rnd.choice([.05, .5, 2]))
                data = b"".join(request(rnd) for _ in range(
                    rnd.randrange(1, 40)))
                while data and rnd.random() > .02:
                    n = rnd.choice([1, 7, 100, 3000, 70000])
                    s.sendall(data[:n])
                    data = data[n:]
                    if rnd.random() < .3:
                        s.recv(rnd.choice([1, 100, 65536]))
                while rnd.random() < .9 and s.recv(65536):
                    pass
                s.close()
        except (OSError, ssl.SSLError):
            pass


def lazily(rnd, hook):
    def play(http, mid, payload):
        try:
            if rnd.random() < .8:
                hook(http, mid, payload)
            elif rnd.random() < .7:
                threading.Timer(.3 * rnd.random(), play,
                                (http, mid, payload)).start()
        except (OSError, KeyError):
            pass                    # the peer left meanwhile
    return play


@pytest.mark.parametrize("tls", [False, True])
def test_torture(pair, tls):                    # noqa: F811
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    print("SEED", seed)
    rnd = random.Random(seed)
    how = t.tls(pair) if tls else {}
    run = t.Run(hooks={k: lazily(rnd, v) for k, v in t.HOOKS.items()}, **how)
    ctx = None
    if tls:
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ctx.check_hostname = False
        ctx.verify_mode = ssl.CERT_NONE
    until = time.time() + SECONDS
    threads = [threading.Thread(target=client, args=(
        run, random.Random(seed + i), ctx, until)) for i in range(16)]
    for thread in threads:
        thread.start()
    while time.time() < until:
        time.sleep(rnd.random())
        which = rnd.choice(["policy", "verifier", "reload"])
        if which == "reload":
            run.configure(doors=t.DOORS, **how)
        else:
            run.leave(which)
            time.sleep(.2 * rnd.random())
            run.join(which)
    for thread in threads:
        thread.join()
    assert run.proc.poll() is None
    # Everything that waited has been answered or cut by now.
    deadline = time.time() + 15
    fds = f"/proc/{run.proc.pid}/fd"
    while len(os.listdir(fds)) > 12 and time.time() < deadline:
        time.sleep(.5)
    assert len(os.listdir(fds)) <= 12
    with socket.create_connection(("127.0.0.1", run.port)) as s:
        if tls:
            s = ctx.wrap_socket(s)
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
                  b"Connection: close\r\n\r\n")
        got = b""
        while piece := s.recv(4096):
            got += piece
        assert got.endswith(b"ok\n")
        s.close()
    run.drain()
    assert run.proc.wait(8) == 0
    run.stop()


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
    return 0


@pytest.mark.plain_only
def test_bodies_that_never_end():
    """However many: they take no more than so much memory together, the
    oldest make room, and who sends his form at once is heard."""
    run = t.Run()
    head = POST + b"Content-Length: 390000\r\n\r\n"
    socks = []
    try:
        for _ in range(500):
            s = run.connect()
            s.settimeout(5)
            socks.append(s)
            try:
                s.sendall(head + b"A" * 380000)
            except OSError:
                pass                # it was one of the oldest
        assert resident(run.proc.pid) < 130
        a = run.ask("/organizations/acme/saml/consume", "POST", [t.FORM],
                    b"B" * 200000)
        assert a.status != 503 and a.status != 408
        assert run.proc.poll() is None
        assert socks[0].recv(12) == b"HTTP/1.1 408"
    finally:
        for s in socks:
            s.close()
        run.stop()


@pytest.mark.plain_only
def test_answers_that_nobody_reads():
    """What waits to be written is little, however much was asked."""
    run = t.Run()
    ask = b"GET /.hfsso/style.css HTTP/1.1\r\nHost: a\r\n\r\n" * 40
    socks = []
    try:
        for _ in range(300):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(("127.0.0.1", run.port))
            s.setblocking(False)
            socks.append(s)
        for _ in range(60):
            for s in socks:
                try:
                    s.send(ask)
                except OSError:
                    pass
            time.sleep(.01)
        assert resident(run.proc.pid) < 60
        assert run.ask("/healthz").status == 200
    finally:
        for s in socks:
            s.close()
        run.stop()


def test_answers_to_one_who_says_no_more():
    """All that was asked before the end is answered, however much."""
    run = t.Run()
    try:
        for ask in (b"GET /.hfsso/style.css HTTP/1.1\r\nHost: a\r\n\r\n",
                    SIMPLE[0]):
            with run.connect() as s:
                s.sendall(ask * 100)
                s.shutdown(socket.SHUT_WR)
                got = b""
                while piece := s.recv(65536):
                    got += piece
            assert got.count(b"HTTP/1.1 ") == 100
    finally:
        run.stop()

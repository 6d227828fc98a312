"""HTTP/1.1 as it may not be sent, and as it may, on the wire."""
import socket

import pytest

import browser as b


def send(world, octets, port=None):
    return b.raw(("127.0.0.1", port or world.settings.browser), octets)


def host(world):
    return world.settings.public.removeprefix("https://").encode()


def get(world, *lines, path=b"/.hfsso/login", end=b"\r\n\r\n"):
    return b"GET " + path + b" HTTP/1.1\r\n" + b"\r\n".join(
        (b"Host: " + host(world), *lines, b"Connection: close")) + end


def status(out):
    assert out, "no answer"
    return int(out.split()[1])


BAD = {
    "obs-fold": [b"X-A: b", b" c"],
    "a space before the colon": [b"X-A : b"],
    "no colon": [b"X-A"],
    "an empty name": [b": b"],
    "a control character": [b"X-A: \x01"],
    "a NUL": [b"X-A: a\0b"],
    "a second Host": [b"Host: other.test"],
    "two lengths": [b"Content-Length: 1", b"Content-Length: 2"],
    "one length twice": [b"Content-Length: 0", b"Content-Length: 0"],
    "a list of lengths": [b"Content-Length: 0, 0"],
    "a signed length": [b"Content-Length: +0"],
    "a negative length": [b"Content-Length: -1"],
    "a hexadecimal length": [b"Content-Length: 0x0"],
    "a huge length": [b"Content-Length: 99999999999999999999"],
    "both lengths": [b"Content-Length: 0", b"Transfer-Encoding: chunked"],
    "gzip": [b"Transfer-Encoding: gzip"],
    "gzip, chunked": [b"Transfer-Encoding: gzip, chunked"],
    "chunked twice": [b"Transfer-Encoding: chunked",
                      b"Transfer-Encoding: chunked"],
    "chunked, identity": [b"Transfer-Encoding: chunked, identity"],
    "a chunked that is none": [b"Transfer-Encoding: \x0bchunked"],
}


@pytest.mark.parametrize("name", BAD)
def test_refused(world, name):
    assert status(send(world, get(world, *BAD[name]))) in (400, 413, 501)


@pytest.mark.parametrize("octets", [
    b"GET /.hfsso/login HTTP/1.1\nHost: hub.test\n\n",
    b"GET /.hfsso/login HTTP/1.1\r\n\r\n",
    b"GET  /.hfsso/login HTTP/1.1\r\nHost: hub.test\r\n\r\n",
    b"GET /.hfsso/login HTTP/2.0\r\nHost: hub.test\r\n\r\n",
    b"GET /.hfsso/login\r\n\r\n",
    b"GET /.hfsso/login HTTP/1.1 \r\nHost: hub.test\r\n\r\n",
    b"G\xc3\xa4T /.hfsso/login HTTP/1.1\r\nHost: hub.test\r\n\r\n",
    b"GET .hfsso/login HTTP/1.1\r\nHost: hub.test\r\n\r\n",
    b"GET /.hfsso/log in HTTP/1.1\r\nHost: hub.test\r\n\r\n",
    b"GET /.hfsso/login HTTP/1.1\r\nHost: hub test\r\n\r\n",
    b"GET /.hfsso/login HTTP/1.1\r\nHost: \r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\0" * 100])
def test_not_http(world, octets):
    out = b.raw(("127.0.0.1", world.settings.browser), octets + b"\r\n\r\n",
                timeout=15)
    assert out == b"" or status(out) in (400, 404, 421, 505)


def test_methods_that_are_not_allowed(world):
    out = send(world, get(world).replace(b"GET", b"DELETE", 1))
    assert status(out) == 405
    assert b"\r\nallow:" in out.lower()


def test_too_long(world):
    assert status(send(world, get(
        world, path=b"/" + b"a" * 9000))) == 414
    assert status(send(world, get(
        world, b"X-A: " + b"a" * 9000))) == 431
    assert status(send(world, get(
        world, *[b"X-%d: a" % n for n in range(150)]))) == 431
    assert status(send(world, get(
        world, *[b"X-%d: " % n + b"a" * 7000 for n in range(6)]))) == 431


def test_body_too_large(world):
    out = send(world, (
        b"POST /organizations/acme/saml/consume HTTP/1.1\r\nHost: "
        + host(world) + b"\r\nContent-Type: application/x-www-form-"
        b"urlencoded\r\nContent-Length: 90000000\r\n\r\n"))
    assert status(out) == 413


def test_continue(world):
    with socket.create_connection(
            ("127.0.0.1", world.settings.browser), 10) as sock:
        sock.sendall(
            b"POST /organizations/acme/saml/consume HTTP/1.1\r\nHost: "
            + host(world) + b"\r\nContent-Type: application/x-www-form-"
            b"urlencoded\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
            b"Connection: close\r\n\r\n")
        assert b"100 Continue" in sock.recv(1000)
        sock.sendall(b"a=b")
        out = b""
        while more := sock.recv(65536):
            out += more
        assert status(out) in (400, 403)


def test_keep_alive_and_pipelining(world):
    one = get(world).replace(b"Connection: close", b"X-A: b")
    out = send(world, one * 5 + get(world))
    assert out.count(b"HTTP/1.1 200") == 6
    # A chunked body between two requests is no third one.
    body = (b"POST /organizations/acme/saml/consume HTTP/1.1\r\nHost: "
            + host(world) + b"\r\nContent-Type: application/x-www-form-"
            b"urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\na=b\r\n0\r\n\r\n")
    out = send(world, one + body + get(world))
    assert out.count(b"HTTP/1.1 200") == 2
    assert out.count(b"HTTP/1.1 ") == 3


def test_octet_by_octet(world):
    with socket.create_connection(
            ("127.0.0.1", world.settings.browser), 20) as sock:
        for octet in get(world):
            sock.sendall(bytes([octet]))
        out = b""
        while more := sock.recv(65536):
            out += more
    assert status(out) == 200


def test_head(world):
    out = send(world, get(world).replace(b"GET", b"HEAD", 1))
    head, _, body = out.partition(b"\r\n\r\n")
    assert status(out) == 200
    assert body == b""
    assert b"content-length" in head.lower()


def test_healthz(world):
    for port in (world.settings.browser, world.settings.gate,
                 world.settings.api):
        out = send(world, get(world, path=b"/healthz"), port)
        assert status(out) == 200


def test_nothing_tells_what_answers(world):
    out = send(world, get(world))
    head = out.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nserver: " not in head or b"/" not in head.split(
        b"\r\nserver: ")[1].split(b"\r\n")[0]

"""Stopping: what was begun is ended, then everybody goes."""
import os
import signal
import socket
import threading
import time
import urllib.parse

import daemon as d
import forge as f


def test_stop_by_hfssoctl(make_world):
    world = make_world("ctlstop")
    children = [p for pids in world.daemon.pids().values() for p in pids]
    assert world.daemon.ctl("-f", "stop").returncode == 0
    assert world.daemon.process.wait(15 * d.SLOW) == 0
    assert not any(os.path.exists(f"/proc/{p}") for p in children)
    world.daemon.process = None
    assert not (world.folder / "control.sock").exists()


def test_a_request_that_was_begun_is_answered(make_world):
    world = make_world("drain")
    daemon = world.daemon
    login = f.begin(daemon)
    body = urllib.parse.urlencode(f.form(f.xml(f.signed(
        world.idps["forge"], login, subject="slow")), login))
    cookies = "; ".join(f"{n}={v}" for n, v in login.person.cookies(
        login.acs).items())
    host = world.settings.public.removeprefix("https://")
    path = login.acs.removeprefix(world.settings.public)
    sock = socket.create_connection(("127.0.0.1", world.settings.browser))
    sock.sendall((
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n").encode()
        + body[:1000].encode())
    time.sleep(0.3)
    daemon.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    # No new connection, but this one goes on to its end.
    refused = socket.socket()
    assert refused.connect_ex(("127.0.0.1", world.settings.browser)) != 0
    refused.close()
    sock.sendall(body[1000:].encode())
    sock.settimeout(10 * d.SLOW)
    out = b""
    while True:
        more = sock.recv(65536)
        if not more:
            break
        out += more
    assert out.split()[1] in (b"302", b"303"), out[:300]
    assert b"connection: close" in out.lower()
    assert b"__Host-hfsso=" in out
    assert daemon.process.wait(12 * d.SLOW) == 0
    daemon.process = None
    daemon.check_log()


def test_a_second_signal_is_at_once(make_world):
    world = make_world("now")
    daemon = world.daemon
    sock = socket.create_connection(("127.0.0.1", world.settings.browser))
    sock.sendall(b"GET /.hfsso/login HTTP/1.1\r\n")
    time.sleep(0.2)
    daemon.process.send_signal(signal.SIGTERM)
    time.sleep(0.4)
    began = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    daemon.process.wait(15 * d.SLOW)
    assert time.monotonic() - began < 3 * d.SLOW
    daemon.process = None
    sock.close()


def test_stop_under_load_loses_nothing(make_world):
    world = make_world("busy")
    daemon = world.daemon
    kept, stop = {}, threading.Event()

    def work(number):
        n = 0
        while not stop.is_set():
            n += 1
            name = f"busy-{number}-{n}"
            try:
                person = f.sign_in(daemon, world.idps["forge"], name,
                                   what="response")
                kept[name] = d.session_of(person, world.settings.public)
            except Exception:       # the daemon is going away
                time.sleep(0.01)
    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(1.0 * d.SLOW)
    daemon.stop()
    stop.set()
    for thread in threads:
        thread.join(20)
    assert len(kept) > 3
    daemon.start()
    for name, cookie in kept.items():
        assert daemon.gate(cookies=cookie).header("Remote-User") == name

"""hfssod-http alone, with a parent, a policy and a verifier played here.

It speaks the frames of common/imsg.h and the values of common/wire.h, so
that a test can see every octet that http sends to its peers, and answer
what it likes, when it likes.
"""
import array
import fcntl
import os
import re
import selectors
import socket
import struct
import subprocess
import threading

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
KINDS = ["parent", "browser", "gate", "api", "verifier", "policy", "reader",
         "fetch", "ctl"]
SEALS = 0x1 | 0x2 | 0x4 | 0x8


def kind(*names):
    return sum(1 << KINDS.index(n) for n in names)


def message_numbers():
    with open(os.path.join(TOP, "common/message.def")) as f:
        names = re.findall(r"^MESSAGE\((\w+)", f.read(), re.M)
    return {name: i + 1 for i, name in enumerate(names)}


def verdict_numbers():
    with open(os.path.join(TOP, "common/verdict.def")) as f:
        names = re.findall(r"^VERDICT\((\w+)", f.read(), re.M)
    return {name: i for i, name in enumerate(names)}


MESSAGES = message_numbers()
NAMES = {v: k for k, v in MESSAGES.items()}
VERDICTS = verdict_numbers()
PROTOCOLS = ["saml", "oidc"]
ROLES = ["", "no_access", "read", "contributor", "write", "admin"]


class Writer:
    def __init__(self):
        self.data = b""

    def u8(self, v):
        self.data += struct.pack(">B", v)
        return self

    bool = u8

    def u16(self, v):
        self.data += struct.pack(">H", v)
        return self

    def u32(self, v):
        self.data += struct.pack(">I", v)
        return self

    def u64(self, v):
        self.data += struct.pack(">Q", v)
        return self

    def i64(self, v):
        self.data += struct.pack(">q", v)
        return self

    def bytes(self, v):
        self.data += struct.pack(">I", len(v)) + v
        return self

    def string(self, v):
        v = v.encode() if isinstance(v, str) else v
        self.data += struct.pack(">I", len(v)) + v + b"\0"
        return self

    def strings(self, v):
        self.u32(len(v))
        for s in v:
            self.string(s)
        return self

    def raw(self, v):
        self.data += v
        return self


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, n):
        v, self.data = self.data[:n], self.data[n:]
        assert len(v) == n
        return v

    def u8(self):
        return self.take(1)[0]

    def u32(self):
        return struct.unpack(">I", self.take(4))[0]

    def u64(self):
        return struct.unpack(">Q", self.take(8))[0]

    def bytes(self):
        return self.take(self.u32())

    def string(self):
        v = self.take(self.u32())
        assert self.take(1) == b"\0"
        return v.decode()

    def request(self):
        return {"id": self.u64(), "client": self.take(16),
                "host": self.string(), "credential": self.u8(),
                "secret": self.bytes()}


def sealed(data):
    fd = os.memfd_create("test", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    fcntl.fcntl(fd, 1033, SEALS)
    return fd


class Pipe:
    """One end of a pipe between two of our processes."""

    def __init__(self, sock):
        self.sock = sock
        self.buf = b""

    def send(self, name, payload=b"", mid=0, fd=-1):
        head = struct.pack(">IHHQ", len(payload), MESSAGES[name],
                           1 if fd != -1 else 0, mid)
        anc = []
        if fd != -1:
            anc = [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                    array.array("i", [fd]))]
        data = head + payload
        n = self.sock.sendmsg([data], anc)
        if n < len(data):
            self.sock.sendall(data[n:])
        if fd != -1:
            os.close(fd)

    def frames(self):
        """Whole frames in what has been read."""
        while len(self.buf) >= 16:
            n, mtype, _flags, mid = struct.unpack(">IHHQ", self.buf[:16])
            if len(self.buf) < 16 + n:
                return
            payload = self.buf[16:16 + n]
            self.buf = self.buf[16 + n:]
            yield NAMES[mtype], mid, payload

    def receive(self, timeout=10):
        """The next frame; None at the end."""
        self.sock.settimeout(timeout)
        while True:
            for frame in self.frames():
                return frame
            data = self.sock.recv(1 << 20)
            if not data:
                return None
            self.buf += data


class Door:
    def __init__(self, organization="acme", connection="okta", label="Okta",
                 group="default", enabled=True, domains=(), protocol="saml"):
        self.values = (organization, connection, label, group,
                       PROTOCOLS.index(protocol), enabled, list(domains))


def view(**o):
    w = Writer()
    url = o.get("public_url", "https://hub.example.com")
    w.string(url).string(o.get("public_host", "hub.example.com"))
    w.string(o.get("prefix", "/.hfsso"))
    w.u32(o.get("kinds", kind("browser", "gate", "api")))
    w.string(o.get("certificate", "")).string(o.get("key", ""))
    proxies = o.get("proxies", ["127.0.0.1"])
    w.u32(len(proxies))
    for p in proxies:
        w.raw(b"\0" * 10 + b"\xff\xff" + socket.inet_aton(p)).u8(128)
    w.strings(o.get("origins", []))
    w.u32(o.get("groups_max", 3072))
    w.u32(o.get("connections_per_address", 0))
    w.bool(o.get("access_log", False))
    apps = o.get("applications", {"hub.example.com": {}})
    w.u32(len(apps))
    for host, renames in apps.items():
        w.string(host).u32(len(renames))
        for a, b in renames.items():
            w.string(a).string(b)
    doors = o.get("doors", [Door()])
    w.u32(len(doors))
    seen = set()
    for d in doors:
        org, con, label, group, protocol, enabled, domains = d.values
        w.string(org).string(con).string(label).string(group).u8(protocol)
        w.bool(org not in seen).bool(enabled).strings(domains)
        seen.add(org)
    return w.data


class Http:
    """A running hfssod-http; on_NAME(pipe, id, payload) play its peers."""

    def __init__(self, binary, port, hooks=None, files=None, kinds=None,
                 peers=("policy", "verifier"), strict=True, verbose=False,
                 log=None, **o):
        self.hooks = hooks or {}
        self.kinds = kinds or kind("browser", "gate", "api")
        o.setdefault("kinds", self.kinds)
        self.generation = 0
        self.instances = 100
        self.peers = {}
        self.asked = []
        here, there = socket.socketpair()
        self.parent = Pipe(here)

        def place():
            os.dup2(there.fileno(), 3)
            os.set_inheritable(3, True)
        self.proc = subprocess.Popen([binary, "http"], preexec_fn=place,
                                     close_fds=False, stderr=log)
        there.close()
        name, _, _ = self.parent.receive()
        assert name == "hello"
        setup = Writer().u32(self.kinds).u64(7).string("http").string("")
        setup.string("").string("").string("")
        setup.bool(strict).bool(verbose).bool(0).bool(0)
        self.parent.send("setup", setup.data)
        name, _, _ = self.parent.receive()
        assert name == "sandboxed"
        ok, why = self.configure(files=files, **o)
        assert ok, why
        self.stop_reading = threading.Event()
        self.selector = selectors.DefaultSelector()
        for p in peers:
            self.join(p)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()
        if port is not None:
            self.listen(port)

    def configure(self, files=None, commit=True, **o):
        self.generation += 1
        g = Writer().u64(self.generation)
        self.parent.send("config_view", g.data, fd=sealed(view(**o)))
        for name, data in (files or {}).items():
            f = Writer().u64(self.generation).string(name)
            self.parent.send("config_file", f.data, fd=sealed(data))
        self.parent.send("config_prepare", g.data)
        name, _, payload = self.parent.receive()
        assert name == "config_prepared"
        r = Reader(payload)
        r.u64()
        ok, why = bool(r.u8()), r.string()
        if ok:
            self.parent.send("config_commit" if commit else "config_abort",
                             g.data)
        return ok, why

    def join(self, which, group="default"):
        self.instances += 1
        here, there = socket.socketpair()
        w = Writer().u64(self.instances).u32(kind(which))
        w.string(group if which == "verifier" else "")
        self.parent.send("peer_join", w.data, fd=os.dup(there.fileno()))
        there.close()
        name, _, _ = self.parent.receive()
        assert name == "peer_joined"
        self.parent.send("peer_go", Writer().u64(self.instances).data)
        pipe = Pipe(here)
        self.peers[which] = pipe
        here.setblocking(False)
        self.selector.register(here, selectors.EVENT_READ, pipe)

    def leave(self, which):
        pipe = self.peers.pop(which)
        self.selector.unregister(pipe.sock)
        pipe.sock.close()

    def listen(self, port):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", port))
        s.listen(512)
        s.setblocking(False)
        self.parent.send("listen_socket", fd=os.dup(s.fileno()))
        s.close()

    def loop(self):
        while not self.stop_reading.is_set():
            for key, _ in self.selector.select(0.1):
                pipe = key.data
                try:
                    data = pipe.sock.recv(1 << 20)
                except (BlockingIOError, OSError, ValueError):
                    continue
                if not data:
                    try:
                        self.selector.unregister(pipe.sock)
                    except KeyError:
                        pass
                    continue
                pipe.buf += data
                for name, mid, payload in pipe.frames():
                    self.asked.append((name, mid, payload))
                    if name in self.hooks:
                        self.hooks[name](self, mid, payload)

    def answer(self, which, name, mid, payload):
        pipe = self.peers[which]
        pipe.sock.setblocking(True)
        pipe.send(name, payload, mid)
        pipe.sock.setblocking(False)

    def drain(self, ms=3000):
        self.parent.send("drain", Writer().u64(ms).data)

    def stop(self):
        self.parent.sock.close()
        try:
            code = self.proc.wait(10)
        finally:
            self.stop_reading.set()
            self.thread.join()
        return code


def access_answer(verdict="ok", **o):
    w = Writer().u16(VERDICTS[verdict])
    for name in ("organization", "account", "name", "email", "display_name"):
        w.string(o.get(name, ""))
    w.u8(ROLES.index(o.get("role", ""))).string(o.get("session", ""))
    w.i64(o.get("expires", 0)).strings(o.get("groups", []))
    return w.data

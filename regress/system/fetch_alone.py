"""hfssod-fetch alone, with its parent and its verifier played here, and what
it meets outside: servers that say what a test wants, and a name server."""
import base64
import datetime
import hashlib
import ipaddress
import os
import socket
import ssl
import struct
import subprocess
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import http_alone as h
import ports

RESULTS = ["answered", "refused", "unresolved", "inside", "unreachable",
           "untrusted", "timeout", "too large", "malformed", "busy", "lost"]
LOOP = "127.0.0.0/8"


def network(text):
    net = ipaddress.ip_network(text)
    if net.version == 4:
        return (b"\0" * 10 + b"\xff\xff" + net.network_address.packed,
                96 + net.prefixlen)
    return net.network_address.packed, net.prefixlen


class Connection:
    def __init__(self, origins, allow=(LOOP,), pins=(), ca="",
                 organization="acme", name="idp"):
        self.key = (organization, name)
        self.origins, self.allow = list(origins), list(allow)
        self.pins, self.ca = list(pins), ca


def view(connections, ca="ca", resolv="", hosts="hosts", servers=()):
    w = h.Writer().string("default").string(ca).string(resolv).string(hosts)
    w.strings(list(servers)).u32(len(connections))
    for c in connections:
        w.string(c.key[0]).string(c.key[1]).strings(c.origins)
        w.u32(len(c.allow))
        for net in c.allow:
            address, bits = network(net)
            w.raw(address).u8(bits)
        w.strings(c.pins).string(c.ca)
    return w.data


class Answer:
    def __init__(self, payload):
        r = h.Reader(payload)
        self.organization, self.connection = r.string(), r.string()
        self.result = RESULTS[r.u8()]
        self.detail, self.status = r.string(), r.u32()
        self.type, self.etag = r.string(), r.string()
        self.max_age = struct.unpack(">q", r.take(8))[0]
        self.body = r.bytes()
        assert not r.data

    def __repr__(self):
        return (f"<{self.result} {self.detail!r} {self.status} {self.type} "
                f"{self.body[:60]!r}>")


class Fetch:
    """A running hfssod-fetch under `sandbox strict`."""

    def __init__(self, binary, log, connections=(), files=None, strict=True,
                 **how):
        self.generation, self.instances = 0, 100
        self.waiting, self.lock = {}, threading.Condition()
        self.next_id = 1 << 40
        here, there = socket.socketpair()
        self.parent = h.Pipe(here)

        def place():
            os.dup2(there.fileno(), 3)
            os.set_inheritable(3, True)
        self.proc = subprocess.Popen([binary, "fetch"], preexec_fn=place,
                                     close_fds=False, stderr=log)
        there.close()
        assert self.parent.receive()[0] == "hello"
        setup = h.Writer().u32(h.kind("fetch")).u64(9).string("fetch/default")
        setup.string("default").string("").string("").string("")
        setup.bool(strict).bool(True).bool(0).bool(0)
        self.parent.send("setup", setup.data)
        assert self.parent.receive()[0] == "sandboxed"
        ok, why = self.configure(connections, files, **how)
        assert ok, why
        self.join()

    def configure(self, connections, files=None, commit=True, **how):
        self.generation += 1
        g = h.Writer().u64(self.generation)
        self.parent.send("config_view", g.data,
                         fd=h.sealed(view(connections, **how)))
        for name, data in (files or {}).items():
            f = h.Writer().u64(self.generation).string(name)
            self.parent.send("config_file", f.data, fd=h.sealed(data))
        self.parent.send("config_prepare", g.data)
        name, _, payload = self.parent.receive()
        assert name == "config_prepared"
        r = h.Reader(payload)
        r.u64()
        ok, why = bool(r.u8()), r.string()
        if ok:
            self.parent.send("config_commit" if commit else "config_abort",
                             g.data)
        return ok, why

    def join(self):
        self.instances += 1
        here, there = socket.socketpair()
        w = h.Writer().u64(self.instances).u32(h.kind("verifier"))
        w.string("default")
        self.parent.send("peer_join", w.data, fd=os.dup(there.fileno()))
        there.close()
        assert self.parent.receive()[0] == "peer_joined"
        self.parent.send("peer_go", h.Writer().u64(self.instances).data)
        self.pipe = h.Pipe(here)
        threading.Thread(target=self.listen, args=(self.pipe,),
                         daemon=True).start()

    def listen(self, pipe):
        while True:
            try:
                frame = pipe.receive(None)
            except OSError:
                frame = None
            with self.lock:
                if frame is None:
                    self.lock.notify_all()
                    return
                name, mid, payload = frame
                assert name == "fetch_answer"
                assert mid not in self.waiting or self.waiting[mid] is None
                self.waiting[mid] = Answer(payload)
                self.lock.notify_all()

    def ask(self, url, post=None, accept="", authorization="", etag="",
            most=262144, ms=4000, key=("acme", "idp")):
        """Say the question; its id."""
        self.next_id += 1
        w = h.Writer().string(key[0]).string(key[1]).string(url)
        w.bool(post is not None).string(accept).string(authorization)
        w.string(etag).bytes(post or b"").u32(most).u32(ms)
        with self.lock:
            self.waiting[self.next_id] = None
        self.pipe.send("fetch_get", w.data, self.next_id)
        return self.next_id

    def answer(self, mid, timeout=15):
        end = time.monotonic() + timeout
        with self.lock:
            while self.waiting[mid] is None:
                left = end - time.monotonic()
                assert left > 0, "no answer from fetch"
                self.lock.wait(left)
            return self.waiting.pop(mid)

    def get(self, url, **how):
        return self.answer(self.ask(url, **how))

    def leave(self):
        self.pipe.sock.shutdown(socket.SHUT_RDWR)
        self.pipe.sock.close()

    def stop(self):
        self.parent.sock.close()
        return self.proc.wait(5)


# --- certificates -----------------------------------------------------------

def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """A certificate authority that nobody else has heard of."""

    def __init__(self, name="test CA"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = name_of(name)
        self.certificate = self.build(name, self.key, None, [])
        self.pem = self.certificate.public_bytes(
            serialization.Encoding.PEM)

    def build(self, subject, key, days, names):
        now = datetime.datetime.utcnow()
        first, last = days or (-1, 30)
        b = (x509.CertificateBuilder().subject_name(name_of(subject))
             .issuer_name(self.name).public_key(key.public_key())
             .serial_number(x509.random_serial_number())
             .not_valid_before(now + datetime.timedelta(days=first))
             .not_valid_after(now + datetime.timedelta(days=last)))
        b = b.add_extension(x509.BasicConstraints(days is None, None), True)
        if names:
            b = b.add_extension(x509.SubjectAlternativeName(names), False)
        return b.sign(self.key, hashes.SHA256())

    def pair(self, names=("idp.test",), days=(-1, 30), key=None):
        """(key and certificate in PEM, pin)"""
        key = key or ec.generate_private_key(ec.SECP256R1())
        alt = []
        for n in names:
            try:
                alt.append(x509.IPAddress(ipaddress.ip_address(n)))
            except ValueError:
                alt.append(x509.DNSName(n))
        cert = self.build(names[0], key, days, alt)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption())
        pem += cert.public_bytes(serialization.Encoding.PEM)
        spki = key.public_key().public_bytes(
            serialization.Encoding.DER,
            serialization.PublicFormat.SubjectPublicKeyInfo)
        pin = base64.b64encode(hashlib.sha256(spki).digest()).decode()
        return pem, pin


# --- servers ----------------------------------------------------------------

class Request:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = lines[0].split(" ")
        self.fields = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in self.fields
            self.fields[name.lower()] = value
        self.body = body


def read_request(conn, buf=b""):
    """(Request or None at the end, octets behind it)"""
    while b"\r\n\r\n" not in buf:
        data = conn.recv(65536)
        if not data:
            return None, b""
        buf += data
    head, rest = buf.split(b"\r\n\r\n", 1)
    request = Request(head, b"")
    length = int(request.fields.get("content-length", 0))
    while len(rest) < length:
        data = conn.recv(65536)
        if not data:
            return None, b""
        rest += data
    request.body, rest = rest[:length], rest[length:]
    return request, rest


def reply(body=b"hello", status="200 OK", **fields):
    out = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n"
    for name, value in fields.items():
        out += f"{name.replace('_', '-')}: {value}\r\n"
    return out.encode() + b"\r\n" + body


class Server:
    """handler(conn, request) -> octets to send, or None: it has closed."""

    def __init__(self, handler, pem=None, folder=None, address="127.0.0.1"):
        self.handler, self.requests = handler, []
        self.connections = 0
        self.pem, self.context = pem, None
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.port = ports.free()
        self.sock = socket.socket(family)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind((address, self.port))
        self.sock.listen(256)
        if pem is not None:
            path = os.path.join(folder, f"server-{self.port}.pem")
            with open(path, "wb") as f:
                f.write(pem)
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(path)
        threading.Thread(target=self.accept, daemon=True).start()

    def origin(self, host="idp.test"):
        scheme = "https" if self.context else "http"
        return f"{scheme}://{host}:{self.port}"

    def accept(self):
        while True:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(conn,),
                             daemon=True).start()

    def serve(self, conn):
        try:
            conn.settimeout(20)
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context is not None:
                conn = self.context.wrap_socket(conn, server_side=True)
            buf = b""
            while True:
                request, buf = read_request(conn, buf)
                if request is None:
                    break
                self.requests.append(request)
                out = self.handler(conn, request)
                if out is None:
                    break
                conn.sendall(out)
        except OSError:
            pass
        finally:
            try:
                if self.context is not None:
                    conn.unwrap()
            except (OSError, ValueError, AttributeError):
                pass
            conn.close()

    def stop(self):
        self.sock.close()


class NameServer:
    """names: {name: list of answers, used in turn, the last for ever}; an
    answer is a list of addresses, of ("cname", name), or None: silence."""

    def __init__(self):
        self.names, self.asked = {}, []
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = ports.free()
        self.sock.bind(("127.0.0.1", self.port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                data, peer = self.sock.recvfrom(4096)
            except OSError:
                return
            out = self.answer(data)
            if out is not None:
                self.sock.sendto(out, peer)

    def question(self, data):
        at, labels = 12, []
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]])
            at += 1 + data[at]
        return b".".join(labels).decode().lower(), at + 1

    def answer(self, data):
        name, at = self.question(data)
        kind = struct.unpack(">H", data[at:at + 2])[0]
        question = data[12:at + 4]
        self.asked.append((name, kind))
        queue = self.names.get(name)
        if queue is None:
            return data[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question
        # AAAA is asked beside A, and takes nothing off the queue.
        found = queue[0]
        if kind == 1 and len(queue) > 1:
            queue.pop(0)
        if found is None:
            return None
        records = b""
        count = 0
        owner = b"\xc0\x0c"
        for a in found:
            if isinstance(a, tuple):
                target = b"".join(bytes([len(x)]) + x.encode()
                                  for x in a[1].split(".")) + b"\0"
                records += owner + struct.pack(">HHIH", 5, 1, 60,
                                               len(target)) + target
                owner = target
                count += 1
                continue
            packed = ipaddress.ip_address(a).packed
            if (len(packed) == 4) != (kind == 1):
                continue
            records += owner + struct.pack(">HHIH", kind, 1, 60,
                                           len(packed)) + packed
            count += 1
        head = data[:2] + b"\x81\x80\0\1" + struct.pack(">HHH", count, 0, 0)
        return head + question + records

    def stop(self):
        self.sock.close()

"""
hfssod under test: a directory, keys, a configuration, the processes, their
log, and hfssoctl.

Settings is the configuration as a value; a test changes what it needs and
the rest stays.  Daemon runs it.  As root the children run as the service
users, else as the caller.
"""
import datetime
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

import browser
import ports

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HFSSO_BIN") or TOP / "build/bin")
SANITIZED = os.environ.get("HFSSO_SANITIZED") == "1"
ROOT = os.geteuid() == 0
# A sanitized process is several times slower.
SLOW = 4 if SANITIZED else 1

REPORTS = re.compile(r"AddressSanitizer|runtime error:|LeakSanitizer|"
                     r"UndefinedBehaviorSanitizer")


def scratch(name):
    """A directory below the temporary one that every user may enter."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"hfssod-{name}-"))
    path.chmod(0o755)
    return path


# --- keys --------------------------------------------------------------------

def certificate(key, name):
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(who).issuer_name(who)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName(
                [x509.DNSName(name)]), False)
            .sign(key, hashes.SHA256()))


def rsa_key(bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())


def write_pair(folder, name, key, common_name="hub.test"):
    """Write NAME.key and NAME.crt; returns their paths."""
    paths = folder / f"{name}.key", folder / f"{name}.crt"
    paths[0].write_bytes(private_pem(key))
    paths[0].chmod(0o600)
    paths[1].write_bytes(certificate(key, common_name).public_bytes(
        serialization.Encoding.PEM))
    return paths


# --- configuration -----------------------------------------------------------

class Connection:
    protocol = "saml"

    def __init__(self, name, metadata, lines=()):
        self.name, self.metadata, self.lines = name, metadata, list(lines)

    def text(self):
        body = [f'metadata file "{self.metadata}"', *self.lines]
        return f'\tconnection "{self.name}" saml {{\n' + "".join(
            f"\t\t{line}\n" for line in body) + "\t}\n"


class UrlConnection(Connection):
    """SAML, with metadata that is fetched."""

    def text(self):
        body = [f'metadata url "{self.metadata}"', *self.lines]
        return f'\tconnection "{self.name}" saml {{\n' + "".join(
            f"\t\t{line}\n" for line in body) + "\t}\n"


class OidcConnection:
    """OpenID Connect; secret and key are files."""
    protocol = "oidc"

    def __init__(self, name, issuer, lines=(), client="hub", secret=None,
                 key=None):
        self.name, self.issuer, self.lines = name, issuer, list(lines)
        self.client, self.secret, self.key = client, secret, key

    def text(self):
        body = [f'issuer "{self.issuer}"', f'client id "{self.client}"' + (
            f' secret file "{self.secret}"' if self.secret else
            f' key file "{self.key}"'),
            *self.lines]
        return f'\tconnection "{self.name}" oidc {{\n' + "".join(
            f"\t\t{line}\n" for line in body) + "\t}\n"


# Everything is on loopback here.
LOCAL = "allow address { 127.0.0.1 }"


class Organization:
    def __init__(self, name, connections, lines=()):
        self.name, self.connections = name, list(connections)
        self.lines = list(lines)

    def text(self):
        return f'organization "{self.name}" {{\n' + "".join(
            f"\t{line}\n" for line in self.lines) + "".join(
            c.text() for c in self.connections) + "}\n"


ROLES = [
    'mode managed',
    'default role read',
    'role attribute "role"',
    'role map "hub-admins" to admin',
    'role map "hub-writers" to write',
    'resource group attribute "groups"',
    'resource group map "nlp-team" to "nlp" role write',
    'resource group map "vision team" to "vision" role read',
]


class Settings:
    """A configuration: the common parts, organizations, applications."""

    def __init__(self, folder, port=None):
        self.folder = folder
        self.browser, self.gate, self.api = (
            ports.free(), ports.free(), ports.free())
        self.port = port or ports.free()    # of the public address
        self.public = f"https://hub.test:{self.port}"
        self.top = ["sandbox strict"]
        self.store = f'store "{folder}/store"'
        self.listen = [
            f"listen on 127.0.0.1 port {self.browser} for browser",
            f"listen on 127.0.0.1 port {self.gate} for gate",
            f"listen on 127.0.0.1 port {self.api} for api"]
        self.organizations = []
        self.applications = []
        self.reachable = True   # its providers are there from the start
        self.conf = folder / "hfssod.conf"

    def application(self, name="hub", lines=()):
        host = self.public.removeprefix("https://")
        self.applications.append(
            f'application "{name}" {{\n\thost "{host}"\n' + "".join(
                f"\t{line}\n" for line in lines) + "}\n")

    def text(self):
        return "\n".join([
            f'public url "{self.public}"', *self.listen, self.store,
            f'control socket "{self.folder}/control.sock"',
            "trust proxy { 127.0.0.1 }", *self.top, "",
            *[o.text() for o in self.organizations], *self.applications])

    def write(self):
        self.conf.write_text(self.text())
        self.conf.chmod(0o600)


# --- the daemon --------------------------------------------------------------

class Daemon:
    def __init__(self, settings, libexec=None, start=True):
        self.settings = settings
        self.folder = settings.folder
        self.libexec = libexec or BIN
        self.log_path = self.folder / "log"
        self.process = None
        self.falls = False      # a test that kills children says so
        self.before = []        # a command that runs it, such as setpriv
        if start:
            self.start()

    # Life.

    def start(self, expect="ready", timeout=10):
        self.settings.write()
        store = self.folder / "store"
        store.mkdir(mode=0o700, exist_ok=True)
        if ROOT:
            user = pwd.getpwnam("_hfssop")
            os.chown(store, user.pw_uid, user.pw_gid)
        mark = self.mark()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.before, BIN / "hfssod", "-d", "-f", self.settings.conf,
                 "-L", self.libexec],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd="/", start_new_session=True, env={
                    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0",
                    "UBSAN_OPTIONS": "print_stacktrace=1"})
        if expect:
            self.wait_log(expect, mark, timeout * SLOW)
            self.wait_sign_in()
        return self

    def wait_sign_in(self, seconds=3):
        """Until verifier has its keys: a moment after "ready"."""
        end = time.monotonic() + seconds * SLOW
        if not self.settings.reachable:
            return
        for organization in self.settings.organizations[:1]:
            url = self.url(
                f"/organizations/{organization.name}/"
                f"{organization.connections[0].protocol}/login")
            while time.monotonic() < end:
                try:
                    if self.browser().get(url, timeout=2).status != 503:
                        return
                except OSError:
                    pass
                time.sleep(0.02)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, timeout=15, how=signal.SIGTERM):
        """End it and look at how it ended."""
        if self.process is None:
            return
        if self.running():
            if not self.falls:
                fallen = [p for p in self.processes() if p.get("restarts")]
                assert not fallen, f"children fell: {fallen}\n{self.tail()}"
            if how is not None:
                self.process.send_signal(how)
        try:
            status = self.process.wait(timeout * SLOW)
        except subprocess.TimeoutExpired:
            self.destroy()
            raise AssertionError("does not stop\n" + self.tail()) from None
        self.process = None
        assert status == 0, f"exit {status}\n{self.tail()}"
        self.check_log()

    def destroy(self):
        """End it, whatever state it is in."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.process = None

    def remove(self):
        self.destroy()
        if not os.environ.get("HFSSO_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    # Log.

    def mark(self):
        return self.log_path.stat().st_size if self.log_path.exists() else 0

    def log(self, mark=0):
        if not self.log_path.exists():
            return ""
        with open(self.log_path, "rb") as file:
            file.seek(mark)
            return file.read().decode("utf-8", "replace")

    def tail(self, lines=25):
        return "\n".join(self.log().splitlines()[-lines:])

    def wait_log(self, pattern, mark=0, timeout=10):
        end = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self.log(mark))
            if found:
                return found
            if self.process is not None and self.process.poll() is not None:
                found = re.search(pattern, self.log(mark))
                if found:
                    return found
                raise AssertionError(
                    f"exit {self.process.returncode} before {pattern!r}\n"
                    + self.tail())
            if time.monotonic() > end:
                raise AssertionError(f"no {pattern!r} in the log\n"
                                     + self.tail())
            time.sleep(0.02)

    def check_log(self):
        text = self.log()
        found = REPORTS.search(text)
        if found:
            raise AssertionError(text[found.start():found.start() + 4000])

    # hfssoctl.

    def ctl(self, *words, stdin=""):
        return subprocess.run(
            [BIN / "hfssoctl", "-s", self.folder / "control.sock", *words],
            input=stdin, capture_output=True, text=True, timeout=30,
            check=False)

    def show(self, *words):
        """The JSON of a command that must work."""
        done = self.ctl("-j", *words)
        assert done.returncode == 0, \
            f"hfssoctl {words}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def reload(self, ok=True):
        self.settings.write()
        done = self.ctl("reload")
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout + done.stderr

    def processes(self):
        listed = self.show("show", "processes")
        return listed if isinstance(listed, list) else \
            listed.get("processes", [])

    def pids(self):
        """Binary's name to pids, parent included, from /proc."""
        out = {}
        parent = self.process.pid
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                stat = (entry / "stat").read_text()
                ppid = int(stat.rsplit(")", 1)[1].split()[1])
                if int(entry.name) != parent and ppid != parent:
                    continue
                name = (entry / "cmdline").read_bytes().split(b"\0")[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            out.setdefault(os.path.basename(name.decode()), []).append(
                int(entry.name))
        return out

    # Browsers.

    def routes(self):
        return {self.settings.public:
                ("127.0.0.1", self.settings.browser, False)}

    def browser(self, **how):
        return browser.Browser(self.routes(), **how)

    def url(self, path):
        return self.settings.public + path

    def gate(self, uri="/", cookies=None, path="/auth/request", method="GET",
             headers=None, peer=None, host=None):
        """Ask the gate as nginx would."""
        host = host or self.settings.public.removeprefix("https://")
        gate = browser.Browser({self.settings.public: peer or (
            "127.0.0.1", self.settings.gate, False)})
        send = {"Host": host, "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": host,
                "X-Forwarded-Method": method, "X-Forwarded-Uri": uri,
                "X-Forwarded-For": "192.0.2.7", **(headers or {})}
        if cookies:
            send["Cookie"] = cookies if isinstance(cookies, str) else \
                "; ".join(f"{n}={v}" for n, v in cookies.items())
        return gate.get(self.url(path), headers=send, cookies=False)


SESSION = "__Host-hfsso"
LOGIN = "__Host-hfsso-l-"


def session_of(person, public):
    """The session cookie that a browser holds, as a Cookie header, or None."""
    value = person.cookies(public + "/").get(SESSION)
    return f"{SESSION}={value}" if value else None

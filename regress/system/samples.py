"""
The samples of etc/, run as they are: only ports, names of servers and files,
and what keeps a test on loopback, is put in their place.
"""
import os
import pathlib
import re
import socket
import ssl
import subprocess

import browser
import daemon as d
import nginx as n
import ports
from conftest import Real

ETC = d.TOP / "etc"
HUB = "hub.example.com"

NGINX = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
{sample}
}}
"""

CADDY = """\
{{
	admin off
	auto_https disable_redirects
	storage file_system {folder}/storage
	servers {{
		protocols h1 h2
	}}
}}
{sample}
"""


def sample(path, *changes):
    """A sample's text; every change must be to something that is there."""
    text = (ETC / path).read_text()
    for old, new in changes:
        assert old in text, f"{path}: no {old}"
        text = text.replace(old, str(new))
    return text


class Site:
    """A real identity provider, hfssod, a proxy by our sample, a page."""

    def __init__(self, idp):
        self.real = Real(idp, self.kind, port=ports.free())
        self.daemon = self.real.daemon
        self.settings = self.real.settings
        self.public = self.settings.public
        self.port = self.settings.port
        self.folder = self.real.folder / self.kind
        self.folder.mkdir()
        self.page_port = ports.free()
        self.key, self.certificate = d.write_pair(
            self.real.folder, "tls", d.ec_key())
        self.application('public { "/static" }')
        self.config = self.folder / "config"
        self.config.write_text(self.text())
        self.log = open(self.folder / "out", "ab")
        self.running = []
        try:
            self.check()
            self.run(["/usr/bin/python3", "-B", n.HERE / "page.py",
                      str(self.page_port)], self.page_port)
            self.run(self.argv(), self.port)
        except BaseException:
            self.end()
            raise

    def application(self, *lines):
        self.settings.applications.clear()
        self.settings.application("hub", ['organization "acme"', *lines])
        self.daemon.reload()

    def environment(self):
        return {**os.environ, "HOME": str(self.folder),
                "XDG_DATA_HOME": str(self.folder),
                "XDG_CONFIG_HOME": str(self.folder)}

    def run(self, argv, port):
        self.running.append(subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, env=self.environment()))
        n.wait_port(port, self.running[-1])

    def check(self):
        done = subprocess.run(
            self.checks(), capture_output=True, text=True, check=False,
            env=self.environment())
        assert done.returncode == 0, done.stdout + done.stderr

    def raw(self, octets):
        """Over TLS, as it is; everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as sock:
            with browser.TLS.wrap_socket(
                    sock, server_hostname="hub.test") as tls:
                tls.sendall(octets)
                out = b""
                while True:
                    try:
                        more = tls.recv(65536)
                    except (ConnectionResetError, ssl.SSLError):
                        return out
                    if not more:
                        return out
                    out += more

    def end(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(10)
        self.log.close()
        self.real.end()


class Nginx(Site):
    kind = "nginx"

    def text(self):
        return NGINX.format(
            folder=self.folder,
            user="user nobody nogroup;" if d.ROOT else "",
            sample=sample(
                "nginx/hub.conf",
                ("127.0.0.1:8300", f"127.0.0.1:{self.settings.browser}"),
                ("127.0.0.1:8301", f"127.0.0.1:{self.settings.gate}"),
                ("127.0.0.1:8302", f"127.0.0.1:{self.settings.api}"),
                ("127.0.0.1:8080", f"127.0.0.1:{self.page_port}"),
                ("listen 443", f"listen 127.0.0.1:{self.port}"),
                (HUB, "hub.test"), (" $host;", f" $host:{self.port};"),
                ("/etc/ssl/hub.crt", self.certificate),
                ("/etc/ssl/private/hub.key", self.key)))

    def argv(self, *more):
        return ["/usr/sbin/nginx", "-p", self.folder, "-e",
                self.folder / "nginx.log", "-c", self.config, *more]

    def checks(self):
        return self.argv("-t")


class Caddy(Site):
    kind = "caddy"

    def text(self):
        return CADDY.format(folder=self.folder, sample=sample(
            "caddy/Caddyfile",
            ("127.0.0.1:8300", f"127.0.0.1:{self.settings.browser}"),
            ("127.0.0.1:8301", f"127.0.0.1:{self.settings.gate}"),
            ("127.0.0.1:8302", f"127.0.0.1:{self.settings.api}"),
            ("127.0.0.1:8080", f"127.0.0.1:{self.page_port}"),
            (HUB + " {", f"https://hub.test:{self.port} {{\n"
             f"\tbind 127.0.0.1\n\ttls {self.certificate} {self.key}")))

    def argv(self, verb="run"):
        return ["/usr/bin/caddy", verb, "--adapter", "caddyfile",
                "--config", self.config]

    def checks(self):
        return self.argv("validate")


# --- YAML --------------------------------------------------------------------

def yaml(path):
    """
    The part of YAML that our sample uses, as values: maps, lists, and words
    or strings.  Debian's python3-yaml is no part of what the tests install.
    """
    lines = [(len(x) - len(x.lstrip()), x.strip())
             for x in pathlib.Path(path).read_text().splitlines()
             if x.strip() and not x.strip().startswith("#")]
    assert not any("\t" in text for _, text in lines)
    value, rest = block(lines, lines[0][0])
    assert not rest, rest
    return value


def scalar(text):
    if text == "{}":
        return {}
    if text.startswith("["):
        return [scalar(x.strip()) for x in text[1:-1].split(",")]
    if text.startswith('"'):
        assert re.fullmatch(r'"[^"\\]*"', text), text
        return text[1:-1]
    assert re.fullmatch(r"[\w./:-]+", text), text
    return {"true": True, "false": False}.get(text, text)


def block(lines, depth):
    out = [] if lines[0][1].startswith("- ") else {}
    while lines and lines[0][0] >= depth:
        at, text = lines.pop(0)
        assert at == depth, text
        if isinstance(out, list):
            assert text.startswith("- "), text
            text = text[2:]
            match = re.fullmatch(r"([\w-]+): (.+)", text)
            out.append({match[1]: scalar(match[2])} if match
                       else scalar(text))
            continue
        match = re.fullmatch(r"([\w-]+):(?: (.+))?", text)
        assert match and match[1] not in out, text
        if match[2] is not None:
            out[match[1]] = scalar(match[2])
        else:
            out[match[1]], lines = block(lines, lines[0][0])
            assert out[match[1]], text
    return out, lines

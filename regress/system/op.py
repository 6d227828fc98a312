"""
npm's oidc-provider (regress/idp/oidc-provider), as a value.

Its people are those of SimpleSAMLphp.  regress/install puts its modules
into build/oidc-provider.
"""
import json
import os
import shutil
import subprocess
import urllib.request

import browser
import daemon as d
import ports

SERVER = d.TOP / "regress/idp/oidc-provider/server.mjs"


MODULES = d.TOP / "build/oidc-provider"
MISSING = None if (MODULES / "installed").exists() and \
    shutil.which("node") else "oidc-provider is not installed"


class OidcProvider:
    """
    Plain, or with TLS under a name: then ca is the certificate to trust,
    and hosts the line that leads to the name.
    """

    def __init__(self, name=None):
        self.folder = d.scratch("op")
        self.port = ports.free()
        self.name = name
        self.issuer = f"https://{name}:{self.port}" if name else \
            f"http://127.0.0.1:{self.port}"
        self.base = f"{'https' if name else 'http'}://127.0.0.1:{self.port}"
        self.ca = None
        self.files = []
        if name:
            self.files = d.write_pair(self.folder, "tls", d.rsa_key(), name)
            self.ca = self.files[1]
        self.process = None
        self.start()

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            ["node", SERVER, str(self.port), self.issuer, *self.files],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
            env={"PATH": os.environ["PATH"], "MODULES": str(MODULES),
                 # Whom it calls has a certificate that a test made.
                 "NODE_TLS_REJECT_UNAUTHORIZED": "0"})
        assert self.process.stdout.readline() == b"ready\n", self.said()

    def said(self):
        return (self.folder / "log").read_text()

    def halt(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        self.log.close()

    def stop(self):
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def routes(self):
        """How a browser of ours finds it."""
        return {self.issuer: ("127.0.0.1", self.port, True)} \
            if self.name else {}

    def hand(self, verb, **what):
        """Steer it, see server.mjs."""
        request = urllib.request.Request(
            f"{self.base}/test/{verb}", json.dumps(what).encode())
        with urllib.request.urlopen(
                request, timeout=20, context=browser.TLS) as answer:
            return json.load(answer)

    def add_client(self, daemon, name="hub", connection="",
                   organization="acme", public=None, **more):
        """As an administrator does: the addresses that we have."""
        base = (public or daemon.settings.public) + \
            f"/organizations/{organization}/oidc"
        tail = f"/{connection}" if connection else ""
        self.hand("client", **{
            "client_id": name, "client_secret": f"{name}-secret-0123456789",
            "redirect_uris": [f"{base}/consume{tail}"],
            "post_logout_redirect_uris": [f"{base}/logout{tail}"],
            "backchannel_logout_uri": f"{base}/backchannel-logout{tail}",
            "backchannel_logout_session_required": True, **more})

"""regress/idp/simplesamlphp, as a value."""
import json
import os
import pathlib
import shutil
import subprocess
import urllib.request

import daemon as d
import ports

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "idp/simplesamlphp"


class SimpleSamlPhp:
    def __init__(self, clock=None):
        self.folder = d.scratch("idp")
        self.port = ports.free()
        self.run("start", str(self.port),
                 env={"CLOCK": clock} if clock else {})
        self.entity_id = \
            f"http://127.0.0.1:{self.port}/simplesaml/saml2/idp/metadata.php"

    def run(self, verb, *more, env=None):
        done = subprocess.run(
            [SCRIPT, verb, self.folder / "idp", *more],
            capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, **(env or {})})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def metadata(self):
        with urllib.request.urlopen(self.entity_id, timeout=20) as answer:
            return answer.read()

    def add_sp(self, daemon, organization="acme"):
        """As an administrator does: with the metadata that we publish."""
        answer = daemon.browser().get(
            daemon.url(f"/organizations/{organization}/saml/metadata"))
        assert answer.status == 200, answer.text
        name = f"{daemon.folder.name}-{organization}"
        path = self.folder / f"{name}.sp"
        path.write_bytes(answer.body)
        self.run("add-sp", str(path), name)

    def knobs(self, **values):
        self.run("knobs", json.dumps(values))

    def log(self):
        path = self.folder / "idp/log/idp.log"
        return path.read_text() if path.exists() else ""

    def stop(self):
        self.run("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

"""
Debian's Chromium, driven through chromedriver's plain HTTP (W3C WebDriver).
"""
import base64
import json
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

import nginx
import ports

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
MISSING = next((x for x in ("chromium", "chromedriver")
                if shutil.which(x) is None), None)


class Refused(Exception):
    pass


class Chromium:
    def __init__(self, *arguments, width=1000, height=800):
        port = ports.free()
        self.profile = tempfile.mkdtemp(prefix="hfssod-chromium-")
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={port}", "--log-level=OFF"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.base = f"http://127.0.0.1:{port}"
        self.session = None
        nginx.wait_port(port, self.driver)
        made = self.call("POST", "/session", {"capabilities": {
            "alwaysMatch": {
                "browserName": "chrome", "acceptInsecureCerts": True,
                "timeouts": {"pageLoad": 30000},
                "goog:chromeOptions": {"args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu",
                    "--disable-dev-shm-usage", "--no-first-run",
                    "--disable-background-networking", "--disable-sync",
                    "--disable-component-update",
                    f"--window-size={width},{height}",
                    f"--user-data-dir={self.profile}",
                    "--host-resolver-rules=MAP hub.test 127.0.0.1, "
                    "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
                    *arguments]}}}})
        self.session = "/session/" + made["sessionId"]

    def call(self, method, path, data=None):
        request = urllib.request.Request(
            self.base + path, method=method,
            data=None if data is None else json.dumps(data).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as fault:
            raise Refused(fault.read().decode()[:600]) from None

    def do(self, verb, path="", data=None):
        return self.call(verb, self.session + path, data)

    def open(self, url):
        self.do("POST", "/url", {"url": url})

    @property
    def url(self):
        return self.do("GET", "/url")

    @property
    def title(self):
        return self.do("GET", "/title")

    @property
    def text(self):
        return self.script("return document.body.innerText")

    def script(self, text, *arguments):
        return self.do("POST", "/execute/sync",
                       {"script": text, "args": list(arguments)})

    def find(self, css):
        """The elements that match, maybe none."""
        return [x[ELEMENT] for x in self.do("POST", "/elements", {
            "using": "css selector", "value": css})]

    def one(self, css):
        found = self.find(css)
        assert found, f"no {css} at {self.url}: {self.text[:500]}"
        return found[0]

    def click(self, css):
        self.do("POST", f"/element/{self.one(css)}/click", {})

    def type(self, css, text):
        self.do("POST", f"/element/{self.one(css)}/value", {"text": text})

    def cookies(self):
        return self.do("GET", "/cookie")

    def size(self, width, height):
        self.do("POST", "/window/rect", {"width": width, "height": height})

    def dark(self, on):
        self.do("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setEmulatedMedia",
            "params": {"features": [{
                "name": "prefers-color-scheme",
                "value": "dark" if on else "light"}]}})

    def phone(self, width=360, height=740):
        self.do("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": height,
                       "deviceScaleFactor": 2, "mobile": True}})

    def desk(self):
        self.do("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.clearDeviceMetricsOverride", "params": {}})

    def screenshot(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.do("GET", "/screenshot")))

    def close(self):
        try:
            if self.session:
                self.do("DELETE")
        except (Refused, OSError):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
        shutil.rmtree(self.profile, ignore_errors=True)

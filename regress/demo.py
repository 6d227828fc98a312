"""
The demo itself, after regress/demo has built everything.  Uses nothing but
Python's own library, OpenSSL, nginx, SimpleSAMLphp and hfssod.
"""
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "regress/system"))

import browser      # noqa: E402
import nginx        # noqa: E402

BIN = TOP / "build/bin"
IDP = TOP / "regress/idp/simplesamlphp"
USER, PASSWORD = "ada", "ada-secret"
ended = []          # what to call at the end, last first


def say(text):
    print(f"\n== {text}", flush=True)


def tell(text):
    for line in text.rstrip().splitlines():
        print("   " + line, flush=True)


def run(*argv, **how):
    done = subprocess.run(argv, capture_output=True, text=True,
                          check=False, timeout=120, **how)
    if done.returncode != 0:
        sys.exit(f"{argv[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def port(wished):
    """That port, or the next one that is free."""
    for number in range(wished, wished + 200):
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", number))
                return number
            except OSError:
                continue
    sys.exit("no free port")


def pair(folder, name, *more):
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
        "-sha256", "-days", "30", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", *more,
        "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt")
    (folder / f"{name}.key").chmod(0o600)


CONF = """\
public url "{public}"
listen on 127.0.0.1 port {browser} for browser
listen on 127.0.0.1 port {gate} for gate
listen on 127.0.0.1 port {api} for api
store "{folder}/store"
control socket "{folder}/control.sock"
trust proxy {{ 127.0.0.1 }}
saml sign key "{folder}/sp.key" certificate "{folder}/sp.crt"
saml decrypt key "{folder}/sp.key" certificate "{folder}/sp.crt"

organization "acme" {{
	mode managed
	default role read
	role attribute "role"
	role map "hub-admins" to admin
	role map "hub-writers" to write
	resource group attribute "groups"
	resource group map "nlp-team" to "nlp" role write
	resource group map "vision team" to "vision" role read
	connection "sso" saml {{
		metadata file "{folder}/idp.xml"
		sign requests
		# What SCIM calls externalId.
		subject attribute "uid"
	}}
}}

application "hub" {{
	organization "acme"
}}
"""


def start_daemon(folder, conf):
    log = open(folder / "hfssod.log", "ab")
    process = subprocess.Popen(
        [BIN / "hfssod", "-d", "-f", conf, "-L", BIN], cwd="/",
        stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end():
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
    ended.append(end)
    finish = time.monotonic() + 10
    while True:
        text = (folder / "hfssod.log").read_text()
        if re.search(r"\bready\b", text):
            return
        if process.poll() is not None or time.monotonic() > finish:
            sys.exit("hfssod did not start:\n" + text)
        time.sleep(0.05)


def ctl(folder, *words):
    return run(BIN / "hfssoctl", "-s", folder / "control.sock", *words)


def main():
    stay = os.environ.get("DEMO") == "stay"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hfssod-demo-"))
    folder.chmod(0o755)
    ended.append(lambda: shutil.rmtree(folder, ignore_errors=True))
    base = int(os.environ.get("DEMO_PORT") or 8443)
    front = port(base)
    ports = {"browser": port(base + 1000), "gate": port(base + 1200),
             "api": port(base + 1400)}
    public = f"https://localhost:{front}"

    say("Throw-away keys")
    pair(folder, "tls")
    pair(folder, "sp")
    tell(f"for nginx and for the service provider, in {folder}")

    say("Identity provider: SimpleSAMLphp")
    ended.append(lambda: subprocess.run([IDP, "stop", folder / "idp"],
                                        check=False))
    address = run(IDP, "start", folder / "idp", str(port(base + 1600)))
    address = address.strip()
    with urllib.request.urlopen(address, timeout=20) as answer:
        (folder / "idp.xml").write_bytes(answer.read())
    tell(f"its metadata: {address}")

    say("hfssod")
    conf = folder / "hfssod.conf"
    conf.write_text(CONF.format(public=public, folder=folder, **ports))
    store = folder / "store"
    store.mkdir(mode=0o700)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("_hfssop")
        os.chown(store, owner.pw_uid, owner.pw_gid)
    start_daemon(folder, conf)
    tell(conf.read_text())
    print()
    tell(ctl(folder, "show", "processes"))

    say("nginx in front of a small page")
    server = nginx.Nginx(folder / "nginx", front, ports["browser"],
                         ports["gate"], port(base + 1800),
                         folder / "tls.crt", folder / "tls.key",
                         "localhost", ports["api"])
    ended.append(server.stop)
    person = browser.Browser()
    metadata = person.get(public + "/organizations/acme/saml/metadata")
    (folder / "sp.xml").write_bytes(metadata.body)
    run(IDP, "add-sp", folder / "idp", folder / "sp.xml", "hfssod")
    tell(f"{public}/ is the page; the identity provider was given\n"
         f"{public}/organizations/acme/saml/metadata")

    sign_in(person, public)
    say("What hfssod knows of that member")
    tell(ctl(folder, "show", "member", "acme", USER))
    provision(folder, public)

    if stay:
        say("It stays up; Ctrl-C ends it")
        tell(f"open   {public}/   (the certificate is a throw-away one)\n"
             "users  ada / ada-secret      admin, in two resource groups\n"
             "       ben / ben-secret      no groups, the default role\n"
             "       eve / eve-secret      200 groups, a writer\n"
             f"ask    {BIN}/hfssoctl -s {folder}/control.sock "
             "show sessions\n"
             "       ... token create acme -name curl    for SCIM\n"
             f"log    {folder}/hfssod.log")
        while True:
            signal.pause()
    say("Done; everything that was started ends now")


class Scim:
    """A client of SCIM: a tenant URL, a token, and JSON."""

    def __init__(self, url, token):
        self.url, self.token = url, token
        self.trust = ssl.create_default_context()
        self.trust.check_hostname = False
        self.trust.verify_mode = ssl.CERT_NONE

    def __call__(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, None if body is None else
            json.dumps(body).encode(), {
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/scim+json"}, method=method)
        with urllib.request.urlopen(request, timeout=20,
                                    context=self.trust) as answer:
            tell(f"{method} {urllib.parse.unquote(path)} -> {answer.status}")
            return json.loads(answer.read() or b"null")


def provision(folder, public):
    say("A token for SCIM, of which the store has a hash only")
    made = json.loads(ctl(folder, "-j", "token", "create", "acme",
                          "-name", "demo"))
    tell(f"tenant URL  {made['url']}\ntoken       "
         f"{made['token'][:11]}...")
    scim = Scim(made["url"], made["token"])

    say("Who signed in is a User already; ben is provisioned before he comes")
    found = scim("GET", "/Users?filter=" + urllib.parse.quote(
        f'externalId eq "{USER}"'))
    tell(f"  {found['totalResults']}: {found['Resources'][0]['id']}")
    ben = scim("POST", "/Users", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ben@example.org", "externalId": "ben",
        "name": {"givenName": "Ben", "familyName": "Example"},
        "emails": [{"value": "ben@example.org", "type": "work"}]})
    person = browser.Browser()
    answer = enter(person, hops(person, person.get(public + "/hello?json")),
                   "ben", "ben-secret")
    seen = json.loads(person.follow(answer).text)["headers"]
    tell(f"he signs in, as {seen['Remote-User'][0]}, account "
         f"{seen['X-Hfsso-Account'][0]}")
    assert seen["X-Hfsso-Account"] == [ben["id"]], seen

    say("The identity provider deactivates him")
    scim("PATCH", "/Users/" + ben["id"], {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": False}]})
    answer = person.get(public + "/hello", headers={"Accept": "*/*"})
    tell(f"GET /hello, with the cookie that was good -> {answer.status}")
    assert answer.status == 401
    scim("PATCH", "/Users/" + ben["id"], {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": True}]})


def sign_in(person, public):
    say("A browser that nobody knows opens the page")
    answer = person.get(public + "/hello?a=1")
    tell(f"GET /hello?a=1 -> {answer.status}, go to {answer.location}")
    assert answer.status == 302, answer.text

    say("It signs in")
    answer = enter(person, hops(person, answer), USER, PASSWORD)

    say("The page behind nginx, now")
    answer = person.follow(answer)
    seen = person.get(public + "/hello?json")
    tell(f"GET {answer.url.removeprefix(public)} -> {answer.status} "
         f"\"{title(answer)}\", which was told:")
    for name, values in json.loads(seen.text)["headers"].items():
        tell(f"  {name}: {', '.join(values)}")

    say("A client that names itself is not believed")
    liar = browser.Browser(headers={"Remote-User": "root",
                                    "X-Hfsso-Role": "admin"})
    answer = liar.get(public + "/hello", headers={"Accept": "*/*"})
    tell(f"GET /hello with Remote-User: root -> {answer.status}")
    assert answer.status == 401
    person.extra = liar.extra
    seen = json.loads(person.get(public + "/hello?json").text)["headers"]
    tell(f"the same from {USER}'s browser: the page still sees "
         f"Remote-User: {', '.join(seen['Remote-User'])}")
    assert seen["Remote-User"] == [USER], seen


def enter(person, answer, user, password):
    """Sign in where the identity provider asks."""
    forms = browser.Forms(answer.text, answer.url).forms
    if not any("password" in f["types"].values() for f in forms):
        answer = hops(person, person.submit(forms[0]))
    tell(f"the identity provider asks: \"{title(answer)}\"")
    form = next(f for f in browser.Forms(answer.text, answer.url).forms
                if "password" in f["types"].values())
    answer = person.follow(person.submit(
        form, username=user, password=password))
    form = next(f for f in browser.Forms(answer.text, answer.url).forms
                if "SAMLResponse" in f["fields"])
    tell(f"{user} types name and password; it answers with a signed "
         f"message of {len(form['fields']['SAMLResponse'])} octets\n"
         f"for {form['action']}")
    answer = person.submit(form)
    tell(f"POST -> {answer.status}, a session cookie, go to "
         f"{answer.location}")
    assert answer.status in (302, 303), answer.text
    return answer


def hops(person, answer):
    """Follow redirects, a line each."""
    while answer.status in (302, 303):
        answer = person.get(answer.location)
        tell(f"GET {short(answer.url)} -> {answer.status}")
    return answer


def short(url):
    return url if len(url) < 100 else url[:97] + "..."


def title(answer):
    found = re.search(r"<title>([^<]*)", answer.text)
    return found[1].strip() if found else ""


if __name__ == "__main__":
    def stop(*_):
        raise SystemExit(130)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        main()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for function in reversed(ended):
            function()

"""
SAML metadata by its address: from SimpleSAMLphp, and from a server of our
own that changes its mind.
"""
import datetime
import re
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

import daemon as d
import forge as f
import liar as l
from conftest import Real, World


def ending(key, days):
    """A certificate of this key that ends so soon."""
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ends")])
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(who).issuer_name(who)
            .public_key(key.public_key()).serial_number(7)
            .not_valid_before(now - datetime.timedelta(days=300))
            .not_valid_after(now + datetime.timedelta(days=days))
            .sign(key, hashes.SHA256()))


class Source:
    """One document; whoever asks gets it as it is now."""

    def __init__(self, server, path, text):
        self.text, self.reply, self.count = text, None, 0
        self.url = f"http://127.0.0.1:{server.port}{path}"
        server.sources[path] = self

    def answer(self):
        self.count += 1
        return self.reply or l.Reply(
            self.text.encode(), kind="application/samlmetadata+xml")


class Sources(l.Server):
    def __init__(self):
        self.sources = {}
        super().__init__()

    def find(self, host):
        return self

    def serve(self, request):
        return self.sources[request.path].answer()


@pytest.fixture(scope="module")
def server():
    made = Sources()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def site(server):
    """An organization for each kind of metadata."""
    made = World("byurl")
    made.sources = {}
    signer = d.rsa_key()
    made.signer = signer
    d.write_pair(made.folder, "signer", signer)
    for name in ("plain", "entity", "signed", "unsigned", "missigned",
                 "old", "ends", "rolls", "away"):
        idp = made.idp(name, key=d.ec_key())
        if name == "ends":
            idp.certificate = ending(idp.key, 5)
        text = idp.metadata()
        if name in ("signed", "missigned"):
            text = signed(text, signer if name == "signed" else d.rsa_key())
        if name == "old":
            text = valid_until(text, -3600)
        made.sources[name] = Source(server, f"/{name}", text)
        url = made.sources[name].url
        connection = d.UrlConnection("sso", url, [d.LOCAL])
        if name.endswith("signed"):
            connection.metadata += f'" signer "{made.folder}/signer.crt'
        made.settings.organizations.append(d.Organization(
            name, [connection], ["mode managed", "default role read"]))
    made.settings.application("hub")
    made.start()
    yield made
    made.end()


def signed(text, key):
    root = f.parse(text)
    root.set("ID", f.new_id())
    f.sign(root, key, place=0)
    return f.xml(root).decode()


def valid_until(text, seconds):
    return text.replace(
        " entityID=", f' validUntil="{f.when(seconds)}" entityID=', 1)


def enter(site, name, subject="somebody", organization=None):
    person = f.sign_in(site.daemon, site.idps[name], subject,
                       organization=organization or name)
    cookie = d.session_of(person, site.settings.public)
    assert cookie, site.daemon.tail(5)
    return cookie


def refresh(site, name):
    return site.daemon.ctl("connection", "refresh", name, "sso")


def test_fetched_at_the_start(site):
    enter(site, "plain")
    assert site.sources["plain"].count == 1
    shown = str(site.daemon.show("show", "connections"))
    assert site.sources["plain"].url in shown


def test_signed(site):
    enter(site, "signed")


@pytest.mark.parametrize("name", ["unsigned", "missigned", "old"])
def test_of_no_use(site, name):
    """Without the signature that is asked for, or no longer valid."""
    answer = site.daemon.browser().get(
        site.daemon.url(f"/organizations/{name}/saml/login"))
    assert answer.status in (502, 503)
    assert re.search(rf'"{name}"[^\n]*(sign|valid)', site.daemon.log())


def test_another_entity(site):
    """A refresh never changes whose messages are believed."""
    cookie = enter(site, "entity")
    source = site.sources["entity"]
    mark = site.daemon.mark()
    evil = f.Idp("evil", d.ec_key())
    source.text = evil.metadata()
    assert refresh(site, "entity").returncode != 0
    assert re.search(r"entityID .*evil", site.daemon.log(mark))
    enter(site, "entity", "still")
    assert site.daemon.gate(cookies=cookie).status == 200


@pytest.mark.parametrize("reply", [
    l.Reply(b"<nonsense/>", kind="text/xml"), l.Reply(b"", 404),
    l.Reply(b"<!DOCTYPE x><x/>"), l.Reply(b"x" * 2000000),
    l.Reply(status=302, headers=[("Location", "http://10.0.0.1/")]),
    l.Reply(status=302, headers=[("Location", "file:///etc/passwd")]),
    l.Reply(b"x", length=50, cut=True)],
    ids=["another", "404", "dtd", "huge", "redirect inside", "file", "cut"])
def test_bad_refresh(site, reply):
    """The last good one stays."""
    source = site.sources["plain"]
    source.reply = reply
    try:
        assert refresh(site, "plain").returncode != 0
        enter(site, "plain", "stays")
    finally:
        source.reply = None
    assert refresh(site, "plain").returncode == 0


def test_rollover(site):
    """Old, both, new: nobody's sign-in fails, and nothing restarts."""
    source, idp = site.sources["rolls"], site.idps["rolls"]
    enter(site, "rolls", "before")
    new = f.Idp("rolls", d.ec_key())
    source.text = idp.metadata(new.certificate)
    assert refresh(site, "rolls").returncode == 0
    enter(site, "rolls", "both")
    idp.key, idp.certificate = new.key, new.certificate
    enter(site, "rolls", "new")
    source.text = idp.metadata()
    assert refresh(site, "rolls").returncode == 0
    enter(site, "rolls", "after")
    # All keys are others: on a second word only, and it is written down.
    mark = site.daemon.mark()
    other = f.Idp("rolls", d.ec_key())
    source.text = other.metadata()
    before = source.count
    refresh(site, "rolls")
    if source.count == before + 1:
        enter(site, "rolls", "doubted")
        time.sleep(10.5)
        refresh(site, "rolls")
    idp.key, idp.certificate = other.key, other.certificate
    end = time.monotonic() + 15 * d.SLOW
    while True:
        try:
            enter(site, "rolls", "replaced")
            break
        except AssertionError:
            assert time.monotonic() < end, site.daemon.tail()
            time.sleep(0.5)
    assert source.count >= before + 2
    assert re.search("replaced|shares no key", site.daemon.log(mark))


def test_new_key_at_a_login(site):
    """The first response by a new key makes us look for it, and is taken."""
    source, idp = site.sources["plain"], site.idps["plain"]
    new = f.Idp("plain")
    source.text = idp.metadata(new.certificate)
    idp.key, idp.certificate = new.key, new.certificate
    before = source.count
    enter(site, "plain", "met it")
    assert source.count == before + 1
    # Every key is another: it is asked twice, at once.
    other = f.Idp("plain")
    source.text = other.metadata()
    idp.key, idp.certificate = other.key, other.certificate
    mark = site.daemon.mark()
    enter(site, "plain", "met another")
    assert source.count == before + 3
    assert "every key was replaced" in site.daemon.log(mark)
    # By a key that is nobody's: looked for, and refused.
    idp.key = f.Idp("plain").key
    mark = site.daemon.mark()
    with pytest.raises(AssertionError):
        f.sign_in(site.daemon, idp, "stranger", organization="plain")
    assert "saml_signature" in site.daemon.log(mark)
    idp.key = other.key
    enter(site, "plain", "as before")


def test_it_ends(site):
    """In five days, and it is said at once and where one looks."""
    line = site.daemon.wait_log(r"[^\n]*ends[^\n]*certificate[^\n]*|"
                                r"[^\n]*certificate[^\n]*ends[^\n]*", 0, 3)[0]
    assert '"ends"' in line or "ends" in line
    when = (datetime.datetime.utcnow() + datetime.timedelta(
        days=5)).strftime("%Y-%m-%d")
    shown = site.daemon.ctl("show", "connections", "ends", "sso").stdout + \
        str(site.daemon.show("show", "connections", "ends", "sso"))
    assert when in shown or "expire" in shown or "ends" in shown
    enter(site, "ends")


def test_away_at_a_restart(site):
    """What was used last is used on."""
    source = site.sources["away"]
    enter(site, "away", "here")
    source.reply = l.Reply(b"", 503)
    site.daemon.stop()
    site.daemon.start()
    end = time.monotonic() + 5 * d.SLOW
    while True:
        try:
            enter(site, "away", "there")
            return
        except AssertionError:
            assert time.monotonic() < end, site.daemon.tail()
            time.sleep(0.1)


def test_secret_that_ends(make_world):
    """The client's secret, when the operator says until when it is good."""
    world = make_world("expires", start=False)
    liar = world.liar()
    soon = (datetime.datetime.utcnow() + datetime.timedelta(
        days=5)).strftime("%Y-%m-%d")
    connection = world.oidc("liar", liar)
    connection.secret = f'{connection.secret}" expires "{soon}'
    world.settings.organizations = [
        d.Organization("acme", [connection], d.ROLES)]
    world.start()
    world.daemon.wait_log(r"[^\n]*secret[^\n]*" + soon, 0, 3)
    assert soon in str(world.daemon.show("show", "connections")) or \
        "expire" in str(world.daemon.show("show", "connections"))
    l.sign_in(world.daemon, liar, "goes on")


# --- SimpleSAMLphp -----------------------------------------------------------

class ByUrl(Real):
    """As Real, with the address of the metadata instead of a file."""

    def __init__(self, idp):
        super().__init__(idp, "realurl")
        self.settings.organizations[0].connections = [
            d.UrlConnection("sso", idp.entity_id,
                            [d.LOCAL, "sign requests"])]
        self.daemon.reload()


@pytest.fixture
def real_url(real_idp):
    made = ByUrl(real_idp)
    yield made
    real_idp.knobs()
    made.end()


def test_real(real_url):
    """Its keys roll while people sign in; none of them fails."""
    idp, daemon = real_url.idp, real_url.daemon
    stop, wrong, done = threading.Event(), [], []

    def load():
        while not stop.is_set():
            person, answer = real_url.sign_in("ben")
            if d.session_of(person, real_url.settings.public):
                done.append(1)
            else:
                wrong.append(f"{answer.status} {daemon.tail(3)}")
    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for keys in ("ab", "ba", "b"):
        time.sleep(0.7)
        idp.knobs(keys=keys)
        time.sleep(0.3)
        done_ = daemon.ctl("connection", "refresh", "acme", "sso")
        assert done_.returncode == 0, done_.stderr
    time.sleep(0.7)
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not wrong, wrong[0]
    assert len(done) > 5
    assert not [x for x in daemon.processes() if x.get("restarts")]


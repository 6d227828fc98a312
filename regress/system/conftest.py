"""What the system tests share.  Anything costly is made once."""
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

import daemon as d      # noqa: E402
import forge as f       # noqa: E402
import idp as i         # noqa: E402
import lemonldap        # noqa: E402
import liar as l        # noqa: E402
import op               # noqa: E402


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "plain_only: says nothing more under sanitizers")


def pytest_collection_modifyitems(config, items):
    if d.SANITIZED:
        for item in items:
            if item.get_closest_marker("plain_only"):
                item.add_marker(pytest.mark.skip(
                    reason="says nothing more under sanitizers"))


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With a failure, what the daemon logged during the test."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        for value in item.funcargs.values():
            at = getattr(value, "daemon", value)
            if isinstance(at, d.Daemon):
                report.sections.append(("hfssod", at.tail(15)))


class World:
    """Forged identity providers, and a daemon that knows them."""

    def __init__(self, name="forge", port=None):
        self.folder = d.scratch(name)
        self.settings = d.Settings(self.folder, port)
        self.idps = {}
        self.stranger = f.Idp("forge")  # our provider's name, its own key
        self.liars = []
        self.daemon = None

    def idp(self, name, **how):
        self.idps[name] = f.Idp(name, **how)
        return self.idps[name]

    def connection(self, name, *lines, idp=None):
        idp = idp or self.idps.get(name) or self.idp(name)
        path = self.folder / f"{name}.xml"
        path.write_text(idp.metadata())
        return d.Connection(name, path, lines)

    def liar(self, **how):
        self.liars.append(l.Liar(**how))
        return self.liars[-1]

    def secret(self, text):
        path = self.folder / f"{l.b64(os.urandom(6))}.secret"
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    def oidc(self, name, provider, *lines, client=l.CLIENT, secret=l.SECRET,
             key=None):
        """A client of a provider: one of ours, or a real one."""
        return d.OidcConnection(
            name, provider.issuer, [d.LOCAL, *lines], client,
            secret and self.secret(secret), key)

    def keys(self, name="sp"):
        d.write_pair(self.folder, name, d.rsa_key())
        at = self.folder / name
        return (f'saml sign key "{at}.key" certificate "{at}.crt"',
                f'saml decrypt key "{at}.key" certificate "{at}.crt"')

    def start(self):
        self.daemon = d.Daemon(self.settings)
        return self

    def end(self):
        try:
            if self.daemon is not None:
                self.daemon.stop()
        finally:
            if self.daemon is not None:
                self.daemon.remove()
            for liar in self.liars:
                liar.stop()


@pytest.fixture(scope="session")
def forged_world():
    """One organization with many connections, and a second one."""
    world = World()
    world.idp("ec", key=d.ec_key())
    acme = d.Organization("acme", [
        world.connection("forge"), world.connection("other"),
        world.connection("ec"),
        world.connection("strict", "require signed both"),
        world.connection("either", "require signed response"),
        world.connection("accept", "idp initiated accept"),
        world.connection("restart", "idp initiated restart"),
        world.connection("signing", "sign requests"),
        world.connection("posting", "request binding post", "sign requests"),
    ], [*d.ROLES, *world.keys()])
    beta = d.Organization("beta", [world.connection("beta-idp")], [
        "mode managed", "default role read"])
    world.settings.organizations = [acme, beta]
    world.settings.application("hub", ['organization "acme"'])
    world.start()
    yield world
    world.end()


@pytest.fixture
def world(forged_world):
    return forged_world


@pytest.fixture(scope="session")
def real_idp():
    """SimpleSAMLphp, once for all tests."""
    idp = i.SimpleSamlPhp()
    yield idp
    idp.stop()


@pytest.fixture(scope="session")
def provider():
    """oidc-provider, once for all tests, without TLS."""
    if op.MISSING:
        pytest.skip(op.MISSING)
    made = op.OidcProvider()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def provider_tls():
    """Another one, with TLS."""
    if op.MISSING:
        pytest.skip(op.MISSING)
    made = op.OidcProvider("op.test")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def lemon():
    """LemonLDAP::NG, which a test starts when its own addresses are known."""
    if lemonldap.MISSING:
        pytest.skip(lemonldap.MISSING)
    made = lemonldap.LemonLdap()
    yield made
    made.stop()


class Real:
    """A daemon of its own, known to the real identity provider."""

    def __init__(self, idp, name="real", lines=(), top=(), port=None,
                 connection=()):
        self.idp = idp
        self.folder = d.scratch(name)
        self.name = name
        self.settings = d.Settings(self.folder, port)
        self.settings.top += list(top)
        metadata = self.folder / "idp.xml"
        metadata.write_bytes(idp.metadata())
        d.write_pair(self.folder, "sp", d.rsa_key())
        at = self.folder / "sp"
        self.connection = d.Connection("sso", metadata, [
            "sign requests", *connection])
        self.settings.organizations = [d.Organization(
            "acme", [self.connection], [
                *d.ROLES, *lines,
                f'saml sign key "{at}.key" certificate "{at}.crt"',
                f'saml decrypt key "{at}.key" certificate "{at}.crt"'])]
        self.settings.application("hub", ['organization "acme"'])
        self.daemon = d.Daemon(self.settings)
        idp.add_sp(self.daemon)

    def sign_in(self, user, password=None, person=None, path=None):
        person = person or self.daemon.browser()
        answer = person.sign_in(
            self.daemon.url(path or "/organizations/acme/saml/login"),
            user, password or f"{user}-secret")
        return person, answer

    def end(self):
        try:
            self.daemon.stop()
        finally:
            self.daemon.remove()


@pytest.fixture(scope="session")
def real(real_idp):
    made = Real(real_idp)
    yield made
    made.end()


@pytest.fixture
def make_world():
    """Worlds of a test's own; started by it, ended here."""
    made = []

    def make(name="own", lines=(), connection=(), start=True, top=()):
        world = World(name)
        world.settings.top += list(top)
        world.settings.organizations = [d.Organization(
            "acme", [world.connection("forge", *connection)],
            [*d.ROLES, *lines])]
        world.settings.application("hub", ['organization "acme"'])
        made.append(world)
        return world.start() if start else world
    yield make
    for world in made:
        world.end()


def tool(name):
    return subprocess.run(["sh", "-c", f"command -v {name}"],
                          capture_output=True, check=False).returncode == 0


TOP = pathlib.Path(__file__).resolve().parents[2]

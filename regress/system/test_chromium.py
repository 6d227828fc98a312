"""
One sign-in with a real browser through nginx; its pages are kept as
pictures in build/screens for somebody to look at.
"""
import re

import pytest

import daemon as d
import nginx as n
import ports
import webdriver
from conftest import Real, World
from test_oidc import GROUPS

SCREENS = d.TOP / "build/screens"

pytestmark = [
    pytest.mark.skipif(webdriver.MISSING is not None,
                       reason=f"no {webdriver.MISSING}"),
    pytest.mark.plain_only]


def picture(chromium, name):
    """In the light, in the dark, and on a phone."""
    chromium.desk()
    chromium.dark(False)
    chromium.screenshot(SCREENS / f"{name}.png")
    chromium.dark(True)
    chromium.screenshot(SCREENS / f"{name}-dark.png")
    chromium.dark(False)
    chromium.phone()
    wide = chromium.script(
        "return document.documentElement.scrollWidth - innerWidth")
    chromium.screenshot(SCREENS / f"{name}-phone.png")
    chromium.desk()
    assert wide <= 0, f"{name} is wider than a phone by {wide}"


@pytest.fixture(scope="module")
def hub(real_idp):
    port = ports.free()
    site = Real(real_idp, "chromium", port=port,
                connection=["request binding post"])
    site.settings.organizations.append(d.Organization(
        "beta", [d.Connection("sso", site.folder / "beta.xml")],
        ["mode managed", "default role read"]))
    import forge
    (site.folder / "beta.xml").write_text(forge.Idp("beta").metadata())
    site.daemon.reload()
    key, certificate = d.write_pair(site.folder, "tls", d.ec_key())
    site.front = n.Nginx(site.folder / "nginx", port, site.settings.browser,
                         site.settings.gate, ports.free(), certificate, key)
    yield site
    site.front.stop()
    site.end()


@pytest.fixture(scope="module")
def chromium():
    browser = webdriver.Chromium()
    yield browser
    browser.close()


def wait(chromium, what, seconds=15):
    import time
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, (chromium.url, chromium.text[:400])
        time.sleep(0.1)


def test_sign_in(hub, chromium):
    public = hub.settings.public
    chromium.open(public + "/hello?a=1&b=2")
    wait(chromium, lambda: "/.hfsso/login" in chromium.url)
    picture(chromium, "choose")
    # Choose the organization; the next page is a form with a button, since
    # requests go by POST.
    links = chromium.find('a[href*="acme/saml/login"]')
    if links:
        chromium.click('a[href*="acme/saml/login"]')
    else:
        fields = chromium.find("input[name=organization]")
        if fields:
            chromium.type("input[name=organization]", "acme")
        chromium.click("form button")
    wait(chromium, lambda: "acme/saml/login" in chromium.url
         or "127.0.0.1" in chromium.url)
    if "saml/login" in chromium.url and "127.0.0.1" not in chromium.url:
        picture(chromium, "continue")
        chromium.click("form button")
    wait(chromium, lambda: chromium.find("input[type=password]"))
    chromium.type("input[name=username]", "ada")
    chromium.type("input[type=password]", "ada-secret")
    chromium.click("button[type=submit], input[type=submit], "
                   "button[id=regularsubmit], button")
    wait(chromium, lambda: chromium.url == public + "/hello?a=1&b=2")
    assert "Remote-User" in chromium.text
    assert "ada" in chromium.text
    chromium.screenshot(SCREENS / "hub.png")
    names = {c["name"]: c for c in chromium.cookies()}
    session = names[d.SESSION]
    assert session["httpOnly"] and session["secure"]
    assert session["sameSite"] == "Lax"
    assert not [x for x in names if x.startswith(d.LOGIN)]


def test_account_and_logout(hub, chromium):
    public = hub.settings.public
    chromium.open(public + "/.hfsso/account")
    assert "ada" in chromium.text
    picture(chromium, "account")
    chromium.click('a[href$="/.hfsso/logout"]')
    wait(chromium, lambda: chromium.find("form button"))
    picture(chromium, "sign-out")
    chromium.click("form button")
    wait(chromium, lambda: not chromium.find("form button"))
    picture(chromium, "signed-out")
    assert d.SESSION not in {c["name"] for c in chromium.cookies()}
    chromium.open(public + "/hello")
    assert "/.hfsso/login" in chromium.url


def test_pages_of_refusal(hub, chromium):
    public = hub.settings.public
    chromium.open(public + "/organizations/nobody/saml/login")
    picture(chromium, "not-found")
    # An answer that nobody asked for.
    chromium.open(public + "/.hfsso/login")
    assert chromium.script("return document.documentElement.lang")
    assert chromium.find("h1")
    chromium.open("data:text/html," + "<form method=post action='"
                  + public + "/organizations/acme/saml/consume'>"
                  "<input name=SAMLResponse value=PHgvPg==>"
                  "<button>go</button></form>")
    chromium.click("button")
    wait(chromium, lambda: "consume" in chromium.url)
    picture(chromium, "refused")


# --- OpenID Connect ----------------------------------------------------------

@pytest.fixture(scope="module")
def oidc_hub(provider):
    port = ports.free()
    site = World("chromium-oidc", port)
    site.settings.organizations = [d.Organization("acme", [site.oidc(
        "op", provider, GROUPS, 'label "Our provider"', client="chromium",
        secret="chromium-secret-0123456789")], d.ROLES)]
    site.settings.application("hub")
    site.start()
    provider.add_client(site.daemon, "chromium")
    key, certificate = d.write_pair(site.folder, "tls", d.ec_key())
    front = n.Nginx(site.folder / "nginx", port, site.settings.browser,
                    site.settings.gate, ports.free(), certificate, key)
    yield site
    front.stop()
    site.end()


def test_oidc(oidc_hub, chromium):
    """In, and out here and there, without a script of ours."""
    public = oidc_hub.settings.public
    # Of the other hub, which had this name too.
    chromium.open(public + "/.hfsso/signed-out")
    chromium.do("DELETE", "/cookie")
    chromium.open(public + "/organizations/acme/oidc/login?return=/hello")
    wait(chromium, lambda: chromium.find("input[type=password]"))
    chromium.type("input[name=login]", "ada")
    chromium.type("input[type=password]", "ada-secret")
    chromium.click("button")
    wait(chromium, lambda: chromium.url == public + "/hello")
    assert "ada@example.org" in chromium.text
    names = {c["name"] for c in chromium.cookies()}
    assert d.SESSION in names
    assert not [x for x in names if x.startswith(d.LOGIN)]
    chromium.open(public + "/.hfsso/logout")
    chromium.click("form button")
    wait(chromium, lambda: chromium.find("button[name=logout]"))
    assert "127.0.0.1" in chromium.url
    chromium.click("button[name=logout]")
    wait(chromium, lambda: "/.hfsso/signed-out" in chromium.url)
    picture(chromium, "signed-out-everywhere")
    assert "has signed you out too" in chromium.text
    assert d.SESSION not in {c["name"] for c in chromium.cookies()}
    # Out there too.
    chromium.open(public + "/organizations/acme/oidc/login")
    wait(chromium, lambda: chromium.find("input[type=password]"))


def test_oidc_connection_test(oidc_hub, chromium):
    made = str(oidc_hub.daemon.show("connection", "test", "acme", "op"))
    chromium.open(re.search(r"https://hub\.test[^'\"\s]*", made)[0])
    wait(chromium, lambda: chromium.find("input[type=password]"))
    chromium.type("input[name=login]", "chloe")
    chromium.type("input[type=password]", "chloe-secret")
    chromium.click("button")
    wait(chromium, lambda: "chloe+o'hara@example.org" in chromium.text)
    picture(chromium, "connection-test")
    assert d.SESSION not in {c["name"] for c in chromium.cookies()}

"""The hub behind nginx: the whole way, as a person goes it."""
import json
import shutil

import pytest

import browser as b
import daemon as d
import nginx as n
import ports
from conftest import Real


@pytest.fixture(scope="module")
def hub(real_idp):
    port = ports.free()
    site = Real(real_idp, "hub", port=port)
    key, certificate = d.write_pair(site.folder, "tls", d.ec_key())
    site.front = n.Nginx(site.folder / "nginx", port, site.settings.browser,
                         site.settings.gate, ports.free(), certificate, key)
    yield site
    site.front.stop()
    site.end()


def client(hub, **how):
    return b.Browser({hub.settings.public: (
        "127.0.0.1", hub.settings.port, True)}, **how)


@pytest.fixture(scope="module")
def ada(hub):
    person = client(hub)
    answer = person.sign_in(
        hub.settings.public
        + "/organizations/acme/saml/login?return=%2Fhello", "ada",
        "ada-secret")
    assert answer.status == 200, answer.text
    assert "The hub" in answer.text
    return person


def seen(person, hub, path="/x?json", **how):
    answer = person.request(how.pop("method", "GET"),
                            hub.settings.public + path, **how)
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def test_a_person_is_led_to_sign_in(hub):
    answer = client(hub).get(hub.settings.public + "/hello?a=1&b=2")
    assert answer.status == 302
    assert answer.location == hub.settings.public + \
        "/.hfsso/login?return=/hello?a=1&b=2"
    page = client(hub).follow(answer)
    assert "acme" in page.text or "password" in page.text


def test_the_whole_way(hub):
    """From the page, through the chooser and the provider, and back."""
    person = client(hub)
    page = person.follow(person.get(
        hub.settings.public + "/hello?a=1&b=2"))
    if "password" not in page.text:
        forms = b.Forms(page.text, page.url).forms
        import re
        link = re.search(r'href="([^"]*saml/login[^"]*)"', page.text)
        if link:
            import html
            page = person.follow(person.get(
                hub.settings.public + html.unescape(link[1])))
        else:
            page = person.follow(person.submit(forms[0]))
    form = next(x for x in b.Forms(page.text, page.url).forms
                if "password" in x["types"].values())
    page = person.follow(person.submit(form, username="ada",
                                       password="ada-secret"))
    form = next(x for x in b.Forms(page.text, page.url).forms
                if "SAMLResponse" in x["fields"])
    page = person.follow(person.submit(form))
    assert page.status == 200
    assert page.url == hub.settings.public + "/hello?a=1&b=2"


def test_what_the_page_is_told(hub, ada):
    told = seen(ada, hub)["headers"]
    assert told["Remote-User"] == ["ada"]
    assert told["X-Hfsso-Role"] == ["admin"]
    assert told["Remote-Groups"] == ["nlp,vision"]
    assert told["X-Hfsso-Organization"] == ["acme"]


def test_the_page_never_sees_the_session(hub, ada):
    told = seen(ada, hub, headers={"Cookie": "a=b; " + d.session_of(
        ada, hub.settings.public) + "; c=d"})
    assert "hfsso" not in told["cookies"]
    assert "a=b" in told["cookies"] and "c=d" in told["cookies"]


def test_headers_of_the_client_do_not_pass(hub, ada):
    lies = {name: "root" for name in n.IDENTITY}
    told = seen(ada, hub, headers=lies)["headers"]
    assert told["Remote-User"] == ["ada"]
    assert "root" not in str(told)
    answer = client(hub).get(hub.settings.public + "/x?json", headers={
        **lies, "Accept": "*/*"})
    assert answer.status == 401


@pytest.mark.parametrize("name", [
    "X-Original-URI", "X-Original-Method", "X-Forwarded-Uri",
    "X-Forwarded-Method", "X-Forwarded-Host", "X-Forwarded-For",
    "X-Forwarded-Proto"])
def test_a_client_can_not_speak_for_the_proxy(hub, ada, name):
    answer = client(hub).get(hub.settings.public + "/x", headers={
        name: "/static", "Accept": "*/*"})
    assert answer.status in (400, 401, 403)


def test_methods(hub, ada):
    for method in ("POST", "PUT", "DELETE"):
        told = seen(ada, hub, method=method, body=b"x=1")
        assert told["method"] == method
        assert told["headers"]["Remote-User"] == ["ada"]
    assert ada.request(
        "HEAD", hub.settings.public + "/x").status == 200
    # What is no navigation is not led astray.
    nobody = client(hub)
    for method in ("POST", "PUT", "HEAD"):
        assert nobody.request(method, hub.settings.public + "/x",
                              body=b"x" if method != "HEAD" else None
                              ).status == 401


def test_logout_through_nginx(hub):
    person = client(hub)
    person.sign_in(hub.settings.public + "/organizations/acme/saml/login",
                   "ben", "ben-secret")
    assert person.get(hub.settings.public + "/x?json").status == 200
    page = person.get(hub.settings.public + "/.hfsso/logout")
    form = next(x for x in b.Forms(page.text, page.url).forms
                if "logout" in x["action"])
    person.follow(person.submit(form))
    assert person.get(hub.settings.public + "/x?json", headers={
        "Accept": "*/*"}).status == 401


def test_revoked_is_out_with_the_next_request(hub):
    person = client(hub)
    person.sign_in(hub.settings.public + "/organizations/acme/saml/login",
                   "ben", "ben-secret")
    told = seen(person, hub)
    handle = told["headers"]["X-Hfsso-Session"][0]
    assert hub.daemon.ctl("-f", "session", "revoke", handle
                          ).returncode == 0
    assert person.get(hub.settings.public + "/x", headers={
        "Accept": "*/*"}).status == 401


def test_denied_when_hfssod_is_away(real_idp):
    """nginx alone lets nobody in."""
    port = ports.free()
    folder = d.scratch("away")
    key, certificate = d.write_pair(folder, "tls", d.ec_key())
    front = n.Nginx(folder / "nginx", port, ports.free(), ports.free(),
                    ports.free(), certificate, key)
    try:
        person = b.Browser({f"https://hub.test:{port}": (
            "127.0.0.1", port, True)})
        assert person.get(f"https://hub.test:{port}/x").status in (500, 502)
    finally:
        front.stop()
        shutil.rmtree(folder)

"""
Signing in through a real identity provider, SimpleSAMLphp, in every way it
knows.
"""
import re
import urllib.parse

import pytest

import browser as b
import daemon as d
import forge as f
import idp as i
from conftest import Real


def who(real, person):
    cookie = d.session_of(person, real.daemon.settings.public)
    assert cookie, "no session cookie"
    return real.daemon.gate(cookies=cookie)


def signed_in(real, user, **how):
    person, answer = real.sign_in(user, **how)
    allowed = who(real, person)
    assert allowed.status == 200, f"{answer.text}\n{real.daemon.tail(5)}"
    return person, allowed


@pytest.fixture
def knobs(real_idp):
    yield real_idp.knobs
    real_idp.knobs()


def test_redirect(real):
    person, allowed = signed_in(real, "ada")
    assert allowed.header("Remote-User") == "ada"
    assert allowed.header("Remote-Email") == "ada@example.org"
    assert urllib.parse.unquote(
        allowed.header("Remote-Name")) == "Ada Example"
    assert allowed.header("X-Hfsso-Role") == "admin"
    assert allowed.header("X-Hfsso-Organization") == "acme"
    assert allowed.header("Remote-Groups") == "nlp,vision"
    assert int(allowed.header("X-Hfsso-Session-Expires")) > 0


def test_the_cookie_is_as_strict_as_can_be(real):
    person = real.daemon.browser()
    start = person.get(real.daemon.url("/organizations/acme/saml/login"))
    login = next(x for x in start.all("Set-Cookie") if d.LOGIN in x)
    for word in ("Secure", "HttpOnly", "SameSite=None", "Path=/"):
        assert word.lower() in login.lower(), login
    assert "domain" not in login.lower()
    form = person.sign_in(start.location, "ada", "ada-secret",
                          stop=real.settings.public)
    answer = person.submit(form)
    session = next(x for x in answer.all("Set-Cookie")
                   if x.startswith(d.SESSION + "="))
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word.lower() in session.lower(), session
    assert "domain" not in session.lower()
    # The login cookie goes with the login.
    assert any(x.startswith(d.LOGIN) and "max-age=0" in x.lower().replace(
        " ", "") for x in answer.all("Set-Cookie")), answer.headers


def test_a_second_login_finds_the_same_account(real):
    _, first = signed_in(real, "ada")
    _, second = signed_in(real, "ada")
    assert first.header("X-Hfsso-Account") == \
        second.header("X-Hfsso-Account")
    assert first.header("X-Hfsso-Session") != \
        second.header("X-Hfsso-Session")


def test_default_role_without_groups(real):
    _, allowed = signed_in(real, "ben")
    assert allowed.header("X-Hfsso-Role") == "read"
    assert allowed.header("Remote-Groups") == ""


def test_unicode(real):
    _, allowed = signed_in(real, "chloe")
    assert allowed.header("Remote-Email") == "chloe+o'hara@example.org"
    raw = allowed.header("Remote-Name")
    assert all(0x20 <= ord(x) < 0x7f for x in raw)
    assert urllib.parse.unquote(raw) == \
        "Chlo\u00eb \U0001f600 <b> & \"Q\", x=y; 100%"
    shown = real.daemon.show("show", "member", "acme",
                             allowed.header("Remote-User"))
    assert "\u00eb" in str(shown)


def test_no_email(real):
    _, allowed = signed_in(real, "dan")
    assert allowed.header("Remote-User") == "dan"
    assert allowed.header("Remote-Email") == ""


def test_two_hundred_groups(real_idp):
    lines = [f'resource group map "group-{n:03d}" to "g{n:03d}" role read'
             for n in range(1, 201)]
    own = Real(real_idp, "groups", lines)
    try:
        _, allowed = signed_in(own, "eve")
        assert allowed.header("X-Hfsso-Role") == "write"
        groups = allowed.header("Remote-Groups").split(",")
        assert groups == [f"g{n:03d}" for n in range(1, 201)]
    finally:
        own.end()


def test_wrong_password(real):
    mark = real.daemon.mark()
    person, answer = real.sign_in("ada", "wrong")
    assert d.session_of(person, real.settings.public) is None
    assert "password" in answer.text.lower()
    assert "saml_" not in real.daemon.log(mark)


def test_two_tabs(real):
    """Two logins of one browser at the same time; both end well."""
    person = real.daemon.browser()
    url = real.daemon.url("/organizations/acme/saml/login")
    public = real.settings.public
    first = person.get(url)
    second = person.get(url)
    form_a = person.sign_in(first.location, "ada", "ada-secret", stop=public)
    form_b = person.sign_in(second.location, "ada", "ada-secret",
                            stop=public)
    assert form_a["fields"]["RelayState"] != form_b["fields"]["RelayState"]
    for form in (form_b, form_a):
        answer = person.submit(form)
        assert answer.status in (302, 303), real.daemon.tail(4)
        assert who(real, person).status == 200


def test_at_most_four_unfinished(real):
    person = real.daemon.browser()
    for _ in range(7):
        person.get(real.daemon.url("/organizations/acme/saml/login"))
    kept = [n for n in person.cookies(real.settings.public + "/")
            if n.startswith(d.LOGIN)]
    assert 1 <= len(kept) <= 4
    _, answer = real.sign_in("ada", person=person)
    assert who(real, person).status == 200


@pytest.mark.parametrize("response,assertion", [
    (True, True), (True, False), (False, True)])
def test_what_is_signed(real, knobs, response, assertion):
    knobs(sp={"saml20.sign.response": response,
              "saml20.sign.assertion": assertion})
    signed_in(real, "ada")


def test_nothing_is_signed(real, knobs):
    knobs(sp={"saml20.sign.response": False,
              "saml20.sign.assertion": False})
    mark = real.daemon.mark()
    person, answer = real.sign_in("ada")
    assert answer.status == 403
    assert "saml_unsigned" in real.daemon.log(mark)


def test_encrypted_in_a_signed_response(real, knobs):
    """SimpleSAMLphp encrypts with AES-CBC."""
    knobs(sp={"assertion.encryption": True})
    signed_in(real, "ada")


def test_cbc_alone_is_refused(real, knobs):
    knobs(sp={"assertion.encryption": True, "saml20.sign.response": False})
    mark = real.daemon.mark()
    _, answer = real.sign_in("ada")
    assert answer.status == 403
    assert re.search("saml_(decryption|algorithm)", real.daemon.log(mark))


def test_post_binding(real_idp):
    own = Real(real_idp, "post", connection=["request binding post"])
    try:
        person = own.daemon.browser()
        start = person.get(own.daemon.url("/organizations/acme/saml/login"))
        assert start.status == 200
        form = b.Forms(start.text, start.url).forms[0]
        assert "SAMLRequest" in form["fields"]
        assert form["action"].startswith("http://127.0.0.1")
        # No script is needed to go on, and no frame may hold the page.
        policy = start.header("Content-Security-Policy")
        assert "frame-ancestors 'none'" in policy
        signed_in(own, "ada")
    finally:
        own.end()


def test_requests_are_signed(real):
    """Over the octets of the query as they are sent."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    import base64
    login = f.begin(real.daemon)
    query = login.query
    signed, _, value = query.partition("&Signature=")
    assert signed.endswith(urllib.parse.quote(
        f.SIGNATURES["rsa-sha256"][0], safe=""))
    key = f.sp_certificate(real.daemon, use="signing").public_key()
    key.verify(base64.b64decode(urllib.parse.unquote(value)),
               signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    assert login.root.get("Destination") == login.sso
    assert f.find(login.root, "samlp:NameIDPolicy") is None
    assert f.find(login.root, "samlp:RequestedAuthnContext") is None


def test_key_rollover(real_idp, knobs):
    """a, then ab with metadata of both, then b."""
    knobs(keys="a")
    own = Real(real_idp, "keys")
    try:
        signed_in(own, "ada")
        knobs(keys="ba")
        # Not announced yet: signed by a key that we do not know.
        mark = own.daemon.mark()
        _, answer = own.sign_in("ada")
        assert answer.status == 403
        assert "saml_signature" in own.daemon.log(mark)
        # The new metadata has both.
        (own.folder / "idp.xml").write_bytes(real_idp.metadata())
        own.daemon.reload()
        signed_in(own, "ada")
        knobs(keys="ab")
        signed_in(own, "ada")
        knobs(keys="b")
        signed_in(own, "ada")
        (own.folder / "idp.xml").write_bytes(real_idp.metadata())
        own.daemon.reload()
        signed_in(own, "ada")
        knobs(keys="a")
        _, answer = own.sign_in("ada")
        assert answer.status == 403
    finally:
        own.end()


@pytest.mark.parametrize("clock,verdict", [
    ("+10m", "saml_not_yet"), ("-15m", "saml_expired|saml_too_old")])
def test_clock_skew(clock, verdict):
    idp = i.SimpleSamlPhp(clock)
    try:
        own = Real(idp, "clock")
        try:
            mark = own.daemon.mark()
            person, answer = own.sign_in("ada")
            assert answer.status == 403
            assert re.search(verdict, own.daemon.log(mark))
        finally:
            own.end()
    finally:
        idp.stop()


def test_a_clock_two_minutes_wrong_is_no_matter():
    idp = i.SimpleSamlPhp("+2m")
    try:
        own = Real(idp, "clock")
        try:
            signed_in(own, "ada")
        finally:
            own.end()
    finally:
        idp.stop()


def test_return_address(real):
    for wanted in ("/hello?a=1&b=%2F", "/", "/x/y#z"):
        person, answer = real.sign_in(
            "ben", path="/organizations/acme/saml/login?return="
            + urllib.parse.quote(wanted, safe=""))
        assert answer.url.startswith(real.settings.public + wanted.split(
            "#")[0]), answer.url


@pytest.mark.parametrize("wanted", [
    "https://evil.test/", "//evil.test/", "/\\evil.test", "\\\\evil.test",
    "https:evil.test", "javascript:alert(1)", "http://hub.test/",
    "/a\r\nSet-Cookie: x=y", "https://hub.test.evil.test/",
    "https://hub.test@evil.test/", " /x", "x"])
def test_return_address_elsewhere(real, wanted):
    person = real.daemon.browser()
    answer = person.get(real.daemon.url(
        "/organizations/acme/saml/login?return="
        + urllib.parse.quote(wanted, safe="")))
    assert answer.status == 400, answer.headers
    assert "evil" not in str(answer.headers)


def test_sp_metadata(real):
    answer = real.daemon.browser().get(
        real.daemon.url("/organizations/acme/saml/metadata"))
    assert answer.status == 200
    assert answer.header("Content-Type") == "application/samlmetadata+xml"
    root = f.parse(answer.body)
    assert root.get("entityID") == answer.url
    uses = {k.get("use") for k in root.iterfind(".//md:KeyDescriptor", f.NS)}
    assert uses == {"signing", "encryption"}
    acs = f.find(root, ".//md:AssertionConsumerService")
    assert acs.get("Binding") == f.POST
    assert acs.get("Location") == \
        real.daemon.url("/organizations/acme/saml/consume")


@pytest.mark.parametrize("path,status", [
    ("/organizations/nobody/saml/login", 404),
    ("/organizations/acme/saml/login/nobody", 404),
    ("/organizations/acme/saml/consume/nobody", 404),
    ("/organizations/nobody/saml/metadata", 404),
    ("/organizations/acme/saml/nothing", 404),
    ("/organizations/ACME/saml/login", 404),
    ("/organizations//saml/login", 400),
    ("/organizations/acme/../acme/saml/login", 400),
    ("/organizations/%61cme/saml/login", 400)])
def test_addresses_that_are_not(real, path, status):
    answer = real.daemon.browser().get(real.daemon.url(path))
    assert answer.status in (status, 404, 405, 400), answer.status
    assert not answer.set_cookies()


def test_audit_of_a_login_is_in_the_log(real):
    mark = real.daemon.mark()
    person, allowed = signed_in(real, "ada")
    line = real.daemon.wait_log(r"[^\n]*ada[^\n]*", mark)[0]
    assert "acme" in line
    assert "sso" in line
    cookie = person.cookies(real.settings.public + "/")[d.SESSION]
    assert cookie not in real.daemon.log()
    assert "ada-secret" not in real.daemon.log()

"""
Single logout, from both ends: with SimpleSAMLphp, and with a provider of our
own that lies.
"""
import base64
import os
import re
import signal
import time
import urllib.parse

import pytest

import browser as b
import daemon as d
import forge as f
from conftest import Real, World

PARTIAL = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"


@pytest.fixture(scope="module")
def site():
    """Providers that know logout, and one organization beside."""
    world = World("logout")
    both = (f.REDIRECT, f.POST)
    world.idp("forge", slo=both)
    world.idp("other", slo=both)
    world.idp("poster", slo=(f.POST,))
    world.idp("ec", key=d.ec_key(), slo=both)
    world.idp("off", slo=both)
    world.idp("beta-idp", slo=both)
    world.settings.organizations = [
        d.Organization("acme", [world.connection(x) for x in (
            "forge", "other", "poster", "ec", "off")],
            [*d.ROLES, *world.keys()]),
        d.Organization("beta", [world.connection("beta-idp")], [
            "mode managed", "default role read"])]
    world.settings.application("hub")
    world.start()
    yield world
    world.end()


def signed_in(site, name, index="_i1", connection="", organization="acme",
              person=None):
    idp = site.idps[connection or (
        "forge" if organization == "acme" else "beta-idp")]
    person = f.sign_in(site.daemon, idp, name, organization, connection,
                       person, session_index=index)
    return person, d.session_of(person, site.settings.public)


def alive(site, cookie):
    return site.daemon.gate(cookies=cookie).status == 200


def leave(site, person):
    """Press the button of the sign-out page; the answer."""
    page = person.get(site.daemon.url("/.hfsso/logout"))
    form = next(x for x in b.Forms(page.text, page.url).forms
                if "logout" in x["action"])
    return person.submit(form)


def onward(answer):
    """The address of a page that goes on by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"',
                      answer.text)
    assert found, answer.text
    return found[1].replace("&amp;", "&")


def certificate(site, connection=""):
    return f.sp_certificate(site.daemon, use="signing")


# --- ours ----------------------------------------------------------------------

def test_metadata_publishes_both(site):
    answer = site.daemon.browser().get(site.daemon.url(
        "/organizations/acme/saml/metadata/other"))
    services = f.parse(answer.body).findall(
        ".//md:SingleLogoutService", f.NS)
    assert [x.get("Binding") for x in services] == [f.REDIRECT, f.POST]
    assert {x.get("Location") for x in services} == {
        f.logout_address(site.daemon, connection="other")}
    # Without a key to sign with there is none.
    answer = site.daemon.browser().get(site.daemon.url(
        "/organizations/beta/saml/metadata"))
    assert "SingleLogoutService" not in answer.text


def test_leaving_tells_the_provider(site):
    person, cookie = signed_in(site, "leaver", "_mine")
    answer = leave(site, person)
    assert not alive(site, cookie)
    assert answer.status == 200
    assert d.session_of(person, site.settings.public) is None
    url = onward(answer)
    assert url.startswith(site.idps["forge"].slo[f.REDIRECT] + "?")
    root, fields = f.verified_query(url, certificate(site))
    assert root.get("Destination") == site.idps["forge"].slo[f.REDIRECT]
    assert fields["RelayState"] == root.get("ID")
    name = f.find(root, "saml:NameID")
    assert (name.text, name.get("Format")) == ("leaver", f.PERSISTENT)
    assert f.find(root, "samlp:SessionIndex").text == "_mine"
    # And what it answers is told.
    to = f.logout_address(site.daemon)
    for status, below, words in (
            (f.SUCCESS, None, "has signed you out too"),
            (f.SUCCESS, PARTIAL, "could not do so everywhere"),
            (RESPONDER, None, "did not sign you out")):
        person, cookie = signed_in(site, "leaver")
        root, fields = f.verified_query(
            onward(leave(site, person)), certificate(site))
        query = f.redirect_query(
            f.logout_response(site.idps["forge"], to, root.get("ID"),
                              status, below),
            site.idps["forge"].key, fields["RelayState"])
        cookies = len(person.cookies(to))
        page = person.follow(person.get(f"{to}?{query}"))
        assert page.status == 200
        assert "/.hfsso/signed-out" in page.url
        assert words in page.text
        assert len(person.cookies(to)) == cookies - 1
        assert not alive(site, cookie)
        # Once only.
        assert person.get(f"{to}?{query}").status == 403


def test_leaving_by_form(site):
    person, cookie = signed_in(site, "former", connection="poster")
    answer = leave(site, person)
    assert not alive(site, cookie)
    form = next(x for x in b.Forms(answer.text, answer.url).forms
                if "SAMLRequest" in x["fields"])
    assert form["action"] == site.idps["poster"].slo[f.POST]
    assert site.idps["poster"].slo[f.POST].split("/slo")[0] in \
        answer.header("Content-Security-Policy")
    root = f.parse(base64.b64decode(form["fields"]["SAMLRequest"]))
    assert f.find(root, "ds:Signature/ds:SignatureValue").text
    to = f.logout_address(site.daemon, connection="poster")
    page = person.follow(person.post(to, f.post_fields(
        f.logout_response(site.idps["poster"], to, root.get("ID")),
        site.idps["poster"].key, form["fields"]["RelayState"])))
    assert "has signed you out too" in page.text


def test_leaving_here_only(site):
    """No key to sign with: as if there were no logout."""
    person, cookie = signed_in(site, "alone", organization="beta")
    answer = leave(site, person)
    assert answer.status == 303
    assert answer.location.endswith("/.hfsso/signed-out")
    assert d.session_of(person, site.settings.public) is None
    assert not alive(site, cookie)
    assert "may still be signed in" in person.follow(answer).text


def test_leaving_without_a_verifier(make_world):
    """It has ended, and the page says so, whatever became of verifier."""
    world = make_world("lone", start=False)
    world.idp("forge2", slo=(f.REDIRECT,))
    world.settings.organizations = [d.Organization(
        "acme", [world.connection("forge2")], [*d.ROLES, *world.keys()])]
    world.start()
    daemon = world.daemon
    daemon.falls = True
    person = f.sign_in(daemon, world.idps["forge2"], "lone")
    cookie = d.session_of(person, world.settings.public)
    page = person.get(daemon.url("/.hfsso/logout"))
    pid = daemon.pids()["hfssod-verifier"][0]
    os.kill(pid, signal.SIGSTOP)
    try:
        answer = person.submit(b.Forms(page.text, page.url).forms[0])
    finally:
        os.kill(pid, signal.SIGCONT)
    assert answer.status == 303
    assert answer.location.endswith("/.hfsso/signed-out")
    assert d.session_of(person, world.settings.public) is None
    assert daemon.gate(cookies=cookie).status == 401


@pytest.mark.parametrize("lie", [
    "unsigned", "other key", "another request", "another browser",
    "other provider", "old", "elsewhere", "no relay"])
def test_forged_answers(site, lie):
    """Nobody is told that his provider has signed him out when it hasn't."""
    daemon, idp = site.daemon, site.idps["forge"]
    person, _ = signed_in(site, "deceived")
    root, fields = f.verified_query(
        onward(leave(site, person)), certificate(site))
    to, relay, key, asked = f.logout_address(daemon), fields["RelayState"], \
        idp.key, root.get("ID")
    change = {}
    if lie == "unsigned":
        key = None
    elif lie == "other key":
        key = site.stranger.key
    elif lie == "another request":
        asked = f.new_id()
    elif lie == "another browser":
        person = daemon.browser()
    elif lie == "other provider":
        idp, key = site.idps["other"], site.idps["other"].key
    elif lie == "old":
        change["issued"] = f.when(-600)
    elif lie == "elsewhere":
        change["destination"] = to + "/other"
    elif lie == "no relay":
        relay = ""
    text = f.logout_response(idp, to, asked, **change)
    page = person.get(f"{to}?{f.redirect_query(text, key, relay)}")
    assert page.status == 403, daemon.tail(3)
    assert "did not work" in page.text
    page = person.post(to, f.post_fields(text, key, relay))
    assert page.status == 403


# --- theirs ---------------------------------------------------------------------

def ask(site, subject, indexes=(), post=False, connection="", person=None,
        relay="r+s&t", **change):
    """A right LogoutRequest; the answer, and its id."""
    idp = site.idps[connection or "forge"]
    to = f.logout_address(site.daemon, connection=connection)
    change.setdefault("id", f.new_id())
    text = f.logout_request(idp, to, subject, indexes, **change)
    person = person or site.daemon.browser()
    if post:
        answer = person.post(to, f.post_fields(text, idp.key, relay))
    else:
        answer = person.get(
            f"{to}?{f.redirect_query(text, idp.key, relay)}")
    return answer, change["id"]


def answered(site, answer, request, connection="forge", relay="r+s&t"):
    """Success, signed, at the place for answers."""
    at = site.idps[connection].slo[f.REDIRECT] + "/answer"
    assert answer.status == 303, f"{answer.status}\n{site.daemon.tail(4)}"
    assert answer.location.startswith(at + "?")
    root, fields = f.verified_query(answer.location, certificate(site))
    assert fields["RelayState"] == relay
    assert root.get("InResponseTo") == request
    assert root.get("Destination") == at
    assert f.find(root, "samlp:Status/samlp:StatusCode").get("Value") == \
        f.SUCCESS


@pytest.mark.parametrize("post", [False, True], ids=["redirect", "post"])
def test_provider_ends_sessions(site, post):
    _, one = signed_in(site, "gone", "_g1")
    mine, two = signed_in(site, "gone", "_g2")
    _, three = signed_in(site, "gone", "_g3")
    _, stays = signed_in(site, "stays", "_g1")
    answer, request = ask(site, "gone", ["_g1"], post)
    answered(site, answer, request)
    assert [alive(site, x) for x in (one, two, three, stays)] == \
        [False, True, True, True]
    # Through the person's own browser, whose cookie goes.
    answer, request = ask(site, "gone", ["_x", "_g2"], post, person=mine)
    answered(site, answer, request)
    assert not alive(site, two)
    assert d.session_of(mine, site.settings.public) is None
    # All that are left.
    answer, request = ask(site, "gone", (), post)
    answered(site, answer, request)
    assert not alive(site, three)
    assert alive(site, stays)


def test_another_browser_keeps_its_cookie(site):
    person, cookie = signed_in(site, "bystander", "_b1")
    signed_in(site, "target", "_t1")
    answer, request = ask(site, "target", (), person=person)
    answered(site, answer, request)
    assert d.session_of(person, site.settings.public) == cookie
    assert alive(site, cookie)


def test_ec_and_form(site):
    _, cookie = signed_in(site, "curve", connection="ec")
    answer, request = ask(site, "curve", connection="ec")
    answered(site, answer, request, "ec")
    assert not alive(site, cookie)
    _, cookie = signed_in(site, "paper", connection="poster")
    answer, request = ask(site, "paper", connection="poster")
    assert answer.status == 200
    form = b.Forms(answer.text, answer.url).forms[0]
    assert form["action"] == site.idps["poster"].slo[f.POST] + "/answer"
    assert form["fields"]["RelayState"] == "r+s&t"
    root = f.parse(base64.b64decode(form["fields"]["SAMLResponse"]))
    assert root.get("InResponseTo") == request
    assert not alive(site, cookie)


def test_nobody_is_success(site):
    mark = site.daemon.mark()
    answer, request = ask(site, "nobody-here")
    answered(site, answer, request)
    assert "sessions 0" in site.daemon.log(mark)


def test_encrypted_id(site):
    _, cookie = signed_in(site, "veiled")
    plain = (f'<saml:NameID xmlns:saml="{f.NS["saml"]}" '
             f'Format="{f.PERSISTENT}">veiled</saml:NameID>').encode()
    name = f.encrypted_text(plain, f.sp_certificate(site.daemon)).replace(
        "EncryptedAssertion", "EncryptedID")
    answer, request = ask(site, "", name_id=name)
    answered(site, answer, request)
    assert not alive(site, cookie)


def spoil(pattern, to):
    return lambda q: re.sub(pattern, to, q, count=1)


def reorder(query):
    parts = query.split("&")
    return "&".join([parts[1], parts[0], *parts[2:]])


# Name, the verdicts that are right, how it is made wrong: of the message,
# of the query after it was signed, of the form's key.
LIES = [
    ("unsigned", "saml_unsigned", {"key": None}),
    ("other key", "saml_signature", {"key": "stranger"}),
    ("other provider", "saml_issuer|saml_signature", {"idp": "other"}),
    ("other organization", "saml_issuer|saml_signature",
     {"idp": "beta-idp"}),
    ("sha1", "saml_algorithm", {"algorithm": "rsa-sha1"}),
    ("hmac", "saml_algorithm", {"algorithm": "hmac-sha256"}),
    ("other destination", "saml_destination",
     {"destination": "https://hub.test/organizations/beta/saml/logout"}),
    ("no destination", "saml_destination", {"destination": None}),
    ("old", "saml_too_old", {"issued": f.when(-600)}),
    ("of the future", "saml_not_yet", {"issued": f.when(600)}),
    ("expired", "saml_expired", {"until": f.when(-600)}),
    ("no issuer", "saml_issuer", {"issuer": None}),
    ("version", "saml_version", {"version": "1.1"}),
    ("no id", "saml_id", {"id": None}),
    ("dtd", "saml_forbidden_xml", {"dtd": True}),
    ("comment", "saml_forbidden_xml",
     {"name_id": "<saml:NameID>vic<!-- -->tim</saml:NameID>"}),
    ("two names", "logout_structure",
     {"after": "<saml:NameID>victim</saml:NameID>"}),
    ("no name", "saml_subject", {"name_id": ""}),
]
QUERIES = [
    ("duplicate message", "duplicate_parameter",
     lambda q: q + "&SAMLRequest=x"),
    ("duplicate relay", "duplicate_parameter",
     lambda q: q + "&RelayState=x"),
    ("duplicate signature", "duplicate_parameter",
     lambda q: q + "&Signature=x"),
    ("escaped duplicate", "duplicate_parameter",
     lambda q: q + "&%53igAlg=x"),
    ("reordered", "bad_request|saml_signature_form", reorder),
    ("encoded again", "saml_signature", spoil("%3A", "%3a")),
    ("relay changed", "saml_signature",
     spoil("RelayState=rs", "RelayState=rt")),
    ("relay removed", "saml_signature", spoil("&RelayState=rs", "")),
    ("dsa", "saml_algorithm", spoil("rsa-sha256", "dsa-sha256")),
    ("truncated", "saml_unsigned", spoil("&Signature=.*", "")),
    ("short signature", "saml_signature|saml_signature_form",
     spoil("(&Signature=(?:%..|[^%]){40}).*", r"\1")),
]


def refused(site, answer, verdicts, mark, connection="forge"):
    assert answer.status in (400, 403, 413), answer.status
    assert not re.search("signature|issuer|destination|algorithm|xml",
                         re.sub("<[^>]*>", "", answer.text), re.I)
    request = re.search(r"\b[0-9a-f]{16}\b", answer.text)[0]
    line = site.daemon.wait_log(rf"[^\n]*{request}[^\n]*", mark)[0]
    assert re.search(rf"logout refused: ({verdicts}) ", line), line
    assert connection in line and "acme" in line
    lines = [x for x in site.daemon.log(mark).splitlines() if request in x]
    assert len(lines) == 1, lines


@pytest.fixture(scope="module")
def victim(site):
    return signed_in(site, "victim", "_v1")[1]


@pytest.mark.parametrize("lie", LIES, ids=lambda x: x[0])
@pytest.mark.parametrize("post", [False, True], ids=["redirect", "post"])
def test_forged_requests(site, victim, lie, post):
    _, verdicts, how = lie
    how = dict(how)
    daemon = site.daemon
    to = f.logout_address(daemon)
    idp = site.idps[how.pop("idp", "forge")]
    key = how.pop("key", idp)
    key = None if key is None else \
        (site.stranger if key == "stranger" else key).key
    algorithm = how.pop("algorithm", None)
    dtd = how.pop("dtd", False)
    if algorithm == "hmac-sha256":
        key = base64.b64decode(f.pem_body(idp.certificate))
    text = f.logout_request(idp, how.pop("destination", to), "victim",
                            ["_v1"], **how)
    mark = daemon.mark()
    person = daemon.browser()
    if post:
        fields = f.post_fields(text, key, "rs", **(
            {"algorithm": algorithm} if algorithm else {}))
        if dtd:
            made = base64.b64decode(fields["SAMLRequest"])
            fields["SAMLRequest"] = base64.b64encode(
                b"<!DOCTYPE x>" + made).decode()
        answer = person.post(to, fields)
    else:
        if dtd:
            text = "<!DOCTYPE x>" + text
        answer = person.get(f"{to}?" + f.redirect_query(
            text, key, "rs", algorithm, "SAMLRequest"))
    refused(site, answer, verdicts, mark)
    assert alive(site, victim)


@pytest.mark.parametrize("lie", QUERIES, ids=lambda x: x[0])
def test_forged_queries(site, victim, lie):
    daemon = site.daemon
    to = f.logout_address(daemon)
    query = f.redirect_query(
        f.logout_request(site.idps["forge"], to, "victim", ["_v1"]),
        site.idps["forge"].key, "rs")
    mark = daemon.mark()
    made = lie[2](query)
    assert made != query
    answer = daemon.browser().get(f"{to}?{made}")
    refused(site, answer, lie[1], mark)
    assert alive(site, victim)


def test_forged_octets(site, victim):
    """Signed by the provider, and still not to be swallowed."""
    daemon, idp = site.daemon, site.idps["forge"]
    to = f.logout_address(daemon)
    # As much as fits into a request line: a thousand times that, inflated.
    bomb = f.deflated(b" " * 4000000)
    whole = f.deflated(f.logout_request(idp, to, "victim").encode())
    for value, verdicts in (
            (bomb, "too_large"), (whole[:len(whole) // 8 * 4],
                                  "saml_encoding"),
            ("", "saml_encoding"), ("AAAA", "saml_encoding")):
        mark = daemon.mark()
        query = f.redirect_query("", idp.key, "", None, "SAMLRequest", value)
        answer = daemon.browser().get(f"{to}?{query}")
        if answer.status == 413:
            assert "too_large" in daemon.log(mark)
        else:
            refused(site, answer, verdicts, mark)
    # Wrapped: a signed request of nobody within another.
    inner = f.parse(f.logout_request(idp, to, "nobody"))
    f.sign(inner, idp.key)
    text = f.logout_request(
        idp, to, "victim", before="<samlp:Extensions>"
        + f.xml(inner).decode() + "</samlp:Extensions>")
    mark = daemon.mark()
    answer = daemon.browser().post(to, f.post_fields(text, None))
    refused(site, answer, "saml_signature_form", mark)
    assert alive(site, victim)


def test_places(site, victim):
    """Right, and signed, but not for this connection or organization."""
    daemon = site.daemon
    person = daemon.browser()
    for organization, connection in (("beta", ""), ("acme", "other")):
        to = f.logout_address(daemon, organization, connection)
        query = f.redirect_query(
            f.logout_request(site.idps["forge"], to, "victim"),
            site.idps["forge"].key)
        mark = daemon.mark()
        assert person.get(f"{to}?{query}").status == 403
        assert re.search("saml_(issuer|signature)", daemon.log(mark))
    # Its own provider, but the name is of another connection.
    answer, request = ask(site, "victim", connection="other")
    answered(site, answer, request, "other")
    # The right name with a wrong SessionIndex.
    answer, request = ask(site, "victim", ["_v2"])
    answered(site, answer, request)
    assert alive(site, victim)
    to = f.logout_address(daemon)
    assert person.request("HEAD", to + "?SAMLRequest=x").status == 405
    assert person.get(to).status == 400


def test_disabled(site):
    daemon = site.daemon
    _, cookie = signed_in(site, "switched", connection="off")
    lines = site.settings.organizations[0].connections[4].lines
    lines.append("disable")
    daemon.reload()
    mark = daemon.mark()
    answer, _ = ask(site, "switched", connection="off")
    assert answer.status == 403
    assert "connection_disabled" in daemon.log(mark)
    lines.clear()
    daemon.reload()
    answer, request = ask(site, "switched", connection="off")
    answered(site, answer, request, "off")
    assert not alive(site, cookie)


def test_replay_after_a_crash(make_world):
    """What was burned stays burned, and what ended has ended."""
    world = make_world("replay", start=False)
    world.idp("forge3", slo=(f.REDIRECT,))
    world.settings.organizations = [d.Organization(
        "acme", [world.connection("forge3")], [*d.ROLES, *world.keys()])]
    world.start()
    daemon, idp = world.daemon, world.idps["forge3"]
    daemon.falls = True
    cookie = d.session_of(f.sign_in(daemon, idp, "twice"),
                          world.settings.public)
    to = f.logout_address(daemon)
    query = f.redirect_query(f.logout_request(idp, to, "twice"), idp.key)
    assert daemon.browser().get(f"{to}?{query}").status == 303
    for pid in daemon.pids()["hfssod-policy"]:
        os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 5 * d.SLOW
    while True:
        try:
            fresh = d.session_of(f.sign_in(daemon, idp, "twice"),
                                 world.settings.public)
            break
        except (OSError, AssertionError, Exception):
            assert time.monotonic() < end, daemon.tail()
            time.sleep(0.05)
    assert daemon.gate(cookies=cookie).status == 401
    mark = daemon.mark()
    assert daemon.browser().get(f"{to}?{query}").status == 403
    assert "replayed" in daemon.log(mark)
    assert daemon.gate(cookies=fresh).status == 200


# --- SimpleSAMLphp ----------------------------------------------------------------

@pytest.fixture(scope="module")
def real_site(real_idp):
    """It signs what it sends by redirect, and wants ours signed."""
    real_idp.knobs(idp={"sign.logout": True, "validate.logout": True},
                   sp={"sign.logout": True, "validate.logout": True})
    made = Real(real_idp, "slo")
    assert b"SingleLogoutService" in real_idp.metadata()
    yield made
    made.end()
    real_idp.knobs()


def real_cookie(site, user, person=None):
    person, _ = site.sign_in(user, person=person)
    cookie = d.session_of(person, site.settings.public)
    assert cookie and alive(site, cookie)
    return person, cookie


def test_real_leaving(real_site):
    """From here, to SimpleSAMLphp, and back."""
    person, cookie = real_cookie(real_site, "ada")
    answer = leave(real_site, person)
    assert not alive(real_site, cookie)
    page = person.follow(person.get(onward(answer)))
    assert "/.hfsso/signed-out?idp=done" in page.url, \
        f"{page.url}\n{page.text[:800]}\n{real_site.daemon.tail(4)}"
    assert "has signed you out too" in page.text
    # It is gone there too: a sign-in asks for the password again.
    page = person.sign_in(real_site.daemon.url(
        "/organizations/acme/saml/login"))
    assert "password" in page.text.lower()


def test_real_provider_leaves(real_site):
    """From SimpleSAMLphp, through us, and back there."""
    person, cookie = real_cookie(real_site, "ben")
    other, stays = real_cookie(real_site, "ben")
    base = f"http://127.0.0.1:{real_site.idp.port}/simplesaml"
    page = person.follow(person.get(
        f"{base}/saml2/idp/initSLO.php?RelayState="
        + urllib.parse.quote(f"{base}/logout.php")))
    assert page.url.startswith(base), \
        f"{page.url}\n{page.text[:800]}\n{real_site.daemon.tail(4)}"
    assert page.status in (200, 404)
    assert not alive(real_site, cookie)
    assert d.session_of(person, real_site.settings.public) is None
    # Another browser of the same person has another SessionIndex.
    assert alive(real_site, stays)
    assert re.search(r"logout ok: .*sessions 1", real_site.daemon.log())

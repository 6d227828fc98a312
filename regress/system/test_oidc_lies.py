"""
Everything that an OpenID Provider, the network or a stranger can get wrong
or lie about.  Each is refused with its own verdict, and nobody gets in.
"""
import base64
import json
import re
import threading
import time

import pytest
from cryptography.hazmat.primitives import serialization

import authority
import daemon as d
import liar as l
from conftest import World

NOW = time.time


@pytest.fixture(scope="module")
def site():
    made = World("lies")
    acme = [made.oidc("liar", made.liar(), "userinfo"),
            made.oidc("other", made.liar()),
            made.oidc("ec", made.liar(key=d.ec_key())),
            made.oidc("strict", made.liar(), "max age 10m",
                      'authn context { "urn:a" "urn:b" }'),
            made.oidc("older", made.liar())]
    made.liars[4].iss = None
    made.settings.organizations = [
        d.Organization("acme", acme, d.ROLES),
        d.Organization("beta", [made.oidc("beta", made.liar())], d.ROLES)]
    made.settings.application("hub")
    made.start()
    for connection, liar in zip(acme[1:], made.liars[1:]):
        liar.connection = connection.name
    made.liars[0].connection = made.liars[5].connection = ""
    yield made
    made.end()


@pytest.fixture
def liar(site):
    site.liars[0].reset()
    return site.liars[0]


def request_id(answer):
    found = re.findall(r"\b[0-9a-f]{16}\b", answer.text)
    assert found, answer.text
    return found[0]


def refused(site, answer, verdicts, mark, person=None, status=(403,)):
    """Refused for that reason, and no other; nothing came of it."""
    assert answer.status in status, \
        f"{answer.status}\n{site.daemon.tail(5)}"
    if person is not None:
        assert d.session_of(person, site.settings.public) is None
    line = site.daemon.wait_log(
        rf"[^\n]*{request_id(answer)}[^\n]*", mark)[0]
    assert re.search(rf"refused: ({verdicts})\b", line), line
    # The page helps nobody to forge the next one.
    words = re.sub("<[^>]*>", " ", answer.text)
    assert not re.search("signature|nonce|issuer|audience|algorithm|token",
                         words, re.I), words
    return line


def nobody(site, name, organization="acme"):
    assert name not in str(
        site.daemon.show("show", "members", organization))


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)


ROGUE = d.rsa_key()
ROGUE_EC = d.ec_key()


def truth(site, liar):
    """Without a lie it works: the lies are what is refused."""
    l.sign_in(site.daemon, liar, "truth")


def test_the_truth(site, liar):
    truth(site, liar)
    assert not liar.complaints


# --- the token's signature ---------------------------------------------------

def wrapped_plain(token):
    """A JWE, as far as anybody can see, around an unsigned token."""
    head = l.b64(l.compact({"alg": "RSA-OAEP", "enc": "A128GCM",
                            "cty": "JWT"}))
    return ".".join([head, l.b64(b"k" * 256), l.b64(b"i" * 12),
                     l.b64(token), l.b64(b"t" * 16)])


def changed(token, what):
    head, body, signature = token.split(".")
    claims = json.loads(l.unb64(body))
    claims.update(what)
    return ".".join([head, l.b64(l.compact(claims)), signature])


SIGNATURES = {
    "none": ("jwt_malformed", dict(alg="none")),
    "None": ("jwt_malformed", dict(alg="none", header={"alg": "None"})),
    "none, and signed": ("jwt_algorithm", dict(header={"alg": "none"})),
    "no alg": ("jwt_header|jwt_algorithm|jwt_malformed",
               dict(header={"alg": None})),
    "alg is a list": ("jwt_header|jwt_malformed",
                      dict(header={"alg": ["RS256"]})),
    "hmac with the public key": (
        "jwt_algorithm", lambda x: dict(alg="HS256", key=public_pem(x.key))),
    "hmac with its jwk": (
        "jwt_algorithm", lambda x: dict(
            alg="HS256", key=l.compact(l.jwk(x.key, x.kid)))),
    "hmac with our secret": (
        "jwt_algorithm", dict(alg="HS256", key=l.SECRET.encode())),
    "says ps, is rs": ("jwt_signature", dict(header={"alg": "PS256"})),
    "says rs, is ps": ("jwt_signature", dict(
        alg="PS256", header={"alg": "RS256"})),
    "says rs512": ("jwt_signature", dict(header={"alg": "RS512"})),
    "says es256": ("jwt_algorithm", dict(header={"alg": "ES256"})),
    "sha-1": ("jwt_algorithm", dict(header={"alg": "RS1"})),
    "another key": ("jwt_signature", dict(key=ROGUE)),
    "another key, without kid": (
        "jwt_key|jwt_signature", dict(key=ROGUE, header={"kid": None})),
    "unknown kid": ("jwt_key", dict(key=ROGUE, header={"kid": "nobody"})),
    "kid is a number": ("jwt_header|jwt_malformed|jwt_key",
                        dict(header={"kid": 1})),
    "kid is a path": ("jwt_key", dict(
        key=ROGUE, header={"kid": "../../../../dev/null"})),
    "jwk in the header": (
        "jwt_signature", dict(key=ROGUE, header={"jwk": l.jwk(ROGUE)})),
    "only a jwk": ("jwt_key|jwt_signature", dict(key=ROGUE, header={
        "jwk": l.jwk(ROGUE), "kid": None})),
    "jku": ("jwt_signature", dict(key=ROGUE, header={
        "jku": "http://127.0.0.1:9/keys"})),
    "x5c": ("jwt_signature", dict(key=ROGUE, header={"x5c": ["MIIB"]})),
    "crit": ("jwt_header", dict(header={"crit": ["exp"], "exp": 1})),
    "b64": ("jwt_header", dict(header={"b64": False, "crit": ["b64"]})),
    "zip": ("jwt_header", dict(header={"zip": "DEF"})),
    "typ of another": ("jwt_header", dict(header={"typ": "logout+jwt"})),
    "access token": ("jwt_header", dict(header={"typ": "at+jwt"})),
    "empty signature": ("jwt_signature|jwt_malformed", dict(
        wrap=lambda t: t.rpartition(".")[0] + ".")),
    "two parts": ("jwt_malformed",
                  dict(wrap=lambda t: t.rpartition(".")[0])),
    "four parts": ("jwt_malformed", dict(wrap=lambda t: t + ".x")),
    "jwe around an unsigned one": ("jwt_malformed", dict(
        alg="none", wrap=wrapped_plain)),
    "padding": ("jwt_malformed", dict(wrap=lambda t: t + "=")),
    "not the alphabet": ("jwt_malformed", dict(
        wrap=lambda t: t.replace(".", "+.", 1))),
    "a line break": ("jwt_malformed", dict(wrap=lambda t: t + "\n")),
    "json serialization": ("jwt_malformed", dict(
        wrap=lambda t: json.dumps(dict(zip(
            ("protected", "payload", "signature"), t.split(".")))))),
    "changed afterwards": ("jwt_signature", dict(
        wrap=lambda t: changed(t, {"sub": "admin"}))),
    "one bit": ("jwt_signature", dict(
        wrap=lambda t: t[:-20] + ("A" if t[-20] != "A" else "B")
        + t[-19:])),
    "a member twice": ("jwt_malformed|oidc_claims", lambda x: dict(
        claims={"sub": None}, wrap=lambda t: resigned(x, t))),
    "huge": ("jwt_malformed|provider_answer|too_large", dict(
        claims={"x": "y" * 70000})),
    "deep": ("jwt_malformed|oidc_claims|provider_answer", lambda x: dict(
        wrap=lambda _: l.jwt(b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}",
                             x.key, header={"kid": x.kid}))),
    "no object": ("jwt_malformed", lambda x: dict(
        wrap=lambda _: l.jwt(b'["sub"]', x.key, header={"kid": x.kid}))),
    "not utf-8": ("jwt_malformed", lambda x: dict(
        wrap=lambda _: l.jwt(b'{"sub":"\xff"}', x.key,
                             header={"kid": x.kid}))),
}


def resigned(liar, token):
    """Truly signed, with two subjects."""
    claims = l.unb64(token.split(".")[1]).decode()
    return l.jwt(('{"sub":"one","sub":"two",' + claims[1:]).encode(),
                 liar.key, header={"kid": liar.kid})


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(site, liar, name):
    verdicts, lies = SIGNATURES[name]
    lies = lies(liar) if callable(lies) else lies
    mark = site.daemon.mark()
    login, answer = l.attempt(site.daemon, liar, "forged", **lies)
    refused(site, answer, verdicts, mark, login.person,
            (502,) if "too_large" in verdicts and answer.status == 502
            else (403, 502))
    assert not liar.complaints
    nobody(site, "forged")


def der(signature):
    from cryptography.hazmat.primitives.asymmetric.utils import (
        encode_dss_signature)
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"),
                                int.from_bytes(signature[half:], "big"))


EC = {
    "hmac with the public key": ("jwt_algorithm", lambda x: dict(
        alg="HS256", key=public_pem(x.key))),
    "says rs": ("jwt_algorithm", dict(header={"alg": "RS256"})),
    "says es384": ("jwt_algorithm", dict(header={"alg": "ES384"})),
    "another key": ("jwt_signature", dict(key=ROGUE_EC)),
    "zeros": ("jwt_signature", dict(
        wrap=lambda t: t.rpartition(".")[0] + "." + l.b64(bytes(64)))),
    "der": ("jwt_signature|jwt_malformed", dict(
        wrap=lambda t: t.rpartition(".")[0] + "." + l.b64(
            der(l.unb64(t.rpartition(".")[2]))))),
    "longer": ("jwt_signature|jwt_malformed", dict(
        wrap=lambda t: t.rpartition(".")[0] + "." + l.b64(
            l.unb64(t.rpartition(".")[2]) + b"\0\0"))),
}


@pytest.mark.parametrize("name", EC)
def test_signatures_of_ec(site, name):
    liar = site.liars[2]
    liar.reset()
    verdicts, lies = EC[name]
    lies = lies(liar) if callable(lies) else lies
    mark = site.daemon.mark()
    login, answer = l.attempt(site.daemon, liar, "forged",
                              connection="ec", **lies)
    refused(site, answer, verdicts, mark, login.person)


# --- claims ------------------------------------------------------------------

def at(seconds):
    return int(NOW() + seconds)


CLAIMS = {
    "no iss": ("oidc_issuer", {"iss": None}),
    "another iss": ("oidc_issuer", {"iss": "https://evil.test"}),
    "iss with a slash": ("oidc_issuer", lambda x: {"iss": x.issuer + "/"}),
    "iss is a list": ("oidc_issuer|oidc_claims",
                      lambda x: {"iss": [x.issuer]}),
    "no aud": ("oidc_audience", {"aud": None}),
    "another aud": ("oidc_audience", {"aud": "another"}),
    "empty aud": ("oidc_audience", {"aud": []}),
    "aud begins with us": ("oidc_audience", {"aud": l.CLIENT + "x"}),
    "aud in capitals": ("oidc_audience", {"aud": l.CLIENT.upper()}),
    "aud is an object": ("oidc_audience|oidc_claims",
                         {"aud": {l.CLIENT: 1}}),
    "aud of two without azp": ("oidc_audience",
                               {"aud": [l.CLIENT, "another"]}),
    "azp of another": ("oidc_audience", {
        "aud": [l.CLIENT, "another"], "azp": "another"}),
    "azp of another alone": ("oidc_audience", {"azp": "another"}),
    "no exp": ("oidc_expired", {"exp": None}),
    "expired": ("oidc_expired", lambda _: {"exp": at(-200)}),
    "exp is a text": ("oidc_claims|oidc_expired", {"exp": "9999999999"}),
    "exp is no number": ("oidc_claims|oidc_expired|jwt_malformed",
                         {"exp": True}),
    "no iat": ("oidc_too_old", {"iat": None}),
    "old": ("oidc_too_old", lambda _: {"iat": at(-3600)}),
    "of the future": ("oidc_not_yet", lambda _: {"iat": at(3600)}),
    "not before": ("oidc_not_yet", lambda _: {"nbf": at(3600)}),
    "huge iat": ("oidc_claims|oidc_not_yet|jwt_malformed", {"iat": 1e300}),
    "negative exp": ("oidc_expired|oidc_claims", {"exp": -1}),
    "no nonce": ("oidc_nonce", {"nonce": None}),
    "another nonce": ("oidc_nonce", {"nonce": "x" * 43}),
    "nonce is a list": ("oidc_nonce|oidc_claims", {"nonce": ["x"]}),
    "no sub": ("oidc_subject", {"sub": None}),
    "empty sub": ("oidc_subject", {"sub": ""}),
    "sub is a number": ("oidc_subject|oidc_claims", {"sub": 7}),
    "long sub": ("oidc_subject|attribute_too_long", {"sub": "x" * 2000}),
    "control in sub": ("oidc_subject", {"sub": "a\nb"}),
    "nul in sub": ("oidc_subject|jwt_malformed", {"sub": "ada\0x"}),
    "at_hash": ("oidc_hash", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "c_hash": ("oidc_hash", {"c_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "events": ("oidc_claims", {"events": {l.LOGOUT: {}}}),
    "auth_time of the future": ("oidc_authn|oidc_claims",
                                lambda _: {"auth_time": at(3600)}),
    "long value": ("attribute_too_long", {"name": ["x" * 5000]}),
    "many values": ("attribute_too_long",
                    {"groups": [str(x) for x in range(5000)]}),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(site, liar, name):
    verdicts, claims = CLAIMS[name]
    claims = claims(liar) if callable(claims) else claims
    mark = site.daemon.mark()
    login, answer = l.attempt(site.daemon, liar, "liar", claims=claims)
    refused(site, answer, verdicts, mark, login.person)
    nobody(site, "liar")


STRICT = {
    "no auth_time": {"auth_time": None},
    "long ago": {"auth_time": int(NOW()) - 3600},
    "no acr": {"acr": None},
    "another acr": {"acr": "urn:c"},
    "acr is longer": {"acr": "urn:a/b"},
}


@pytest.mark.parametrize("name", STRICT)
def test_how_it_was_signed_in(site, name):
    liar = site.liars[3]
    liar.reset()
    claims = {"acr": "urn:b", **STRICT[name]}
    mark = site.daemon.mark()
    login, answer = l.attempt(site.daemon, liar, "weak",
                              connection="strict", claims=claims)
    assert login.query["max_age"] == "600"
    assert login.query["acr_values"] == "urn:a urn:b"
    refused(site, answer, "oidc_authn", mark, login.person)


def test_aud_of_one_in_a_list(site, liar):
    """As LemonLDAP::NG has it; and with us as azp."""
    for claims in ({"aud": [l.CLIENT]}, {"aud": [l.CLIENT], "azp": l.CLIENT},
                   {"aud": [l.CLIENT, "x"], "azp": l.CLIENT}):
        l.sign_in(site.daemon, liar, "listed", claims=claims)


# --- userinfo ----------------------------------------------------------------

USERINFO = {
    "of another": ("oidc_userinfo", {"sub": "somebody-else"}),
    "of nobody": ("oidc_userinfo", {"email": "x@example.org"}),
    "a list": ("provider_answer", ["sub"]),
    "no json": ("provider_answer", b"<html>"),
}


@pytest.mark.parametrize("name", USERINFO)
def test_userinfo(site, liar, name):
    verdicts, body = USERINFO[name]
    liar.lie["userinfo"] = l.Reply(body)
    mark = site.daemon.mark()
    login, answer = l.attempt(site.daemon, liar, "info")
    refused(site, answer, verdicts, mark, login.person, (403, 502))


def test_userinfo_never_overrides(site, liar):
    liar.lie["userinfo"] = l.Reply({
        "sub": "firm", "email": "evil@evil.test", "role": "hub-admins",
        "email_verified": True})
    person, cookie = l.sign_in(site.daemon, liar, "firm",
                               claims={"role": "people"})
    seen = site.daemon.gate(cookies=cookie)
    assert seen.header("Remote-Email") == "firm@example.org"
    assert seen.header("X-Hfsso-Role") == "read"


# --- the answer in the browser -----------------------------------------------

def test_stolen_code(site, liar):
    """In the thief's browser, with his own state or the victim's."""
    login = l.begin(site.daemon)
    code = liar.grant(login.query, "victim")
    thief = site.daemon.browser()
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, code, thief, iss=liar.issuer)
    refused(site, answer, "login_unknown", mark, thief)
    his = l.begin(site.daemon, person=thief)
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, his, code, iss=liar.issuer)
    # The provider is asked with his verifier and has another challenge.
    refused(site, answer, "oidc_code", mark, thief)
    nobody(site, "victim")


def test_injected_code(site, liar):
    """A provider that does not check the challenge: the nonce still holds."""
    login = l.begin(site.daemon)
    his = l.begin(site.daemon)
    code = liar.grant({**login.query, "code_challenge":
                       his.query["code_challenge"]}, "victim")
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, his, code, iss=liar.issuer)
    refused(site, answer, "oidc_nonce", mark, his.person)
    nobody(site, "victim")


def test_replayed(site, liar):
    login, answer = l.attempt(site.daemon, liar, "once")
    assert answer.status in (302, 303)
    code = list(liar.codes)[-1]
    mark = site.daemon.mark()
    again = l.deliver(site.daemon, login, code, iss=liar.issuer)
    refused(site, again, "login_unknown", mark)


def test_replayed_with_its_cookie(site, liar):
    """A browser that forgets nothing, and a provider that forgets all."""
    login = l.begin(site.daemon)
    jar = {h: dict(c) for h, c in login.person.jar.items()}
    code = liar.grant(login.query, "again")
    answer = l.deliver(site.daemon, login, code, iss=liar.issuer)
    assert answer.status in (302, 303)
    thief = site.daemon.browser()
    thief.jar = {h: dict(c) for h, c in jar.items()}
    liar.codes[code].used = False
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, code, thief, iss=liar.issuer)
    refused(site, answer, "replayed", mark, thief)
    # Another code for the same login.
    thief.jar = {h: dict(c) for h, c in jar.items()}
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, liar.grant(
        login.query, "again"), thief, iss=liar.issuer)
    refused(site, answer, "replayed", mark, thief)


def test_one_code_for_two_logins(site, liar):
    """A provider that gives the same again, whoever asks."""
    first, second = l.begin(site.daemon), l.begin(site.daemon)
    code = liar.grant(first.query, "twice", claims={"jti": "the-same"})
    answer = l.deliver(site.daemon, first, code, iss=liar.issuer)
    assert answer.status in (302, 303)
    liar.codes[code].used, liar.codes[code].query = False, second.query
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, second, code, iss=liar.issuer)
    refused(site, answer, "replayed", mark, second.person)


QUERIES = {
    "code twice": ("duplicate_parameter", "&code=x"),
    "state twice": ("duplicate_parameter", "&state=x"),
    "iss twice": ("duplicate_parameter", "&iss=x"),
    "escaped twice": ("duplicate_parameter", "&%63ode=x"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_duplicates(site, liar, name):
    verdicts, tail = QUERIES[name]
    login = l.begin(site.daemon)
    code = liar.grant(login.query, "double")
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, code, tail=tail, iss=liar.issuer)
    refused(site, answer, verdicts, mark, login.person)
    assert liar.count("token") == 0
    # It burned nothing.
    answer = l.deliver(site.daemon, login, code, iss=liar.issuer)
    assert answer.status in (302, 303)


STATES = {
    "none": None, "empty": "", "unknown": "0" * 64, "short": "abc",
    "long": "a" * 4000, "octets": "a\0b\r\n",
}


@pytest.mark.parametrize("name", STATES)
def test_states(site, liar, name):
    login = l.begin(site.daemon)
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, liar.grant(
        login.query, "state"), iss=liar.issuer, state=STATES[name])
    assert answer.status in (400, 403), site.daemon.tail(3)
    assert re.search("login_unknown|bad_request", site.daemon.log(mark))
    assert liar.count("token") == 0


@pytest.mark.parametrize("code", [None, "", "x" * 5000, "unknown",
                                  "a\r\nHost: evil&client_id=evil"])
def test_codes(site, liar, code):
    login = l.begin(site.daemon)
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, code, iss=liar.issuer)
    refused(site, answer, "oidc_code|bad_request", mark, login.person,
            (400, 403))
    assert not liar.complaints


@pytest.mark.parametrize("iss", [None, "https://evil.test", "",
                                 "the other's"])
def test_issuer_of_the_answer(site, liar, iss):
    """RFC 9207, which the provider announces."""
    if iss == "the other's":
        iss = site.liars[1].issuer
    login = l.begin(site.daemon)
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, liar.grant(
        login.query, "mixed"), iss=iss)
    refused(site, answer, "oidc_response_issuer", mark, login.person)
    assert liar.count("token") == 0


def test_issuer_unannounced(site):
    """Not demanded of one that does not announce it; right if there."""
    liar = site.liars[4]
    liar.reset()
    l.sign_in(site.daemon, liar, "older", connection="older")
    login = l.begin(site.daemon, connection="older")
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, liar.grant(
        login.query, "mixed"), iss=site.liars[0].issuer)
    refused(site, answer, "oidc_response_issuer", mark, login.person)


def test_mix_up(site, liar):
    """Code and state of one provider at the address of another."""
    other = site.liars[1]
    other.reset()
    login = l.begin(site.daemon)
    for where in ({"connection": "other"}, {"organization": "beta"}):
        mark = site.daemon.mark()
        answer = l.deliver(
            site.daemon, login, liar.grant(login.query, "mixed"),
            url=l.address(site.daemon, "consume", **where),
            iss=liar.issuer)
        refused(site, answer, "login_elsewhere|login_unknown", mark,
                login.person)
    assert other.count("token") == liar.count("token") == 0
    # The other way round: a login at the other, a code of this one.
    login = l.begin(site.daemon, connection="other")
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, liar.grant(
        login.query, "mixed"), iss=other.issuer)
    refused(site, answer, "oidc_code", mark, login.person)
    nobody(site, "mixed")


def test_another_provider_s_token(site, liar):
    """A right token of another connection's provider."""
    other = site.liars[1]
    mark = site.daemon.mark()
    login, answer = l.attempt(
        site.daemon, liar, "borrowed", key=other.key,
        claims={"iss": other.issuer})
    refused(site, answer, "jwt_signature|jwt_key", mark, login.person)


def test_posted(site, liar):
    """response_mode form_post was not asked for."""
    login = l.begin(site.daemon)
    code = liar.grant(login.query, "poster")
    answer = login.person.post(login.query["redirect_uri"], {
        "code": code, "state": login.query["state"], "iss": liar.issuer})
    assert answer.status in (400, 403, 405)
    assert liar.count("token") == 0


@pytest.mark.parametrize("error", [
    "access_denied", "login_required", "x" * 3000,
    "a\r\nb", "<script>alert(1)</script>"])
def test_errors(site, liar, error):
    login = l.begin(site.daemon)
    mark = site.daemon.mark()
    answer = l.deliver(site.daemon, login, None, error=error,
                       iss=liar.issuer, error_description="<b>d</b>")
    refused(site, answer, "oidc_error", mark, login.person)
    assert "<script>" not in answer.text and "<b>d" not in answer.text
    assert len(site.daemon.log(mark)) < 2000


# --- the endpoints -----------------------------------------------------------

ENDPOINTS = {
    "500": ("provider_answer", 502, lambda _: l.Reply(b"", 500)),
    "html": ("provider_answer", 502, lambda _: l.Reply(
        b"<html>", kind="text/html")),
    "empty": ("provider_answer", 502, lambda _: l.Reply(b"")),
    "a list": ("provider_answer", 502, lambda _: l.Reply([1])),
    "json of another type": ("provider_answer", 502, lambda t: l.Reply(
        t.body, kind="text/plain")),
    "no token": ("oidc_no_token", 502, lambda _: l.Reply({
        "access_token": "access-x-y", "token_type": "Bearer"})),
    "token is a list": ("oidc_no_token|provider_answer", 502,
                        lambda _: l.Reply({"id_token": ["x"]})),
    "huge": ("provider_answer", 502, lambda _: l.Reply(
        {"id_token": "x" * 400000})),
    "huge head": ("provider_answer", 502, lambda t: l.Reply(
        t.body, headers=[("X-Long", "y" * 30000)])),
    "endless": ("provider_answer", 502, lambda _: l.Reply(
        b"[" * 8192, endless=True)),
    "shorter than said": ("provider_(answer|unreachable)", (502, 503),
                          lambda t: l.Reply(t.body, cut=True,
                                            length=len(t.body) + 10)),
    "redirect elsewhere": ("provider_answer", 502, lambda _: l.Reply(
        status=302, headers=[("Location", "https://evil.test/token")])),
    "redirect inside": ("provider_answer", 502, lambda _: l.Reply(
        status=307, headers=[
            ("Location", "http://169.254.169.254/latest/")])),
    "redirect to another port": ("provider_answer", 502, lambda _: l.Reply(
        status=308, headers=[("Location", "http://127.0.0.1:9/")])),
    "redirect to a file": ("provider_answer", 502, lambda _: l.Reply(
        status=302, headers=[("Location", "file:///etc/passwd")])),
    "two lengths": ("provider_answer", 502, lambda t: l.Reply(
        t.body, headers=[("Content-Length", "5")])),
    "invalid_client": ("oidc_client", 503, lambda _: l.Reply(
        {"error": "invalid_client"}, 401)),
    "invalid_grant": ("oidc_code", 403, lambda _: l.Reply(
        {"error": "invalid_grant"}, 400)),
}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_token_endpoint(site, liar, name):
    verdicts, status, make = ENDPOINTS[name]
    liar.lie["token"] = lambda _, told: make(told)
    mark = site.daemon.mark()
    began = NOW()
    login, answer = l.attempt(site.daemon, liar, "endpoint")
    refused(site, answer, verdicts, mark, login.person,
            status if isinstance(status, tuple) else (status,))
    assert NOW() - began < 3 * d.SLOW
    nobody(site, "endpoint")


def test_slow_token_endpoint(site, liar):
    """Within ten seconds, whatever it does; and nobody else waits."""
    other, third = site.liars[1], site.liars[2]
    other.reset()
    third.reset()
    liar.lie["token"] = lambda _, told: l.Reply(told.body, delay=30)
    other.lie["token"] = lambda _, told: l.Reply(told.body, drip=0.2)
    mark, took = site.daemon.mark(), {}

    def one(who, connection):
        began = NOW()
        login, answer = l.attempt(site.daemon, who, "slow",
                                  connection=connection)
        took[connection] = NOW() - began, login, answer
    threads = [threading.Thread(target=one, args=x) for x in (
        (liar, ""), (other, "other"))]
    for thread in threads:
        thread.start()
    time.sleep(1)
    began = NOW()
    l.sign_in(site.daemon, third, "swift", connection="ec")
    assert NOW() - began < 2 * d.SLOW
    for thread in threads:
        thread.join()
    for seconds, login, answer in took.values():
        refused(site, answer, "provider_unreachable", mark, login.person,
                (503,))
        assert 5 < seconds < 10.5


# --- documents ---------------------------------------------------------------

# What is wrong: what the log says of it, and the lie.
DOCUMENTS = {
    "another issuer": ("issuer", lambda x: l.Reply(
        {**x.document(), "issuer": "https://evil.test"})),
    "issuer with a slash": ("issuer", lambda x: l.Reply(
        {**x.document(), "issuer": x.issuer + "/"})),
    "no issuer": ("issuer", lambda x: l.Reply(
        {**x.document(), "issuer": None})),
    "token endpoint elsewhere": (
        "endpoint host \"?tokens.example", lambda x: l.Reply(
            {**x.document(),
             "token_endpoint": "https://tokens.example/token"})),
    "keys elsewhere": ("endpoint host \"?keys.example", lambda x: l.Reply(
        {**x.document(), "jwks_uri": "https://keys.example/jwks"})),
    "keys at another port": ("endpoint host", lambda x: l.Reply(
        {**x.document(), "jwks_uri": "http://127.0.0.1:9/jwks"})),
    "a file": ("", lambda x: l.Reply(
        {**x.document(), "jwks_uri": "file:///etc/passwd"})),
    "somebody's name in it": ("", lambda x: l.Reply(
        {**x.document(), "token_endpoint": x.base.replace(
            "//", "//evil@") + "/token"})),
    "no keys": ("", lambda x: l.Reply({**x.document(), "jwks_uri": 7})),
    "html": ("", lambda x: l.Reply(b"<html>", kind="text/html")),
    "404": ("404", lambda x: l.Reply(b"", 404)),
    "huge": ("", lambda x: l.Reply({**x.document(), "x": "y" * 400000})),
    "endless": ("", lambda x: l.Reply(b" " * 8192, endless=True)),
    "redirect inside": ("", lambda x: l.Reply(status=302, headers=[
        ("Location", "http://169.254.169.254/")])),
    "redirect in a circle": ("", lambda x: l.Reply(status=302, headers=[
        ("Location", x.base + x.paths["discovery"])])),
}
KEYS = {
    "no set": l.Reply({"keys": []}),
    "html": l.Reply(b"<html>", kind="text/html"),
    "with a private key": l.Reply({"keys": [{
        "kty": "oct", "k": "c2VjcmV0", "kid": "first"}]}),
    "short": l.Reply({"keys": [l.jwk(d.rsa_key(1024), "first")]}),
    "for encryption": l.Reply({"keys": [
        {**l.jwk(d.rsa_key(), "first"), "use": "enc"}]}),
    "too many": l.Reply({"keys": [
        l.jwk(ROGUE, f"k{n}") for n in range(100)]}),
    "redirect elsewhere": l.Reply(status=302, headers=[
        ("Location", "http://127.0.0.1:9/jwks")]),
    "endless": l.Reply(b'{"keys":[' + b" " * 8192, endless=True),
}


@pytest.fixture(scope="module")
def misled():
    """A connection for each lie about documents; all fail at once."""
    made = World("misled")
    made.named = {}
    connections = []
    for n, name in enumerate([*(("doc", x) for x in DOCUMENTS),
                              *(("keys", x) for x in KEYS)]):
        liar = made.liar(key=ROGUE)
        if name[0] == "doc":
            liar.lie["discovery"] = DOCUMENTS[name[1]][1](liar)
        else:
            liar.lie["jwks"] = KEYS[name[1]]
        made.named[name] = (f"c{n}", liar)
        connections.append(made.oidc(f"c{n}", liar))
    made.liar()
    connections.insert(0, made.oidc("good", made.liars[-1]))
    made.settings.organizations = [
        d.Organization("acme", connections, d.ROLES)]
    made.settings.application("hub")
    made.start()
    yield made
    made.end()


@pytest.mark.parametrize("name", [("doc", x) for x in DOCUMENTS] +
                         [("keys", x) for x in KEYS],
                         ids=lambda x: " ".join(x))
def test_documents(misled, name):
    connection, liar = misled.named[name]
    mark = misled.daemon.mark()
    person = misled.daemon.browser()
    answer = person.get(l.address(misled.daemon, "login",
                                  connection=connection))
    assert answer.status in (502, 503), misled.daemon.tail(4)
    text = misled.daemon.log()
    line = [x for x in text.splitlines() if re.search(
        rf"\b{connection}\b", x)]
    assert line, text
    if name[0] == "doc":
        assert re.search(DOCUMENTS[name[1]][0], "\n".join(line)), line
    assert "evil@" not in text
    assert liar.count("token") == 0
    assert mark is not None
    # Where one lies, another is not harmed.
    l.sign_in(misled.daemon, misled.liars[-1], "unharmed")


# --- names and certificates --------------------------------------------------

@pytest.fixture(scope="module")
def tls():
    made = World("tls")
    trust = authority.Authority(made.folder)
    (made.folder / "x").mkdir()
    stranger = authority.Authority(made.folder / "x", "a stranger")
    names = ("good.test", "wrong.test", "stranger.test", "expired.test",
             "old.test", "down.test", "pinned.test", "badpin.test",
             "inside.test")
    (made.folder / "hosts").write_text("".join(
        f"127.0.0.1 {x}\n" for x in names))
    made.settings.top += [f'hosts file "{made.folder}/hosts"',
                          f'ca file "{trust.ca}"']
    made.named, connections = {}, []
    for name in names:
        pair = (stranger if name.startswith("stranger") else trust).issue(
            "another.test" if name.startswith("wrong") else name,
            days=-1 if name.startswith("expired") else 30)
        liar = made.liar(tls=pair, name=name)
        lines = []
        if "pin" in name:
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes
            key = x509.load_pem_x509_certificate(
                pair[1].read_bytes()).public_key() \
                if name.startswith("pinned") else ROGUE.public_key()
            from forge import digest
            lines = ['pin { "sha256:' + base64.b64encode(digest(
                hashes.SHA256(), key.public_bytes(
                    serialization.Encoding.DER, serialization.PublicFormat
                    .SubjectPublicKeyInfo))).decode() + '" }']
        made.named[name] = liar
        connection = made.oidc(name.split(".")[0], liar, *lines)
        if name.startswith("inside"):
            connection.lines.remove(d.LOCAL)
        connections.append(connection)
    closed = [("Connection", "close")]
    made.named["old.test"].lie = {x: lambda _, told: l.Reply(
        told.body, headers=closed) for x in ("discovery", "jwks")}
    made.named["down.test"].more = {
        "token_endpoint": "http://down.test/token"}
    made.settings.organizations = [
        d.Organization("acme", connections, d.ROLES)]
    made.settings.application("hub")
    made.start()
    yield made
    made.end()


def test_right_certificates(tls):
    l.sign_in(tls.daemon, tls.named["good.test"], "good")
    l.sign_in(tls.daemon, tls.named["pinned.test"], "pinned",
              connection="pinned")


@pytest.mark.parametrize("name", ["wrong", "stranger", "expired", "badpin",
                                  "inside", "down"])
def test_wrong_certificates(tls, name):
    """Of another name, of a stranger, too old, with another key; an address
    of ours that was not allowed; back to plain HTTP."""
    answer = tls.daemon.browser().get(l.address(
        tls.daemon, "login", connection=name))
    assert answer.status in (502, 503), tls.daemon.tail(5)
    liar = tls.named[f"{name}.test"]
    assert liar.count("jwks") == 0
    if name != "down":
        assert liar.count("discovery") == 0


def test_certificate_later(tls):
    """It was right when the documents came, and is another's now."""
    liar = tls.named["old.test"]
    login = l.begin(tls.daemon, connection="old")
    code = liar.grant(login.query, "late")
    liar.server.context = tls.named["wrong.test"].server.context
    mark = tls.daemon.mark()
    answer = l.deliver(tls.daemon, login, code, iss=liar.issuer)
    assert liar.count("token") == 0
    refused(tls, answer, "provider_answer", mark, login.person, (502,))


# --- the sign-in page's own address ------------------------------------------

@pytest.mark.parametrize("path", [
    "/organizations/acme/oidc/consume", "/organizations/acme/oidc/consume"
    "?code=x", "/organizations/acme/oidc/consume?" + "a=b&" * 1500,
    "/organizations/acme/oidc/consume?code=%zz&state=%00",
    "/organizations/acme/oidc/consume?code=%ff&state=%ff",
    "/organizations/acme/oidc/nothing"])
def test_addresses(site, path):
    answer = site.daemon.browser().get(site.daemon.url(path))
    assert answer.status in (400, 403, 404, 414), answer.status
    assert not answer.set_cookies()


def test_still_here(site, liar):
    """After all of this no process has fallen, and the truth still works."""
    truth(site, liar)
    assert not [x for x in site.daemon.processes() if x.get("restarts")]

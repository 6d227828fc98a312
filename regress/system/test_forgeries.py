"""
Every forged answer, end to end: a login of its own, the answer, a neutral
page, one line in the log, no session, no account.  And the right ones.
"""
import re

import pytest

import daemon as d
import forge as f
from forgeries import FORGERIES, Case

REQUEST_ID = re.compile(r"\b[0-9a-f]{16}\b")
# What may not be told to who tries.
TELLING = re.compile(r"signature|audience|issuer|destination|decrypt|"
                     r"algorithm|digest|xml|assertion", re.I)


def refused(daemon, answer, verdicts, mark, connection, organization="acme"):
    """The page is neutral and the log says why, once."""
    assert answer.status in (400, 403, 405, 413, 503), \
        f"{answer.status} {answer.headers}"
    assert d.SESSION not in answer.set_cookies()
    page = re.sub(r"<style>.*?</style>", "", answer.text, flags=re.S)
    request = REQUEST_ID.search(page)
    assert request, f"no request id on the page: {page[:600]}"
    assert not TELLING.search(re.sub(r"<[^>]*>", "", page)), page[:800]
    # A body that is refused unread is nobody's sign-in yet.
    if answer.status in (400, 413) and verdicts & {
            "too_large", "bad_request"} and \
            request[0] not in daemon.log(mark):
        return
    line = daemon.wait_log(
        rf"[^\n]*{request[0]}[^\n]*", mark, 5 * d.SLOW)[0]
    lines = [x for x in daemon.log(mark).splitlines() if request[0] in x]
    assert any(re.search(rf"\b{v}\b", x) for v in verdicts for x in lines), \
        f"wanted {sorted(verdicts)}: {lines}"
    if not verdicts & {"too_large", "bad_request", "duplicate_parameter",
                       "login_unknown", "method_not_allowed"}:
        assert any(connection in x for x in lines), line
        assert any(organization in x for x in lines), line


def members(daemon, organization="acme"):
    shown = daemon.show("show", "members", organization)
    return shown if isinstance(shown, list) else shown["members"]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda x: x.name)
def test_forged(world, forgery):
    daemon = world.daemon
    login = f.begin(daemon, connection=forgery.connection)
    made = forgery.function(Case(world, login, forgery.connection))
    mark = daemon.mark()
    if isinstance(made, (dict, list)):
        answer = login.person.post(login.acs, made)
    else:
        answer = f.deliver(daemon, login, made)
    refused(daemon, answer, forgery.verdicts, mark,
            forgery.connection or "forge")
    assert d.session_of(login.person, daemon.settings.public) is None


def test_no_account_came_of_it(world):
    """After all of the above: nobody of those names is a member."""
    names = str(members(world.daemon))
    for name in ("mallory", "trudy", "victim"):
        assert name not in names


# --- right ones ---------------------------------------------------------------

def accept(world, name, text=None, connection="", login=None, **how):
    """A right answer to a login: signs in; the forward-auth answer."""
    daemon = world.daemon
    idp = world.idps[connection or "forge"]
    login = login or f.begin(daemon, connection=connection)
    how.setdefault("subject", name)
    how.setdefault("attributes", {"uid": name, "role": ["hub-writers"],
                                  "email": f"{name}@example.org"})
    root = f.signed(idp, login, **how)
    text = text(root, login) if text else root
    answer = f.deliver(daemon, login, text)
    assert answer.status in (302, 303), \
        f"{answer.status} {answer.text[-400:]}\n{daemon.tail(4)}"
    cookie = d.session_of(login.person, daemon.settings.public)
    assert cookie
    allowed = daemon.gate(cookies=cookie)
    assert allowed.status == 200
    return allowed


@pytest.mark.parametrize("what", ["response", "assertion", "both"])
def test_right_signatures(world, what):
    allowed = accept(world, f"right-{what}", what=what)
    assert allowed.header("Remote-User") == f"right-{what}"
    assert allowed.header("X-Hfsso-Role") == "write"


def test_right_where_both_are_required(world):
    accept(world, "right-strict", connection="strict")


def test_right_where_the_response_is_required(world):
    accept(world, "right-resp", connection="either", what="response")


def test_right_ec(world):
    accept(world, "right-ec", connection="ec")


@pytest.mark.parametrize("name", ["rsa-sha384", "rsa-sha512"])
def test_right_algorithms(world, name):
    login = f.begin(world.daemon)
    root = f.make(world.idps["forge"], login, subject=name,
                  attributes={"uid": name})
    f.sign(root, world.idps["forge"].key, algorithm=name,
           digest_name="sha512")
    answer = f.deliver(world.daemon, login, root)
    assert answer.status in (302, 303), world.daemon.tail(4)


@pytest.mark.parametrize("cipher", ["aes128-gcm", "aes256-gcm"])
@pytest.mark.parametrize("what", ["assertion", "response"])
def test_right_encrypted(world, cipher, what):
    login = f.begin(world.daemon)
    idp = world.idps["forge"]
    root = f.make(idp, login, subject=f"{cipher}-{what}")
    if what == "assertion":
        f.sign(f.assertion_of(root), idp.key)
    f.encrypt(root, f.sp_certificate(world.daemon), cipher=cipher)
    if what == "response":
        f.sign(root, idp.key)
    answer = f.deliver(world.daemon, login, root)
    assert answer.status in (302, 303), world.daemon.tail(4)


@pytest.mark.parametrize("cipher", ["aes128-cbc", "aes256-cbc"])
def test_right_cbc_in_a_signed_response(world, cipher):
    login = f.begin(world.daemon)
    idp = world.idps["forge"]
    root = f.signed(idp, login, "assertion", subject=f"{cipher}")
    f.encrypt(root, f.sp_certificate(world.daemon), cipher=cipher)
    f.sign(root, idp.key)
    answer = f.deliver(world.daemon, login, root)
    assert answer.status in (302, 303), world.daemon.tail(4)


def test_right_with_a_declared_encoding_that_is_ignored(world):
    accept(world, "declared", lambda root, login:
           b'<?xml version="1.0" encoding="windows-1252"?>' + f.xml(root))


def test_right_with_inclusive_namespaces(world):
    """Okta names prefixes to keep in its exclusive canonicalization."""
    idp = world.idps["forge"]
    login = f.begin(world.daemon)
    root = f.make(idp, login, subject="prefixes")
    f.sign(root, idp.key, transforms=[
        f.ENVELOPED, f'<ds:Transform Algorithm="{f.EXC}">'
        f'<ec:InclusiveNamespaces xmlns:ec="{f.EXC}" PrefixList="xs"/>'
        "</ds:Transform>"])
    answer = f.deliver(world.daemon, login, root)
    assert answer.status in (302, 303), world.daemon.tail(4)


def test_right_with_white_space_in_base64(world):
    login = f.begin(world.daemon)
    fields = f.form(f.xml(f.signed(world.idps["forge"], login,
                                   subject="lines")), login)
    value = fields["SAMLResponse"]
    fields["SAMLResponse"] = "\r\n".join(
        value[i:i + 76] for i in range(0, len(value), 76))
    answer = login.person.post(login.acs, fields)
    assert answer.status in (302, 303), world.daemon.tail(4)


def test_right_within_the_skew(world):
    accept(world, "skewed", not_before=f.when(120),
           not_on_or_after=f.when(-120), confirm_until=f.when(-120))


def test_right_with_one_good_confirmation_of_two(world):
    login = f.begin(world.daemon)
    accept(world, "confirmed", login=login, confirmation=(
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:'
        'holder-of-key"/><saml:SubjectConfirmation '
        f'Method="{f.BEARER}"><saml:SubjectConfirmationData '
        f'Recipient="{login.acs}" InResponseTo="{login.id}" '
        f'NotOnOrAfter="{f.when(300)}"/></saml:SubjectConfirmation>'))


def test_right_with_one_use_condition(world):
    accept(world, "once", more_conditions="<saml:OneTimeUse/>")


# --- replay, and answers that come to the wrong place -------------------------

def test_the_same_answer_twice(world):
    daemon = world.daemon
    login = f.begin(daemon)
    before = dict(login.person.jar)
    jar = {h: dict(c) for h, c in before.items()}
    text = f.xml(f.signed(world.idps["forge"], login, subject="again"))
    assert f.deliver(daemon, login, text).status in (302, 303)
    mark = daemon.mark()
    # The browser's cookie is gone.
    refused(daemon, f.deliver(daemon, login, text),
            {"login_unknown", "replayed"}, mark, "forge")
    # A thief who kept the cookie as well.
    thief = daemon.browser()
    thief.jar = jar
    mark = daemon.mark()
    refused(daemon, f.deliver(daemon, login, text, person=thief),
            {"replayed"}, mark, "forge")
    assert d.session_of(thief, daemon.settings.public) is None


def test_the_same_assertion_in_another_login(world):
    daemon = world.daemon
    first = f.begin(daemon)
    root = f.signed(world.idps["forge"], first, "assertion",
                    subject="moved")
    assert f.deliver(daemon, first, root).status in (302, 303)
    second = f.begin(daemon)
    root.set("InResponseTo", second.id)
    mark = daemon.mark()
    refused(daemon, f.deliver(daemon, second, root),
            {"saml_in_response_to", "saml_confirmation"}, mark, "forge")


def test_an_assertion_used_again_under_a_new_signature(world):
    """The same ID from the same issuer is the same message."""
    daemon = world.daemon
    idp = world.idps["forge"]
    for turn in range(2):
        login = f.begin(daemon)
        root = f.signed(idp, login, "response", subject="sameid",
                        assertion_id="_used_again")
        mark = daemon.mark()
        answer = f.deliver(daemon, login, root)
        if turn == 0:
            assert answer.status in (302, 303)
        else:
            refused(daemon, answer, {"replayed"}, mark, "forge")


def test_another_browser(world):
    daemon = world.daemon
    login = f.begin(daemon)
    text = f.xml(f.signed(world.idps["forge"], login, subject="rightful"))
    mark = daemon.mark()
    refused(daemon, f.deliver(daemon, login, text, daemon.browser()),
            {"login_unknown"}, mark, "forge")
    # One with an unfinished login of its own.
    other = f.begin(daemon)
    mark = daemon.mark()
    refused(daemon, f.deliver(daemon, login, text, other.person),
            {"login_unknown"}, mark, "forge")
    # It burned nothing: who began it may go on.
    assert f.deliver(daemon, login, text).status in (302, 303)


def test_another_connection(world):
    daemon = world.daemon
    login = f.begin(daemon)
    text = f.xml(f.signed(world.idps["forge"], login, subject="mallory"))
    mark = daemon.mark()
    refused(daemon, f.deliver(daemon, login, text, url=login.acs + "/other"),
            {"login_elsewhere", "login_unknown"}, mark, "other")


def test_another_organization(world):
    daemon = world.daemon
    login = f.begin(daemon)
    text = f.xml(f.signed(world.idps["forge"], login, subject="mallory"))
    mark = daemon.mark()
    refused(daemon, f.deliver(
        daemon, login, text, url=login.acs.replace("/acme/", "/beta/")),
        {"login_elsewhere", "login_unknown"}, mark, "beta-idp", "beta")


def test_a_login_cookie_cut_or_changed(world):
    daemon = world.daemon
    def flip(at):
        return lambda v: v[:at % len(v)] + (
            "B" if v[at] == "A" else "A") + v[at % len(v) + 1:]

    for spoil in (lambda v: v[:-4], flip(0), flip(20), flip(-2),
                  lambda v: "", lambda v: v + "AAAA", lambda v: v[::-1],
                  lambda v: "A" * 3900):
        login = f.begin(daemon)
        for jar in login.person.jar.values():
            for key in jar:
                jar[key] = spoil(jar[key])
        mark = daemon.mark()
        refused(daemon, f.deliver(daemon, login, f.signed(
            world.idps["forge"], login, subject="mallory")),
            {"login_unknown", "login_elsewhere", "bad_request"}, mark,
            "forge")


def test_one_login_cookie_under_another_name(world):
    daemon = world.daemon
    first, second = f.begin(daemon), f.begin(daemon)
    jars = [next(iter(x.person.jar.values())) for x in (first, second)]
    keys = [next(iter(x)) for x in jars]
    jars[1][keys[1]] = jars[0][keys[0]]
    mark = daemon.mark()
    refused(daemon, f.deliver(daemon, second, f.signed(
        world.idps["forge"], second, subject="mallory")),
        {"login_unknown", "login_elsewhere"}, mark, "forge")


def test_get_instead_of_post(world):
    daemon = world.daemon
    login = f.begin(daemon)
    fields = f.form(f.xml(f.signed(world.idps["forge"], login,
                                   subject="mallory")), login)
    query = "&".join(f"{n}={v}" for n, v in (
        ("SAMLResponse", "PHg+"), ("RelayState", fields["RelayState"])))
    answer = login.person.get(login.acs + "?" + query)
    assert answer.status in (400, 403, 405)
    assert d.session_of(login.person, daemon.settings.public) is None


@pytest.mark.parametrize("kind", [
    "text/plain", "multipart/form-data; boundary=x", "application/json",
    None])
def test_another_content_type(world, kind):
    daemon = world.daemon
    login = f.begin(daemon)
    fields = f.form(f.xml(f.signed(world.idps["forge"], login,
                                   subject="mallory")), login)
    answer = login.person.post(login.acs, fields,
                               headers={"Content-Type": kind})
    assert answer.status in (400, 403, 415)
    assert d.session_of(login.person, daemon.settings.public) is None


def test_no_account_came_of_these_either(world):
    assert "mallory" not in str(members(world.daemon))


def test_a_failed_attempt_burns_nothing(world):
    daemon = world.daemon
    idp = world.idps["forge"]
    login = f.begin(daemon)
    root = f.signed(idp, login, subject="patient")
    bad = f.copy_of(root)
    bad.remove(f.find(bad, "ds:Signature"))
    f.find(bad, ".//saml:NameID").text = "trudy"
    f.deliver(daemon, login, bad)
    assert f.deliver(daemon, login, root).status in (302, 303)

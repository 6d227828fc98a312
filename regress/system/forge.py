"""
An identity provider of our own, which can do everything wrong on purpose.

begin() starts a login at the daemon and reads the AuthnRequest; make()
builds a Response for it, every part of which is a knob; sign() and
encrypt() do what they are told; deliver() posts it.  What is forged is put
together from these in test_forgeries.py.
"""
import base64
import copy
import datetime
import hmac
import os
import re
import urllib.parse
import zlib
from types import SimpleNamespace

from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding as block
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import (
    Encoding, PublicFormat)
from lxml import etree

import daemon as d

NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
}
DS, SAML, SAMLP = "{%s}" % NS["ds"], "{%s}" % NS["saml"], "{%s}" % NS["samlp"]

EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
EXC_COMMENTS = EXC + "WithComments"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = NS["ds"] + "enveloped-signature"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURES = {
    "rsa-sha256": (MORE + "rsa-sha256", hashes.SHA256()),
    "rsa-sha384": (MORE + "rsa-sha384", hashes.SHA384()),
    "rsa-sha512": (MORE + "rsa-sha512", hashes.SHA512()),
    "rsa-sha1": (NS["ds"] + "rsa-sha1", hashes.SHA1()),
    "ecdsa-sha256": (MORE + "ecdsa-sha256", hashes.SHA256()),
    "hmac-sha256": (MORE + "hmac-sha256", hashes.SHA256()),
    "hmac-sha1": (NS["ds"] + "hmac-sha1", hashes.SHA1()),
}
DIGESTS = {
    "sha256": (NS["xenc"] + "sha256", hashes.SHA256()),
    "sha512": (NS["xenc"] + "sha512", hashes.SHA512()),
    "sha1": (NS["ds"] + "sha1", hashes.SHA1()),
    "md5": (MORE + "md5", hashes.MD5()),
}
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

PARSER = etree.XMLParser(resolve_entities=False, no_network=True,
                         strip_cdata=False, huge_tree=True)


def when(seconds=0):
    at = datetime.datetime.utcnow() + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id():
    return "_" + os.urandom(16).hex()


def digest(algorithm, data):
    h = hashes.Hash(algorithm)
    h.update(data)
    return h.finalize()


def parse(text):
    return etree.fromstring(
        text.encode() if isinstance(text, str) else text, PARSER)


def xml(element):
    return etree.tostring(element)


def find(element, path):
    return element.find(path, NS)


class Idp:
    """Its name, its keys, and the metadata that says so."""

    def __init__(self, name="forge", key=None, slo=()):
        self.slo = {x: f"https://{name}.idp.test/slo-{n}"
                    for n, x in enumerate(slo)}
        self.entity_id = f"https://{name}.idp.test/metadata"
        self.sso = f"https://{name}.idp.test/sso"
        self.key = key or d.rsa_key()
        self.certificate = d.certificate(self.key, f"{name}.idp.test")

    def metadata(self, *more):
        """With this certificate, and those of more keys."""
        keys = "".join(
            '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>'
            f"<ds:X509Certificate>{pem_body(c)}</ds:X509Certificate>"
            "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for c in (self.certificate, *more))
        return (
            f'<md:EntityDescriptor xmlns:md="{NS["md"]}" '
            f'xmlns:ds="{NS["ds"]}" entityID="{self.entity_id}">'
            '<md:IDPSSODescriptor protocolSupportEnumeration='
            f'"{NS["samlp"]}">{keys}'
            f'<md:SingleSignOnService Binding="{REDIRECT}" '
            f'Location="{self.sso}"/>'
            f'<md:SingleSignOnService Binding="{POST}" '
            f'Location="{self.sso}"/>' + "".join(
                f'<md:SingleLogoutService Binding="{binding}" '
                f'Location="{at}" ResponseLocation="{at}/answer"/>'
                for binding, at in self.slo.items())
            + "</md:IDPSSODescriptor></md:EntityDescriptor>\n")


def pem_body(cert):
    return base64.b64encode(cert.public_bytes(Encoding.DER)).decode()


# --- a login ------------------------------------------------------------------

def begin(daemon, organization="acme", connection="", person=None,
          query="", headers=None):
    """
    Begin a login: the browser that did, and what the request asked for.
    """
    person = person or daemon.browser()
    path = f"/organizations/{organization}/saml/login"
    if connection:
        path += "/" + connection
    answer = person.get(daemon.url(path) + query, headers=headers)
    assert answer.status in (302, 303), \
        f"{path}: {answer.status} {answer.text[:500]}"
    return read_request(answer.location, person, answer)


def read_request(url, person=None, answer=None):
    parts = urllib.parse.urlsplit(url)
    fields = dict(urllib.parse.parse_qsl(parts.query, strict_parsing=True))
    text = zlib.decompress(base64.b64decode(fields["SAMLRequest"]), -15)
    root = parse(text)
    return SimpleNamespace(
        person=person, answer=answer, xml=text, root=root, fields=fields,
        query=parts.query, sso=url.split("?")[0], id=root.get("ID"),
        acs=root.get("AssertionConsumerServiceURL"),
        sp=find(root, "saml:Issuer").text,
        relay=fields.get("RelayState", ""))


def form(text, login=None, relay=None):
    """The fields that carry a Response."""
    octets = text.encode() if isinstance(text, str) else text
    out = {"SAMLResponse": base64.b64encode(octets).decode()}
    relay = relay if relay is not None else login.relay if login else ""
    if relay:
        out["RelayState"] = relay
    return out


# --- a response ---------------------------------------------------------------

ATTRIBUTE = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"


def attributes(values):
    return "".join(
        f'<saml:Attribute Name="{name}" NameFormat="{ATTRIBUTE}">' + "".join(
            f"<saml:AttributeValue>{v}</saml:AttributeValue>"
            for v in (value if isinstance(value, (list, tuple))
                      else [value])) + "</saml:Attribute>"
        for name, value in values.items())


def optional(name, value):
    return "" if value is None else f' {name}="{value}"'


def knobs(idp, login, **change):
    """Everything a right answer says; change says what is not right."""
    k = SimpleNamespace(
        response_id=new_id(), assertion_id=new_id(), version="2.0",
        assertion_version="2.0", issued=when(), assertion_issued=when(),
        destination=login.acs, in_response_to=login.id,
        issuer=idp.entity_id, assertion_issuer=idp.entity_id,
        status=SUCCESS, sub_status=None, subject="mallory",
        format=PERSISTENT, name_id=None, method=BEARER,
        confirm_recipient=login.acs, confirm_request=login.id,
        confirm_until=when(300), confirm_from=None, confirmation=None,
        not_before=when(-60), not_on_or_after=when(300),
        audience=login.sp, audiences=None, more_conditions="",
        authn=when(-5), session_until=None, session_index=new_id(),
        authn_context="urn:oasis:names:tc:SAML:2.0:ac:classes:"
        "PasswordProtectedTransport", authn_statement=None,
        attributes=None,
        more_statements="", before_assertion="", after_assertion="",
        conditions=None, subject_xml=None)
    for name, value in change.items():
        assert hasattr(k, name), name
        setattr(k, name, value)
    if k.attributes is None:
        who = k.subject if re.fullmatch("[a-z0-9-]+", k.subject) \
            else "mallory"
        k.attributes = {
            "uid": who, "email": f"{who}@example.org",
            "displayName": "Mallory", "role": ["hub-writers"],
            "groups": ["nlp-team"]}
    return k


def assertion_text(k):
    name_id = k.name_id if k.name_id is not None else \
        f'<saml:NameID{optional("Format", k.format)}>{k.subject}' \
        "</saml:NameID>"
    confirmation = k.confirmation if k.confirmation is not None else (
        f'<saml:SubjectConfirmation Method="{k.method}">'
        "<saml:SubjectConfirmationData"
        + optional("Recipient", k.confirm_recipient)
        + optional("InResponseTo", k.confirm_request)
        + optional("NotBefore", k.confirm_from)
        + optional("NotOnOrAfter", k.confirm_until)
        + "/></saml:SubjectConfirmation>")
    audiences = k.audiences if k.audiences is not None else (
        "" if k.audience is None else
        "<saml:AudienceRestriction><saml:Audience>"
        f"{k.audience}</saml:Audience></saml:AudienceRestriction>")
    conditions = k.conditions if k.conditions is not None else (
        "<saml:Conditions" + optional("NotBefore", k.not_before)
        + optional("NotOnOrAfter", k.not_on_or_after)
        + f">{audiences}{k.more_conditions}</saml:Conditions>")
    authn = k.authn_statement if k.authn_statement is not None else (
        "<saml:AuthnStatement" + optional("AuthnInstant", k.authn)
        + optional("SessionNotOnOrAfter", k.session_until)
        + optional("SessionIndex", k.session_index)
        + "><saml:AuthnContext><saml:AuthnContextClassRef>"
        f"{k.authn_context}</saml:AuthnContextClassRef>"
        "</saml:AuthnContext></saml:AuthnStatement>")
    subject = k.subject_xml if k.subject_xml is not None else \
        f"<saml:Subject>{name_id}{confirmation}</saml:Subject>"
    statement = "<saml:AttributeStatement>" + attributes(k.attributes) + \
        "</saml:AttributeStatement>" if k.attributes else ""
    issuer = "" if k.assertion_issuer is None else \
        f"<saml:Issuer>{k.assertion_issuer}</saml:Issuer>"
    return (
        f'<saml:Assertion xmlns:saml="{NS["saml"]}"'
        + optional("ID", k.assertion_id)
        + optional("Version", k.assertion_version)
        + optional("IssueInstant", k.assertion_issued)
        + f">{issuer}{subject}{conditions}{authn}{statement}"
        f"{k.more_statements}</saml:Assertion>")


def response_text(k, assertion):
    issuer = "" if k.issuer is None else \
        f"<saml:Issuer>{k.issuer}</saml:Issuer>"
    sub = f'<samlp:StatusCode Value="{k.sub_status}"/>' \
        if k.sub_status else ""
    return (
        f'<samlp:Response xmlns:samlp="{NS["samlp"]}" '
        f'xmlns:saml="{NS["saml"]}"' + optional("ID", k.response_id)
        + optional("Version", k.version)
        + optional("IssueInstant", k.issued)
        + optional("Destination", k.destination)
        + optional("InResponseTo", k.in_response_to)
        + f">{issuer}<samlp:Status><samlp:StatusCode "
        f'Value="{k.status}">{sub}</samlp:StatusCode></samlp:Status>'
        f"{k.before_assertion}{assertion}{k.after_assertion}"
        "</samlp:Response>")


def make(idp, login, **change):
    """An unsigned Response as a tree."""
    k = knobs(idp, login, **change)
    return parse(response_text(k, assertion_text(k)))


def assertion_of(root):
    return find(root, "saml:Assertion")


# --- signatures ---------------------------------------------------------------

def c14n(element, method=EXC):
    return etree.tostring(
        element, method="c14n", exclusive=method.startswith(EXC),
        with_comments=method.endswith("WithComments"))


def key_name(key):
    return "ecdsa-sha256" if isinstance(key, ec.EllipticCurvePrivateKey) \
        else "rsa-sha256"


def signature_value(key, name, data):
    hash_ = SIGNATURES[name][1]
    if name.startswith("hmac"):
        return hmac.new(key, data, hash_.name).digest()
    if name.startswith("ecdsa"):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hash_)))
        size = (key.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return key.sign(data, padding.PKCS1v15(), hash_)


def reference(uri, value, digest_name="sha256", transforms=None):
    steps = transforms if transforms is not None else [ENVELOPED, EXC]
    inner = "".join(
        t if t.startswith("<") else f'<ds:Transform Algorithm="{t}"/>'
        for t in steps)
    return (f'<ds:Reference URI="{uri}"><ds:Transforms>{inner}'
            "</ds:Transforms><ds:DigestMethod Algorithm="
            f'"{DIGESTS[digest_name][0]}"/><ds:DigestValue>'
            f"{base64.b64encode(value).decode()}</ds:DigestValue>"
            "</ds:Reference>")


def sign(element, key, algorithm=None, digest_name="sha256", method=EXC,
         transforms=None, uri=None, references=None, certificate=None,
         value=None, place=1):
    """
    Sign an element, and put the Signature after its Issuer.

    references: the Reference elements as text, instead of the one that is
    right; value: what is digested instead of the element; uri: instead of
    "#" and the element's ID.  Returns the Signature.
    """
    algorithm = algorithm or key_name(key)
    body = value if value is not None else c14n(element, EXC)
    uri = "#" + element.get("ID", "") if uri is None else uri
    if references is None:
        references = reference(
            uri, digest(DIGESTS[digest_name][1], body), digest_name,
            transforms)
    info = "" if certificate is None else (
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{pem_body(certificate)}</ds:X509Certificate></ds:X509Data>"
        "</ds:KeyInfo>")
    signature = parse(
        f'<ds:Signature xmlns:ds="{NS["ds"]}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{method}"/>'
        f'<ds:SignatureMethod Algorithm="{SIGNATURES[algorithm][0]}"/>'
        f"{references}</ds:SignedInfo><ds:SignatureValue/>{info}"
        "</ds:Signature>")
    element.insert(place, signature)
    resign(signature, key, algorithm, method)
    return signature


def resign(signature, key, algorithm=None, method=EXC):
    """The value of a Signature again, after its SignedInfo was changed."""
    algorithm = algorithm or key_name(key)
    made = signature_value(
        key, algorithm, c14n(find(signature, "ds:SignedInfo"), method))
    find(signature, "ds:SignatureValue").text = \
        base64.b64encode(made).decode()


def signed(idp, login, what="both", key=None, **change):
    """A Response that is signed as said: response, assertion or both."""
    root = make(idp, login, **change)
    key = key or idp.key
    if what in ("assertion", "both"):
        sign(assertion_of(root), key, certificate=idp.certificate)
    if what in ("response", "both"):
        sign(root, key, certificate=idp.certificate)
    return root


# --- encryption ---------------------------------------------------------------

OAEP = NS["xenc"] + "rsa-oaep-mgf1p"
RSA15 = NS["xenc"] + "rsa-1_5"
CIPHERS = {
    "aes128-gcm": ("http://www.w3.org/2009/xmlenc11#aes128-gcm", 16),
    "aes256-gcm": ("http://www.w3.org/2009/xmlenc11#aes256-gcm", 32),
    "aes128-cbc": (NS["xenc"] + "aes128-cbc", 16),
    "aes256-cbc": (NS["xenc"] + "aes256-cbc", 32),
}


def sp_certificate(daemon, organization="acme", use="encryption"):
    """The certificate that the daemon's own metadata publishes."""
    answer = daemon.browser().get(
        daemon.url(f"/organizations/{organization}/saml/metadata"))
    assert answer.status == 200, answer.text
    root = parse(answer.body)
    for key in root.iterfind(".//md:KeyDescriptor", NS):
        if key.get("use") in (None, use):
            body = find(key, ".//ds:X509Certificate").text
            return x509.load_der_x509_certificate(base64.b64decode(body))
    raise AssertionError(f"no {use} key in the metadata")


def cipher_octets(name, secret, plain):
    if name.endswith("gcm"):
        iv = os.urandom(12)
        seal = Cipher(algorithms.AES(secret), modes.GCM(iv)).encryptor()
        return iv + seal.update(plain) + seal.finalize() + seal.tag
    iv = os.urandom(16)
    pad = block.ANSIX923(128).padder()
    seal = Cipher(algorithms.AES(secret), modes.CBC(iv)).encryptor()
    return iv + seal.update(pad.update(plain) + pad.finalize()) + \
        seal.finalize()


def encrypted_text(plain, certificate, cipher="aes128-gcm", transport=OAEP,
                   spoil=None):
    """EncryptedAssertion around octets; spoil changes the ciphertext."""
    uri, size = CIPHERS[cipher]
    secret = os.urandom(size)
    octets = cipher_octets(cipher, secret, plain)
    if spoil:
        octets = spoil(octets)
    how = padding.PKCS1v15() if transport == RSA15 else padding.OAEP(
        padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    wrapped = certificate.public_key().encrypt(secret, how)
    extra = "" if transport == RSA15 else \
        f'<ds:DigestMethod xmlns:ds="{NS["ds"]}" ' \
        f'Algorithm="{NS["ds"]}sha1"/>'
    return (
        f'<saml:EncryptedAssertion xmlns:saml="{NS["saml"]}">'
        f'<xenc:EncryptedData xmlns:xenc="{NS["xenc"]}" '
        f'Type="{NS["xenc"]}Element"><xenc:EncryptionMethod '
        f'Algorithm="{uri}"/><ds:KeyInfo xmlns:ds="{NS["ds"]}">'
        f'<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{transport}">'
        f"{extra}</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>"
        f"{base64.b64encode(wrapped).decode()}</xenc:CipherValue>"
        "</xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>"
        "<xenc:CipherData><xenc:CipherValue>"
        f"{base64.b64encode(octets).decode()}</xenc:CipherValue>"
        "</xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>")


def encrypt(root, certificate, plain=None, **how):
    """Replace the Assertion of a Response by its encryption."""
    assertion = assertion_of(root)
    plain = plain if plain is not None else c14n(assertion)
    sealed = parse(encrypted_text(plain, certificate, **how))
    assertion.getparent().replace(assertion, sealed)
    return root


# --- logout -------------------------------------------------------------------

def logout_address(daemon, organization="acme", connection=""):
    return daemon.url(f"/organizations/{organization}/saml/logout"
                      + (f"/{connection}" if connection else ""))


def logout_request(idp, to, subject, indexes=(), **change):
    """A LogoutRequest as text, every part of which is a knob."""
    k = SimpleNamespace(
        id=new_id(), version="2.0", issued=when(), destination=to,
        until=when(300), issuer=idp.entity_id, format=PERSISTENT,
        name_id=None, before="", after="")
    for name, value in change.items():
        assert hasattr(k, name), name
        setattr(k, name, value)
    name_id = k.name_id if k.name_id is not None else \
        f'<saml:NameID{optional("Format", k.format)}>{subject}</saml:NameID>'
    issuer = "" if k.issuer is None else \
        f"<saml:Issuer>{k.issuer}</saml:Issuer>"
    return (
        f'<samlp:LogoutRequest xmlns:samlp="{NS["samlp"]}" '
        f'xmlns:saml="{NS["saml"]}"' + optional("ID", k.id)
        + optional("Version", k.version) + optional("IssueInstant", k.issued)
        + optional("Destination", k.destination)
        + optional("NotOnOrAfter", k.until)
        + f">{issuer}{k.before}{name_id}" + "".join(
            f"<samlp:SessionIndex>{x}</samlp:SessionIndex>"
            for x in indexes) + f"{k.after}</samlp:LogoutRequest>")


def logout_response(idp, to, request, status=SUCCESS, below=None, **change):
    k = SimpleNamespace(id=new_id(), issued=when(), destination=to,
                        issuer=idp.entity_id, in_response_to=request)
    for name, value in change.items():
        assert hasattr(k, name), name
        setattr(k, name, value)
    inner = f'<samlp:StatusCode Value="{below}"/>' if below else ""
    return (
        f'<samlp:LogoutResponse xmlns:samlp="{NS["samlp"]}" '
        f'xmlns:saml="{NS["saml"]}" Version="2.0"' + optional("ID", k.id)
        + optional("IssueInstant", k.issued)
        + optional("Destination", k.destination)
        + optional("InResponseTo", k.in_response_to)
        + f"><saml:Issuer>{k.issuer}</saml:Issuer><samlp:Status>"
        f'<samlp:StatusCode Value="{status}">{inner}</samlp:StatusCode>'
        "</samlp:Status></samlp:LogoutResponse>")


def deflated(octets):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(
        squeeze.compress(octets) + squeeze.flush()).decode()


def redirect_query(text, key, relay="", algorithm=None, parameter=None,
                   value=None):
    """The signed query of the redirect binding; key None: unsigned."""
    octets = text.encode() if isinstance(text, str) else text
    parameter = parameter or ("SAMLResponse" if b"LogoutResponse" in octets
                              else "SAMLRequest")
    fields = [(parameter, value if value is not None else deflated(octets))]
    if relay:
        fields.append(("RelayState", relay))
    if key is None:
        return urllib.parse.urlencode(fields)
    algorithm = algorithm or key_name(key)
    fields.append(("SigAlg", SIGNATURES[algorithm][0]))
    query = urllib.parse.urlencode(fields)
    made = base64.b64encode(signature_value(key, algorithm, query.encode()))
    return query + "&" + urllib.parse.urlencode([("Signature", made)])


def post_fields(text, key, relay="", **how):
    """The fields of the POST binding; key None: unsigned."""
    root = parse(text)
    if key is not None:
        sign(root, key, **how)
    name = "SAMLResponse" if root.tag == SAMLP + "LogoutResponse" else \
        "SAMLRequest"
    out = {name: base64.b64encode(xml(root)).decode()}
    if relay:
        out["RelayState"] = relay
    return out


def verified_query(url, certificate):
    """What a redirect of the daemon's says; its signature is checked."""
    query = urllib.parse.urlsplit(url).query
    octets, _, signature = query.partition("&Signature=")
    fields = dict(urllib.parse.parse_qsl(query, strict_parsing=True))
    certificate.public_key().verify(
        base64.b64decode(urllib.parse.unquote(signature)), octets.encode(),
        padding.PKCS1v15(), hashes.SHA256())
    name = "SAMLRequest" if "SAMLRequest" in fields else "SAMLResponse"
    return parse(zlib.decompress(base64.b64decode(fields[name]), -15)), \
        fields


# --- delivery -----------------------------------------------------------------

def deliver(daemon, login, text, person=None, relay=None, url=None, **how):
    """Post a Response as the login's own browser; the answer."""
    person = person or login.person
    if isinstance(text, etree._Element):
        text = xml(text)
    return person.post(url or login.acs, form(text, login, relay), **how)


VERDICT = re.compile(r"\b[0-9a-f]{16}\b")


def sign_in(daemon, idp, subject, organization="acme", connection="",
            person=None, what="both", roles=(), groups=(), email=None,
            **change):
    """A right login, from the start to the cookie; the browser."""
    login = begin(daemon, organization, connection, person)
    values = {"uid": subject, "displayName": subject.title(),
              "email": email or f"{subject}@example.org"}
    if roles:
        values["role"] = list(roles)
    if groups:
        values["groups"] = list(groups)
    change.setdefault("attributes", values)
    root = signed(idp, login, what, subject=subject, **change)
    answer = deliver(daemon, login, root)
    assert answer.status in (302, 303), \
        f"{answer.status}\n{answer.text[:800]}\n{daemon.tail(8)}"
    assert d.session_of(login.person, daemon.settings.public), \
        answer.headers
    return login.person


def copy_of(element):
    return copy.deepcopy(element)

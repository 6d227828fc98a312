"""
The forged answers, one function for each: given a case (see Case), it makes
what an attacker would post.  FORGERIES is the table that test_forgeries.py
goes through: name, function, the verdicts that are right for it, and where
it goes when that is not the first connection.
"""
import base64
import os
from collections import namedtuple

import forge as f
from forge import DS, NS, SAML, SAMLP, find, parse, sign, xml

Forgery = namedtuple("Forgery", "name function verdicts connection")
FORGERIES = []


def forged(name, *verdicts, connection=""):
    def add(function):
        FORGERIES.append(Forgery(name, function, set(verdicts), connection))
        return function
    return add


def knob(name, *verdicts, what="both", connection="", **change):
    """A right signature over a wrong statement."""
    def function(c):
        made = {k: v(c) if callable(v) else v for k, v in change.items()}
        return f.signed(c.idp, c.login, what, **made)
    FORGERIES.append(Forgery(name, function, set(verdicts), connection))


class Case:
    def __init__(self, world, login, connection):
        self.world, self.login = world, login
        self.daemon = world.daemon
        self.idp = world.idps[connection or "forge"]
        self.other = world.idps["other"]

    def good(self, what="both", **change):
        return f.signed(self.idp, self.login, what, **change)

    def plain(self, **change):
        return f.make(self.idp, self.login, **change)

    def sp(self):
        return f.sp_certificate(self.daemon)


def without_signature(element):
    copy = f.copy_of(element)
    for signature in copy.findall("ds:Signature", NS):
        copy.remove(signature)
    return copy


def evil(element, subject="trudy"):
    """A copy that nobody signed, with another ID, for somebody else."""
    copy = without_signature(element)
    copy.set("ID", f.new_id())
    for name in copy.iter(SAML + "NameID"):
        name.text = subject
    for inner in copy.iter(SAML + "Assertion"):
        inner.set("ID", f.new_id())
    return copy


# --- no signature, or not the right one ---------------------------------------

@forged("unsigned", "saml_unsigned")
def _(c):
    return c.plain()


@forged("signatures stripped", "saml_unsigned")
def _(c):
    root = c.good()
    for signature in list(root.iter(DS + "Signature")):
        signature.getparent().remove(signature)
    return root


@forged("one of two required signatures stripped", "saml_unsigned",
        connection="strict")
def _(c):
    root = c.good()
    root.remove(find(root, "ds:Signature"))
    return root


@forged("the other of two required stripped", "saml_unsigned",
        connection="strict")
def _(c):
    return c.good("response")


@forged("an empty Signature", "saml_signature_form", "saml_unsigned")
def _(c):
    root = c.plain()
    root.insert(1, parse(f'<ds:Signature xmlns:ds="{NS["ds"]}"/>'))
    return root


@forged("an empty SignatureValue", "saml_signature", "saml_signature_form")
def _(c):
    root = c.good("response")
    find(root, ".//ds:SignatureValue").text = ""
    return root


@forged("a SignatureValue with one bit flipped", "saml_signature")
def _(c):
    root = c.good("response")
    value = find(root, "ds:Signature/ds:SignatureValue")
    octets = bytearray(base64.b64decode(value.text))
    octets[40] ^= 1
    value.text = base64.b64encode(octets).decode()
    return root


@forged("signed by a key of nobody", "saml_signature")
def _(c):
    return c.good(key=c.world.stranger.key)


@forged("signed by a key that the message brings along", "saml_signature")
def _(c):
    root = c.plain()
    for element in (f.assertion_of(root), root):
        sign(element, c.world.stranger.key,
             certificate=c.world.stranger.certificate)
    return root


@forged("signed by another connection's identity provider", "saml_signature")
def _(c):
    return c.good(key=c.other.key)


@forged("HMAC with the certificate as the secret", "saml_algorithm")
def _(c):
    root = c.plain()
    sign(root, c.idp.certificate.public_bytes(f.Encoding.PEM),
         algorithm="hmac-sha256")
    return root


@forged("HMAC with the public key as the secret", "saml_algorithm")
def _(c):
    root = c.plain()
    sign(root, c.idp.key.public_key().public_bytes(
        f.Encoding.DER, f.PublicFormat.SubjectPublicKeyInfo),
        algorithm="hmac-sha1")
    return root


@forged("RSA with SHA-1", "saml_algorithm")
def _(c):
    root = c.plain()
    sign(root, c.idp.key, algorithm="rsa-sha1")
    return root


@forged("a SHA-1 digest", "saml_algorithm")
def _(c):
    root = c.plain()
    sign(root, c.idp.key, digest_name="sha1")
    return root


@forged("an MD5 digest", "saml_algorithm")
def _(c):
    root = c.plain()
    sign(root, c.idp.key, digest_name="md5")
    return root


@forged("ECDSA named over an RSA key", "saml_algorithm", "saml_signature")
def _(c):
    root = c.plain()
    sign(root, c.world.idps["ec"].key)
    return root


@forged("RSA named over an EC key", "saml_algorithm", "saml_signature",
        connection="ec")
def _(c):
    root = c.plain()
    sign(root, c.world.stranger.key)
    return root


# --- changed after signing ----------------------------------------------------

@forged("the NameID changed after signing", "saml_signature")
def _(c):
    root = c.good()
    find(root, ".//saml:NameID").text = "trudy"
    return root


@forged("a role added after signing", "saml_signature")
def _(c):
    root = c.good("assertion")
    statement = find(root, ".//saml:AttributeStatement")
    statement.append(parse(
        f'<saml:Attribute xmlns:saml="{NS["saml"]}" Name="role">'
        "<saml:AttributeValue>hub-admins</saml:AttributeValue>"
        "</saml:Attribute>"))
    return root


@forged("the assertion exchanged in a signed response", "saml_signature")
def _(c):
    root = c.good("response")
    old = f.assertion_of(root)
    root.replace(old, evil(old))
    return root


@forged("response right, assertion's own signature wrong", "saml_signature")
def _(c):
    root = c.plain()
    sign(f.assertion_of(root), c.world.stranger.key)
    sign(root, c.idp.key)
    return root


@forged("assertion right, response's signature wrong", "saml_signature")
def _(c):
    root = c.plain()
    sign(f.assertion_of(root), c.idp.key)
    sign(root, c.world.stranger.key)
    return root


# --- signature wrapping -------------------------------------------------------

SHAPE = ("saml_structure", "saml_signature_form", "saml_id")


@forged("XSW 1: the signed response inside its Signature", *SHAPE)
def _(c):
    original = c.good("response")
    wrapper = evil(original)
    signature = f.copy_of(find(original, "ds:Signature"))
    signature.append(without_signature(original))
    wrapper.insert(1, signature)
    return wrapper


@forged("XSW 2: the signed response beside its Signature", *SHAPE)
def _(c):
    original = c.good("response")
    wrapper = evil(original)
    wrapper.insert(1, without_signature(original))
    wrapper.insert(2, f.copy_of(find(original, "ds:Signature")))
    return wrapper


@forged("XSW 3: another assertion before the signed one", *SHAPE)
def _(c):
    root = c.good("assertion")
    good = f.assertion_of(root)
    root.insert(root.index(good), evil(good))
    return root


@forged("XSW 4: the signed assertion inside another", *SHAPE)
def _(c):
    root = c.good("assertion")
    good = f.assertion_of(root)
    wrapper = evil(good)
    root.replace(good, wrapper)
    wrapper.append(good)
    return root


@forged("XSW 5: the Signature moved to another assertion", *SHAPE)
def _(c):
    root = c.good("assertion")
    good = f.assertion_of(root)
    wrapper = evil(good)
    wrapper.insert(1, f.copy_of(find(good, "ds:Signature")))
    root.replace(good, wrapper)
    root.append(without_signature(good))
    return root


@forged("XSW 6: the signed assertion inside the moved Signature", *SHAPE)
def _(c):
    root = c.good("assertion")
    good = f.assertion_of(root)
    wrapper = evil(good)
    signature = f.copy_of(find(good, "ds:Signature"))
    signature.append(without_signature(good))
    wrapper.insert(1, signature)
    root.replace(good, wrapper)
    return root


@forged("XSW 7: another assertion in Extensions", *SHAPE)
def _(c):
    root = c.good("assertion")
    good = f.assertion_of(root)
    extensions = parse(f'<samlp:Extensions xmlns:samlp="{NS["samlp"]}"/>')
    wrapper = evil(good)
    wrapper.set("ID", good.get("ID"))
    extensions.append(wrapper)
    root.insert(root.index(good), extensions)
    return root


@forged("XSW 8: the signed assertion in an Object", *SHAPE)
def _(c):
    root = c.good("assertion")
    good = f.assertion_of(root)
    wrapper = evil(good)
    signature = f.copy_of(find(good, "ds:Signature"))
    inside = parse(f'<ds:Object xmlns:ds="{NS["ds"]}"/>')
    inside.append(without_signature(good))
    signature.append(inside)
    wrapper.insert(1, signature)
    root.replace(good, wrapper)
    return root


@forged("XSW 3 with the same ID on both", *SHAPE)
def _(c):
    root = c.good("assertion")
    good = f.assertion_of(root)
    wrapper = evil(good)
    wrapper.set("ID", good.get("ID"))
    root.insert(root.index(good), wrapper)
    return root


@forged("another assertion after the signed one", *SHAPE)
def _(c):
    root = c.good("assertion")
    root.append(evil(f.assertion_of(root)))
    return root


@forged("two signed assertions of two people", *SHAPE)
def _(c):
    root = c.good("assertion")
    second = f.assertion_of(c.good("assertion", subject="trudy"))
    root.append(second)
    return root


@forged("an assertion in an Extensions of the assertion's Advice", *SHAPE,
        "saml_conditions")
def _(c):
    root = c.plain()
    assertion = f.assertion_of(root)
    advice = parse(f'<saml:Advice xmlns:saml="{NS["saml"]}"/>')
    advice.append(evil(assertion))
    assertion.insert(3, advice)
    sign(assertion, c.idp.key)
    return root


@forged("the Signature in Extensions, not in what it signs", *SHAPE,
        "saml_unsigned")
def _(c):
    root = c.good("response")
    signature = find(root, "ds:Signature")
    extensions = parse(f'<samlp:Extensions xmlns:samlp="{NS["samlp"]}"/>')
    root.replace(signature, extensions)
    extensions.append(signature)
    return root


@forged("two Signatures on one element", *SHAPE)
def _(c):
    root = c.plain()
    sign(root, c.idp.key)
    sign(root, c.world.stranger.key, place=2)
    return root


# --- what the Signature says --------------------------------------------------

FORM = ("saml_signature_form", "saml_algorithm")


def digested(root, **how):
    return f.reference(
        "#" + root.get("ID"),
        f.digest(f.DIGESTS["sha256"][1], f.c14n(root)), **how)


@forged("two References", *FORM)
def _(c):
    root = c.plain()
    one = digested(root)
    sign(root, c.idp.key, references=one + one)
    return root


@forged("no Reference", *FORM, "saml_signature")
def _(c):
    root = c.plain()
    sign(root, c.idp.key, references="")
    return root


@forged("two SignedInfo", *FORM)
def _(c):
    root = c.good("response")
    signature = find(root, "ds:Signature")
    signature.insert(0, f.copy_of(find(signature, "ds:SignedInfo")))
    return root


@forged("two DigestValues", *FORM)
def _(c):
    root = c.plain()
    signature = sign(root, c.idp.key)
    ref = find(signature, ".//ds:Reference")
    ref.append(f.copy_of(find(ref, "ds:DigestValue")))
    f.resign(signature, c.idp.key)
    return root


@forged("an empty URI, the whole document", *FORM)
def _(c):
    root = c.plain()
    sign(root, c.idp.key, uri="")
    return root


@forged("an XPointer", *FORM)
def _(c):
    root = c.plain()
    sign(root, c.idp.key, uri=f"#xpointer(id('{root.get('ID')}'))")
    return root


@forged("a Reference to somewhere else", *FORM)
def _(c):
    root = c.plain()
    sign(root, c.idp.key, uri="http://127.0.0.1:9/x")
    return root


@forged("a Reference to a file", *FORM)
def _(c):
    root = c.plain()
    sign(root, c.idp.key, uri="file:///etc/passwd")
    return root


@forged("the response's Signature over the assertion only", *FORM)
def _(c):
    root = c.plain()
    assertion = f.assertion_of(root)
    sign(root, c.idp.key, uri="#" + assertion.get("ID"),
         value=f.c14n(assertion))
    return root


@forged("the assertion's Signature over the response", *FORM)
def _(c):
    root = c.plain()
    sign(f.assertion_of(root), c.idp.key, uri="#" + root.get("ID"),
         value=f.c14n(root))
    return root


XPATH = ('<ds:Transform Algorithm="http://www.w3.org/TR/1999/'
         'REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)'
         "</ds:XPath></ds:Transform>")
XSLT = ('<ds:Transform Algorithm="http://www.w3.org/TR/1999/'
        'REC-xslt-19991116"><xsl:stylesheet version="1.0" '
        'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template '
        'match="/"><xsl:copy-of select="document(\'file:///etc/passwd\')"/>'
        "</xsl:template></xsl:stylesheet></ds:Transform>")


for _name, _steps in (
        ("an XPath transform", [XPATH, f.EXC]),
        ("an XSLT transform", [f.ENVELOPED, XSLT]),
        ("a base64 transform", [f.ENVELOPED, NS["ds"] + "base64"]),
        ("a transform that keeps comments", [f.ENVELOPED, f.EXC_COMMENTS]),
        ("inclusive canonicalization", [f.ENVELOPED, f.C14N]),
        ("no enveloped transform", [f.EXC]),
        ("the enveloped transform twice", [f.ENVELOPED, f.ENVELOPED, f.EXC]),
        ("no transform", []),
        ("an unknown transform", [f.ENVELOPED, "urn:nobody:knows"])):
    def _(c, steps=_steps):
        root = c.plain()
        sign(root, c.idp.key, transforms=steps)
        return root
    forged(_name, *FORM, "saml_signature")(_)


@forged("inclusive canonicalization of SignedInfo", *FORM)
def _(c):
    root = c.plain()
    sign(root, c.idp.key, method=f.C14N)
    return root


@forged("a comment in the DigestValue", "saml_forbidden_xml")
def _(c):
    root = c.good("response")
    text = xml(root).decode()
    at = text.index("DigestValue>") + len("DigestValue>")
    return text[:at] + "<!--x-->" + text[at:]


@forged("an Object in the Signature", *FORM, *SHAPE)
def _(c):
    root = c.plain()
    signature = sign(root, c.idp.key)
    signature.append(parse(
        f'<ds:Object xmlns:ds="{NS["ds"]}"><x/></ds:Object>'))
    return root


@forged("an Assertion in KeyInfo", *FORM, *SHAPE)
def _(c):
    root = c.good("response")
    info = find(root, ".//ds:KeyInfo")
    info.append(evil(f.assertion_of(root)))
    return root


@forged("a relative namespace on the response", "saml_forbidden_xml")
def _(c):
    text = xml(c.good("response")).decode()
    return text.replace("<samlp:Response ",
                        '<samlp:Response xmlns:v="void" ', 1)


@forged("a relative namespace within, and an empty digest",
        "saml_forbidden_xml")
def _(c):
    root = c.plain()
    sign(root, c.idp.key, value=b"")
    text = xml(root).decode()
    return text.replace("<saml:Assertion ",
                        '<saml:Assertion xmlns:v="./void" ', 1)


@forged("the digest of nothing", "saml_signature")
def _(c):
    root = c.plain()
    sign(root, c.idp.key, value=b"")
    return root


# --- identifiers --------------------------------------------------------------

knob("one ID for response and assertion", "saml_id",
     response_id="_same", assertion_id="_same")
knob("no ID on the response", "saml_id", "saml_structure",
     what="assertion", response_id=None)
knob("no ID on the assertion", "saml_id", "saml_structure",
     what="response", assertion_id=None)
knob("an empty ID", "saml_id", what="assertion", response_id="")
knob("an ID with a blank in it", "saml_id", assertion_id="_a b")
knob("an ID that begins with a digit", "saml_id", assertion_id="1abc")
knob("an ID of 300 octets", "saml_id", assertion_id="_" + "a" * 299)


@forged("another element with the signed ID", "saml_id", *SHAPE)
def _(c):
    root = c.good("assertion")
    wanted = f.assertion_of(root).get("ID")
    root.insert(1, parse(
        f'<samlp:Extensions xmlns:samlp="{NS["samlp"]}">'
        f'<x ID="{wanted}"/></samlp:Extensions>'))
    return root


# --- what XML can do ----------------------------------------------------------

BAD = ("saml_forbidden_xml",)
knob("a comment in the NameID", *BAD,
     name_id="<saml:NameID>mallory<!-- --> .trudy</saml:NameID>")
knob("a comment in an attribute's value", *BAD,
     attributes={"role": "hub-<!---->admins"})
knob("a processing instruction in the NameID", *BAD,
     name_id="<saml:NameID>mal<?x y?>lory</saml:NameID>")
knob("CDATA in the NameID", *BAD,
     name_id="<saml:NameID><![CDATA[mallory]]></saml:NameID>")


def around(name, before=b"", after=b"", verdicts=BAD, what="both", turn=None):
    def function(c):
        text = before + xml(c.good(what)) + after
        return turn(text) if turn else text
    FORGERIES.append(Forgery(name, function, set(verdicts), ""))


DTD = b"<!DOCTYPE r ["
BOMB = DTD + b'<!ENTITY a0 "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10)
    for i in range(1, 12)) + b"]>"
around("a comment before the root", b"<!-- x -->")
around("a comment after the root", after=b"<!-- x -->")
around("a processing instruction before the root",
       b'<?xml-stylesheet href="http://127.0.0.1:9/"?>')
around("a DTD", b"<!DOCTYPE r>")
around("a DTD from elsewhere",
       b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">')
around("an external entity",
       DTD + b'<!ENTITY x SYSTEM "file:///etc/passwd">]>',
       turn=lambda t: t.replace(b">mallory<", b">&x;<", 1))
around("an entity in the NameID", DTD + b'<!ENTITY x "trudy">]>',
       turn=lambda t: t.replace(b">mallory<", b">&x;<", 1))
around("an entity bomb", BOMB,
       turn=lambda t: t.replace(b">mallory<", b">&a11;<", 1))
around("a parameter entity",
       DTD + b'<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]>')
around("an attribute default that gives an ID",
       DTD + b'<!ATTLIST r ID ID "x">]>')
around("an entity that nobody declared", verdicts=("saml_encoding", *BAD),
       turn=lambda t: t.replace(b">mallory<", b">&x;<", 1))
around("something after the root", after=b"<r/>",
       verdicts=("saml_encoding",))
around("text after the root", after=b"trailing",
       verdicts=("saml_encoding",))


def nested(depth, inner=""):
    return "<x>" * depth + inner + "</x>" * depth


COMPLEX = ("saml_too_complex",)
knob("nested 200 deep", *COMPLEX, what="response",
     attributes={"uid": nested(200)})
knob("nested 20000 deep", *COMPLEX, "saml_encoding", what="assertion",
     before_assertion=f'<samlp:Extensions>{nested(20000)}'
     "</samlp:Extensions>")
knob("60000 elements", *COMPLEX, "too_large", what="assertion",
     before_assertion="<samlp:Extensions>" + "<x/>" * 58000
     + "</samlp:Extensions>")
knob("an element with 200 attributes", *COMPLEX, what="assertion",
     before_assertion="<samlp:Extensions><x "
     + " ".join(f'a{i}="1"' for i in range(200)) + "/></samlp:Extensions>")
knob("300 namespaces on an element", *COMPLEX, what="assertion",
     before_assertion="<samlp:Extensions><x "
     + " ".join(f'xmlns:n{i}="urn:n{i}"' for i in range(300))
     + "/></samlp:Extensions>")


def encoded(name, turn, *verdicts):
    def function(c):
        return turn(xml(c.good()).decode())
    FORGERIES.append(Forgery(
        name, function, set(verdicts or ("saml_encoding",)), ""))


def declared(name):
    return f'<?xml version="1.0" encoding="{name}"?>'


encoded("UTF-16 with its mark", lambda t: t.encode("utf-16"))
encoded("UTF-16 declared and meant",
        lambda t: (declared("UTF-16") + t).encode("utf-16"))
encoded("UTF-16 without a mark", lambda t: t.encode("utf-16-be"))
encoded("UTF-32", lambda t: t.encode("utf-32"))
encoded("EBCDIC", lambda t: t.encode("cp037"))
encoded("EBCDIC declared",
        lambda t: (declared("EBCDIC-US") + t).encode("cp037"))
encoded("UTF-7", lambda t: (declared("UTF-7") + t).encode("utf-7"),
        "saml_encoding", "saml_signature")
encoded("windows-1252 octets", lambda t: (
    declared("windows-1252") + t.replace("Mallory", "M\u00e4llory")
).encode("cp1252"))
encoded("an octet that is not UTF-8", lambda t: t.replace(
    "Mallory", "M\udcffllory").encode("utf-8", "surrogateescape"))
encoded("an overlong slash", lambda t: t.encode().replace(
    b"Mallory", b"M\xc0\xafllory"))
encoded("a surrogate in UTF-8", lambda t: t.encode().replace(
    b"Mallory", b"M\xed\xa0\x80llory"))
encoded("a NUL", lambda t: t.replace("Mallory", "Mal\0lory").encode())
encoded("a NUL at the end", lambda t: t.encode() + b"\0")
encoded("a control character", lambda t: t.replace(
    "Mallory", "Mal\x01lory").encode())
encoded("a numeric reference to NUL", lambda t: t.replace(
    "Mallory", "Mal&#0;lory").encode())


# --- truncated, empty, huge ---------------------------------------------------

encoded("half of the document", lambda t: t.encode()[:len(t) // 2])
encoded("all but the last octet", lambda t: t.encode()[:-1])
encoded("one octet", lambda t: b"<")
encoded("no XML at all", lambda t: b"hello")
encoded("random octets", lambda t: os.urandom(2000))


def fields(name, turn, *verdicts):
    def function(c):
        return turn(c, f.form(xml(c.good()), c.login))
    FORGERIES.append(Forgery(name, function, set(verdicts), ""))


def changed(field, value):
    return lambda c, data: {**data, field: value(data[field])
                            if callable(value) else value}


fields("an empty SAMLResponse", changed("SAMLResponse", ""),
       "saml_encoding", "bad_request")
fields("no SAMLResponse", lambda c, data: {"RelayState": c.login.relay},
       "saml_encoding", "bad_request")
fields("no field at all", lambda c, data: {}, "saml_encoding",
       "bad_request", "unsolicited", "login_unknown")
fields("not base64", changed("SAMLResponse", "%%%%"), "saml_encoding")
fields("base64 cut short", changed("SAMLResponse", lambda v: v[:-3]),
       "saml_encoding")
fields("base64 with a foreign octet in it", changed(
    "SAMLResponse", lambda v: v[:100] + "!" + v[100:]), "saml_encoding")
fields("base64 twice over", changed(
    "SAMLResponse", lambda v: base64.b64encode(v.encode()).decode()),
    "saml_encoding")
fields("300 KB of a message", changed(
    "SAMLResponse", base64.b64encode(b"<x>" + b"a" * 270000 + b"</x>")),
    "too_large")
fields("2 MB of a form", changed("SAMLResponse", "A" * 2000000),
       "too_large")
fields("SAMLResponse twice", lambda c, data: [
    *data.items(), ("SAMLResponse", data["SAMLResponse"])],
    "duplicate_parameter")
fields("RelayState twice", lambda c, data: [
    *data.items(), ("RelayState", data["RelayState"])],
    "duplicate_parameter")
fields("another login's RelayState", changed(
    "RelayState", lambda v: v[:-1] + ("0" if v[-1] != "0" else "1")),
    "login_unknown", "saml_in_response_to")
fields("no RelayState", lambda c, data: {
    "SAMLResponse": data["SAMLResponse"]}, "unsolicited", "login_unknown",
    "saml_in_response_to")
fields("a RelayState of 4000 octets", changed("RelayState", "x" * 4000),
       "login_unknown", "bad_request", "unsolicited")


# --- encryption ---------------------------------------------------------------

SEALED = ("saml_decryption",)


def sealed(name, *verdicts, sign_what="response", what="assertion", **how):
    """Assertion signed as what says, encrypted, then the response."""
    def function(c):
        root = c.good(what) if what else c.plain()
        made = {k: v(c) if k == "plain" else v for k, v in how.items()}
        f.encrypt(root, c.sp(), **made)
        if sign_what:
            sign(root, c.idp.key)
        return root
    FORGERIES.append(Forgery(name, function, set(verdicts), ""))


def flip(at):
    def spoil(octets):
        changed_ = bytearray(octets)
        changed_[at] ^= 1
        return bytes(changed_)
    return spoil


sealed("the ciphertext with a bit flipped", *SEALED, spoil=flip(60),
       sign_what=None)
sealed("the tag with a bit flipped", *SEALED, spoil=flip(-1),
       sign_what=None)
sealed("the initial vector with a bit flipped", *SEALED, spoil=flip(0),
       sign_what=None)
sealed("a tag cut short", *SEALED, spoil=lambda o: o[:-12], sign_what=None)
sealed("no ciphertext", *SEALED, spoil=lambda o: b"", sign_what=None)
sealed("CBC in a response that nobody signed", *SEALED, "saml_algorithm",
       cipher="aes128-cbc", sign_what=None)
sealed("CBC with a bit flipped, response signed", *SEALED,
       "saml_signature", "saml_encoding", cipher="aes256-cbc",
       spoil=flip(40))
sealed("the key wrapped with RSA 1.5", *SEALED, "saml_algorithm",
       transport=f.RSA15)
sealed("encrypted by anybody, signed by nobody", "saml_unsigned",
       what=None, sign_what=None)
sealed("encrypted text that is no assertion", *SEALED, "saml_structure",
       "saml_encoding", plain=lambda c: b"hello")
sealed("two assertions in one ciphertext", *SEALED, "saml_structure",
       "saml_encoding", plain=lambda c: f.c14n(f.assertion_of(c.good(
           "assertion"))) * 2)
sealed("a DTD in the ciphertext", *SEALED, "saml_forbidden_xml",
       plain=lambda c: b"<!DOCTYPE r>" + f.c14n(f.assertion_of(
           c.good("assertion"))))
sealed("a comment in the ciphertext", *SEALED, "saml_forbidden_xml",
       plain=lambda c: f.c14n(f.assertion_of(c.good(
           "assertion"))).replace(b">mallory<", b">mal<!---->lory<", 1))
sealed("another response in the ciphertext", *SEALED, "saml_structure",
       plain=lambda c: xml(c.good("both")))


@forged("encrypted to somebody else's key", *SEALED)
def _(c):
    return f.encrypt(c.good("assertion"), c.world.stranger.certificate)


@forged("a plain assertion beside the encrypted one", *SHAPE)
def _(c):
    root = c.good("assertion")
    extra = evil(f.assertion_of(root))
    f.encrypt(root, c.sp())
    root.append(extra)
    return root


@forged("two encrypted assertions", *SHAPE)
def _(c):
    root = c.good("assertion")
    f.encrypt(root, c.sp())
    root.append(f.copy_of(find(root, "saml:EncryptedAssertion")))
    return root


@forged("another login's ciphertext moved into this response",
        "saml_in_response_to", "saml_signature", "saml_unsigned")
def _(c):
    before = f.begin(c.daemon)
    theirs = f.signed(c.idp, before, "assertion", subject="victim")
    f.encrypt(theirs, c.sp())
    root = c.plain()
    root.replace(f.assertion_of(root),
                 find(theirs, "saml:EncryptedAssertion"))
    return root


@forged("a ciphertext in a response that is signed wrong", "saml_signature")
def _(c):
    root = c.good("assertion")
    f.encrypt(root, c.sp())
    sign(root, c.world.stranger.key)
    return root


# --- status, structure, version -----------------------------------------------

TOP = "urn:oasis:names:tc:SAML:2.0:status:"
knob("a signed refusal with an assertion in it", "saml_status",
     status=TOP + "Responder")
knob("a signed refusal, success only in the second code", "saml_status",
     status=TOP + "Responder", sub_status=f.SUCCESS)
knob("a status that only begins like success", "saml_status",
     status=f.SUCCESS + "ful")


@forged("a signed refusal without an assertion", "saml_status")
def _(c):
    root = c.plain(status=TOP + "Requester", sub_status=TOP + "AuthnFailed")
    root.remove(f.assertion_of(root))
    sign(root, c.idp.key)
    return root


@forged("a signed refusal, the assertion in an Object", *SHAPE,
        "saml_status")
def _(c):
    root = c.plain(status=TOP + "Responder")
    assertion = f.assertion_of(root)
    root.remove(assertion)
    signature = sign(root, c.idp.key)
    inside = parse(f'<ds:Object xmlns:ds="{NS["ds"]}"/>')
    inside.append(assertion)
    signature.append(inside)
    return root


@forged("no Status", "saml_status", "saml_structure")
def _(c):
    root = c.plain()
    root.remove(find(root, "samlp:Status"))
    sign(root, c.idp.key)
    return root


@forged("success without an assertion", "saml_structure")
def _(c):
    root = c.plain()
    root.remove(f.assertion_of(root))
    sign(root, c.idp.key)
    return root


@forged("a bare assertion", "saml_structure")
def _(c):
    return f.assertion_of(c.good("assertion"))


def renamed(name, tag):
    def function(c):
        root = c.plain()
        root.tag = tag
        sign(root, c.idp.key)
        return root
    FORGERIES.append(Forgery(name, function, {"saml_structure"}, ""))


renamed("a LogoutResponse with an assertion in it", SAMLP + "LogoutResponse")
renamed("an AuthnRequest as the answer", SAMLP + "AuthnRequest")
renamed("a Response of no namespace", "Response")
renamed("a Response of SAML 1.1",
        "{urn:oasis:names:tc:SAML:1.0:protocol}Response")


@forged("a Response within an ArtifactResponse", "saml_structure")
def _(c):
    outer = parse(f'<samlp:ArtifactResponse xmlns:samlp="{NS["samlp"]}" '
                  f'ID="_o" Version="2.0" IssueInstant="{f.when()}"/>')
    outer.append(c.good())
    return outer


@forged("our own request sent back", "saml_structure")
def _(c):
    return c.login.xml


knob("Version 1.1 on the response", "saml_version", version="1.1")
knob("Version 1.1 on the assertion", "saml_version",
     assertion_version="1.1")
knob("no Version", "saml_version", version=None)

# --- who says it, to whom -----------------------------------------------------

knob("another issuer on the response", "saml_issuer",
     issuer="https://evil.test/")
knob("another issuer on the assertion", "saml_issuer",
     assertion_issuer="https://evil.test/")
knob("no issuer on the assertion", "saml_issuer", "saml_structure",
     what="response", assertion_issuer=None)
knob("the issuer with a slash more", "saml_issuer",
     assertion_issuer=lambda c: c.idp.entity_id + "/")
knob("the other connection's issuer", "saml_issuer",
     issuer=lambda c: c.other.entity_id,
     assertion_issuer=lambda c: c.other.entity_id)


@forged("a right answer of the other connection's provider", "saml_issuer",
        "saml_signature")
def _(c):
    return f.signed(c.other, c.login)


AUDIENCE = ("saml_audience",)
knob("another audience", *AUDIENCE, audience="https://evil.test/sp")
knob("an audience that we are a prefix of", *AUDIENCE,
     audience=lambda c: c.login.sp + ".evil.test")
knob("an audience that is a prefix of us", *AUDIENCE,
     audience=lambda c: c.login.sp[:-1])
knob("our audience in capitals", *AUDIENCE,
     audience=lambda c: c.login.sp.upper())
knob("the identity provider as the audience", *AUDIENCE,
     audience=lambda c: c.idp.entity_id)
knob("no audience", *AUDIENCE, audience=None)
knob("an empty AudienceRestriction", *AUDIENCE, "saml_structure",
     "saml_conditions", audiences="<saml:AudienceRestriction/>")
knob("two restrictions, one not for us", *AUDIENCE, audiences=lambda c: (
    "<saml:AudienceRestriction><saml:Audience>" + c.login.sp
    + "</saml:Audience></saml:AudienceRestriction>"
    "<saml:AudienceRestriction><saml:Audience>https://evil.test/"
    "</saml:Audience></saml:AudienceRestriction>"))
knob("no Conditions", *AUDIENCE, "saml_conditions", "saml_structure",
     conditions="")
knob("a condition that nobody knows", "saml_conditions",
     more_conditions='<saml:Condition xmlns:xsi="http://www.w3.org/2001/'
     'XMLSchema-instance" xsi:type="x"/>')

knob("another destination", "saml_destination",
     destination="https://evil.test/acs")
knob("no destination in a signed response", "saml_destination",
     destination=None)
knob("a destination that ours begins", "saml_destination",
     destination=lambda c: c.login.acs + "/x")
knob("the destination with a query", "saml_destination",
     destination=lambda c: c.login.acs + "?x=1")
knob("an empty destination", "saml_destination", destination="")

RECIPIENT = ("saml_recipient", "saml_confirmation")
knob("another recipient", *RECIPIENT,
     confirm_recipient="https://evil.test/acs")
knob("no recipient", *RECIPIENT, confirm_recipient=None)
knob("the other connection's recipient", *RECIPIENT,
     confirm_recipient=lambda c: c.login.acs + "/other")

REQUEST = ("saml_in_response_to", "saml_confirmation")
knob("another request in the response", *REQUEST, in_response_to="_other")
knob("another request in the confirmation", *REQUEST,
     confirm_request="_other")
knob("no request in the confirmation", *REQUEST, confirm_request=None)
knob("the request only in an unsigned response", *REQUEST,
     what="assertion", confirm_request=None)

# --- when ---------------------------------------------------------------------

OLD = ("saml_expired", "saml_confirmation")
knob("a confirmation that ended ten minutes ago", *OLD,
     confirm_until=f.when(-600))
knob("a confirmation without an end", *OLD, confirm_until=None)
knob("conditions that ended ten minutes ago", "saml_expired",
     not_on_or_after=f.when(-600))
knob("conditions that begin in ten minutes", "saml_not_yet",
     not_before=lambda c: f.when(600))
knob("NotBefore in the confirmation", "saml_confirmation",
     confirm_from=f.when(-60))
knob("issued an hour ago, valid for ever", "saml_too_old",
     issued=f.when(-3600), assertion_issued=f.when(-3600),
     not_on_or_after="2999-01-01T00:00:00Z",
     confirm_until="2999-01-01T00:00:00Z")
knob("the assertion issued an hour ago", "saml_too_old",
     assertion_issued=f.when(-3600))
knob("issued in an hour", "saml_not_yet", issued=f.when(3600 + 600),
     assertion_issued=f.when(3600 + 600))
knob("no IssueInstant", "saml_too_old", "saml_structure", "saml_not_yet",
     issued=None)
TIMES = ("saml_expired", "saml_conditions", "saml_structure",
         "saml_not_yet", "saml_confirmation", "saml_too_old")
for _time in ("2026-13-45T00:00:00Z", "tomorrow", "", "2099-01-01",
              "2099-01-01T00:00:00", "99999999999999999999-01-01T00:00:00Z",
              "-2099-01-01T00:00:00Z", "2099-01-01T00:00:00Zx"):
    knob(f"a time like {_time!r}", *TIMES, confirm_until=_time)
knob("a session that ended an hour ago", "saml_authn", "saml_expired",
     session_until=f.when(-3600))

# --- who it is ----------------------------------------------------------------

knob("a transient NameID", "saml_transient", format=f.TRANSIENT)
knob("no NameID", "saml_subject", name_id="")
knob("an empty NameID", "saml_subject", subject="")
knob("a NameID of blanks", "saml_subject", subject="   ")
knob("a NameID with an element in it", "saml_subject", "saml_structure",
     subject="mal<x>lory</x>")
knob("a NameID of 3000 octets", "saml_subject", "attribute_too_long",
     subject="m" * 3000)
knob("two NameIDs", "saml_subject", "saml_structure",
     name_id="<saml:NameID>mallory</saml:NameID>"
     "<saml:NameID>trudy</saml:NameID>")
knob("a BaseID", "saml_subject", "saml_structure",
     name_id="<saml:BaseID/>")
knob("no Subject", "saml_subject", "saml_structure", subject_xml="")
knob("no confirmation", "saml_confirmation", confirmation="")
knob("holder of key", "saml_confirmation",
     method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
knob("sender vouches", "saml_confirmation",
     method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches")
knob("no AuthnStatement", "saml_authn", authn_statement="")
knob("a value of 3000 octets", "attribute_too_long",
     attributes={"displayName": "m" * 3000})
knob("3000 values", "attribute_too_long", "saml_too_complex",
     attributes={"groups": [f"g{i}" for i in range(3000)]})

"""
Debian's LemonLDAP::NG on loopback: a SAML identity provider and an OpenID
Provider at once, unlike the others in many small ways.

Its people are those of its demonstration: dwho, rtyler, msmith, whose
passwords are their names.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import urllib.request

import daemon as d
import nginx
import ports

PSGI = d.TOP / "regress/idp/lemonldap.psgi"
PORTAL = pathlib.Path("/usr/share/lemonldap-ng/portal")
MISSING = None if PORTAL.exists() and shutil.which("plackup") else \
    "LemonLDAP::NG is not installed"

BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
# It does not decode what is percent-encoded in Basic authentication.
CLIENT, SECRET = "hub", "secret0of0the0hub"

INI = """\
[all]
logLevel = notice
checkTime = 1
[configuration]
type = File
dirName = {folder}/conf
[portal]
staticPrefix = /static
templateDir = {portal}/templates
languages = en
"""


class LemonLdap:
    """
    start() once the addresses of the relying party are known: saml is the
    metadata of a service provider, oidc the base of OpenID Connect's.
    """

    def __init__(self):
        self.folder = d.scratch("lemonldap")
        self.port = ports.free()
        self.base = f"http://127.0.0.1:{self.port}"
        self.issuer = self.base + "/"
        self.metadata_url = self.base + "/saml/metadata"
        self.process = None

    def start(self, saml=None, oidc=()):
        for part in ("conf", "sessions/lock", "kept/lock", "cache"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        # Another user runs it, who may not read this tree.
        shutil.copyfile(PSGI, self.folder / "portal.psgi")
        (self.folder / "lemonldap-ng.ini").write_text(
            INI.format(folder=self.folder, portal=PORTAL))
        (self.folder / "conf/lmConf-1.json").write_text(
            json.dumps(self.config(saml, oidc)))
        command = ["plackup", "-E", "deployment", "--host", "127.0.0.1",
                   "--port", str(self.port),
                   str(self.folder / "portal.psgi")]
        if d.ROOT:
            subprocess.run(["chown", "-R", "nobody", self.folder],
                           check=True)
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup",
                       "--clear-groups", "--", *command]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env={
                    **os.environ, "LLNG_DEFAULTCONFFILE":
                    str(self.folder / "lemonldap-ng.ini")})
        nginx.wait_port(self.port, self.process, 30)
        return self

    def metadata(self):
        with urllib.request.urlopen(self.metadata_url, timeout=20) as answer:
            return answer.read()

    def said(self):
        return (self.folder / "log").read_text()

    def config(self, saml, oidc):
        key, crt = (x.read_text() for x in d.write_pair(
            self.folder, "saml", d.rsa_key(), "lemonldap.test"))
        signer = d.rsa_key()
        return {
            "cfgNum": 1, "cfgVersion": "2.16.1", "cfgAuthor": "test",
            "cfgDate": "1700000000", "key": "worth nothing, on loopback",
            "portal": self.issuer, "domain": "127.0.0.1",
            "cookieName": "lemonldap", "securedCookie": 0,
            "sameSite": "Lax", "timeout": 7200, "cspFormAction": "*",
            "portalSkin": "bootstrap", "portalDisplayRegister": 0,
            "portalDisplayResetPassword": 0, "skipRenewConfirmation": 1,
            "skipUpgradeConfirmation": 1, "captcha": "::NoCaptcha",
            "captcha_mail_enabled": 0, "captcha_register_enabled": 0,
            "locationRules": {"127.0.0.1": {"default": "accept"}},
            "exportedHeaders": {}, "applicationList": {},
            # People.
            "authentication": "Demo", "userDB": "Same",
            "passwordDB": "Demo", "registerDB": "Null",
            "demoExportedVars": {x: x for x in ("cn", "mail", "uid")},
            "exportedVars": {}, "whatToTrace": "_whatToTrace",
            "groups": {"staff": "1", "nlp-team": "$uid eq 'dwho'"},
            "macros": {
                "_whatToTrace": "$_user",
                "role": "$uid eq 'dwho' ? 'hub-admins; people' : 'people'"},
            # Where it keeps what.
            "globalStorage": "Apache::Session::File",
            "globalStorageOptions": self.store("sessions"),
            "persistentStorage": "Apache::Session::File",
            "persistentStorageOptions": self.store("kept"),
            "localSessionStorage": "Cache::FileCache",
            "localSessionStorageOptions": {
                "cache_root": f"{self.folder}/cache", "cache_depth": 3,
                "namespace": "sessions", "default_expires_in": 600},
            **self.saml(key, crt, saml), **self.oidc(signer, oidc)}

    def store(self, name):
        return {"Directory": f"{self.folder}/{name}",
                "LockDirectory": f"{self.folder}/{name}/lock",
                "generateModule": "Lemonldap::NG::Common::Apache::Session"
                                  "::Generate::SHA256"}

    @staticmethod
    def saml(key, crt, metadata):
        out = {
            "issuerDBSAMLActivation": 1, "issuerDBSAMLPath": "^/saml/",
            "issuerDBSAMLRule": 1,
            "samlEntityID": "#PORTAL#/saml/metadata",
            "samlServicePrivateKeySig": key,
            "samlServicePublicKeySig": crt,
            "samlServiceSignatureMethod": "RSA_SHA256",
            "samlServiceUseCertificateInResponse": 1,
            "samlNameIDFormatMapEmail": "mail", "samlMetadataForceUTF8": 1}
        if metadata is None:
            return out
        option = "samlSPMetaDataOptions"
        return {
            **out,
            "samlSPMetaDataXML": {"hub": {
                "samlSPMetaDataXML": metadata.decode()}},
            "samlSPMetaDataOptions": {"hub": {
                option + "NameIDFormat": "email",
                option + "EncryptionMode": "none",
                **{option + x: 1 for x in (
                    "SignSSOMessage", "SignSLOMessage",
                    "CheckSSOMessageSignature",
                    "CheckSLOMessageSignature")}}},
            "samlSPMetaDataExportedAttributes": {"hub": {
                "mail": f"1;email;{BASIC};", "uid": f"1;uid;{BASIC};",
                "cn": f"1;displayName;{BASIC};",
                "groups": f"0;groups;{BASIC};",
                "role": f"1;role;{BASIC};"}}}

    @staticmethod
    def oidc(signer, bases):
        from cryptography.hazmat.primitives import serialization
        public = signer.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        option = "oidcRPMetaDataOptions"
        return {
            "issuerDBOpenIDConnectActivation": 1,
            "issuerDBOpenIDConnectPath": "^/oauth2/",
            "issuerDBOpenIDConnectRule": 1,
            "oidcServicePrivateKeySig": d.private_pem(signer).decode(),
            "oidcServicePublicKeySig": public,
            "oidcServiceKeyIdSig": "first",
            "oidcServiceAllowAuthorizationCodeFlow": 1,
            "oidcServiceIgnoreScopeForClaims": 1,
            "oidcRPMetaDataOptions": {"hub": {
                option + "ClientID": CLIENT,
                option + "ClientSecret": SECRET,
                option + "IDTokenSignAlg": "RS256",
                option + "RedirectUris": " ".join(
                    x.format("consume") for x in bases),
                option + "PostLogoutRedirectUris": " ".join(
                    x.format("logout") for x in bases),
                option + "LogoutUrl": " ".join(
                    x.format("logout") for x in bases[:1]),
                option + "LogoutType": "front",
                option + "LogoutSessionRequired": 1,
                option + "BypassConsent": 1, option + "Rule": "",
                option + "UserIDAttr": "uid",
                option + "IDTokenForceClaims": 1}},
            # Signing out it sends who it was as sid; its ID token has none
            # of itself.
            "oidcRPMetaDataExportedVars": {"hub": {
                "sid": "uid",
                "email": "mail", "name": "cn",
                "preferred_username": "uid", "role": "role",
                "groups": "groups;string;always"}},
            "oidcRPMetaDataOptionsExtraClaims": {"hub": {
                "groups": "groups"}}}

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

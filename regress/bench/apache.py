"""
Debian's Apache with mod_auth_openidc, which is what people put in front of
an application otherwise: the same provider, client and checks as ours.
"""
import os
import subprocess

import measure
import nginx

SECRET = "bench-secret"
CLIENT = "bench-client"
CALLBACK = "/callback"
MODULES = ("mpm_event", "authn_core", "authz_core", "authz_user",
           "auth_openidc")
CONFIG = """\
ServerRoot {folder}
ServerName 127.0.0.1
PidFile {folder}/apache.pid
Mutex file:{folder}
ErrorLog {folder}/apache.log
LogLevel warn
Listen 127.0.0.1:{port}
{user}
{modules}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
MaxKeepAliveRequests 0
KeepAliveTimeout 60
DocumentRoot {folder}
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCProviderTokenEndpointAuth client_secret_post
OIDCClientID {client}
OIDCClientSecret {secret}
OIDCRedirectURI http://127.0.0.1:{port}{callback}
OIDCCryptoPassphrase a-passphrase-of-the-bench
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
<Location />
AuthType openid-connect
Require valid-user
</Location>
"""


class Apache:
    def __init__(self, folder, port, issuer):
        folder.mkdir()
        folder.chmod(0o777)
        self.port = port
        config = folder / "apache.conf"
        config.write_text(CONFIG.format(
            folder=folder, port=port, issuer=issuer, client=CLIENT,
            secret=SECRET, callback=CALLBACK,
            user="User nobody\nGroup nogroup" if os.geteuid() == 0 else "",
            modules="\n".join(
                f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so"
                for m in MODULES)))
        with measure.server_core():
            self.process = subprocess.Popen(
                ["/usr/sbin/apache2", "-DFOREGROUND", "-f", config],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
        nginx.wait_port(port, self.process)

    def pids(self):
        me = self.process.pid
        with open(f"/proc/{me}/task/{me}/children") as file:
            return [me, *map(int, file.read().split())]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)

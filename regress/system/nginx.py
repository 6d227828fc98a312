"""
Debian's nginx in front of a page, asking hfssod about every request; run
as a plain process in a directory of its own.
"""
import os
import pathlib
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent

# What the page is told, and the variable that holds it.
IDENTITY = ("Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups",
            "X-Hfsso-Account", "X-Hfsso-Organization", "X-Hfsso-Role",
            "X-Hfsso-Session", "X-Hfsso-Session-Expires",
            "X-Hfsso-Groups-Truncated")


def variable(name):
    return name.lower().replace("-", "_")


CONFIG = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
worker_processes 1;
events {{ worker_connections 2048; }}
http {{
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;

	upstream sso {{ server 127.0.0.1:{browser}; keepalive 16; }}
	upstream gate {{ server 127.0.0.1:{gate}; keepalive 16; }}
	upstream api {{ server 127.0.0.1:{api}; keepalive 16; }}
	upstream page {{ server 127.0.0.1:{page}; keepalive 16; }}

	# Our cookies are no business of the page.
	map $http_cookie $without_session {{
		default $http_cookie;
		"~^(?<before>(?:.*; *)?)__Host-hfsso=[^;]*;? *(?<after>.*)$"
		    $before$after;
	}}
	# Only what a person opens is sent to the sign-in page.
	map "$request_method $http_accept" $navigation {{
		default 0;
		"~^GET .*text/html" 1;
	}}

	server {{
		listen 127.0.0.1:{port} ssl;
		server_name {name};
		ssl_certificate {certificate};
		ssl_certificate_key {key};
		ssl_protocols TLSv1.2 TLSv1.3;
		client_max_body_size 512k;
		proxy_http_version 1.1;
		proxy_set_header Connection "";
		proxy_set_header Host $http_host;
		proxy_set_header X-Forwarded-Host $http_host;
		proxy_set_header X-Forwarded-Proto https;
		proxy_set_header X-Forwarded-For $remote_addr;

		location ~ ^/organizations/[^/]+/(saml|oidc)/ {{
			proxy_pass http://sso;
		}}
		location ~ ^/api/organizations/[^/]+/scim {{
			client_max_body_size 16m;
			proxy_pass http://api;
		}}
		location ^~ /.hfsso/ {{
			proxy_pass http://sso;
		}}
		location = /.hfsso-gate {{
			internal;
			proxy_pass http://gate/auth/request;
			proxy_pass_request_body off;
			proxy_set_header Content-Length "";
			proxy_set_header Connection "";
			proxy_set_header Host $http_host;
			proxy_set_header X-Forwarded-For $remote_addr;
			proxy_set_header X-Forwarded-Host "";
			proxy_set_header X-Original-URI $request_uri;
			proxy_set_header X-Original-Method $request_method;
		}}
		location / {{
			auth_request /.hfsso-gate;
			error_page 401 = @sign_in;
{take}
			proxy_set_header Connection "";
			proxy_set_header Host $http_host;
			proxy_set_header Cookie $without_session;
{give}
			proxy_pass http://page;
		}}
		location @sign_in {{
			if ($navigation = 0) {{ return 401; }}
			return 302 /.hfsso/login?return=$request_uri;
		}}
	}}
}}
"""


class Nginx:
    def __init__(self, folder, port, browser, gate, page, certificate, key,
                 name="hub.test", api=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.port = port
        config = self.folder / "nginx.conf"
        config.write_text(CONFIG.format(
            user="user nobody nogroup;" if os.geteuid() == 0 else "",
            folder=self.folder, port=port, browser=browser, gate=gate,
            api=api or gate, page=page, certificate=certificate, key=key, name=name,
            take="\n".join(
                f"\t\t\tauth_request_set $id_{variable(n)} "
                f"$upstream_http_{variable(n)};" for n in IDENTITY),
            give="\n".join(
                f"\t\t\tproxy_set_header {n} $id_{variable(n)};"
                for n in IDENTITY)))
        self.log = open(self.folder / "nginx.out", "ab")
        self.page = subprocess.Popen(
            ["/usr/bin/python3", "-B", HERE / "page.py", str(page)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.process = subprocess.Popen(
            ["/usr/sbin/nginx", "-p", self.folder, "-e",
             self.folder / "nginx.log", "-c", config],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_port(page, self.page)
        wait_port(port, self.process)

    def stop(self):
        for process in (self.process, self.page):
            if process.poll() is None:
                process.terminate()
        for process in (self.process, self.page):
            process.wait(10)
        self.log.close()


def wait_port(port, process=None, seconds=10):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process is not None and process.poll() is not None:
                raise RuntimeError(
                    f"{process.args[0]} ended with {process.returncode}"
                ) from None
            if time.monotonic() > end:
                raise RuntimeError(f"nothing on port {port}") from None
            time.sleep(0.05)

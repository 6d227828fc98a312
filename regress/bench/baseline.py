"""Debian's nginx with one worker that answers 200 to everything."""
import os
import subprocess

import measure
import nginx

CONFIG = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
	access_log off;
	keepalive_requests 100000000;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	ssl_protocols TLSv1.3;
	server {{
		listen 127.0.0.1:{plain};
		listen 127.0.0.1:{tls} ssl;
		ssl_certificate {certificate};
		ssl_certificate_key {key};
		location / {{ return 200; }}
	}}
}}
"""


class Baseline:
    def __init__(self, folder, plain, tls, key, certificate):
        folder.mkdir()
        self.plain, self.tls = plain, tls
        config = folder / "nginx.conf"
        config.write_text(CONFIG.format(
            user="user nobody nogroup;" if os.geteuid() == 0 else "",
            folder=folder, plain=plain, tls=tls, key=key,
            certificate=certificate))
        with measure.server_core():
            self.process = subprocess.Popen(
                ["/usr/sbin/nginx", "-p", folder, "-e",
                 folder / "nginx.log", "-c", config],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
        nginx.wait_port(plain, self.process)

    def pids(self):
        me = self.process.pid
        with open(f"/proc/{me}/task/{me}/children") as file:
            return [me, *map(int, file.read().split())]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)

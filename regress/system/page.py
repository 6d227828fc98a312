#!/usr/bin/python3
"""
The small application behind nginx: shows who it was told is there.

	page.py PORT
"""
import html
import http.server
import json
import sys

NAMES = ("Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups",
         "X-Hfsso-Account", "X-Hfsso-Organization", "X-Hfsso-Role",
         "X-Hfsso-Session", "X-Hfsso-Session-Expires",
         "X-Hfsso-Groups-Truncated")


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "page"
    sys_version = ""

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        seen = {n: self.headers.get_all(n, []) for n in NAMES}
        cookies = self.headers.get("Cookie", "")
        if "json" in self.path:
            kind = "application/json"
            body = json.dumps({"path": self.path, "method": self.command,
                               "headers": seen, "cookies": cookies,
                               "all": self.headers.items(),
                               "body": sent.decode("latin-1")})
        else:
            kind = "text/html; charset=utf-8"
            rows = "".join(
                f"<tr><th scope=row>{n}<td>{html.escape(', '.join(v))}"
                for n, v in seen.items() if v)
            body = ("<!doctype html><html lang=en><title>The hub</title>"
                    "<h1>The hub</h1><p>This page is protected. It was "
                    f"told:<table>{rows}</table>")
        octets = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(octets)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(
        ("127.0.0.1", int(sys.argv[1])), Page).serve_forever()

"""
A small browser: cookies, redirects, forms.  No scripts, and nothing that a
test can't see: every answer keeps its raw header lines.

Names need no resolver: a table says which socket stands behind an origin.
"""
import http.client
import html.parser
import socket
import ssl
import urllib.parse


class Answer:
    def __init__(self, url, status, headers, body):
        self.url = url
        self.status = status
        self.headers = headers          # list of (name, value)
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def header(self, name, default=None):
        found = self.all(name)
        return found[0] if found else default

    def set_cookies(self):
        """Names to values of what this answer sets."""
        out = {}
        for line in self.all("Set-Cookie"):
            name, _, value = line.split(";", 1)[0].partition("=")
            out[name.strip()] = value.strip()
        return out

    @property
    def location(self):
        to = self.header("Location")
        return urllib.parse.urljoin(self.url, to) if to else None


class Forms(html.parser.HTMLParser):
    """Every form of a page: method, action, fields, types."""

    def __init__(self, page, base):
        super().__init__(convert_charrefs=True)
        self.base = base
        self.forms = []
        self.open = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.open = {
                "method": (a.get("method") or "get").upper(),
                "action": urllib.parse.urljoin(
                    self.base, a.get("action") or self.base),
                "fields": {}, "types": {}}
            self.forms.append(self.open)
        elif tag in ("input", "button") and self.open and a.get("name"):
            kind = (a.get("type") or
                    ("submit" if tag == "button" else "text")).lower()
            if kind == "submit" and "submit" in self.open["types"].values():
                return
            self.open["fields"][a["name"]] = a.get("value") or ""
            self.open["types"][a["name"]] = kind

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None


# Loopback, with throw-away certificates.
TLS = ssl.create_default_context()
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE


class Browser:
    def __init__(self, routes=None, headers=None):
        """routes: "https://hub.test" to (address, port, tls)."""
        self.routes = routes or {}
        self.extra = headers or {}
        self.jar = {}           # host -> {(name, path): value}

    # --- cookies -----------------------------------------------------------

    def cookies(self, url):
        parts = urllib.parse.urlsplit(url)
        return {name: value for (name, path), value
                in self.jar.get(parts.hostname, {}).items()
                if (parts.path or "/").startswith(path)}

    def keep(self, answer):
        host = urllib.parse.urlsplit(answer.url).hostname
        mine = self.jar.setdefault(host, {})
        for line in answer.all("Set-Cookie"):
            pair, *rest = line.split(";")
            name, _, value = pair.partition("=")
            attrs = {k.strip().lower(): v.strip() for k, _, v
                     in (x.partition("=") for x in rest)}
            key = (name.strip(), attrs.get("path", "/"))
            if attrs.get("max-age", "1").lstrip("-").isdigit() and \
                    int(attrs.get("max-age", "1")) <= 0 or \
                    attrs.get("expires", "").endswith("1970 00:00:00 GMT"):
                mine.pop(key, None)
            else:
                mine[key] = value.strip()

    # --- one request -------------------------------------------------------

    def connect(self, url, timeout=20):
        parts = urllib.parse.urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        host, port, tls = self.routes.get(origin, (
            parts.hostname,
            parts.port or (443 if parts.scheme == "https" else 80),
            parts.scheme == "https"))
        # A new machine may have no /etc/hosts to know this name from.
        if host == "localhost":
            host = "127.0.0.1"
        sock = socket.create_connection((host, port), timeout=timeout)
        if tls:
            sock = TLS.wrap_socket(sock, server_hostname=parts.hostname)
        return sock, parts

    def request(self, method, url, fields=None, body=None, headers=None,
                cookies=True, timeout=20):
        """
        One request, no redirect followed.  fields: a form, as a mapping or
        a list of pairs.  cookies: False to send none.
        """
        sock, parts = self.connect(url, timeout)
        send = {"Host": parts.netloc, "Accept": "text/html,*/*;q=0.5",
                **self.extra}
        if fields is not None:
            body = urllib.parse.urlencode(fields).encode()
            send["Content-Type"] = "application/x-www-form-urlencoded"
        if body is not None:
            send["Content-Length"] = str(len(body))
        if cookies:
            jar = self.cookies(url)
            if jar:
                send["Cookie"] = "; ".join(
                    f"{n}={v}" for n, v in jar.items())
        send.update(headers or {})
        target = (parts.path or "/") + (
            "?" + parts.query if parts.query else "")
        try:
            head = f"{method} {target} HTTP/1.1\r\n" + "".join(
                f"{n}: {v}\r\n" for n, v in send.items()
                if v is not None) + "Connection: close\r\n\r\n"
            try:
                sock.sendall(head.encode("latin-1") + (body or b""))
            except (BrokenPipeError, ConnectionResetError):
                pass            # refused early: the answer is there
            reply = http.client.HTTPResponse(sock, method=method)
            reply.begin()
            answer = Answer(url, reply.status, reply.getheaders(),
                            reply.read())
        finally:
            sock.close()
        self.keep(answer)
        return answer

    def get(self, url, **how):
        return self.request("GET", url, **how)

    def post(self, url, fields=None, **how):
        return self.request("POST", url, fields=fields, **how)

    # --- a person ----------------------------------------------------------

    def follow(self, answer, hops=10, stop=None):
        """Redirects, until there are none, or the next one is stop's."""
        while answer.status in (301, 302, 303, 307, 308) and hops:
            to = answer.location
            if stop and to.startswith(stop):
                return answer
            answer = self.get(to)
            hops -= 1
        return answer

    def submit(self, form, **fields):
        data = {**form["fields"], **fields}
        if form["method"] == "GET":
            query = urllib.parse.urlencode(data)
            return self.get(form["action"].split("?")[0] + "?" + query)
        return self.post(form["action"], data)

    def sign_in(self, url, user=None, password=None, stop=None, hops=14):
        """
        Like a person: open the address, follow, fill in the password form
        once, press the button of every other form.  Ends where there is no
        form to send, at a second password form, or before a request to an
        address that begins with stop (then returns the form instead).
        """
        answer = self.get(url)
        asked = False
        while hops:
            hops -= 1
            answer = self.follow(answer)
            forms = Forms(answer.text, answer.url).forms
            form = next((f for f in forms
                         if "password" in f["types"].values()), None)
            if form:
                if asked or user is None:
                    return answer
                asked = True
                secret = [n for n, t in form["types"].items()
                          if t == "password"][0]
                name = [n for n, t in form["types"].items()
                        if t in ("text", "email")][0]
                answer = self.submit(form, **{name: user, secret: password})
                continue
            form = next((f for f in forms if "SAMLResponse" in f["fields"]
                         or "SAMLRequest" in f["fields"]), None)
            if form is None:
                return answer
            if stop and form["action"].startswith(stop):
                return form
            answer = self.submit(form)
        raise AssertionError(f"no end of hops at {answer.url}")


def raw(address, octets, timeout=10):
    """Send octets as they are; everything that comes back."""
    with socket.create_connection(address, timeout=timeout) as sock:
        sock.sendall(octets)
        out = b""
        while True:
            try:
                more = sock.recv(65536)
            except ConnectionResetError:
                return out
            if not more:
                return out
            out += more

"""
Sign-ins that are refused before they begin: how soon, and that the log
says what the page shows.
"""
import re
import time

import daemon as d
import liar as l
from test_oidc import own      # noqa: F401


def told_log(daemon, answer, verdict, mark):
    """One line, and it has what the page shows."""
    shown = re.search(r"<code>([0-9a-f]{16})</code>", answer.text)[1]
    lines = [x for x in daemon.log(mark).splitlines() if shown in x]
    assert len(lines) == 1, lines
    assert f"login refused: {verdict}" in lines[0]


def test_provider_that_hangs(own):     # noqa: F811
    """It takes the question and never answers: who waits, and how long."""
    site, liar = own("disable", name="hangs")
    daemon = site.daemon
    mark = daemon.mark()
    answer = daemon.browser().get(l.address(daemon, "login"))
    assert answer.status == 403
    told_log(daemon, answer, "connection_disabled", mark)
    daemon.stop()
    for file in (site.folder / "store").iterdir():
        file.unlink()
    liar.lie["discovery"] = l.Reply(b"{}", delay=60)
    site.settings.reachable = False
    site.settings.organizations[0].connections[0].lines.remove("disable")
    daemon.start()
    mark = daemon.mark()
    answer = daemon.browser().get(l.address(daemon, "login"))
    assert answer.status == 503
    told_log(daemon, answer, "provider_unreachable", mark)
    # Once that is known, nobody waits for it.
    for _ in range(3):
        began = time.monotonic()
        assert daemon.browser().get(
            l.address(daemon, "login")).status == 503
        assert time.monotonic() - began < 2 * d.SLOW
    liar.lie.clear()
    # The question that hangs ends first.
    daemon.ctl("connection", "refresh", "acme", "liar")
    daemon.show("connection", "refresh", "acme", "liar")
    l.sign_in(daemon, liar, "late")

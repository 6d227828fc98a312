"""Still there?  Who has gone at the provider, and who only seems to."""
import sqlite3
import time

import pytest

import daemon as d
import liar as l
from test_oidc import own   # noqa: F401  a fixture


def until(what, why, seconds=10):
    end = time.monotonic() + seconds * d.SLOW
    while not what():
        assert time.monotonic() < end, why()
        time.sleep(0.1)


def due(site):
    """Everybody is due, as if the time between checks had gone by."""
    site.daemon.stop()
    with sqlite3.connect(site.folder / "store" / "hfssod.db") as store:
        store.execute("UPDATE check_token SET since = since - 400")
    store.close()
    site.daemon.start()


def asked(liar):
    return sum(1 for r in liar.requests if r.path == liar.paths["token"] and
               r.form.get("grant_type") == "refresh_token")


def sessions(site):
    return sorted(x["member"] for x in site.daemon.show("show", "sessions"))


def suspended(site):
    return sorted(x["name"] for x in site.daemon.show(
        "show", "members", "acme") if x["suspended"])


def audit(site, kind):
    with sqlite3.connect(site.folder / "store" / "hfssod.db") as store:
        n = store.execute("SELECT count(*) FROM audit WHERE type = ?",
                          (kind,)).fetchone()[0]
    store.close()
    return n


@pytest.fixture
def two(own):   # noqa: F811
    site, liar = own("check every 5m")
    for name in ("leaver", "stayer"):
        l.sign_in(site.daemon, liar, name)
    return site, liar


def test_gone(two):
    site, liar = two
    for token in [t for t, who in liar.refresh.items() if who == "leaver"]:
        del liar.refresh[token]
    due(site)
    until(lambda: asked(liar) >= 2, lambda: site.daemon.tail(10))
    until(lambda: sessions(site) == ["stayer"],
          lambda: site.daemon.tail(10))
    assert suspended(site) == ["leaver"]
    assert audit(site, "hfsso.provider_gone") == 1
    assert "check ok: organization acme connection liar subject leaver" in \
        site.daemon.log()
    # Nobody is asked about again, and who is gone stays so over a restart.
    count = asked(liar)
    site.daemon.stop()
    site.daemon.start()
    time.sleep(2.5)
    assert asked(liar) == count
    assert sessions(site) == ["stayer"]
    # Until the provider lets him in again.
    l.sign_in(site.daemon, liar, "leaver")
    assert sessions(site) == ["leaver", "stayer"]
    assert suspended(site) == []
    assert audit(site, "hfsso.provider_back") == 1


@pytest.mark.parametrize("how", ["away", "error", "other", "rubbish"])
def test_only_seems_so(two, how):
    """A provider that can't be asked ends nobody."""
    site, liar = two
    lies = {"error": l.Reply({"error": "server_error"}, 500),
            "other": l.Reply({"error": "invalid_client"}, 401),
            "rubbish": l.Reply({"error": ["invalid_grant"]}, 400)}
    if how == "away":
        site.daemon.stop()
        liar.stop()
        liar.own = False
        site.daemon.falls = True
    else:
        liar.lie["token"] = lies[how]
    due(site)
    if how != "away":
        until(lambda: liar.count("token") >= 4, lambda: site.daemon.tail(10))
    time.sleep(2)
    assert sessions(site) == ["leaver", "stayer"]
    assert suspended(site) == []
    assert audit(site, "hfsso.provider_gone") == 0


def test_token_changed_and_keys_away(own):   # noqa: F811
    """The old token is used up, whatever kept us from knowing more."""
    site, liar = own("check every 5m")
    l.sign_in(site.daemon, liar, "leaver")

    def changed(request, truth):
        if request.form.get("grant_type") != "refresh_token":
            return truth
        who = liar.refresh.pop(request.form["refresh_token"], None)
        if who is None:
            return truth
        new = f"refresh-again-{who}-{asked(liar)}"
        liar.refresh[new] = who
        now = int(time.time())
        return l.Reply({
            "access_token": f"access-y-{who}", "token_type": "Bearer",
            "refresh_token": new, "id_token": l.jwt({
                "iss": liar.issuer, "sub": who, "aud": l.CLIENT,
                "iat": now, "exp": now + 600}, liar.key, None,
                {"kid": liar.kid if asked(liar) > 1 else "unseen"})})
    liar.lie.update(token=changed, jwks=l.Reply(b"", 503))
    due(site)
    until(lambda: asked(liar) == 1, lambda: site.daemon.tail(10))
    time.sleep(1)
    del liar.lie["jwks"]
    due(site)
    until(lambda: asked(liar) == 2, lambda: site.daemon.tail(10))
    time.sleep(1)
    assert sessions(site) == ["leaver"], site.daemon.tail(5)
    assert suspended(site) == []


def test_tokens_that_change(two):
    """One that comes with the answer is used the next time."""
    site, liar = two

    def changed(request, truth):
        if request.form.get("grant_type") != "refresh_token":
            return truth
        who = liar.refresh.pop(request.form["refresh_token"], None)
        if who is None:
            return truth
        liar.refresh[f"refresh-again-{who}-{asked(liar)}"] = who
        return l.Reply({"access_token": f"access-y-{who}",
                        "token_type": "Bearer",
                        "refresh_token": f"refresh-again-{who}-{asked(liar)}"})
    liar.lie["token"] = changed
    for n in (2, 4, 6):
        due(site)
        until(lambda: asked(liar) >= n, lambda: site.daemon.tail(10))
        time.sleep(0.5)
    assert asked(liar) == 6
    assert sessions(site) == ["leaver", "stayer"]

"""Two hundred sign-ins in flight."""
import threading

import daemon as d
import forge as f

MANY = 200


def test_in_flight(make_world):
    world = make_world("flight")
    daemon, idp = world.daemon, world.idps["forge"]
    logins, answers, lock = {}, {}, threading.Lock()

    def each(work):
        """Twenty at a time, on sockets of their own."""
        todo = list(range(MANY))

        def run():
            while True:
                with lock:
                    if not todo:
                        return
                    n = todo.pop()
                work(n)
        threads = [threading.Thread(target=run) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def begin(n):
        logins[n] = f.begin(daemon)

    def end(n):
        login = logins[n]
        name = f"flight-{n}"
        answer = f.deliver(daemon, login, f.signed(
            idp, login, "response", subject=name, attributes={"uid": name}))
        cookie = d.session_of(login.person, daemon.settings.public)
        answers[n] = (answer.status, cookie and daemon.gate(
            cookies=cookie).header("Remote-User"))

    each(begin)
    assert len(logins) == MANY      # all of them unfinished at once
    each(end)
    wrong = {n: a for n, a in answers.items()
             if a[0] not in (302, 303) or a[1] != f"flight-{n}"}
    assert not wrong, wrong
    shown = daemon.show("show", "sessions", "acme")
    shown = shown if isinstance(shown, list) else shown["sessions"]
    assert len(shown) == MANY

"""Free ports on loopback, none handed out twice while others are left."""
import os
import random
import socket

FIRST, LAST = 18500, 20499
given = set()


def free():
    order = list(range(FIRST, LAST + 1))
    random.Random(os.getpid() + len(given)).shuffle(order)
    for port in order:
        if port in given:
            continue
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
        given.add(port)
        return port
    if not given:
        raise RuntimeError("no free port")
    given.clear()
    return free()

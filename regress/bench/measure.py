"""
How the bench measures: CPU time and memory of a set of processes, the load
generator, and pairs.

CPU time is utime and stime of every process of a server, from /proc.  The
server runs on one processor and what asks it on another one, so that they
don't disturb each other; both servers of a pair are treated the same.
"""
import contextlib
import os
import pathlib
import pickle
import re
import statistics
import struct
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress/system"))
OUT = TOP / "build/bench"
TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))


@contextlib.contextmanager
def server_core():
    """What is started within runs on the first processor."""
    os.sched_setaffinity(0, CORES[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def client_core():
    os.sched_setaffinity(0, CORES[-1:])


def cpu(pids):
    """Seconds that these processes have used, threads included."""
    total = 0
    for pid in pids:
        try:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except FileNotFoundError:
            continue        # a helper of PostgreSQL's; ours are looked at
        fields = stat.rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def pss(pids):
    """Megabytes: memory, what is shared counted in shares."""
    total = 0
    for pid in pids:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss:\s+(\d+) kB", text, re.M).group(1))
    return total / 1024


def records(path, pairs):
    """Write requests, each with what the head of its answer must hold."""
    with open(path, "wb") as file:
        for request, expect in pairs:
            file.write(struct.pack(">II", len(request), len(expect)))
            file.write(request + expect)
    return path


def lengths(path, octets):
    """Write a list of documents."""
    with open(path, "wb") as file:
        for one in octets:
            file.write(struct.pack(">I", len(one)) + one)
    return path


def read_lengths(path):
    data = pathlib.Path(path).read_bytes()
    at, out = 0, []
    while at < len(data):
        size, = struct.unpack_from(">I", data, at)
        out.append(data[at + 4:at + 4 + size])
        at += 4 + size
    return out


def shared_out(function, items):
    """
    The function of each item, computed on all processors.  Plain children,
    no threads beside them: a fork beside a thread may hang for ever.
    """
    count, items, parts = len(CORES), list(items), []
    for first in range(count):
        file = tempfile.TemporaryFile()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                pickle.dump([function(i) for i in items[first::count]],
                            file)
                file.flush()
                status = 0
            finally:
                os._exit(status)
        parts.append((child, file))
    out = [None] * len(items)
    for first, (child, file) in enumerate(parts):
        _, status = os.waitpid(child, 0)
        if status != 0:
            raise Fault(f"a child ended with {status}")
        file.seek(0)
        out[first::count] = pickle.load(file)
        file.close()
    return out


class Fault(Exception):
    """An answer was wrong: no figure is worth anything then."""


def load(port, path, pids=(), seconds=None, status=200, tls=False,
         connections=32, keep=None):
    """Run the load generator; its figures, and the CPU time of pids."""
    argv = [OUT / "load", "-c", str(connections), "-e", str(status)]
    argv += ["-T"] if tls else []
    argv += ["-t", str(seconds)] if seconds else []
    argv += ["-o", keep] if keep else []
    with subprocess.Popen(
            [*argv, str(port), path], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=client_core) as process:
        try:
            if process.stdout.readline() != "ready\n":
                raise Fault(process.stderr.read())
            before = cpu(pids)
            process.stdin.write("\n")
            process.stdin.flush()
            line = process.stdout.readline().split()
            used = cpu(pids) - before
            errors = process.stderr.read()
            status = process.wait(60)
        finally:
            if process.poll() is None:
                process.kill()
    if status != 0:
        raise Fault(f"{' '.join(line)}\n{errors}")
    return {**{n: float(v) for n, v in zip(line[::2], line[1::2])},
            "cpu": used, "rate": float(line[1]) / used if used else 0}


def in_pairs(count, ours, theirs):
    """Ours, theirs, ours, theirs ...: two lists of figures."""
    a, b = [], []
    for _ in range(count):
        a.append(ours())
        b.append(theirs())
    return a, b


def median(figures, name):
    return statistics.median(f[name] for f in figures)


def ratio(ours, theirs, name="rate"):
    return statistics.median(a[name] / b[name] for a, b in zip(ours, theirs))

"""
The SCIM rows of the bench: hfssod beside its peers at one size, then alone
at three sizes.
"""
import os
import shutil
import statistics
import time

import daemon as d
import measure
import scim_side as scim

PEOPLE = 10000


class Rows:
    """quick: short; line and compared print, open makes a Bench."""

    def __init__(self, quick, line, compared, open_bench):
        self.quick, self.line, self.compared = quick, line, compared
        self.open = open_bench

    def pick(self, full, quick):
        return quick if self.quick else full

    # Beside the peers.

    def beside(self):
        folder = d.scratch("bench-scim-peers")
        folder.chmod(0o711)
        peers, ends = {}, []
        try:
            if self.quick and not (scim.MODULES / "installed").exists():
                self.line("SCIM peers", "", "not installed")
            else:
                peers, ends = scim.peers(folder)
            with self.open("bench-scim") as bench:
                self.beside_these(scim.of_daemon(bench), {
                    name: peer.side for name, peer in peers.items()})
        finally:
            for peer in ends:
                peer.stop()
            shutil.rmtree(folder, ignore_errors=True)

    def beside_these(self, us, others):
        people, rounds = self.pick((PEOPLE, 5), (200, 1))
        step, seconds = people // rounds, self.pick(2, 0.3)
        made = {name: [] for name in [None, *others]}
        for first in range(0, people, step):
            for name, side in [(None, us), *others.items()]:
                made[name].append(side.create(range(first, first + step)))
        self.tell("SCIM create, durable", made, 2.5)
        for side in [us, *others.values()]:
            side.make_group(side.ids)
        runs = [
            ("  get", lambda s: s.get(seconds), 3),
            ("  filter userName eq", lambda s: s.find(
                "userName", s.user_names(people), seconds), 3),
            # Jackson takes it for a userName, and finds nobody: no target.
            ("  filter externalId eq", lambda s: s.find(
                "externalId", s.external_ids(people), seconds), None),
            ("  PATCH active", lambda s: s.active(seconds), None),
            (f"  member of {people}, in and out", lambda s: s.member(
                seconds, 204 if s is us else 200), None),
            # Our Users say which groups they are in, Jackson's do not.
            ("  first page of 100", lambda s: s.page(1, seconds), 1),
            ("  page of 100 at 90 %", lambda s: s.page(
                people * 9 // 10, seconds), 1)]
        for what, run, target in runs:
            got = {name: [] for name in [None, *others]}
            for _ in range(rounds):
                for name, side in [(None, us), *others.items()]:
                    try:
                        got[name].append(run(side))
                    except measure.Fault as fault:
                        if side is us:
                            raise
                        print(f"{what}: {name} can't: {str(fault)[:50]}")
            self.tell(what, got, target)

    def tell(self, what, got, target):
        ours = got.pop(None)
        self.line(what, f"{measure.median(ours, 'rate'):.0f} /s",
                  f"p50 {measure.median(ours, 'p50'):.0f} us", "",
                  f"p99 {measure.median(ours, 'p99'):.0f}")
        for name, theirs in got.items():
            if not theirs:
                continue
            if name == "Jackson in memory" and target:
                self.compared(f"    beside {name}", ours, theirs, "/s",
                              target)
            else:
                self.line(
                    f"    beside {name}",
                    f"{measure.median(ours, 'rate'):.0f} /s",
                    f"{measure.median(theirs, 'rate'):.0f} /s",
                    f"{measure.ratio(ours, theirs):.2f}")

    # Alone, and large.

    def sizes(self):
        first = {}
        for people in self.pick((1000, 100000, 1000000), (300, 3000)):
            with self.open("bench-scim-size") as bench:
                for what, figure in self.size(bench, people):
                    base = first.setdefault(what, figure)
                    ratio = figure / base if base else 0
                    indexed = not what.startswith(("page", "walk", "made"))
                    self.line(
                        f"  {what}, {people} users", f"{figure:.0f} us", "",
                        f"{ratio:.2f}", "<= 1.5" if indexed else "",
                        ratio <= 1.5 if indexed and ratio != 1 else None)

    def size(self, bench, people):
        """Microseconds of CPU of an operation, by its name."""
        us = scim.of_daemon(bench)
        rounds, seconds = self.pick((5, 1.5), (1, 0.3))
        some = min(people, self.pick(100000, 300))
        began = time.monotonic()
        got = us.create(range(some))
        took = time.monotonic() - began
        if people == 100000:
            self.line("  100,000 users from empty", f"{took:.1f} s", "", "",
                      "< 60", took < 60)
        yield "made", 1e6 / got["rate"]
        if people > some:
            token = us.token
            bench.daemon.stop()
            us.ids += scim.fill(bench.folder / "store/hfssod.db", some,
                                people)
            bench.start()
            us.token = token
            with_count = bench.daemon.show("show", "organizations")
            self.line("  stored", f"{people}", str(len(str(with_count))))
        group = us.ids[:10000]
        us.make_group(group)
        keep, us.ids = us.ids, group
        each = [
            ("get", lambda: us.get(seconds)),
            ("filter userName", lambda: us.find(
                "userName", us.user_names(people), seconds)),
            ("filter externalId", lambda: us.find(
                "externalId", us.external_ids(people), seconds)),
            ("PATCH active", lambda: us.active(seconds)),
            (f"member of {len(group)}", lambda: us.member(seconds, 204)),
            ("page, first", lambda: us.page(1, seconds)),
            ("page at 90 %", lambda: us.page(people * 9 // 10, seconds))]
        for what, run in each:
            yield what, statistics.median(
                1e6 / run()["rate"] for _ in range(rounds))
        us.ids = keep
        seen, wall, cpu = scim.walk(us)
        if seen != people:
            raise measure.Fault(f"a walk saw {seen} of {people}")
        yield "walk by cursor, a user", cpu * 1e6 / seen
        if people == 1000000:
            used = measure.pss(bench.pids())
            self.line("  memory, 1,000,000 users", f"{used:.1f} MB", "", "",
                      "<= 150", used <= 150)
            if os.environ.get("BENCH_PAIRS"):
                for name, pids in bench.daemon.pids().items():
                    print(f"  {name}: {measure.pss(pids):.1f} MB")

#!/usr/bin/env python3
"""make bench-data: volumes filled and checked, beside cp, rsync, tar and find. All take turns; medians, and ratios to the best of the others.

    bench/data.py [-r ROUNDS] [-n FILES] [PINTLE] [DIR...]     by default 5, 20000, out/pintle, and a tmpfs and a disk: /dev/shm /var/tmp

A round begins with an empty volume and with everything else on the disk. "returns" is when the command ends, "durable" when what it
wrote has reached the disk, too: pintle returns only then.
"""
import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SPARSE = 2 << 30


def make_small(root, files):
    """Configuration, mostly: files of 50 bytes to 6 KB, some hundred directories."""
    rand = random.Random(1)
    for i in range(files):
        place = f"{root}/d{i // 400 % 50:02d}/s{i // 40 % 10}"
        os.makedirs(place, exist_ok=True)
        with open(f"{place}/f{i:05d}", "wb") as f:
            f.write(rand.randbytes(rand.randint(50, 6000)))


def make_sparse(root):
    os.makedirs(root)
    with open(f"{root}/sparse", "wb") as f:
        for at in (0, 100 << 20, 900 << 20, 1500 << 20, SPARSE - (1 << 20)):
            f.seek(at)
            f.write(b"data")
        f.truncate(SPARSE)


class Bench:
    def __init__(self, pintle, place, rounds):
        self.pintle, self.rounds = pintle, rounds
        self.dir = tempfile.mkdtemp(prefix="pintle-bench-", dir=place)
        self.volume = f"{self.dir}/volume"

    def path(self, name):
        return f"{self.dir}/{name}"

    def run(self, command, template):
        env = dict(os.environ, PINTLE_FIRSTRUN_VOLUMES=f'[{{template = "{template}", path = "{self.volume}"}}]')
        begin = time.monotonic()
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.dir)
        returns = time.monotonic() - begin
        subprocess.run(["sync", "-f", self.dir], check=True)
        return returns * 1000, (time.monotonic() - begin) * 1000

    def manifest(self, template, build):
        subprocess.run([self.pintle, "firstrun", "manifest", "--build-id", build, template], check=True)

    def fill(self, title, template, tar):
        pipe = f"tar -C {template} -c{tar}f - --exclude=./.pintle . | tar -C {self.volume} -x{tar}f -"
        tools = {"pintle": [self.pintle, "firstrun", "run"], "cp -a": ["cp", "-a", f"{template}/.", self.volume],
                 "rsync -a": ["rsync", "-a" + ("S" if tar else ""), f"{template}/", f"{self.volume}/"], "tar | tar": ["sh", "-c", pipe]}
        times = {tool: [] for tool in tools}
        blocks = {}
        for _ in range(self.rounds):
            for tool, command in tools.items():
                shutil.rmtree(self.volume, ignore_errors=True)
                os.mkdir(self.volume)
                subprocess.run(["sync", "-f", self.dir], check=True)
                times[tool].append(self.run(command, template))
                blocks[tool] = sum(os.lstat(os.path.join(d, f)).st_blocks for d, _, fs in os.walk(self.volume) if ".pintle" not in d for f in fs)
        self.table(title, times, lambda tool: f"{blocks[tool] // 2} KiB")

    def table(self, title, times, extra=lambda tool: ""):
        print(f"\n{title}, {self.dir.rsplit('/', 1)[0]}")
        median = {tool: [statistics.median(column) for column in zip(*runs)] for tool, runs in times.items()}
        best = [min(m[i] for tool, m in median.items() if tool != "pintle") for i in (0, 1)]
        for tool, (returns, durable) in median.items():
            print(f"  {tool:34} returns {returns:7.0f} ms ({returns / best[0]:4.2f})   durable {durable:7.0f} ms ({durable / best[1]:4.2f})   {extra(tool)}")

    def check(self, files):
        """An unchanged volume, looked at for the image that filled it and for another one."""
        small, other = self.path("small"), self.path("other")
        shutil.rmtree(self.volume, ignore_errors=True)
        os.mkdir(self.volume)
        self.run([self.pintle, "firstrun", "run"], small)
        subprocess.run(["cp", "-a", small, other], check=True)
        self.manifest(other, "two")
        plan = [self.pintle, "upgrade", "plan"]
        tools = {"pintle: the same build": (plan, small), "pintle: another build": (plan, other), "find VOLUME": (["find", self.volume], small),
                 "find VOLUME -newer X (looks at each)": (["find", self.volume, "-newer", other], small),
                 "the same over VOLUME and TEMPLATE": (["find", self.volume, other, "-newer", other], small)}
        times = {tool: [] for tool in tools}
        for _ in range(self.rounds * 3):
            for tool, (command, template) in tools.items():
                times[tool].append(self.run(command, template)[0])
        print(f"\ncheck of an unchanged volume of {files} files, {self.dir.rsplit('/', 1)[0]}")
        stat = statistics.median(times["find VOLUME -newer X (looks at each)"])
        for tool, runs in times.items():
            print(f"  {tool:36} {statistics.median(runs):7.1f} ms ({statistics.median(runs) / stat:4.2f})")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("-r", type=int, default=5)
    parser.add_argument("-n", type=int, default=20000)
    parser.add_argument("pintle", nargs="?", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../out/pintle"))
    parser.add_argument("dirs", nargs="*", default=["/dev/shm", "/var/tmp"])
    o = parser.parse_args()
    for place in o.dirs:
        bench = Bench(os.path.abspath(o.pintle), place, o.r)
        try:
            make_small(bench.path("small"), o.n)
            make_sparse(bench.path("sparse"))
            for name in ("small", "sparse"):
                bench.manifest(bench.path(name), "one")
            bench.fill(f"{o.n} small files", bench.path("small"), "")
            bench.fill("one sparse file of 2 GiB", bench.path("sparse"), "S")
            bench.check(o.n)
        finally:
            shutil.rmtree(bench.dir)


if __name__ == "__main__":
    sys.exit(main())

"""How fast `tarazu serve` answers from a store of one million events, on this machine's loopback.

    python bench/serve.py --tarazu target/release/tarazu --data ../shared/data --case cases/azm-i-istehkam [--seconds 60] [--rate 50]

Makes four files of a quarter of a million rows each from the real UCDP GED file of Pakistan: its rows are repeated under new ids, each
repetition moved by whole years and months within 1989 to 2024, and imports them as four datasets. Then starts `tarazu serve` with the case
and the store, and asks what the explorer asks: counts by month, year, area, type and actor under filters, the names to filter by,
the specifications under choices, the ledger, and files of the site.

The load is open: request number n is due n / rate seconds after the start, whether or not earlier ones were answered, and its time
runs from when it was due. A client that waits for its turn would otherwise hide a server that stalls. Peak memory is the kernel's
count for the process.
"""

import argparse
import csv
import http.client
import json
import os
import pathlib
import queue
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

DATASETS = 4


def make(data, folder, events):
    with open(data / "ged/pakistan-1989-2021.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    heading, rows = rows[0], [row for row in rows[1:] if not any(cell.startswith("#") for cell in row)]
    at = {name: heading.index(name) for name in ["id", "year", "date_start", "date_end"]}
    draw = random.Random(1)
    paths = []
    for dataset in range(DATASETS):
        path = folder / f"events-{dataset + 1}.csv"
        paths.append(path)
        if path.exists():
            continue
        with open(path.with_suffix(".part"), "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(heading)
            for number in range(events // DATASETS):
                row = list(rows[number % len(rows)])
                if number % len(rows) == 0:
                    years, months = draw.randrange(-20, 21), draw.randrange(12)
                for key in ["date_start", "date_end"]:
                    year, month, day = (int(part) for part in row[at[key]][:10].split("-"))
                    year = 1989 + (year - 1989 + years) % 36
                    # Both days of an event move alike; a day that its new month has not becomes the 28th.
                    moved = year * 12 + month - 1 + months
                    row[at[key]] = f"{min(moved // 12, 2024):04}-{moved % 12 + 1:02}-{min(day, 28):02}"
                if row[at["date_end"]] < row[at["date_start"]]:
                    row[at["date_end"]] = row[at["date_start"]]
                row[at["year"]] = row[at["date_start"]][:4]
                row[at["id"]] = 10_000_000 * (dataset + 1) + number
                writer.writerow(row)
        path.with_suffix(".part").rename(path)
    return paths


def load_store(tarazu, folder, paths):
    store = folder / "store"
    if store.exists():
        return store
    for number, path in enumerate(paths, 1):
        command = [tarazu, "import", path, "--store", store, "--dataset", f"Made up {number}", "--version", "1"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return store


def start(command):
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        sys.exit("the server did not start")
    return process, time.perf_counter() - began, urllib.parse.urlsplit(json.loads(line)["url"])


def ask(connection, target):
    connection.request("GET", target, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    return response.status, response.read()


def names(url):
    """What can be asked for, from the server itself."""
    import gzip

    connection = http.client.HTTPConnection(url.hostname, url.port)
    found = {}
    for target in ["/api/v1/happened/names", "/api/v1/difference?limit=0"]:
        status, body = ask(connection, target)
        if status == 200:
            found[target] = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
    return found


def targets(found, count):
    """The explorer's questions, in a mix that is the same in every run."""
    draw = random.Random(2)
    datasets = found["/api/v1/happened/names"]["datasets"]
    choices = found.get("/api/v1/difference?limit=0", {}).get("choices", {})
    query = lambda path, **of: f"{path}?{urllib.parse.urlencode({k: v for k, v in of.items() if v is not None})}"

    def happened():
        table = draw.choice(datasets)
        some = lambda names, share: draw.choice(names) if names and draw.random() < share else None
        area = some(table["areas"].get("admin1") or table["areas"]["country"], 0.4)
        first = draw.randrange(1989, 2015)
        period = draw.random() < 0.5
        return query(
            "/api/v1/happened",
            dataset=table["dataset"] if draw.random() < 0.7 else None,
            actor=some(table["actors"], 0.25),
            type=some(table["types"], 0.25),
            area=area,
            **{"from": f"{first}-01" if period else None},
            to=f"{first + draw.randrange(10)}-12" if period else None,
            **draw.choice([{"by": "month"}, {"by": "year"}, {"by": "area", "level": "admin1"}, {"by": "area", "level": "admin2"},
                           {"by": "type"}, {"by": "actor"}, {"by": "dataset"}]),
        )

    def difference():
        picked = draw.sample(sorted(choices), k=min(2, len(choices)))
        return query("/api/v1/difference", limit=draw.choice([0, 500, 2000]), **{d: draw.choice(choices[d]) for d in picked})

    plain = ["/", "/api/v1/overview", "/api/v1/claims", "/api/v1/promised", "/api/v1/campaigns", "/api/v1/happened/names"]
    made = []
    for _ in range(count):
        kind = draw.random()
        made.append(happened() if kind < 0.7 else difference() if kind < 0.85 and choices else draw.choice(plain))
    return made


def load(url, asked, rate):
    due = queue.SimpleQueue()
    lock, times, faults = threading.Lock(), [], []

    def client():
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        while (item := due.get()) is not None:
            when, target = item
            try:
                status, body = ask(connection, target)
            except OSError as error:
                status, body = repr(error), b""
                connection.close()
            took = time.perf_counter() - when
            with lock:
                times.append((took, target, len(body)))
                if status != 200:
                    faults.append((status, target))

    clients = [threading.Thread(target=client) for _ in range(32)]
    for thread in clients:
        thread.start()
    began = time.perf_counter()
    for number, target in enumerate(asked):
        when = began + number / rate
        time.sleep(max(0.0, when - time.perf_counter()))
        due.put((when, target))
    for _ in clients:
        due.put(None)
    for thread in clients:
        thread.join()
    return times, faults, time.perf_counter() - began


def memory(pid):
    status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
    return int(status["VmHWM"].split()[0]) / 1024, int(status["VmRSS"].split()[0]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tarazu", type=pathlib.Path, required=True, help="the release binary")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with ged/")
    parser.add_argument("--case", type=pathlib.Path, help="serve a case as well")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--prepare", action="store_true", help="only make the store")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "tarazu-bench-serve")
    arguments = parser.parse_args()
    if not (0 < arguments.seconds <= 600 and 0 < arguments.rate <= 1000):
        sys.exit("expected at most 600 seconds and 1000 requests a second")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    tarazu = arguments.tarazu.resolve()
    store = load_store(tarazu, arguments.folder, make(arguments.data, arguments.folder, arguments.events))
    if arguments.prepare:
        return
    alone = [tarazu, "serve", "--store", store, "--port", "0", "--json"]
    process, ready, _ = start(alone)
    peak, resident = memory(process.pid)
    print(f"start with the store alone: {ready:.2f} s, {resident:.0f} MiB (peak {peak:.0f})")
    process.send_signal(signal.SIGTERM)
    process.wait()
    process, ready, url = start([*alone, *([arguments.case] if arguments.case else [])])
    if arguments.case:
        print(f"start with the case as well, which is weighed first: {ready:.2f} s")
    try:
        asked = targets(names(url), arguments.seconds * arguments.rate)
        times, faults, took = load(url, asked, arguments.rate)
        peak, resident = memory(process.pid)
        text = subprocess.run(["curl", "-s", f"{url.geturl()}metrics"], capture_output=True, text=True).stdout
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
    for fault in faults[:5]:
        print("not answered:", *fault, file=sys.stderr)
    ordered = sorted(t for t, _, _ in times)
    at = lambda share: 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
    rows = [line for line in text.splitlines() if line.startswith(("tarazu_cube", "tarazu_store"))]
    print(f"{len(os.sched_getaffinity(0))} cores; {'; '.join(rows)}")
    print("| requests | not answered | requests a second | p50 ms | p99 ms | longest ms | memory MiB | peak MiB |")
    print("|---|---|---|---|---|---|---|---|")
    print(
        f"| {len(times)} | {len(faults)} | {len(times) / took:.1f} | {at(0.5):.1f} | {at(0.99):.1f} | {1000 * ordered[-1]:.1f} "
        f"| {resident:.0f} | {peak:.0f} |"
    )
    print("slowest:")
    for slow, target, size in sorted(times, reverse=True)[:5]:
        print(f"  {1000 * slow:.1f} ms, {size} bytes: {target}")


if __name__ == "__main__":
    main()

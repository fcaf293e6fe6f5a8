"""How long `tarazu import` takes beside DuckDB and Polars, in one run.

    python bench/import.py --tarazu target/release/tarazu --data ../shared/data [--rounds 5] [--only ged|gdelt]

Makes two files from real ones, by repeating their rows with new ids: 350,000 rows of UCDP GED, about as many as the whole data set has,
and 10 million rows of GDELT 2.0. Then each tool in turn, round after round, reads the file into Parquet (Snappy):

- `tarazu import` does all that it always does: detect the kind, check every cell, reject by line, find duplicate ids, resolve types,
  countries, actors and (with boundaries) districts, keep the original by SHA-256, write, sync, and commit a version;
- DuckDB and Polars parse the columns of the file that go into the event, with the same types, and write all 48 columns of the event.
  They check and resolve nothing, and neither hash nor keep the file: what Tarazu looks up is missing in their tables.

For Tarazu the clock runs from the start of its process to its end. For the peers it starts after the interpreter has imported them, so
that Python's start-up is not in their time. Peak memory is of the whole process, as the kernel counts it.
"""

import argparse
import csv
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

GED_ROWS = 350_000
GDELT_ROWS = 10_000_000

# The columns of the canonical event (docs/events.md) with their types, in order: every tool writes all of them.
COLUMNS = {
    "dataset": "text", "release": "text", "event_id": "text", "year": "int", "date_start": "day", "date_end": "day",
    "date_precision": "text", "event_type": "text", "event_subtype": "text", "type_as_given": "text", "subtype_as_given": "text",
    "violence_type": "int", "doubted": "truth", "country": "text", "iso3": "text", "admin1": "text", "admin2": "text",
    "place": "text", "latitude": "real", "longitude": "real", "place_precision": "text", "radius_km": "real",
    "admin1_boundary": "text", "admin2_boundary": "text", "boundaries": "text", "admin1_current": "text", "actor1": "text",
    "actor1_id": "int", "actor2": "text", "actor2_id": "int", "target": "text", "target_type": "text", "deaths_best": "int",
    "deaths_low": "int", "deaths_high": "int", "deaths_side_a": "int", "deaths_side_b": "int", "deaths_civilians": "int",
    "deaths_unknown": "int", "wounded": "int", "number_of_sources": "int", "source": "text", "notes": "text",
    "file_sha256": "text", "line": "long", "country_boundary": "text", "date_given": "day", "recorded_at": "moment",
}  # fmt: skip
# Those that are the same in all rows of a file. Peers know the hash beforehand.
SAME = {"dataset": "Dataset", "release": "unknown", "file_sha256": "0123456789abcdef" * 4}

# Column of the event: column of the file, type. What is in neither is missing in the peers' tables: they look nothing up.
GED = {
    "event_id": ("id", "text"),
    "year": ("year", "int"),
    "date_start": ("date_start", "day"),
    "date_end": ("date_end", "day"),
    "date_precision": ("date_prec", "text"),
    "date_given": ("date_start", "day"),
    "violence_type": ("type_of_violence", "int"),
    "country": ("country", "text"),
    "iso3": ("iso3", "text"),
    "admin1": ("adm_1", "text"),
    "admin2": ("adm_2", "text"),
    "place": ("where_coordinates", "text"),
    "latitude": ("latitude", "real"),
    "longitude": ("longitude", "real"),
    "place_precision": ("where_prec", "text"),
    "actor1": ("side_a", "text"),
    "actor1_id": ("side_a_new_id", "int"),
    "actor2": ("side_b", "text"),
    "actor2_id": ("side_b_new_id", "int"),
    "deaths_side_a": ("deaths_a", "int"),
    "deaths_side_b": ("deaths_b", "int"),
    "deaths_civilians": ("deaths_civilians", "int"),
    "deaths_unknown": ("deaths_unknown", "int"),
    "deaths_best": ("best", "int"),
    "deaths_low": ("low", "int"),
    "deaths_high": ("high", "int"),
    "number_of_sources": ("number_of_sources", "int"),
    "source": ("source_article", "text"),
    "notes": ("source_headline", "text"),
}
# GDELT 2.0 has no heading: columns by position.
GDELT = {
    "event_id": (0, "text"),
    "year": (3, "int"),
    "date_start": (1, "yyyymmdd"),
    "date_end": (1, "yyyymmdd"),
    "date_given": (1, "yyyymmdd"),
    "actor1": (6, "text"),
    "actor2": (16, "text"),
    "type_as_given": (26, "text"),
    "number_of_sources": (32, "int"),
    "place_precision": (51, "text"),
    "place": (52, "text"),
    "country": (53, "text"),
    "admin1": (54, "text"),
    "admin2": (55, "text"),
    "latitude": (56, "real"),
    "longitude": (57, "real"),
    "source": (60, "text"),
}


def make_ged(data, path):
    """The HXL row is left out: the peers would take it for data."""
    with open(data / "ged/pakistan-1989-2021.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    heading, rows = rows[0], [row for row in rows[1:] if not any(cell.startswith("#") for cell in row)]
    at = heading.index("id")
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        for number in range(GED_ROWS):
            row = rows[number % len(rows)]
            writer.writerow([*row[:at], 1_000_000 + number, *row[at + 1 :]])


def make_gdelt(data, path):
    source = next((data / "gdelt").glob("*.export.CSV"))
    rows = [line.split(b"\t", 1)[1] for line in source.read_bytes().splitlines(keepends=True)]
    with open(path, "wb", buffering=1 << 22) as file:
        for number in range(GDELT_ROWS):
            file.write(b"%d\t%s" % (1_000_000_000 + number, rows[number % len(rows)]))


def work_duckdb(which, path, out):
    import duckdb

    kinds = {"text": "VARCHAR", "int": "INTEGER", "real": "DOUBLE", "day": "DATE", "yyyymmdd": "VARCHAR"}
    if which == "ged":
        columns, names = GED, next(csv.reader(open(path, encoding="utf-8", newline="")))
        options = "header=true, delim=',', quote='\"', escape='\"'"
    else:
        columns, names = GDELT, [f"c{i}" for i in range(61)]
        options = "header=false, delim='\t', quote='', escape=''"
    typed = {key if isinstance(key, str) else f"c{key}": kinds[kind] for key, kind in columns.values()}
    spec = ", ".join(f"'{name}': '{typed.get(name, 'VARCHAR')}'" for name in names)
    cell = lambda key, kind: (
        f"strptime(c{key}, '%Y%m%d')::DATE" if kind == "yyyymmdd" else f'"{key}"' if isinstance(key, str) else f"c{key}"
    )
    types = {"text": "VARCHAR", "int": "INTEGER", "long": "BIGINT", "real": "DOUBLE", "day": "DATE", "truth": "BOOLEAN", "moment": "TIMESTAMPTZ"}

    def column(name, kind):
        if name in columns:
            return cell(*columns[name])
        if name == "line":
            return "row_number() OVER ()"
        return f"'{SAME[name]}'" if name in SAME else f"NULL::{types[kind]}"

    select = ", ".join(f"{column(*c)} AS {c[0]}" for c in COLUMNS.items())
    return lambda: duckdb.execute(
        f"COPY (SELECT {select} FROM read_csv('{path}', auto_detect=false, {options}, columns={{{spec}}})) "
        f"TO '{out}/duckdb.parquet' (FORMAT parquet, COMPRESSION snappy)"
    )


def work_polars(which, path, out):
    import polars

    kinds = {"text": polars.String, "int": polars.Int32, "real": polars.Float64, "day": polars.String, "yyyymmdd": polars.String}
    if which == "ged":
        columns = GED
        schema = {key: kinds[kind] for key, kind in columns.values()}
        frame = lambda: polars.scan_csv(path, schema_overrides=schema, infer_schema=False, row_index_name="line")
    else:
        columns = GDELT
        schema = {f"c{i}": polars.String for i in range(61)} | {f"c{key}": kinds[kind] for key, kind in columns.values()}
        frame = lambda: polars.scan_csv(path, has_header=False, separator="\t", quote_char=None, schema=schema, row_index_name="line")
    formats = {"day": "%Y-%m-%d", "yyyymmdd": "%Y%m%d"}

    types = {
        "text": polars.String, "int": polars.Int32, "long": polars.Int64, "real": polars.Float64, "day": polars.Date,
        "truth": polars.Boolean, "moment": polars.Datetime("us", "UTC"),
    }  # fmt: skip

    def column(name, own):
        if name == "line":
            return polars.col("line").cast(polars.Int64)
        if name not in columns:
            return polars.lit(SAME.get(name), dtype=types[own]).alias(name)
        key, kind = columns[name]
        cell = polars.col(key if isinstance(key, str) else f"c{key}")
        if kind == "day":  # The file has days as `2014-12-16` or with a time of day.
            cell = cell.str.slice(0, 10)
        if kind in formats:
            cell = cell.str.to_date(formats[kind])
        return cell.alias(name)

    select = [column(*c) for c in COLUMNS.items()]
    return lambda: frame().select(select).sink_parquet(f"{out}/polars.parquet", compression="snappy")


def worker(tool, which, path, out):
    run = {"duckdb": work_duckdb, "polars": work_polars}[tool](which, path, out)
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start)


def measured(command):
    """Wall seconds of the whole process, its peak memory in MiB, and what it printed."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {process.returncode}\n{printed}")
    return wall, usage.ru_maxrss / 1024, printed


def bench(which, path, arguments, folder):
    boundaries = []
    if which == "ged" or arguments.boundaries:
        boundaries = ["--boundaries", arguments.data / "geo/geoBoundaries-PAK-ADM2.geojson"]
    walls, peaks = {}, {}
    for number in range(arguments.rounds + 1):  # The first round warms up and is not counted.
        for tool in ["tarazu", "duckdb", "polars"]:
            out = folder / "out"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            os.sync()
            if tool == "tarazu":
                wall, peak, _ = measured([arguments.tarazu, "import", path, "--store", out / "store", *boundaries])
            else:
                own = [sys.executable, __file__, "--worker", tool, which, path, out]
                _, peak, printed = measured(own)
                wall = float(printed.split()[-1])
            if number > 0 or arguments.rounds == 0:
                walls.setdefault(tool, []).append(wall)
                peaks.setdefault(tool, []).append(peak)
            print(f"  round {number}: {tool} {wall:.2f} s, {peak:.0f} MiB", file=sys.stderr)
    size = path.stat().st_size / 1e6
    rows = {"ged": GED_ROWS, "gdelt": GDELT_ROWS}[which]
    note = "with district polygons" if boundaries else "without polygons"
    print(f"\n{which.upper()}, {rows:,} rows, {size:,.0f} MB, {note}; {len(walls['tarazu'])} rounds\n")
    print("| tool | wall s: median (least to most) | peak MiB | Tarazu's wall over this, round by round: median |")
    print("|---|---|---|---|")
    for tool in walls:
        ratio = statistics.median(a / b for a, b in zip(walls["tarazu"], walls[tool]))
        w = walls[tool]
        print(
            f"| {tool} | {statistics.median(w):.2f} ({min(w):.2f} to {max(w):.2f}) | {max(peaks[tool]):.0f} "
            f"| {ratio:.2f} |"
        )


def main():
    if sys.argv[1:2] == ["--worker"]:
        return worker(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tarazu", type=pathlib.Path, required=True, help="the release binary")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with ged/, gdelt/ and geo/")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["ged", "gdelt"])
    parser.add_argument("--boundaries", action="store_true", help="polygons for GDELT too")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "tarazu-bench")
    arguments = parser.parse_args()
    arguments.tarazu = arguments.tarazu.resolve()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    import duckdb
    import polars

    print(f"DuckDB {duckdb.__version__}, Polars {polars.__version__}, {len(os.sched_getaffinity(0))} cores")
    for which, make in [("ged", make_ged), ("gdelt", make_gdelt)]:
        if arguments.only in (None, which):
            path = arguments.folder / f"{which}.csv"
            if not path.exists():
                make(arguments.data, path)
            bench(which, path, arguments, arguments.folder)


if __name__ == "__main__":
    main()

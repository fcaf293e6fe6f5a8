"""Fusion beside Splink on DuckDB: the same two CSV files, pair F1, time, CPU and memory.

    python -m venv v && v/bin/pip install splink duckdb pandas
    cargo run --release -p tarazu-fuse --example scale -- 1000000 DIR     # writes DIR/A.csv and DIR/B.csv, and fuses them
    v/bin/python bench/fuse.py DIR/A.csv DIR/B.csv                        # Splink on the same files
    v/bin/python bench/fuse.py ../shared/data/labelled/synthetic-20k-a.csv ../shared/data/labelled/synthetic-20k-b.csv

Splink is given the true rate of matches, which Tarazu is not, and each report of A is linked with its best report of B (mutually best)
at probability 0.5 and more, which is better for it than all pairs above 0.5.
"""

import resource
import sys
import time

import duckdb
import pandas
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def read(path):
    table = pandas.read_csv(path, dtype={"actor1": str, "actor2": str, "etype": str})
    table["cell"] = (table.lat // 1).astype(int) * 1000 + (table.lon // 1).astype(int)
    table["month"] = table.day // 30
    table["month2"] = (table.day + 15) // 30
    # Codes of types differ between the datasets; their numbers agree.
    table["type"] = table.etype.str[1:]
    columns = "unique_id true_id day lat lon cell month month2 actor1 actor2 type fatal geo_prec".split()
    return table[columns]


def days():
    near = [cll.CustomLevel(f"abs(day_l - day_r) <= {n}", f"{n} days").configure() for n in (0, 1, 3, 7)]
    return cl.CustomComparison([cll.NullLevel("day"), *near, cll.ElseLevel()], output_column_name="day")


def main(first, second):
    a, b = read(first), read(second)
    truth = a[["unique_id", "true_id"]].merge(b[["unique_id", "true_id"]], on="true_id")
    true_pairs = len(truth)
    started, used = time.time(), resource.getrusage(resource.RUSAGE_SELF)
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on("cell", "month"), block_on("cell", "month2")],
        comparisons=[
            cl.DistanceInKMAtThresholds("lat", "lon", [1, 5, 20, 50]),
            days(),
            cl.JaroWinklerAtThresholds("actor1", [0.95, 0.85]),
            cl.JaroWinklerAtThresholds("actor2", [0.95, 0.85]),
            cl.ExactMatch("type"),
            cl.ExactMatch("fatal"),
        ],
        probability_two_random_records_match=true_pairs / len(a) / len(b),
        additional_columns_to_retain=["true_id"],
    )
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    database = DuckDBAPI(connection)
    linker = Linker([database.register(a, dataset_display_name="a"), database.register(b, dataset_display_name="b")], settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("actor1", "month"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("cell", "day"))
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    wall = time.time() - started
    now = resource.getrusage(resource.RUSAGE_SELF)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    found = found.sort_values("match_probability", ascending=False)
    right = found.true_id_l == found.true_id_r
    confident = found.match_probability >= 0.9
    best = found[~found.duplicated("unique_id_l") & ~found.duplicated("unique_id_r")]

    def f1(pairs):
        hits = (pairs.true_id_l == pairs.true_id_r).sum()
        return 2 * hits / (len(pairs) + true_pairs)

    print(
        f"Splink: {len(a)} and {len(b)}: {wall:.1f} s, CPU {cpu:.1f} s, peak {now.ru_maxrss / 1024:.0f} MiB, "
        f"pair F1 {f1(found):.3f}, of mutually best pairs {f1(best):.3f}, true of those given 0.9 {right[confident].mean():.3f}"
    )


main(*sys.argv[1:3])

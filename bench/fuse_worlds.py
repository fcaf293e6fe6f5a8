"""Splink on DuckDB in the simulated worlds: pair F1 beside that of `worlds`.

    python -m venv v && v/bin/pip install splink duckdb pandas
    cargo run --release -p tarazu-fuse --example worlds -- 3 40000 all DIR    # writes DIR/WORLD-SEED/*.csv and prints Tarazu's scores
    v/bin/python bench/fuse_worlds.py DIR

Splink is given the true rate of matches, which Tarazu is not. Of its two answers, all pairs from 0.5 on and the mutually best of them, the
better one counts.
"""

import collections
import glob
import os
import sys
import warnings

import duckdb
import pandas
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

warnings.filterwarnings("ignore")
TEXTS = {c: str for c in "event_id event_type event_subtype admin2 place actor1 actor2 target".split()}


def read(path, truth):
    table = pandas.read_csv(path, dtype=TEXTS, parse_dates=["date_start"])
    name = os.path.basename(path)[:-4]
    table = table.rename(columns={"event_id": "unique_id", "latitude": "lat", "longitude": "lon"})
    table["true_id"] = [truth[name, i] for i in table.unique_id]
    table["day"] = (table.date_start - pandas.Timestamp("2015-01-01")).dt.days
    table["month"], table["month2"] = table.day // 30, (table.day + 15) // 30
    whole = lambda c: (table[c] // 1).astype("Int64").astype("string")
    table["cell"] = whole("lat") + "," + whole("lon")
    columns = "unique_id true_id day month month2 lat lon cell admin2 place actor1 actor2 event_type event_subtype target deaths_best wounded"
    return name, table[columns.split()].astype({"cell": object})


def days():
    near = [cll.CustomLevel(f"abs(day_l - day_r) <= {n}", f"{n} days").configure() for n in (0, 1, 3, 7)]
    return cl.CustomComparison([cll.NullLevel("day"), *near, cll.ElseLevel()], output_column_name="day")


def score(folder):
    rows = pandas.read_csv(f"{folder}/truth.csv", dtype=str)
    truth = {(r.dataset, r.event_id): r.incident for r in rows.itertuples()}
    tables = [read(p, truth) for p in sorted(glob.glob(f"{folder}/*.csv")) if not p.endswith("truth.csv")]
    counts = collections.Counter(truth.values())
    true_pairs = sum(n * (n - 1) // 2 for n in counts.values())
    twice = os.path.basename(folder).startswith("duplicates")
    sizes = [len(t) for _, t in tables]
    possible = sum(sizes) * (sum(sizes) - 1) / 2
    if not twice:
        possible -= sum(n * (n - 1) / 2 for n in sizes)
    settings = SettingsCreator(
        link_type="link_and_dedupe" if twice else "link_only",
        blocking_rules_to_generate_predictions=[
            block_on("cell", "month"),
            block_on("cell", "month2"),
            block_on("admin2", "month"),
            block_on("admin2", "month2"),
        ],
        comparisons=[
            cl.DistanceInKMAtThresholds("lat", "lon", [1, 5, 20, 50]),
            days(),
            cl.JaroWinklerAtThresholds("actor1", [0.95, 0.85]),
            cl.ExactMatch("event_type"),
            cl.ExactMatch("target"),
            cl.ExactMatch("deaths_best"),
            cl.ExactMatch("wounded"),
            cl.JaroWinklerAtThresholds("place", [0.95, 0.85]),
        ],
        probability_two_random_records_match=true_pairs / possible,
        additional_columns_to_retain=["true_id"],
    )
    database = DuckDBAPI(duckdb.connect())
    linker = Linker([database.register(t, dataset_display_name=n) for n, t in tables], settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("actor1", "month"), block_on("admin2", "day")):
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        except ValueError:
            # Where a level is of no match at all, Splink gives up; it then keeps what it has learned so far.
            print(f"{folder}: a step of the learning failed")
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    found = found.sort_values("match_probability", ascending=False)
    best = found
    for one, other in (("l", "r"), ("r", "l")):
        sides = [f"source_dataset_{one}", f"unique_id_{one}", f"source_dataset_{other}"]
        best = best[~best.duplicated(sides)]
    f1 = lambda pairs: 2 * (pairs.true_id_l == pairs.true_id_r).sum() / (len(pairs) + true_pairs)
    return f1(found), f1(best)


results = collections.defaultdict(list)
for folder in sorted(glob.glob(f"{sys.argv[1]}/*-*")):
    results[os.path.basename(folder).rpartition("-")[0]].append(score(folder))
for world, scores in results.items():
    every, best = (sum(s[n] for s in scores) / len(scores) for n in (0, 1))
    print(f"{world}: {len(scores)} seeds, Splink pair F1 {every:.3f} from 0.5 on, {best:.3f} of mutually best pairs")

"""Open a store as its users' tools do, and print what each sees, as JSON.

    python open_store.py EVENTS_FOLDER PARQUET_FILE...
"""

import json
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet

folder, *files = sys.argv[1:]


def deaths_by_type(pairs):
    return sorted([name, int(count), int(deaths)] for name, count, deaths in pairs)


sql = "SELECT event_type, count(*), coalesce(sum(deaths_best), 0) FROM read_parquet($files) GROUP BY 1"
from_duckdb = duckdb.execute(sql, {"files": files}).fetchall()

delta = polars.read_delta(folder)
grouped = delta.group_by("event_type").agg(polars.len(), polars.col("deaths_best").sum())
from_polars = grouped.rows()

frame = pandas.concat([pandas.read_parquet(file) for file in files])
grouped = frame.groupby("event_type")["deaths_best"]
from_pandas = [(name, len(group), group.sum()) for name, group in grouped]

schema = pyarrow.parquet.read_schema(files[0])
print(
    json.dumps(
        {
            "duckdb": deaths_by_type(from_duckdb),
            "polars": deaths_by_type(from_polars),
            "pandas": deaths_by_type(from_pandas),
            "columns": {field.name: str(field.type) for field in schema},
            "delta": {name: str(kind) for name, kind in delta.schema.items()},
            "first": str(frame["date_start"].min()),
            "null_deaths": int(frame["deaths_best"].isna().sum()),
        }
    )
)

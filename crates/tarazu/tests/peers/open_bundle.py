"""Check a bundle as others do, and print what each sees, as JSON.

    python open_bundle.py BUNDLE_FOLDER
"""

import json
import os
import sys

import duckdb
import polars
from frictionless import system, validate
from prov.model import ProvDocument

os.chdir(sys.argv[1])
system.trusted = True
report = validate("datapackage.json")
faults = [[task.name, error.type, error.message] for task in report.tasks for error in task.errors]
faults += [["package", error.type, error.message] for error in report.errors]

tables = {}
for resource in json.load(open("datapackage.json"))["resources"]:
    if resource["format"] != "csv" or "schema" not in resource:
        continue
    path = resource["path"].removesuffix(".csv")
    count = duckdb.execute("SELECT count(*) FROM read_parquet($file)", {"file": path + ".parquet"}).fetchone()[0]
    frame = polars.read_parquet(path + ".parquet")
    # Everything as text: types are the schema's, which frictionless has checked.
    text = polars.read_csv(path + ".csv", infer_schema=False)
    tables[resource["name"]] = [count, frame.height, text.height, frame.columns == text.columns]

provenance = ProvDocument.deserialize("provenance.json")
panel = polars.read_parquet("data/panel.parquet")
print(
    json.dumps(
        {
            "valid": report.valid,
            "faults": faults,
            "checked": len(report.tasks),
            "tables": tables,
            "provenance": len(list(provenance.get_records())),
            "deaths": panel["deaths_best"].sum(),
        }
    )
)

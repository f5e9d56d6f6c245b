"""One report of Evidently over two Parquet files: every column, with the stability index and with its own choice of tests."""
import json
import resource
import sys
import time

started = time.perf_counter()
import pandas
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

reference_file, current_file = sys.argv[1:3]
imported, import_cpu = time.perf_counter(), time.process_time()
frames = [pandas.read_parquet(file).drop(columns=["_id"]) for file in (reference_file, current_file)]
numbers = [name for name in frames[0].columns if name.startswith("number_")]
categories = [name for name in frames[0].columns if name.startswith("category_")]
definition = DataDefinition(numerical_columns=numbers, categorical_columns=categories)
reference, current = [Dataset.from_pandas(frame, data_definition=definition) for frame in frames]
read, read_cpu = time.perf_counter(), time.process_time() - import_cpu


def values_of(**options):
    begun, used = time.perf_counter(), time.process_time()
    snapshot = Report([DataDriftPreset(**options)]).run(current, reference)
    result = snapshot.dict()
    found = {}
    for metric in result["metrics"]:
        name = metric.get("metric_name") or metric.get("metric_id") or ""
        value = metric["value"]
        if isinstance(value, (int, float)):
            column = metric.get("config", {}).get("column") or name.split("column=")[-1].split(",")[0].rstrip(")")
            found[column] = value
    return time.perf_counter() - begun, time.process_time() - used, found


stability_seconds, stability_cpu, stability = values_of(num_method="psi", cat_method="psi")
own_seconds, own_cpu, own = values_of()
print(json.dumps({
    "import_seconds": imported - started,
    "read_seconds": read - imported,
    "stability_seconds": stability_seconds,
    "own_seconds": own_seconds,
    "cpu": {"import": import_cpu, "read": read_cpu, "stability": stability_cpu, "own": own_cpu},
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "stability": stability,
    "own": own,
}))

"""Logs, registers and loads with MLflow's own client; prints one JSON line for each thing that worked."""

import json
import math
import os
import sys
import tempfile

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException, RestException


def say(step, **facts):
    print(json.dumps({"step": step, **facts}), flush=True)


class Adder(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input["x"] + 1


def code_of(work):
    try:
        work()
    except (RestException, MlflowException) as error:
        return error.error_code
    return "nothing failed"


client = MlflowClient()
mlflow.set_experiment("adders")
experiment = client.get_experiment_by_name("adders")
say("experiment", id=experiment.experiment_id, again=code_of(lambda: client.create_experiment("adders")))

with mlflow.start_run(run_name="first", tags={"slipway.dataset": os.environ["DATASET"]}) as run:
    mlflow.log_params({"rate": 0.001, "steps": 3})
    for step in range(3):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_metric("odd", math.nan)
    now = 1_700_000_000_000
    client.log_batch(
        run.info.run_id,
        metrics=[Metric("batched", value, now, value) for value in range(250)],
        params=[Param(f"p{number}", "x") for number in range(60)],
        tags=[RunTag("team", "green")],
    )
    mlflow.log_text("notes of the run", "notes/read.txt")
    mlflow.log_dict({"a": [1, 2]}, "facts.json")
    info = mlflow.pyfunc.log_model(
        name="adder", python_model=Adder(), registered_model_name="adder", pip_requirements=[]
    )
run_id = run.info.run_id

found = client.get_run(run_id)
say(
    "run",
    status=found.info.status,
    rate=found.data.params["rate"],
    loss=found.data.metrics["loss"],
    is_nan=math.isnan(found.data.metrics["odd"]),
    team=found.data.tags["team"],
    history=[round(point.value, 3) for point in client.get_metric_history(run_id, "loss")],
    batched=len(client.get_metric_history(run_id, "batched")),
    outputs=len(found.outputs.model_outputs),
)
say("param", changed=code_of(lambda: client.log_param(run_id, "rate", "0.5")))

with mlflow.start_run(run_name="second"):
    mlflow.log_param("rate", 0.1)
    mlflow.log_metric("loss", 0.9)
frame = mlflow.search_runs(
    experiment_names=["adders"], filter_string="metrics.loss < 0.5 and params.rate = '0.001'"
)
ordered = client.search_runs([experiment.experiment_id], order_by=["metrics.loss DESC"], max_results=1)
say(
    "search",
    names=list(frame["tags.mlflow.runName"]),
    worst=ordered[0].info.run_name,
    is_more=ordered.token is not None,
    rest=[r.info.run_name for r in client.search_runs([experiment.experiment_id], order_by=["metrics.loss DESC"], page_token=ordered.token, max_results=1)],
    wrong=code_of(lambda: client.search_runs([experiment.experiment_id], "metrics.loss ~ 3")),
)

say("artifacts", listed=sorted(a.path for a in client.list_artifacts(run_id)), below=[a.path for a in client.list_artifacts(run_id, "notes")])
with tempfile.TemporaryDirectory() as folder:
    local = client.download_artifacts(run_id, "notes/read.txt", folder)
    say("download", text=open(local).read())
    big = os.path.join(folder, "big.bin")
    with open(big, "wb") as file:
        file.write(os.urandom(20 * 1024 * 1024))
    client.log_artifact(run_id, big)
    back = client.download_artifacts(run_id, "big.bin", tempfile.mkdtemp(dir=folder))
    say("big", same=open(back, "rb").read() == open(big, "rb").read())

registered = client.get_registered_model("adder")
client.set_registered_model_alias("adder", "champion", "1")
client.set_registered_model_tag("adder", "task", "adding")
client.set_model_version_tag("adder", "1", "checked", "yes")
client.update_model_version("adder", "1", "Adds one.")
version = client.get_model_version_by_alias("adder", "champion")
say(
    "registry",
    latest=registered.latest_versions[0].version,
    version=version.version,
    run=version.run_id == run_id,
    tags=version.tags,
    description=version.description,
    aliases=list(version.aliases),
    searched=[v.version for v in client.search_model_versions("name = 'adder'")],
    models=[m.name for m in client.search_registered_models("name LIKE 'add%'")],
    missing=code_of(lambda: client.get_model_version("adder", "9")),
    stage=code_of(lambda: client.transition_model_version_stage("adder", "1", "Production")),
)
logged = mlflow.get_logged_model(info.model_id)
say("logged model", status=str(logged.status.value), name=logged.name, found=[m.model_id == info.model_id for m in mlflow.search_logged_models(experiment_ids=[experiment.experiment_id], output_format="list")])

values = pd.DataFrame({"x": [1, 2]})
for name, uri in {"alias": "models:/adder@champion", "number": "models:/adder/1", "run": info.model_uri}.items():
    loaded = mlflow.pyfunc.load_model(uri)
    say("load", by=name, answer=[int(value) for value in loaded.predict(values)])

copied = client.copy_model_version("models:/adder/1", "adder-copy")
say("copy", name=copied.name, version=copied.version)
# what a version has, it keeps: also when its run is gone
client.delete_run(run_id)
say("kept", answer=[int(value) for value in mlflow.pyfunc.load_model("models:/adder-copy/1").predict(values)])
say("guarded", moved=code_of(lambda: client.set_registered_model_alias("guarded", "production", "1")))
client.delete_registered_model_alias("adder", "champion")
client.delete_model_version("adder", "1")
client.delete_registered_model("adder")
say("deleted", gone=code_of(lambda: client.get_registered_model("adder")))
os.environ["MLFLOW_TRACKING_TOKEN"] = "sk-slip-made-up"
say("stranger", refused=code_of(lambda: client.search_experiments()))
sys.exit(0)

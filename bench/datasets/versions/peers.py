"""What DVC, pandas and Great Expectations take for the same rows: FIRST SECOND FOLDER. Prints JSON."""
import json, os, resource, subprocess, sys, time

first, second, folder = sys.argv[1:4]
result = {}


def timed(name, work):
    start = time.monotonic()
    value = work()
    result[name] = round(time.monotonic() - start, 2)
    return value


def run(*command):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)


def cached():
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(os.path.join(folder, ".dvc/cache")) for name in names)


env = {**os.environ, "DVC_NO_ANALYTICS": "1", "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "b@example.org", "GIT_COMMITTER_NAME": "bench", "GIT_COMMITTER_EMAIL": "b@example.org"}
dvc = os.path.join(os.path.dirname(sys.executable), "dvc")
os.makedirs(folder, exist_ok=True)
run("git", "init", "-q")
run(dvc, "init", "-q")
data = os.path.join(folder, "data.jsonl")


def add(source):
    subprocess.run(["cp", source, data + ".new"], check=True)
    os.replace(data + ".new", data)

    def work():
        run(dvc, "add", "-q", "data.jsonl")
        run("git", "add", "-A")
        run("git", "commit", "-qm", "data")

    return work


timed("dvc_first_s", add(first))
before = cached()
timed("dvc_second_s", add(second))
result["dvc_second_bytes"] = cached() - before

os.environ["GX_ANALYTICS_ENABLED"] = "false"
import pandas as pd

frame = timed("pandas_read_s", lambda: pd.read_json(first, lines=True))


def profile():
    flat = frame.drop(columns=["messages"])
    return [flat.describe(include="all"), flat.isna().sum(), flat.nunique(), [flat[name].value_counts().head(20) for name in flat]]


timed("pandas_profile_s", profile)


def validate():
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    e = gx.expectations
    suite = context.suites.add(gx.ExpectationSuite(name="s", expectations=[
        e.ExpectColumnValuesToBeUnique(column="id"),
        e.ExpectColumnValuesToNotBeNull(column="id"),
        e.ExpectColumnValuesToMatchRegex(column="id", regex=r"^ex-\d{7}$"),
        e.ExpectColumnValuesToNotBeNull(column="messages"),
        e.ExpectColumnValuesToBeInSet(column="label", value_set=["refund", "delivery", "login", "other"]),
        e.ExpectColumnValuesToBeInSet(column="language", value_set=["en", "de", "fr"]),
        e.ExpectColumnValuesToBeBetween(column="score", min_value=0, max_value=1),
        e.ExpectColumnValuesToBeBetween(column="tokens", min_value=0, max_value=400),
    ]))
    outcome = context.validation_definitions.add(gx.ValidationDefinition(name="v", data=batch, suite=suite)).run(batch_parameters={"dataframe": frame})
    assert outcome.success


timed("gx_validate_s", validate)


def diff():
    other = pd.read_json(second, lines=True)
    a = frame.assign(messages=frame["messages"].astype(str)).set_index("id")
    b = other.assign(messages=other["messages"].astype(str)).set_index("id")
    shared = a.index.intersection(b.index)
    different = (a.loc[shared] != b.loc[shared]).any(axis=1)
    return int(different.sum())


result["changed"] = timed("pandas_diff_s", diff)
result["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(json.dumps(result))

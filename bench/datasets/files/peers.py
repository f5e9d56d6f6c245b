"""What DVC does with the same files: STEP SOURCE WORK. Prints JSON. The step `checkout` brings the
files back, those that begin with `large` are of one file, all others add the folder."""
import json, os, resource, shutil, subprocess, sys, time

step, source, folder = sys.argv[1:4]
dvc = os.path.join(os.path.dirname(sys.executable), "dvc")
env = {**os.environ, "DVC_NO_ANALYTICS": "1", "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "b@example.org", "GIT_COMMITTER_NAME": "bench", "GIT_COMMITTER_EMAIL": "b@example.org"}


def run(*command):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)


def cached():
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(os.path.join(folder, ".dvc/cache")) for name in names)


if not os.path.isdir(os.path.join(folder, ".dvc")):
    os.makedirs(folder, exist_ok=True)
    run("git", "init", "-q")
    run(dvc, "init", "-q")
name = "large.bin" if step.startswith("large") else "data"
target = os.path.join(folder, name)
before = cached()
if step == "checkout":
    shutil.rmtree(target)
elif os.path.isdir(source):
    # what a person would do: the files that differ are put in, the others stay as they are
    os.makedirs(target, exist_ok=True)
    subprocess.run(["cp", "-ru", source + "/.", target], check=True)
else:
    shutil.copyfile(source, target)
start = time.monotonic()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
if step == "checkout":
    run(dvc, "checkout", "-q", name)
else:
    run(dvc, "add", "-q", name)
    run("git", "add", "-A")
    run("git", "commit", "-q", "--allow-empty", "-m", step)
seconds = time.monotonic() - start
now = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
print(json.dumps({"s": round(seconds, 2), "cpuS": round(cpu, 2), "addedBytes": cached() - before, "peakMb": round(now.ru_maxrss / 1024)}))

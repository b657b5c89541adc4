# AWS's command line, loaded once for many commands: what /usr/bin/aws does, again and
# again. A line of standard input is a command in JSON, {"folder": "…", "env": ["NAME=value"],
# "args": ["iot", "…"]}, a line of standard output what came of it: {"code": 0, "out": "…",
# "err": "…"}. The first line is the version, {"version": "2.9.19"}. AWS's models are read
# once too: that is half of what a command takes; and looking for garbage, which has to pass
# over all of them, a third of the rest.
import functools
import gc
import io
import json
import os
import sys

gc.set_threshold(200_000)

import awscli
import awscli.clidriver

botocore = sys.modules.get("awscli.botocore.session") or sys.modules["botocore.session"]
botocore.create_loader = functools.lru_cache(botocore.create_loader)
environment = dict(os.environ)  # AWS_DATA_PATH has the models of awscli by now


def run(folder, env, args):
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.environ.update(v.split("=", 1) for v in env if not v.startswith("AWS_DATA_PATH="))
    sys.argv = ["aws", *args]
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    try:
        code = awscli.clidriver.main()
    except SystemExit as e:
        code = e.code if isinstance(e.code, int) else 1
    out, err = (f.buffer.getvalue().decode() for f in (sys.stdout, sys.stderr))
    return {"code": code or 0, "out": out, "err": err}


answers = os.fdopen(os.dup(1), "w")
print(json.dumps({"version": awscli.__version__}), file=answers, flush=True)
for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), file=answers, flush=True)

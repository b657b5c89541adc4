"""The Lambda runtime for Python: it loads the handler and runs it for every
invocation the Runtime API hands out. python3 reads it from standard input.

  - what the handler returns is sent as JSON; what it raises, with its trace
  - a module that cannot be loaded is reported to init/error, then the process ends
  - print and logging go to the log
"""

import importlib
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback

API = "/2018-06-01/runtime"
ADDRESS, _, SECRET = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")


class RuntimeFault(Exception):
    """An error of the runtime, not of the handler."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind, self.trace = "Runtime." + kind, list(trace)


class Context:
    """What the handler gets as its second argument."""

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = self.client_context = None
        self._deadline = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        print(message)


class RuntimeAPI:
    """Calls of the Runtime API, one at a time over one connection.

    It is HTTP by hand: http.client takes as long to import as all the rest.
    """

    def __init__(self):
        host, _, port = ADDRESS.rpartition(":")
        self.connection = socket.create_connection((host, int(port)))
        self.answers = self.connection.makefile("rb")

    def call(self, method, path, body=b""):
        """Without an answer the emulator is gone, and so is the reason to live."""
        head = f"{method} /{SECRET}{API}{path} HTTP/1.1\r\nHost: {ADDRESS}\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            self.connection.sendall(head.encode() + body)
            status = self.answers.readline().split()[1]
            headers = dict(self.headers())
            answer = self.answers.read(int(headers["content-length"]))
        except (OSError, LookupError, ValueError):
            os._exit(1)
        if method == "GET" and status != b"200":
            os._exit(1)
        return headers, answer

    def headers(self):
        while line := self.answers.readline().decode("latin1").strip():
            name, _, value = line.partition(":")
            yield name.lower(), value.strip()


def load(handler):
    """Find the function that e.g. pkg/auth.lambda_handler names."""
    module_name, _, function_name = handler.rpartition(".")
    module_name = module_name.replace("/", ".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as e:
        raise RuntimeFault("ImportModuleError", f"Unable to import module '{module_name}': {e}", frames(e))
    except SyntaxError as e:
        where = f"File \"{e.filename}\" Line {e.lineno}\n{e.text}"
        raise RuntimeFault("UserCodeSyntaxError", f"Syntax error in module '{module_name}': {e}", [where])
    if not hasattr(module, function_name):
        raise RuntimeFault("HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")
    return getattr(module, function_name)


def frames(error):
    """The trace of an error without the lines of this file."""
    found = traceback.extract_tb(error.__traceback__)
    return traceback.format_list([f for f in found if f.filename != "<stdin>" and "importlib" not in f.filename])


def describe(error, request_id=""):
    if isinstance(error, RuntimeFault):
        kind, trace = error.kind, error.trace
    else:
        kind, trace = type(error).__name__, frames(error)
    print("".join([f"[ERROR] {kind}: {error}\n", *trace]).rstrip(), file=sys.stderr, flush=True)
    told = {"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": trace}
    return json.dumps(told).encode()


def marshal(result):
    try:
        return json.dumps(result).encode()
    except (TypeError, ValueError, RecursionError) as e:
        raise RuntimeFault("MarshalError", f"Unable to marshal response: {e}")


def serve(api, handler):
    while True:
        headers, event = api.call("GET", "/invocation/next")
        context = Context(headers)
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        path = "/invocation/" + context.aws_request_id
        try:
            body, end = marshal(handler(json.loads(event), context)), "/response"
        except Exception as e:
            body, end = describe(e, context.aws_request_id), "/error"
        sys.stdout.flush()
        api.call("POST", path + end, body)


def follow_emulator():
    """End with the emulator, which holds the other end of descriptor 3."""
    try:
        os.read(3, 1)
    except OSError:  # there is no such pipe on this platform
        return
    os.killpg(0, signal.SIGKILL)


def main():
    if "_HOME" in os.environ:  # until here HOME had to find the interpreter
        os.environ["HOME"] = os.environ.pop("_HOME")
    threading.Thread(target=follow_emulator, daemon=True).start()
    logging.basicConfig(format="[%(levelname)s]\t%(message)s", stream=sys.stdout)
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    api = RuntimeAPI()
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as e:
        api.call("POST", "/init/error", describe(e))
        sys.exit(1)
    serve(api, handler)


main()

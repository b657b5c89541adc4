"""The Lambda runtime for Python: it loads the handler and runs it for every
invocation the Runtime API hands out. python3 reads it from standard input.

  - what the handler returns is sent as JSON; what it raises, with its trace
  - a module that cannot be loaded is reported to init/error, then the process ends
  - print and logging go to the log
"""

import http.client
import importlib
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback

API = "/2018-06-01/runtime"
HOST, _, SECRET = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")


class RuntimeFault(Exception):
    """An error of the runtime, not of the handler."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind, self.trace = "Runtime." + kind, list(trace)


class Context:
    """What the handler gets as its second argument."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = self.client_context = None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        print(message)


def call(connection, method, path, body=None):
    """One call of the Runtime API. Without an answer the emulator is gone."""
    try:
        connection.request(method, "/" + SECRET + API + path, body)
        response = connection.getresponse()
        if method == "GET" and response.status != 200:
            os._exit(1)
        return response.headers, response.read()
    except (OSError, http.client.HTTPException):
        os._exit(1)


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
    return json.dumps({"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": trace})


def marshal(result):
    try:
        return json.dumps(result).encode()
    except (TypeError, ValueError, RecursionError) as e:
        raise RuntimeFault("MarshalError", f"Unable to marshal response: {e}")


def serve(connection, handler):
    while True:
        headers, event = call(connection, "GET", "/invocation/next")
        context = Context(headers)
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        path = "/invocation/" + context.aws_request_id
        try:
            body, end = marshal(handler(json.loads(event), context)), "/response"
        except Exception as e:
            body, end = describe(e, context.aws_request_id), "/error"
        sys.stdout.flush()
        call(connection, "POST", path + end, body)


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
    connection = http.client.HTTPConnection(HOST)
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as e:
        call(connection, "POST", "/init/error", describe(e))
        sys.exit(1)
    serve(connection, handler)


main()

import logging
import os
import sys
import tempfile
import time

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def echo(event, context):
    return event


def nothing(event, context):
    pass


def raises(event, context):
    raise KeyError("pump")


class AuthorizerError(Exception):
    pass


def raises_own(event, context):
    raise AuthorizerError("not today")


def unserializable(event, context):
    return {1, 2}


def exits(event, context):
    sys.exit(3)


def context(event, context):
    return {
        "function_name": context.function_name,
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "aws_request_id": context.aws_request_id,
        "log_group_name": context.log_group_name,
        "log_stream_name": context.log_stream_name,
        "remaining": context.get_remaining_time_in_millis(),
        "identity": context.identity,
    }


def environment(event, context):
    return dict(os.environ)


def litter(event, context):
    os.makedirs(os.path.expanduser("~/.cache/deep"))
    with tempfile.NamedTemporaryFile(delete=False) as file:
        return file.name


def prints(event, context):
    print("to stdout: ä")
    print("to stderr", file=sys.stderr)
    logger.info("from logging")
    print("no line feed", end="")


def sleeps(event, context):
    time.sleep(event["seconds"])


def spins(event, context):
    print(f"pids {os.getpid()}", flush=True)
    while True:
        pass


def double_fork(event, context):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            print(f"left {os.getpid()}", flush=True)
            null = os.open(os.devnull, os.O_RDWR)
            for fd in range(4):
                os.dup2(null, fd)
            time.sleep(300)
        os._exit(0)
    os.wait()


def hogs(event, context):
    kept = []
    while True:
        kept.append(b"x" * (1 << 20))
        time.sleep(0.001)

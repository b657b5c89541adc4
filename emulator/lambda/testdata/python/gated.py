"""Does each thing when the test lets it: loads, and answers."""
import os
import time


def gate(name):
    print("at", name, os.environ["AWS_LAMBDA_RUNTIME_API"], flush=True)
    while not os.path.exists(os.path.join(os.environ["GATES"], name)):
        time.sleep(0.01)


gate("load")


def handler(event, context):
    gate("answer")
    return str(os.getpid())

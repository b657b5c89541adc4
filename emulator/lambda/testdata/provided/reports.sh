#!/bin/sh
# Reports why it cannot begin.
curl --noproxy "*" -sS -o /dev/null -d '{"errorType": "Shell.NoConfig", "errorMessage": "no configuration"}' "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error"
exit 1

#!/bin/sh
# Answers with the event, its own process id, and what it was told.
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while :; do
	next=$(curl --noproxy '*' -sSi "$api/next" | tr -d '\r')
	id=$(echo "$next" | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
	[ -n "$id" ] || exit 1
	event=$(echo "$next" | sed '1,/^$/d')
	case $event in
	*fail*) curl --noproxy '*' -sS -o /dev/null -d '{"errorType": "Shell.Error", "errorMessage": "as told"}' "$api/$id/error" ;;
	*exit*) exit 7 ;;
	*hang*) trap '' TERM; echo "pids $$"; sleep 600 & wait ;;
	*) curl --noproxy '*' -sS -o /dev/null -d "{\"pid\": $$, \"handler\": \"$_HANDLER\", \"event\": $event}" "$api/$id/response" ;;
	esac
done

#!/bin/sh
# Does not want to end.
trap '' TERM
echo "left $$"
case $DO in
stop) kill -STOP $$ ;;
untie) exec 3<&- ;;
forks) while :; do setsid sh -c 'echo left $$; exec sleep 300' & sleep 0.01; done ;;
flood) yes | head -c 1000000000 ;;
litter)
	mkdir -p "$TMPDIR/deep/er" && touch "$TMPDIR/deep/er/file" "$TMPDIR/-rf"
	ln -s / "$TMPDIR/root"
	chmod 0 "$TMPDIR/deep"
	i=0; while [ $i -lt 100 ]; do mkdir "$TMPDIR/$i"; i=$((i+1)); done ;;
esac
while :; do sleep 300; done

#!/bin/sh
# Follow Kordon's stories with nothing but redis-cli: follow_changes.sh TOPIC GROUP [redis-cli's options]
# Prints "<id> <kind> <story>" for each change, of split and merged "<other>" too: read both stories then.
# Acknowledges it once it is printed; what a killed run left comes again first. Exits 3 when changes are
# gone: read all stories, then run it again.
set -eu
[ $# -ge 2 ] || { echo "usage: follow_changes.sh TOPIC GROUP [redis-cli's options]" >&2; exit 2; }
topic=$1 group=$2
shift 2
cli() { redis-cli "$@"; }
prefix="kordon:v1:{$topic}:"
stream="${prefix}changes"

cli "$@" XGROUP CREATE "$stream" "$group" 0 MKSTREAM >/dev/null 2>&1 || true

given() { # the id of the last change this group was given
  cli "$@" XINFO GROUPS "$stream" | awk -v group="$group" '
    $0 == "name" { getline name } $0 == "last-delivered-id" { getline id; if (name == group) print id }'
}
before() { # is one id before another?
  awk -v one="$1" -v other="$2" 'BEGIN { split(one, a, "-"); split(other, b, "-")
    exit !(a[1] + 0 < b[1] + 0 || (a[1] + 0 == b[1] + 0 && a[2] + 0 < b[2] + 0)) }'
}
end_at_gap() { # end if a change after the first argument was dropped; what was given since comes again
  last=$1
  shift
  trimmed=$(cli "$@" HGET "${prefix}window" trimmed)
  if [ -n "$trimmed" ] && before "$last" "$trimmed"; then
    if before "$(given "$@")" "$trimmed"; then
      cli "$@" XGROUP SETID "$stream" "$group" "$trimmed" >/dev/null
    fi
    echo "gap: changes up to $trimmed are gone" >&2
    exit 3
  fi
}
end_at_gap "$(given "$@")" "$@"

since=0
while :; do
  last=$(given "$@")
  event=$(cli "$@" XREADGROUP GROUP "$group" me COUNT 1 STREAMS "$stream" "$since" |
    awk 'NR == 2 { id = $0 } $0 == "kind" { getline kind } $0 == "story" { getline story }
      $0 == "payload" { getline payload }
      END { if (kind ~ /^(split|merged)$/ && match(payload, /"other":"[^"]*"/))
              other = " " substr(payload, RSTART + 9, RLENGTH - 10)
            if (id) print id, kind, story other }')
  [ "$since" = 0 ] || end_at_gap "$last" "$@"
  if [ -z "$event" ]; then
    [ "$since" = 0 ] || exit 0
    since='>'
    continue
  fi
  echo "$event"
  cli "$@" XACK "$stream" "$group" "${event%% *}" >/dev/null
done

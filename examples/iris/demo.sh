#!/bin/sh
# Call the Iris model with the flowers beside this file; `smrt local run` has started it.
set -eu
here=$(dirname "$0")
out=$(mktemp)
trap 'rm -f "$out"' EXIT

set -x
smrt invoke-endpoint --endpoint-name iris --content-type text/csv --accept text/csv \
  --body "fileb://$here/flowers.csv" "$out"
{ set +x; } 2>/dev/null

echo
echo 'species, and the probability of each:'
paste -d ' ' "$here/flowers.csv" "$out"

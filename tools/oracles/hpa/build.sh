#!/bin/sh
# Builds the oracle into the user cache and prints its path. Needs Go >= 1.26; some minutes once, then seconds.
#
# Go lets no overlay touch its module cache, so the modules are vendored into a scratch folder of the
# cache, where inside/export.go is added to the upstream package. No upstream file is changed.
# Without cgo, whose threads keep the stopped clock from jumping over a sleep.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/seatrial
work=$cache/build/hpa-oracle
target=$cache/tools/hpa-oracle-1.37.2
mkdir -p "$work" "$cache/tools"
cp "$here"/go.mod "$here"/go.sum "$here"/*.go "$work"/
cd "$work"
cmp -s go.sum vendor/.go.sum || { go mod vendor && cp go.sum vendor/.go.sum; }
cp "$here"/inside/export.go vendor/k8s.io/kubernetes/pkg/controller/podautoscaler/oracle_export.go
CGO_ENABLED=0 go build -mod=vendor -trimpath -tags faketime,oracle -o "$target.new" .
mv "$target.new" "$target"
echo "$target"

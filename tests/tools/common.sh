# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts in tests/tools: sourced, with the tree's root as the current folder afterwards.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
tools=$root/tests/tools
jobs=$(nproc)
# Without these ccache never takes a compilation that uses a precompiled header.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros,include_file_mtime,include_file_ctime}

need() { "$tools/need" "$@"; }

# configure PRESET [DIR] [cmake arguments...]: when never done, or when the presets changed since.
configure() {
    local preset=$1 dir=${2:-build/$1} log
    shift
    [ $# -eq 0 ] || shift
    log=$dir/configure.log
    mkdir -p "$dir/.cmake/api/v1/query"
    touch "$dir/.cmake/api/v1/query/codemodel-v2"
    if [ -f "$dir/build.ninja" ] && [ "$dir/.configured" -nt CMakePresets.json ]; then
        return
    fi
    cmake --preset "$preset" -B "$dir" "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
    touch "$dir/.configured"
}

# regenerate DIR: brings build.ninja, and with it the list of targets, up to date.
regenerate() {
    ninja -C "$1" --quiet build.ninja >"$1/configure.log" 2>&1 || { cat "$1/configure.log" >&2; return 1; }
}

# build PRESET [TARGET...]: one at a time per folder. Progress on a terminal; one line otherwise.
build() {
    local preset=$1 start=$SECONDS
    shift
    build_in "build/$preset" "$preset" "$@" || return
    [ -t 1 ] || [ $((SECONDS - start)) -lt 2 ] || echo "built $preset in $((SECONDS - start)) s"
}

build_in() {
    local dir=$1 preset=$2 lock quiet=()
    shift 2
    mkdir -p "$dir"
    exec {lock}>"$dir/.lock"
    flock -n "$lock" || { echo "waiting for another build in $dir"; flock "$lock"; }
    configure "$preset" "$dir" || { exec {lock}>&-; return 1; }
    [ -t 1 ] || quiet=(--quiet)
    # The build must not inherit the lock: a daemon that it leaves behind would hold it for ever.
    local status=0
    ninja -C "$dir" "${quiet[@]}" "$@" {lock}>&- || status=$?
    exec {lock}>&-
    return $status
}

# record PASSED FAILED: for the sum at the end of .ci/run.
record() {
    [ -z "${WAYPOST_RESULTS-}" ] || echo "$1 $2" >>"$WAYPOST_RESULTS"
}

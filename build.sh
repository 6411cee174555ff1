#!/usr/bin/env bash
# The one build entry, the same on a laptop and in CI:
#   ./build.sh test        install what is missing, check the format, build with warnings as errors, run every test but those of the frameworks
#   ./build.sh frameworks  install and build the applications of tests/frameworks, and send them everything
#   ./build.sh native      publish the command line as a native executable into artifacts/native
#   ./build.sh bench       run every benchmark once, as a smoke test
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install() {
  # Each pair is a file that the package brings, and the package.
  local missing=()
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
  command -v gcc >/dev/null || command -v clang >/dev/null || missing+=(gcc)
  [ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
  command -v runuser >/dev/null || missing+=(util-linux)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null; then
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    echo "Installing ${missing[*]}"
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
}

native() {
  dotnet publish src/ClerkSync.Cli -c Release -r "${1:-linux-x64}" -o artifacts/native -nologo -v q
}

test_all() {
  install
  dotnet restore ClerkSync.slnx -v q
  dotnet format ClerkSync.slnx --verify-no-changes --no-restore
  dotnet build ClerkSync.slnx -c Release --no-restore -nologo -v q
  run_tests --solution ClerkSync.slnx
}

# Apart from the rest: it installs hundreds of packages of other people's make from npm.
test_frameworks() {
  install
  export CLERKSYNC_FRAMEWORKS=1
  dotnet build tests/ClerkSync.Frameworks.Tests -c Release -nologo -v q
  run_tests --project tests/ClerkSync.Frameworks.Tests
}

run_tests() {
  local log status=0
  log=$(mktemp)
  dotnet test "$@" -c Release --no-build 2>&1 | tee "$log" || status=$?
  local total failed skipped passed
  total=$(sed -nE 's/^ *total: ([0-9]+).*/\1/p' "$log" | tail -1)
  failed=$(sed -nE 's/^ *failed: ([0-9]+).*/\1/p' "$log" | tail -1)
  skipped=$(sed -nE 's/^ *skipped: ([0-9]+).*/\1/p' "$log" | tail -1)
  passed=$(sed -nE 's/^ *succeeded: ([0-9]+).*/\1/p' "$log" | tail -1)
  rm -f "$log"
  if [ "${total:-0}" = 0 ]; then
    echo "No test ran." >&2
    status=1
  fi
  echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
  return "$status"
}

case "${1:-}" in
  test) test_all ;;
  frameworks) test_frameworks ;;
  native) install && native "${2:-linux-x64}" ;;
  bench) dotnet run -c Release --project benchmarks/ClerkSync.Benchmarks -- --once ;;
  *) sed -n '2,6p' "$0"; exit 2 ;;
esac

# For tests/system/test_*.sh: counting, and a folder of the test's own.
# SYSTOLE is the command, BUILD the build folder.
SYSTOLE=${SYSTOLE:-build/systole} BUILD=${BUILD:-build}
passed=0 failed=0 skipped=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }

# check NAME COMMAND...: passes if the command succeeds, else shows its output.
check() {
  local name=$1
  shift
  if "$@" >"$work/output" 2>&1; then pass; else
    fail "$name"
    head -c 2000 "$work/output" | sed 's/^/  /'
  fi
}

# refused NAME CODE TEXT ARGUMENTS...: the command must end with CODE and say one
# line on standard error, with TEXT in it.
refused() {
  local name=$1 code=$2 text=$3 got
  shift 3
  timeout 60 "$SYSTOLE" "$@" >"$work/out" 2>"$work/err"
  got=$?
  if [ "$got" = "$code" ] && [ "$(wc -l <"$work/err")" = 1 ] && grep -qF -- "$text" "$work/err"; then
    pass
  else
    fail "$name: exit $got, expected $code and one line with '$text'; stderr:"
    head -c 1000 "$work/err" | sed 's/^/  /'
  fi
}

# field FILE NAME: the number of a top-level JSON field.
field() { sed -nE "s/^\t\"$2\":\t(-?[0-9.eE+-]+|null|true|false),?\$/\1/p" "$1"; }

# holds EXPRESSION: awk's truth.
holds() { awk "BEGIN { exit !($1) }"; }

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}

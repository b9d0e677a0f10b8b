#!/usr/bin/env bash
# ./dev itself, without building anything: help, errors, the list of steps, how results are counted.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
failures=0

expect() { # what actual expected
  [[ $2 == "$3" ]] && return
  printf '%s\n  expected: %s\n  actual:   %s\n' "$1" "$3" "$2"
  failures=$((failures + 1))
}

status=0
output=$("$root/dev" help) || status=$?
expect 'help succeeds' "$status" 0
for command in run test bench check build; do
  expect "help tells of $command" "$(grep -c "^  $command " <<<"$output")" 1
done

status=0
output=$("$root/dev" no-such-command 2>&1) || status=$?
expect 'an unknown command fails' "$status" 1
expect 'and is named' "$(tail -n 1 <<<"$output")" './dev: unknown command: no-such-command'

status=0
output=$("$root/dev" test no-such-step 2>&1) || status=$?
expect 'an unknown step fails' "$status" 1
expect 'and is named' "${output%% (*}" './dev: test: unknown step no-such-step'

status=0
output=$("$root/dev" test -R 2>&1) || status=$?
expect '-R without a pattern fails' "$status" 1
expect 'and says so' "$output" './dev: test: -R needs a pattern, such as -R Config'
status=0
output=$("$root/dev" test fuzz -R Config 2>&1) || status=$?
expect '-R with another step than dev fails' "$status" 1
expect 'and says so, too' "$output" './dev: test: -R is for the step dev alone'

# With nothing installed: check and build name what is missing and install nothing unasked.
mkdir "$directory/bin"
for tool in bash dirname nproc env cat sed grep sort tail head mkdir rm; do
  ln -s "$(command -v "$tool")" "$directory/bin/$tool"
done
printf '#!/bin/sh\ntouch %s/called\n' "$directory" >"$directory/bin/apt-get"
chmod +x "$directory/bin/apt-get"
for command in check build; do
  status=0
  output=$(PATH=$directory/bin "$root/dev" "$command" 2>&1 </dev/null) || status=$?
  expect "$command without packages fails" "$status" 1
  expect "$command says how to install them" "$(grep -c 'packages are missing: cmake .*(--install installs them)' <<<"$output")" 1
  expect "$command installs nothing unasked" "$([[ -e $directory/called ]] || echo no)" no
done

cat >"$directory/results.xml" <<'XML'
<testsuite name="Linux" tests="4" failures="1" disabled="0" skipped="2">
	<testcase name="store.Glob.Star" classname="store.Glob.Star" time="0.1" status="run">
		<system-out>a line: Skipped is no reason</system-out>
	</testcase>
	<testcase name="store.&quot;a&quot;&lt;b&gt;" classname="x" time="0.1" status="fail">
		<failure message=""/>
		<system-out>output</system-out>
	</testcase>
	<testcase name="oracle.List" classname="oracle.List" time="0.1" status="notrun">
		<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
		<system-out>[ RUN      ] List
tests/oracle/list_test.cc:12: Skipped
no redis-server on PATH
[  SKIPPED ] List</system-out>
	</testcase>
	<testcase name="tools.package" classname="tools.package" time="0.1" status="notrun">
		<skipped message="SKIP_RETURN_CODE=77"/>
		<system-out>SKIP: not root</system-out>
	</testcase>
</testsuite>
XML
awk -v base="$directory/results" -f "$root/tests/tools/junit.awk" "$directory/results.xml"
expect 'counts' "$(cat "$directory/results.counts")" '1 1 2'
expect 'failed names' "$(cat "$directory/results.failed")" 'store."a"<b>'
expect 'what the failed ones printed' "$(cat "$directory/results.report")" $'--- store."a"<b>\noutput'
expect 'skipped names' "$(cat "$directory/results.skipped")" \
  $'oracle.List: no redis-server on PATH\ntools.package: not root'
((failures == 0))

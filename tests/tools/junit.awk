# Reads CTest's JUnit file. Writes <base>.counts ("passed failed skipped"), <base>.failed (names), <base>.report (what
# the first ten failed tests printed) and <base>.skipped (names with their reasons: the line after GoogleTest's
# "Skipped").
# Usage: awk -v base=PATH -f junit.awk results.xml

function attribute(name,    found) {
  if (!match($0, " " name "=\"[^\"]*\"")) return ""
  found = substr($0, RSTART, RLENGTH)
  sub(/^[^"]*"/, "", found)
  sub(/"$/, "", found)
  return decode(found)
}

function decode(text) {
  gsub(/&lt;/, "<", text)
  gsub(/&gt;/, ">", text)
  gsub(/&quot;/, "\"", text)
  gsub(/&apos;/, "'", text)
  gsub(/&amp;/, "\\&", text)
  return text
}

function finish_test() {
  if (name == "") return
  if (status == "fail") {
    failed++
    print name > failed_file
    if (failed <= 10) printf "--- %s\n%s", name, output > report_file
  }
  else if (status == "notrun" || status == "disabled") {
    skipped++
    print name ": " (reason == "" ? "no reason given" : reason) > skipped_file
  }
  else passed++
  name = ""
}

# GoogleTest prints what failed at the start, a sanitizer at the end: the middle is left out.
function keep_output(line) {
  if (++lines == 40) rest_from = length(output)
  output = output line "\n"
  if (lines > 80) {
    head = substr(output, 1, rest_from)
    rest = substr(output, rest_from + 1)
    sub(/^[^\n]*\n/, "", rest)
    output = head rest
  }
}

BEGIN {
  passed = failed = skipped = 0
  failed_file = base ".failed"
  report_file = base ".report"
  skipped_file = base ".skipped"
}
/<testcase / { finish_test(); name = attribute("name"); status = attribute("status"); reason = output = ""; lines = take = 0 }
status == "fail" && /<system-out>/ { inside = 1 }
inside {
  line = $0
  gsub(/^.*<system-out>|<\/system-out>.*$/, "", line)
  keep_output(decode(line))
}
/<\/system-out>/ { inside = 0 }
take && reason == "" && /[^ \t]/ { reason = decode($0); sub(/^[ \t]+/, "", reason); take = 0 }
/: Skipped$/ || /<system-out>skipped:? *$/ { take = 1 }
/<system-out>SKIP: / { reason = decode($0); sub(/^.*<system-out>SKIP: */, "", reason); sub(/<\/system-out>.*/, "", reason) }
END {
  finish_test()
  print passed, failed, skipped > (base ".counts")
}

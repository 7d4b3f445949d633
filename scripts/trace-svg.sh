#!/usr/bin/env bash
# A picture of a stretch of a trace (docs/counters.md), as SVG on standard output:
#   trace-svg.sh TRACE.json [FROM TO]      cycles; default: all
set -euo pipefail
trace=$1 from=${2:-0} to=${3:-0}
awk -v from="$from" -v to="$to" '
function text(key) { return match($0, "\"" key "\":\"[^\"]*\"") ? substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 5) : "" }
function number(key) { return match($0, "\"" key "\":[0-9]+") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0 : 0 }
function x(cycle) { return 90 + 880 * (cycle - from) / (to - from) }
function put(start, end, y, height, colour, title) {
  if (end <= from || start >= to) return
  if (start < from) start = from
  if (end > to) end = to
  gsub(/&/, "\\&amp;", title); gsub(/</, "\\&lt;", title)
  printf "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>%s</title></rect>\n", x(start), y, x(end) - x(start), height, colour, title
}
/"name":"thread_name"/ && number("tid") >= 100 {
  name = $0
  sub(/.*"args":\{"name":"/, "", name)
  sub(/".*/, "", name)
  track[number("tid")] = name
}
/"ph":"X"/ { line[++count] = $0; if (/"cat":"step"/ && !given && number("ts") + number("dur") > last) last = number("ts") + number("dur") }
END {
  if (!to) to = last
  for (t = 100; t < 500; t++) if (t in track) { order[++n] = t; row[t] = n }
  bottom = 30 * n + 20
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1000 %d\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"1000\" height=\"%d\" fill=\"#fff\"/>\n", bottom + 50, bottom + 50
  for (i = 1; i <= n; i++) printf "<text x=\"4\" y=\"%d\">%s</text>\n", 30 * i + 4, track[order[i]]
  colour["LD"] = "#4c78a8"; colour["MX"] = "#e45756"; colour["VX"] = "#54a24b"; colour["ST"] = "#b279a2"
  for (i = 1; i <= count; i++) {
    $0 = line[i]
    if (/"cat":"step"/) continue
    start = number("ts"); end = start + number("dur"); y = 30 * row[number("tid")] - 10
    if (/"cat":"instruction"/) put(start, end, y, 20, colour[text("engine")], text("name") ": " text("text"))
    else if (text("cause") == "memory") put(start, end, y + 13, 7, "#222", text("name"))
    else put(start, end, y + 8, 4, text("cause") == "semaphore" ? "#f2b701" : "#ccc", text("name"))
  }
  for (i = 0; i <= 4; i++) { c = from + (to - from) * i / 4; printf "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n", x(c), bottom + 12, c }
  printf "<text x=\"90\" y=\"%d\">cycles. Thin yellow: waits for a semaphore; thin grey: not dispatched yet, or the end; black: waits for memory.</text>\n</svg>\n", bottom + 34
}' "$trace"

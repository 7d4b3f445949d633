# Shares of lines, branches and toggles from a file of verilator_coverage --write.
# A line is reached if any instance reaches any statement of it; an arm of an
# if or case if any instance takes it; a toggle is one bit of one instance.
BEGIN { FS = "\001" }
/^C / {
  file = line = column = page = what = span = place = ""
  for (i = 2; i <= NF; i++) {
    cut = index($i, "\002")
    key = substr($i, 1, cut - 1)
    value = substr($i, cut + 1)
    if (i == NF) {
      n = split($i, tail, " ")
      hits = tail[n] + 0
      sub(/' [0-9]+$/, "", value)
    }
    if (key == "f") file = value
    else if (key == "l") line = value
    else if (key == "n") column = value
    else if (key == "page") page = value
    else if (key == "o") what = value
    else if (key == "S") span = value
    else if (key == "h") place = value
  }
  sub(/.*\//, "", file)
  files[file] = 1
  if (page ~ /^v_toggle/) {
    toggles[file]++
    toggled[file] += hits > 0
    next
  }
  arm = file SUBSEP line SUBSEP column SUBSEP what
  if (page ~ /^v_branch/ || what != "block") {
    if (!(arm in arms)) arms[arm] = 0
    arms[arm] += hits
  }
  parts = split(span, ranges, ",")
  for (i = 1; i <= parts; i++) {
    ends = split(ranges[i], range, "-")
    for (l = range[1] + 0; l <= range[ends] + 0; l++) {
      if (!((file, l) in lines)) lines[file, l] = 0
      lines[file, l] += hits
      if (l > last[file]) last[file] = l
    }
  }
}
function share(part, whole) { return whole ? sprintf("%5.1f", 100 * part / whole) : "    -" }
function row(name, a, b, c, d, e, f) {
  printf "%-28s %5d of %5d %s %%  %5d of %5d %s %%  %6d of %6d %s %%\n",
         name, a, b, share(a, b), c, d, share(c, d), e, f, share(e, f)
}
END {
  for (key in lines) {
    split(key, part, SUBSEP)
    line_count[part[1]]++
    line_hit[part[1]] += lines[key] > 0
  }
  for (key in arms) {
    split(key, part, SUBSEP)
    arm_count[part[1]]++
    arm_hit[part[1]] += arms[key] > 0
    if (!arms[key]) untaken[part[1], part[2]] = untaken[part[1], part[2]] " " part[4]
    if (part[2] + 0 > last[part[1]]) last[part[1]] = part[2] + 0
  }
  count = 0
  for (file in files) names[++count] = file
  for (i = 2; i <= count; i++)
    for (j = i; j > 1 && names[j] < names[j - 1]; j--) {
      file = names[j]
      names[j] = names[j - 1]
      names[j - 1] = file
    }
  printf "%-28s %22s  %22s  %24s\n", "", "lines", "arms of if and case", "toggles"
  for (i = 1; i <= count; i++) {
    file = names[i]
    row(file, line_hit[file], line_count[file], arm_hit[file], arm_count[file], toggled[file], toggles[file])
    a += line_hit[file]; b += line_count[file]; c += arm_hit[file]
    d += arm_count[file]; e += toggled[file]; f += toggles[file]
  }
  row("total", a, b, c, d, e, f)
  print "\nlines not reached:"
  for (i = 1; i <= count; i++)
    for (l = 1; l <= last[names[i]]; l++)
      if ((names[i], l) in lines && !lines[names[i], l]) print "  " names[i] ":" l
  print "\narms not taken:"
  for (i = 1; i <= count; i++)
    for (l = 1; l <= last[names[i]]; l++)
      if ((names[i], l) in untaken) print "  " names[i] ":" l untaken[names[i], l]
}

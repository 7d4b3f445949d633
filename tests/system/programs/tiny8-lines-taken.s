; READ_BYTES: lines that the fetch read ahead and threw away do not count.
.hw tiny8
.meta fuzz.memory ideal 1 0 0
.meta fuzz.run 0 0 1
.meta fuzz.scalars 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
.meta fuzz.segment.0 0x10000 65536 0
.entry main
  loop
  endloop
  end

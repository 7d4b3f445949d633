; cycles is 48 on rtl, 47 on model
.hw tiny8
.meta fuzz.memory ideal 7660916224863779067 0 0
.meta fuzz.run 0 0 1
.meta fuzz.scalars 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
.meta fuzz.segment.0 0x1900 65536 0
.entry main
  end

; A burst that memory refuses in its middle is lost as a whole.
.hw tiny8
.meta fuzz.memory ideal 1 0 0
.meta fuzz.run 0 0 1
.meta fuzz.scalars 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
.meta fuzz.segment.0 0x10000 65536 0
.meta fuzz.hole 4 256 128
.meta fuzz.segment.4 0x40000 512 512
.segment 4 name=s4 kind=io bytes=512 fill=7
.entry main
  st segment=4 space=VM rows=1 elements=128
  end

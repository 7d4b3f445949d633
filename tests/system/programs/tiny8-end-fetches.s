; While END is judged the fetch may still ask for lines: the room that the take
; of END makes is used, and the run ends only when they have come.
.hw tiny8
.meta fuzz.memory ideal 1 0 0
.meta fuzz.run 0 0 1
.meta fuzz.scalars 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
.meta fuzz.segment.0 0x10000 65536 0
.entry main
  vx a_space=VM m=700 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  vx a_space=VM m=0 n=8 d=1 d_space=VM
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end
  end

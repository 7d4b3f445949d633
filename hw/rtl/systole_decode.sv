// Looks at a line by itself: is it an instruction, and which?
//
// With en_i, the line on line_i is judged; the outputs are valid from the next
// cycle until the next en_i. illegal_o: unknown opcode, a reserved bit, an
// undefined value, a semaphore of an engine with itself, or a port claimed
// twice (docs/machine.md, "Checks"). engine_o: 0..3, or 4 for the sequencer's
// own. steps_o: multiplications that checking it takes.
`include "systole_isa.svh"
module systole_decode (
    input  logic         clk_i,
    input  logic         en_i,
    input  logic [511:0] line_i,
    output logic         illegal_o,
    output logic [2:0]   engine_o,
    output logic [3:0]   steps_o
);
  // Bits that an instruction names. These functions make constants: no cycle runs
  // them, so that there is nothing to count.
  // verilator coverage_off
  function automatic [511:0] common_bits(input dummy);
    begin
      common_bits = {511'd0, dummy & 1'b0};
      common_bits[`SYS_OPCODE] = '1;
      common_bits[`SYS_BOUND] = '1;
      common_bits[`SYS_WAIT] = '1;
      common_bits[`SYS_RAISE] = '1;
    end
  endfunction
  function automatic [511:0] loop_bits(input dummy);
    begin
      loop_bits = common_bits(dummy);
      loop_bits[`SYS_LOOP_COUNT] = '1;
      loop_bits[`SYS_LOOP_LINES] = '1;
      loop_bits[`SYS_LOOP_COUNTER] = '1;
    end
  endfunction
  function automatic [511:0] ld_bits(input dummy);
    begin
      ld_bits = common_bits(dummy);
      ld_bits[`SYS_LD_SEGMENT] = '1;
      ld_bits[`SYS_LD_SPACE] = '1;
      ld_bits[`SYS_LD_ROWS] = '1;
      ld_bits[`SYS_LD_WORDS] = '1;
      ld_bits[`SYS_LD_OFFSET] = '1;
      ld_bits[`SYS_LD_PITCH] = '1;
      ld_bits[`SYS_LD_DST] = '1;
      ld_bits[`SYS_LD_DST_ROW] = '1;
      ld_bits[`SYS_LD_DST_WORD] = '1;
    end
  endfunction
  function automatic [511:0] ldg_bits(input dummy);
    begin
      ldg_bits = common_bits(dummy);
      ldg_bits[`SYS_LDG_SEGMENT] = '1;
      ldg_bits[`SYS_LDG_SPACE] = '1;
      ldg_bits[`SYS_LDG_INDEX_SEGMENT] = '1;
      ldg_bits[`SYS_LDG_ROWS] = '1;
      ldg_bits[`SYS_LDG_WORDS] = '1;
      ldg_bits[`SYS_LDG_OFFSET] = '1;
      ldg_bits[`SYS_LDG_PITCH] = '1;
      ldg_bits[`SYS_LDG_DST] = '1;
      ldg_bits[`SYS_LDG_DST_ROW] = '1;
      ldg_bits[`SYS_LDG_DST_WORD] = '1;
      ldg_bits[`SYS_LDG_INDEX_OFFSET] = '1;
      ldg_bits[`SYS_LDG_LIMIT] = '1;
    end
  endfunction
  function automatic [511:0] mx_bits(input dummy);
    begin
      mx_bits = common_bits(dummy);
      mx_bits[`SYS_MX_A_SPACE] = '1;
      mx_bits[`SYS_MX_TRANSPOSED] = '1;
      mx_bits[`SYS_MX_ACCUMULATE] = '1;
      mx_bits[`SYS_MX_M] = '1;
      mx_bits[`SYS_MX_K] = '1;
      mx_bits[`SYS_MX_N] = '1;
      mx_bits[`SYS_MX_A] = '1;
      mx_bits[`SYS_MX_A_ROW] = '1;
      mx_bits[`SYS_MX_A_TILE] = '1;
      mx_bits[`SYS_MX_W] = '1;
      mx_bits[`SYS_MX_W_K] = '1;
      mx_bits[`SYS_MX_W_N] = '1;
      mx_bits[`SYS_MX_C] = '1;
      mx_bits[`SYS_MX_C_ROW] = '1;
      mx_bits[`SYS_MX_C_TILE] = '1;
    end
  endfunction
  function automatic [511:0] vx_bits(input dummy);
    begin
      vx_bits = common_bits(dummy);
      vx_bits[`SYS_VX_A_SPACE] = '1;
      vx_bits[`SYS_VX_SWAP] = '1;
      vx_bits[`SYS_VX_MUL] = '1;
      vx_bits[`SYS_VX_B_SPACE] = '1;
      vx_bits[`SYS_VX_M] = '1;
      vx_bits[`SYS_VX_N] = '1;
      vx_bits[`SYS_VX_A] = '1;
      vx_bits[`SYS_VX_A_ROW] = '1;
      vx_bits[`SYS_VX_B] = '1;
      vx_bits[`SYS_VX_B_ROW] = '1;
      vx_bits[`SYS_VX_C] = '1;
      vx_bits[`SYS_VX_C_ROW] = '1;
      vx_bits[`SYS_VX_S] = '1;
      vx_bits[`SYS_VX_D] = '1;
      vx_bits[`SYS_VX_D_ROW] = '1;
      vx_bits[`SYS_VX_R] = '1;
      vx_bits[`SYS_VX_MUL_IMM] = '1;
      vx_bits[`SYS_VX_ADD_IMM] = '1;
      vx_bits[`SYS_VX_ADD] = '1;
      vx_bits[`SYS_VX_ADD_NEG] = '1;
      vx_bits[`SYS_VX_C_SPACE] = '1;
      vx_bits[`SYS_VX_FUNC] = '1;
      vx_bits[`SYS_VX_D_SPACE] = '1;
      vx_bits[`SYS_VX_REDUCE] = '1;
      vx_bits[`SYS_VX_CARRY] = '1;
      vx_bits[`SYS_VX_LIMITS] = '1;
      vx_bits[`SYS_VX_LOW] = '1;
      vx_bits[`SYS_VX_HIGH] = '1;
      vx_bits[`SYS_VX_LOW_STEP] = '1;
      vx_bits[`SYS_VX_HIGH_STEP] = '1;
      vx_bits[`SYS_VX_X] = '1;
      vx_bits[`SYS_VX_INDEX] = '1;
    end
  endfunction
  function automatic [511:0] st_bits(input dummy);
    begin
      st_bits = common_bits(dummy);
      st_bits[`SYS_ST_SEGMENT] = '1;
      st_bits[`SYS_ST_SPACE] = '1;
      st_bits[`SYS_ST_ROWS] = '1;
      st_bits[`SYS_ST_ELEMENTS] = '1;
      st_bits[`SYS_ST_OFFSET] = '1;
      st_bits[`SYS_ST_PITCH] = '1;
      st_bits[`SYS_ST_SRC] = '1;
      st_bits[`SYS_ST_SRC_ROW] = '1;
    end
  endfunction
  // verilator coverage_on
  localparam [511:0] CommonBits = common_bits(1'b0);
  localparam [511:0] LoopBits = loop_bits(1'b0);
  localparam [511:0] LdBits = ld_bits(1'b0);
  localparam [511:0] LdgBits = ldg_bits(1'b0);
  localparam [511:0] MxBits = mx_bits(1'b0);
  localparam [511:0] VxBits = vx_bits(1'b0);
  localparam [511:0] StBits = st_bits(1'b0);

  logic [7:0] opcode;
  logic [15:0] nibbles;  // semaphores used either way
  assign opcode = line_i[`SYS_OPCODE];
  assign nibbles = line_i[`SYS_WAIT] | line_i[`SYS_RAISE];

  logic [2:0] a_space, b_space, c_space, d_space, func, reduce;
  logic [1:0] mul, add;
  logic carry;
  assign a_space = line_i[`SYS_VX_A_SPACE];
  assign b_space = line_i[`SYS_VX_B_SPACE];
  assign c_space = line_i[`SYS_VX_C_SPACE];
  assign d_space = line_i[`SYS_VX_D_SPACE];
  assign func = line_i[`SYS_VX_FUNC];
  assign reduce = line_i[`SYS_VX_REDUCE];
  assign mul = line_i[`SYS_VX_MUL];
  assign add = line_i[`SYS_VX_ADD];
  assign carry = line_i[`SYS_VX_CARRY];

  logic vx_bad;
  assign vx_bad =
      !(a_space == 3'd`SYS_SPACE_VXA_ACC || a_space == 3'd`SYS_SPACE_VXA_PAR ||
        a_space == 3'd`SYS_SPACE_VXA_VM || a_space == 3'd`SYS_SPACE_VXA_RS) ||
      !(b_space == 3'd`SYS_SPACE_VXB_NONE || b_space == 3'd`SYS_SPACE_VXB_PAR ||
        b_space == 3'd`SYS_SPACE_VXB_VM || b_space == 3'd`SYS_SPACE_VXB_RS) ||
      !(c_space == 3'd`SYS_SPACE_VXC_NONE || c_space == 3'd`SYS_SPACE_VXC_PAR ||
        c_space == 3'd`SYS_SPACE_VXC_VM) ||
      !(d_space == 3'd`SYS_SPACE_VXD_NONE || d_space == 3'd`SYS_SPACE_VXD_QNT ||
        d_space == 3'd`SYS_SPACE_VXD_VM || d_space == 3'd`SYS_SPACE_VXD_RS) ||
      mul > 2'd`SYS_VXMUL_ROW || func > 3'd`SYS_VXFUNC_RSQRT || reduce > 3'd`SYS_VXREDUCE_ARGMAX ||
      (a_space == 3'd`SYS_SPACE_VXA_RS && mul == 2'd`SYS_VXMUL_ROW) ||
      (b_space == 3'd`SYS_SPACE_VXB_RS && (add == 2'd`SYS_VXADD_ROW || carry)) ||
      (add == 2'd`SYS_VXADD_ROW && carry) ||
      (d_space == 3'd`SYS_SPACE_VXD_RS && reduce != 3'd`SYS_VXREDUCE_NONE) ||
      ((add == 2'd`SYS_VXADD_C) != (c_space != 3'd`SYS_SPACE_VXC_NONE));

  logic [2:0] space;  // of LD, LDG and ST alike
  logic ld_bad, st_bad, mx_bad;
  assign space = line_i[`SYS_LD_SPACE];
  assign ld_bad = !(space == 3'd`SYS_SPACE_LD_WGT || space == 3'd`SYS_SPACE_LD_ACT ||
                    space == 3'd`SYS_SPACE_LD_PAR);
  assign st_bad = !(space == 3'd`SYS_SPACE_ST_QNT || space == 3'd`SYS_SPACE_ST_VM ||
                    space == 3'd`SYS_SPACE_ST_RS);
  assign mx_bad = !(line_i[`SYS_MX_A_SPACE] == 3'd`SYS_SPACE_MX_ACT ||
                    line_i[`SYS_MX_A_SPACE] == 3'd`SYS_SPACE_MX_QNT);

  logic illegal_q;
  logic [2:0] engine_q;
  logic [3:0] steps_q;
  assign illegal_o = illegal_q;
  assign engine_o = engine_q;
  assign steps_o = steps_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      engine_q <= 3'd`SYS_ENGINE_SEQ;
      steps_q <= 4'd0;
      case (opcode)
        8'd`SYS_OP_END, 8'd`SYS_OP_ENDLOOP:
          illegal_q <= (line_i & ~CommonBits) != 512'd0 || nibbles != 16'd0;
        8'd`SYS_OP_LOOP: illegal_q <= (line_i & ~LoopBits) != 512'd0 || nibbles != 16'd0;
        8'd`SYS_OP_LD: begin
          illegal_q <= (line_i & ~LdBits) != 512'd0 || nibbles[3:0] != 4'd0 || ld_bad;
          engine_q <= 3'd`SYS_ENGINE_LD;
          steps_q <= 4'd3;
        end
        8'd`SYS_OP_LDG: begin
          illegal_q <= (line_i & ~LdgBits) != 512'd0 || nibbles[3:0] != 4'd0 || ld_bad;
          engine_q <= 3'd`SYS_ENGINE_LD;
          steps_q <= 4'd4;
        end
        8'd`SYS_OP_MX: begin
          illegal_q <= (line_i & ~MxBits) != 512'd0 || nibbles[7:4] != 4'd0 || mx_bad;
          engine_q <= 3'd`SYS_ENGINE_MX;
          steps_q <= 4'd8;
        end
        8'd`SYS_OP_VX: begin
          illegal_q <= (line_i & ~VxBits) != 512'd0 || nibbles[11:8] != 4'd0 || vx_bad;
          engine_q <= 3'd`SYS_ENGINE_VX;
          steps_q <= 4'd4;
        end
        8'd`SYS_OP_ST: begin
          illegal_q <= (line_i & ~StBits) != 512'd0 || nibbles[15:12] != 4'd0 || st_bad;
          engine_q <= 3'd`SYS_ENGINE_ST;
          steps_q <= 4'd2;
        end
        default: illegal_q <= 1'b1;
      endcase
    end
  end
endmodule

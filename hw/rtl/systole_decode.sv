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
        8'd`SYS_OP_END, 8'd`SYS_OP_ENDLOOP:  // which have no fields of their own
          illegal_q <= (line_i & ~`SYS_BITS_END) != 512'd0 || nibbles != 16'd0;
        8'd`SYS_OP_LOOP: illegal_q <= (line_i & ~`SYS_BITS_LOOP) != 512'd0 || nibbles != 16'd0;
        8'd`SYS_OP_LD: begin
          illegal_q <= (line_i & ~`SYS_BITS_LD) != 512'd0 || nibbles[3:0] != 4'd0 || ld_bad;
          engine_q <= 3'd`SYS_ENGINE_LD;
          steps_q <= 4'd3;
        end
        8'd`SYS_OP_LDG: begin
          illegal_q <= (line_i & ~`SYS_BITS_LDG) != 512'd0 || nibbles[3:0] != 4'd0 || ld_bad;
          engine_q <= 3'd`SYS_ENGINE_LD;
          steps_q <= 4'd4;
        end
        8'd`SYS_OP_MX: begin
          illegal_q <= (line_i & ~`SYS_BITS_MX) != 512'd0 || nibbles[7:4] != 4'd0 || mx_bad;
          engine_q <= 3'd`SYS_ENGINE_MX;
          steps_q <= 4'd8;
        end
        8'd`SYS_OP_VX: begin
          illegal_q <= (line_i & ~`SYS_BITS_VX) != 512'd0 || nibbles[11:8] != 4'd0 || vx_bad;
          engine_q <= 3'd`SYS_ENGINE_VX;
          steps_q <= 4'd4;
        end
        8'd`SYS_OP_ST: begin
          illegal_q <= (line_i & ~`SYS_BITS_ST) != 512'd0 || nibbles[15:12] != 4'd0 || st_bad;
          engine_q <= 3'd`SYS_ENGINE_ST;
          steps_q <= 4'd2;
        end
        default: illegal_q <= 1'b1;
      endcase
    end
  end
endmodule

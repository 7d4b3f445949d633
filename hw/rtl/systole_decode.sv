// Looks at a line by itself: is it an instruction, and which?
//
// With en_i, the line on line_i is judged; the outputs are valid from the next
// cycle until the next en_i. illegal_o: unknown opcode, a reserved bit, an
// undefined value, a semaphore of an engine with itself, or a port claimed
// twice (docs/machine.md, "Checks"). kind_o: bit 0 LD, 1 LDG, 2 MX, 3 VX, 4 ST; none
// for the sequencer's own.
`include "systole_isa.svh"
module systole_decode (
    input  logic         clk_i,
    input  logic         en_i,
    input  logic [511:0] line_i,
    output logic         illegal_o,
    output logic [4:0]   kind_o
);
  // A few bits tell the opcodes apart, and whether it is one of them can be asked beside.
  localparam [2:0] End = 3'd0, Loop = 3'd1, Ld = 3'd2, Ldg = 3'd3, Mx = 3'd4, Vx = 3'd5, St = 3'd6;
  logic [7:0] opcode;
  logic [2:0] kind;  // END stands for ENDLOOP, too
  logic known;
  assign opcode = line_i[`SYS_OPCODE];
  assign known = opcode == 8'd`SYS_OP_END || opcode == 8'd`SYS_OP_LOOP || opcode == 8'd`SYS_OP_ENDLOOP ||
                 opcode == 8'd`SYS_OP_LD || opcode == 8'd`SYS_OP_LDG || opcode == 8'd`SYS_OP_MX ||
                 opcode == 8'd`SYS_OP_VX || opcode == 8'd`SYS_OP_ST;
  always_comb begin
    case (opcode[6:4])
      3'd0: kind = opcode[0] ? End : Loop;
      3'd1: kind = opcode[0] ? Ldg : Ld;
      3'd2: kind = Mx;
      3'd3: kind = Vx;
      default: kind = St;
    endcase
  end

  logic [15:0] nibbles;  // semaphores used either way
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

  // Bits that no instruction of an opcode has. Most bytes are all or nothing to every
  // opcode: of those one bit is asked for, whether anything is set.
  function automatic [63:0] plain(input [511:0] bits);
    integer k;
    for (k = 0; k < 64; k = k + 1) plain[k] = bits[8*k+:8] == 8'd0 || bits[8*k+:8] == 8'd255;
  endfunction
  localparam [63:0] Plain = plain(`SYS_BITS_END) & plain(`SYS_BITS_LOOP) & plain(`SYS_BITS_LD) &
                            plain(`SYS_BITS_LDG) & plain(`SYS_BITS_MX) & plain(`SYS_BITS_VX) &
                            plain(`SYS_BITS_ST);
  // The bytes in which something is set that the opcode does not have.
  function automatic [63:0] beyond(input [511:0] line, input [511:0] bits);
    integer k;
    for (k = 0; k < 64; k = k + 1)
      if (Plain[k]) beyond[k] = line[8*k+:8] != 8'd0 && !bits[8*k];
      else beyond[k] = (line[8*k+:8] & ~bits[8*k+:8]) != 8'd0;
  endfunction
  logic [511:0] bits;
  logic [63:0] reserved;
  logic bad;
  always_comb begin
    bits = 'x;
    reserved = 'x;
    bad = 1'bx;
    if (en_i) begin
      bad = nibbles != 16'd0;  // of the sequencer's own, which have no other fields to judge
      case (kind)
        End: bits = `SYS_BITS_END;
        Loop: bits = `SYS_BITS_LOOP;
        Ld: begin
          bits = `SYS_BITS_LD;
          bad = nibbles[3:0] != 4'd0 || ld_bad;
        end
        Ldg: begin
          bits = `SYS_BITS_LDG;
          bad = nibbles[3:0] != 4'd0 || ld_bad;
        end
        Mx: begin
          bits = `SYS_BITS_MX;
          bad = nibbles[7:4] != 4'd0 || mx_bad;
        end
        Vx: begin
          bits = `SYS_BITS_VX;
          bad = nibbles[11:8] != 4'd0 || vx_bad;
        end
        default: begin
          bits = `SYS_BITS_ST;
          bad = nibbles[15:12] != 4'd0 || st_bad;
        end
      endcase
      reserved = beyond(line_i, bits);
    end
  end

  logic bad_q, low_q, high_q;  // low, high: something reserved is set in that half
  logic [4:0] kind_q;
  assign illegal_o = bad_q || low_q || high_q;
  assign kind_o = kind_q;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      bad_q <= !known || bad;
      low_q <= reserved[31:0] != 32'd0;
      high_q <= reserved[63:32] != 32'd0;
      kind_q <= {kind == St, kind == Vx, kind == Mx, kind == Ldg, kind == Ld};
    end
  end
endmodule

// The rules on counts, alignment, SRAM and segment ranges of one bound
// instruction (docs/machine.md, "Checks"), and its addresses.
//
// An instruction takes 3 steps (LD), 4 (LDG, VX), 8 (MX) or 2 (ST). run_i is high for
// three cycles more, the last of them that of last_o, begin_i in the cycle before the first, in
// which desc_i is there. segment_o: base_i and limit_i are asked for, to be there
// two cycles later.
// In the k-th of the first cycles, step k asks the shared multiplier
// (a_o x b_o, unsigned; two cycles later outer_i + middle_i must be the product). The
// other outputs are complete in the cycle after run_i: one flag per cause,
// addresses, and M x K x N of an MX. All are registered.
`include "systole_isa.svh"
module systole_check #(
    parameter Dim      = 16,
    parameter BusBytes = 16,
    parameter WgtWords = 8192,
    parameter ActWords = 2048,
    parameter QntWords = 4096,
    parameter AccWords = 2048,
    parameter ParWords = 2048,
    parameter VmWords  = 4096,
    parameter RsWords  = 256
) (
    input  logic         clk_i,
    input  logic         begin_i,
    input  logic         run_i,
    input  logic [4:0]   kind_i,          // as systole_decode's
    input  logic [511:0] desc_i,
    output logic [3:0]   segment_o,
    input  logic [63:0]  base_i,
    input  logic [63:0]  limit_i,
    output logic [31:0]  a_o,
    output logic [31:0]  b_o,
    input  logic [63:0]  outer_i,
    input  logic [63:0]  middle_i,
    output logic         range_o,
    output logic         align_o,
    output logic         sram_o,
    output logic         bad_o,           // any of these flags, or the segment is too small
    output logic         last_o,          // the last cycle of run_i
    output logic [63:0]  addr_o,
    output logic [63:0]  index_addr_o,
    output logic [47:0]  macs_o
);
  localparam DimL = $clog2(Dim);
  localparam BusL = $clog2(BusBytes);
  localparam [31:0] DimMask = Dim - 1;
  localparam [31:0] BusMask = BusBytes - 1;

  // The number of an SRAM's last word.
  function automatic [31:0] last_of(input [2:0] space);
    begin
      case (space)
        3'd`SYS_SPACE_WGT: last_of = WgtWords - 1;
        3'd`SYS_SPACE_ACT: last_of = ActWords - 1;
        3'd`SYS_SPACE_QNT: last_of = QntWords - 1;
        3'd`SYS_SPACE_ACC: last_of = AccWords - 1;
        3'd`SYS_SPACE_PAR: last_of = ParWords - 1;
        3'd`SYS_SPACE_VM:  last_of = VmWords - 1;
        default:           last_of = RsWords - 1;
      endcase
    end
  endfunction

  logic ld, ldg, mx, vx;  // else it is an ST; ld: LDG, too
  assign ld = kind_i[0] || kind_i[1];
  assign ldg = kind_i[1];
  assign mx = kind_i[2];
  assign vx = kind_i[3];

  // A bit for each step of each opcode, and for the three cycles after the last.
  localparam Ld0 = 0, Ld1 = 1, Ld2 = 2, Ldg3 = 3, Mx0 = 4, Mx1 = 5, Mx2 = 6, Mx3 = 7, Mx4 = 8, Mx5 = 9,
             Mx6 = 10, Mx7 = 11, Vx0 = 12, Vx1 = 13, Vx2 = 14, Vx3 = 15, St0 = 16, St1 = 17, Steps = 18;
  logic [Steps-1:0] step_q;
  logic [2:0] tail_q;
  logic cycle0_q, cycle1_q;  // the first two of run_i
  logic asking;
  assign asking = run_i && step_q != Steps'(0);
  assign last_o = tail_q[2];
  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      step_q <= Steps'(0);
      step_q[Ld0] <= ld;
      step_q[Mx0] <= mx;
      step_q[Vx0] <= vx;
      step_q[St0] <= kind_i[4];
      tail_q <= 3'd0;
    end else if (run_i) begin
      step_q <= step_q << 1;
      step_q[Ldg3] <= step_q[Ld2] && ldg;
      step_q[Mx0] <= 1'b0;
      step_q[Vx0] <= 1'b0;
      step_q[St0] <= 1'b0;
      tail_q <= {tail_q[1:0], (step_q[Ld2] && !ldg) || step_q[Ldg3] || step_q[Mx7] || step_q[Vx3] || step_q[St1]};
    end
    cycle0_q <= begin_i;
    cycle1_q <= cycle0_q;
  end

  // Step k in flight: operands at once, the rest kept for the sum.
  //   sum = (first ? base : sum) + a * b;  if (last) sum must be <= bound
  logic [31:0] a, b;
  logic [40:0] base;
  logic [31:0] bound;  // of the SRAM's; that of the segment is limit_i
  logic first, last, dram;

  logic [2:0] ld_space, st_space, add_space;
  assign ld_space = desc_i[`SYS_LD_SPACE];
  assign st_space = desc_i[`SYS_ST_SPACE];
  assign add_space = desc_i[`SYS_VX_C_SPACE];

  logic vx_b, vx_row, vx_c, vx_d, vx_s, vx_r, vx_x;  // operands in use
  assign vx_b = desc_i[`SYS_VX_B_SPACE] != 3'd`SYS_SPACE_VXB_NONE;
  assign vx_row = desc_i[`SYS_VX_ADD] == 2'd`SYS_VXADD_ROW;
  assign vx_c = desc_i[`SYS_VX_ADD] == 2'd`SYS_VXADD_C;
  assign vx_d = desc_i[`SYS_VX_D_SPACE] != 3'd`SYS_SPACE_VXD_NONE;
  assign vx_s = desc_i[`SYS_VX_MUL] == 2'd`SYS_VXMUL_ROW;
  assign vx_r = desc_i[`SYS_VX_REDUCE] != 3'd`SYS_VXREDUCE_NONE;
  assign vx_x = desc_i[`SYS_VX_REDUCE] == 3'd`SYS_VXREDUCE_ARGMAX;

  // Made ready in the cycle of begin_i. The counts of all opcodes lie alike: rows or
  // m; words, elements, k, or n of a VX; n of an MX. Less one each, as their last
  // word is what has to lie within the SRAM; of no-ops nothing counts.
  logic [15:0] rows1_q, words1_q, columns1_q;
  logic [31:0] table1_q;     // rows of LD, LDG or ST in DRAM, less one
  logic [31:0] row_bytes_q;  // of one of them
  logic [31:0] list_bytes_q;
  logic [31:0] rows1, words1, tiles1, row_tiles1, column_tiles1;
  assign rows1 = {16'd0, rows1_q};
  assign words1 = {16'd0, words1_q};
  assign row_tiles1 = rows1 >> DimL;
  assign tiles1 = words1 >> DimL;
  assign column_tiles1 = {16'd0, columns1_q} >> DimL;
  logic [31:0] words;
  assign words = {16'd0, desc_i[`SYS_LD_WORDS]};
  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      rows1_q <= desc_i[`SYS_LD_ROWS] - 16'd1;
      words1_q <= desc_i[`SYS_LD_WORDS] - 16'd1;
      columns1_q <= desc_i[`SYS_MX_N] - 16'd1;
      table1_q <= (ldg ? desc_i[`SYS_LDG_LIMIT] : {16'd0, desc_i[`SYS_LD_ROWS]}) - 32'd1;
      if (ld) row_bytes_q <= ld_space == 3'd`SYS_SPACE_LD_PAR ? words << (DimL + 2) : words << DimL;
      else row_bytes_q <= st_space == 3'd`SYS_SPACE_ST_QNT ? words : words << 2;
      list_bytes_q <= ({14'd0, desc_i[`SYS_LD_ROWS], 2'd0} + BusMask) & ~BusMask;
    end
  end

  logic [31:0] mk_q;
  assign segment_o = ldg && run_i && step_q[Ld1] ? desc_i[`SYS_LDG_INDEX_SEGMENT] :
                                                      desc_i[`SYS_LD_SEGMENT];
  always_comb begin
    a = 'x;
    b = 'x;
    base = 'x;
    bound = 'x;
    first = 1'bx;
    last = 1'bx;
    dram = 1'bx;
    if (run_i) begin
      a = rows1;
      b = 32'd0;
      base = 41'd0;
      bound = 32'd0;
      first = 1'b1;
      last = 1'b1;
      dram = 1'b0;
      unique case (1'b1)
        step_q[Ld0]: begin
          b = {16'd0, desc_i[`SYS_LD_DST_ROW]};
          base = {25'd0, desc_i[`SYS_LD_DST]};
          last = 1'b0;
        end
        step_q[Ld1]: begin
          a = words1;
          b = {16'd0, desc_i[`SYS_LD_DST_WORD]};
          first = 1'b0;
          bound = last_of(ld_space);
        end
        step_q[Ld2]: begin
          a = table1_q;
          b = desc_i[`SYS_LD_PITCH];
          base = {1'b0, desc_i[`SYS_LD_OFFSET]} + {9'd0, row_bytes_q};
          dram = 1'b1;
        end
        step_q[Ldg3]: begin
          base = {1'b0, desc_i[`SYS_LDG_INDEX_OFFSET]} + {9'd0, list_bytes_q};
          dram = 1'b1;
        end
        step_q[Mx0]: begin
          a = {16'd0, desc_i[`SYS_MX_M]};
          b = {16'd0, desc_i[`SYS_MX_K]};
          last = 1'b0;
        end
        step_q[Mx1]: begin
          b = {16'd0, desc_i[`SYS_MX_A_ROW]};
          base = {25'd0, desc_i[`SYS_MX_A]};
          last = 1'b0;
        end
        step_q[Mx2]: begin
          a = tiles1;
          b = {16'd0, desc_i[`SYS_MX_A_TILE]};
          first = 1'b0;
          bound = last_of(desc_i[`SYS_MX_A_SPACE]);
        end
        step_q[Mx3]: begin  // the last row of the tile at W, which is a multiple of Dim
          a = tiles1;
          b = {16'd0, desc_i[`SYS_MX_W_K]};
          base = {25'd0, desc_i[`SYS_MX_W] | DimMask[15:0]};
          last = 1'b0;
        end
        step_q[Mx4]: begin
          a = column_tiles1;
          b = {16'd0, desc_i[`SYS_MX_W_N]};
          first = 1'b0;
          bound = last_of(3'd`SYS_SPACE_WGT);
        end
        step_q[Mx5]: begin
          b = {16'd0, desc_i[`SYS_MX_C_ROW]};
          base = {25'd0, desc_i[`SYS_MX_C]};
          last = 1'b0;
        end
        step_q[Mx6]: begin
          a = column_tiles1;
          b = {16'd0, desc_i[`SYS_MX_C_TILE]};
          first = 1'b0;
          bound = last_of(3'd`SYS_SPACE_ACC);
        end
        step_q[Mx7]: begin
          a = mk_q;
          b = {16'd0, desc_i[`SYS_MX_N]};
          last = 1'b0;
        end
        step_q[Vx0]: begin
          b = {16'd0, desc_i[`SYS_VX_A_ROW]};
          base = {25'd0, desc_i[`SYS_VX_A]} + {9'd0, tiles1};
          bound = last_of(desc_i[`SYS_VX_A_SPACE]);
        end
        step_q[Vx1]: if (vx_b) begin
          b = {16'd0, desc_i[`SYS_VX_B_ROW]};
          base = {25'd0, desc_i[`SYS_VX_B]} + {9'd0, tiles1};
          bound = last_of(desc_i[`SYS_VX_B_SPACE]);
        end
        step_q[Vx2]: if (vx_c) begin
          b = {16'd0, desc_i[`SYS_VX_C_ROW]};
          base = {25'd0, desc_i[`SYS_VX_C]} + {9'd0, tiles1};
          bound = last_of(add_space);
        end else if (vx_row) begin
          base = {25'd0, desc_i[`SYS_VX_C]} + {9'd0, row_tiles1};
          bound = last_of(3'd`SYS_SPACE_RS);
        end
        step_q[Vx3]: if (vx_d) begin
          b = {16'd0, desc_i[`SYS_VX_D_ROW]};
          base = {25'd0, desc_i[`SYS_VX_D]} + {9'd0, tiles1};
          bound = last_of(desc_i[`SYS_VX_D_SPACE]);
        end
        step_q[St0]: begin
          b = desc_i[`SYS_ST_SRC_ROW];
          base = {9'd0, desc_i[`SYS_ST_SRC]} + {9'd0, words1};
          bound = last_of(st_space) << DimL | DimMask;
        end
        default: begin  // St1
          a = table1_q;
          b = desc_i[`SYS_ST_PITCH];
          base = {1'b0, desc_i[`SYS_ST_OFFSET]} + {9'd0, row_bytes_q};
          dram = 1'b1;
        end
      endcase
    end
  end
  assign a_o = a;
  assign b_o = b;

  logic valid1_q, first1_q, sum1_q, dram1_q, valid2_q, first2_q, sum2_q, dram2_q;
  logic valid3_q, dram3_q;
  logic [40:0] base1_q, base2_q;
  logic [63:0] bound1_q, bound2_q, bound3_q, sum_q, from;
  logic over_q;                            // the sum does not fit 64 bits
  logic [64:0] sum;
  assign from = first2_q ? {23'd0, base2_q} : sum_q;
  assign sum = {1'b0, from} + {1'b0, outer_i} + {1'b0, middle_i};

  logic noop_q, range_q, align_q, sram_q, bad_q;
  logic [63:0] addr_q, index_addr_q;
  logic [47:0] macs_q;
  assign range_o = range_q;
  assign align_o = align_q && !noop_q;
  assign sram_o = sram_q && !noop_q;
  assign bad_o = bad_q;
  assign addr_o = addr_q;
  assign index_addr_o = index_addr_q;
  assign macs_o = macs_q;

  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      sram_q <= 1'b0;
      bad_q <= 1'b0;
      valid1_q <= 1'b0;
      valid2_q <= 1'b0;
      valid3_q <= 1'b0;
    end else if (run_i) begin
      valid1_q <= asking && last;
      first1_q <= first;
      sum1_q <= asking;
      dram1_q <= dram;
      base1_q <= base;
      bound1_q <= dram ? limit_i : {32'd0, bound};

      valid2_q <= valid1_q;
      first2_q <= first1_q;
      sum2_q <= sum1_q;
      dram2_q <= dram1_q;
      base2_q <= base1_q;
      bound2_q <= bound1_q;

      valid3_q <= valid2_q;
      dram3_q <= dram2_q;
      bound3_q <= bound2_q;
      if (sum2_q) begin
        sum_q <= sum[63:0];
        over_q <= sum[64];
      end

      if (valid3_q && (over_q || sum_q > bound3_q)) begin
        if (!dram3_q) sram_q <= 1'b1;
        if (!noop_q) bad_q <= 1'b1;
      end
      if (step_q[Mx2]) mk_q <= sum[31:0];  // sums from 0 on
      if (mx && tail_q[1]) macs_q <= sum[47:0];

      if (cycle1_q && (range_q || (!noop_q && (align_q || sram_q)))) bad_q <= 1'b1;  // see below

      // Addresses, in the step that has the segment at hand.
      if (step_q[Ldg3]) index_addr_q <= base_i + {24'd0, desc_i[`SYS_LDG_INDEX_OFFSET]};
      else if (asking && dram) addr_q <= base_i + {24'd0, desc_i[`SYS_LD_OFFSET]};

      // All that needs no product, once.
      if (cycle0_q) begin
        noop_q <= desc_i[`SYS_LD_ROWS] == 16'd0 || desc_i[`SYS_LD_WORDS] == 16'd0 ||
                  (mx && desc_i[`SYS_MX_N] == 16'd0);
        unique case (1'b1)
          ld: begin
            range_q <= ldg && (desc_i[`SYS_LD_ROWS] > 16'd1024 || desc_i[`SYS_LDG_LIMIT] == 32'd0);
            align_q <= (desc_i[96+:BusL] != '0) || (desc_i[160+:BusL] != '0) ||
                       (ldg && desc_i[256+:BusL] != '0);
          end
          mx: begin
            range_q <= 1'b0;
            align_q <= ((desc_i[`SYS_MX_W] | desc_i[`SYS_MX_W_K] | desc_i[`SYS_MX_W_N]) &
                        DimMask[15:0]) != 16'd0;
          end
          vx: begin
            range_q <= desc_i[`SYS_VX_CARRY] &&
                       ({16'd0, desc_i[`SYS_VX_M]} > Dim ||
                        desc_i[`SYS_VX_REDUCE] < 3'd`SYS_VXREDUCE_MAX);
            align_q <= 1'b0;
            if ((vx_s && {16'd0, desc_i[`SYS_VX_S]} + row_tiles1 >= RsWords) ||
                (vx_r && {16'd0, desc_i[`SYS_VX_R]} + row_tiles1 >= RsWords) ||
                (vx_x && {16'd0, desc_i[`SYS_VX_X]} + row_tiles1 >= RsWords)) sram_q <= 1'b1;
          end
          default: begin
            range_q <= 1'b0;
            if (st_space == 3'd`SYS_SPACE_ST_QNT)
              align_q <= ((desc_i[96+:32] | desc_i[`SYS_ST_PITCH] | desc_i[`SYS_ST_SRC] |
                           desc_i[`SYS_ST_SRC_ROW]) & DimMask) != 32'd0;
            else align_q <= desc_i[97:96] != 2'd0 || desc_i[161:160] != 2'd0;
          end
        endcase
      end
    end
  end

  logic unused;
  assign unused = ^{desc_i[511:448], desc_i[447:352], desc_i[319:296], desc_i[63:60], desc_i[55], desc_i[47:0]};
endmodule

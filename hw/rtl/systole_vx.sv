// The vector engine: streams M rows of N columns, a word of Dim lanes a cycle,
// through a chain of units that the instruction switches on; a unit that is off
// is passed by and costs no cycle. One instruction at a time, never stalled,
// drained before the next starts (ready_o is high while no instruction is
// inside). Semantics: docs/machine.md, VX.
//
// Stages; k counts cycles from the cycle in which a word's address of A is
// given, which is one after start_i for the first word:
//   k = 0             read A
//   1                 choose the SRAM, swap; into x_q
//   2 ..              int32 to fp32 (ACC only), 3 cycles
//   .. T_MUL ..       first product, 4 cycles
//   .. T_B ..         second product, 4 cycles
//   .. T_ADD ..       operands of the sum into addend_q and c_q, 1 cycle; sum, 4
//   .. T_FUNC ..      EXP2, RECIP, RSQRT, 5 cycles (RELU costs none)
//   T_OUT             choose what the last unit gave; into result_q
//   T_OUT + 1         canon, RELU, mask; into out_q
//   T_OUT + 2         write VM or RS; quantise, 2 cycles
//   T_OUT + 4         write QNT
//   T_OUT + 2 ..      reduction (systole_vx_reduce), from out_q
// Each of the other operands is read two cycles before the unit that uses it: one
// cycle for the SRAM, one to choose (space; half of the lanes of a row scalar) into
// b_q, c_first_q, or s_q and t_q, whose halves meet in the cycle after.
//
// Duration, from the cycle of start_i to the cycle of done_o, which is also
// that of the last write: with W = m * ceil(n / Dim), L = log2(Dim),
//   T_OUT = 2 + (A in ACC ? 3 : 0) + (mul ? 4 : 0) + (b_space ? 4 : 0)
//             + (add ? 5 : 0) + (func is EXP2, RECIP or RSQRT ? 5 : 0)
//   D = W + T_OUT + 2 + E,  E by reduce:  NONE: 2 if d_space is QNT, else 0;
//   SUM 4L + 14; SUMSQ 4L + 18; MAX, ABSMAX L + 2; ARGMAX L + 4.
// `carry` costs nothing. With m or n zero, D = 1. cause_o is always 0.
//
// All SRAM ports: re and address in cycle t, data in t + 1. No read may hit a
// word that the same instruction has written before in program order (row by
// row, word by word) unless it is the word of the same row and column.
`include "systole_isa.svh"
module systole_vx #(
  parameter Dim      = 8,  // lanes, a power of two, at least 4
  parameter AccAddrW = 8,  // address bits of each SRAM, at most 16
  parameter ParAddrW = 8,
  parameter VmAddrW  = 8,
  parameter QntAddrW = 8,
  parameter RsAddrW  = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  output wire                ready_o,
  input  wire                start_i,
  /* verilator lint_off UNUSED */
  input  wire [511:0]        desc_i,   // with start_i and in the cycle after
  /* verilator lint_on UNUSED */
  output wire                done_o,
  output wire [3:0]          cause_o,
  output wire                active_o,

  output wire                acc_re_o,
  output wire [AccAddrW-1:0] acc_addr_o,
  input  wire [32*Dim-1:0]   acc_data_i,
  output wire                par_a_re_o,
  output wire [ParAddrW-1:0] par_a_addr_o,
  input  wire [32*Dim-1:0]   par_a_data_i,
  output wire                par_b_re_o,
  output wire [ParAddrW-1:0] par_b_addr_o,
  input  wire [32*Dim-1:0]   par_b_data_i,
  output wire                par_c_re_o,
  output wire [ParAddrW-1:0] par_c_addr_o,
  input  wire [32*Dim-1:0]   par_c_data_i,
  output wire                vm_a_re_o,
  output wire [VmAddrW-1:0]  vm_a_addr_o,
  input  wire [32*Dim-1:0]   vm_a_data_i,
  output wire                vm_b_re_o,
  output wire [VmAddrW-1:0]  vm_b_addr_o,
  input  wire [32*Dim-1:0]   vm_b_data_i,
  output wire                vm_c_re_o,
  output wire [VmAddrW-1:0]  vm_c_addr_o,
  input  wire [32*Dim-1:0]   vm_c_data_i,
  output wire                rs_s_re_o,
  output wire [RsAddrW-1:0]  rs_s_addr_o,
  input  wire [32*Dim-1:0]   rs_s_data_i,
  output wire                rs_t_re_o,
  output wire [RsAddrW-1:0]  rs_t_addr_o,
  input  wire [32*Dim-1:0]   rs_t_data_i,

  output wire                vm_we_o,
  output wire [VmAddrW-1:0]  vm_waddr_o,
  output wire [32*Dim-1:0]   vm_wdata_o,
  output wire                qnt_we_o,
  output wire [QntAddrW-1:0] qnt_waddr_o,
  output wire [8*Dim-1:0]    qnt_wdata_o,
  output wire                rs_we_o,
  output wire [RsAddrW-1:0]  rs_waddr_o,
  output wire [32*Dim-1:0]   rs_wdata_o
);
  localparam LaneW = $clog2(Dim);
  localparam [31:0] SumEnd = 4 * LaneW + 14;
  localparam [31:0] MaxEnd = LaneW + 2;

  // ---- The instruction: decoded at the start, stable until done.
  reg        a_acc_q, a_rs_q;
  reg        mul_q, mul_row_q, b_rs_q;
  reg        add_q, add_row_q, neg_q;
  reg        func_q, relu_q, d_qnt_q, d_vm_q, d_rs_q, carry_q;
  // What chooses whole words, once for so many groups of lanes: one wire to each of
  // their bits would be the longest in the chip.
  localparam Groups = 4;
  localparam GroupW = 32 * Dim / Groups;
  (* keep *) reg [Groups-1:0] from_acc_q, from_par_q, from_vm_q, from_rs_q, swap_q;
  (* keep *) reg [Groups-1:0] converts_q, multiplies_q, scales_q, b_par_q, b_vm_q;
  (* keep *) reg [Groups-1:0] adds_q, add_c_q, c_par_q, computes_q;
  reg        acc_re_q, par_a_re_q, vm_a_re_q, par_b_re_q, vm_b_re_q, par_c_re_q, vm_c_re_q;
  reg        rs_s_re_q, rs_t_re_q;
  reg [2:0]  func_code_q;
  reg        sum_q, sumsq_q, best_q, abs_q, arg_q;
  reg [3:0]  b_at_q;    // the second product's operand is read 0, 3, 4 or 7 cycles after A, if at all
  reg [5:0]  add_at_q;  // the sum's, 0, 3, 4, 7, 8 or 11
  reg        plain_q;   // done with the last write of VM or RS
  reg [5:0]  ending_q;  // otherwise so many cycles later: E of the header
  reg [15:0] a_row_q, b_row_q, c_row_q, d_row_q, r_q, x_word_q;
  reg [31:0] mul_imm_q, add_imm_q;

  wire [2:0] a_space = desc_i[`SYS_VX_A_SPACE];
  wire [2:0] b_space = desc_i[`SYS_VX_B_SPACE];
  wire [2:0] c_space = desc_i[`SYS_VX_C_SPACE];
  wire [2:0] d_space = desc_i[`SYS_VX_D_SPACE];
  wire [1:0] mul = desc_i[`SYS_VX_MUL];
  wire [1:0] add = desc_i[`SYS_VX_ADD];
  wire [2:0] func = desc_i[`SYS_VX_FUNC];
  wire       func_on = func != `SYS_VXFUNC_NONE && func != `SYS_VXFUNC_RELU;
  wire [15:0] n_less = desc_i[`SYS_VX_N] - 16'd1;
  wire [15:0] last_row = desc_i[`SYS_VX_M] - 16'd1;
  wire [2:0] reduce = desc_i[`SYS_VX_REDUCE];
  wire       acc_on = a_space == `SYS_SPACE_VXA_ACC;
  wire       mul_on = mul != `SYS_VXMUL_NONE;
  wire       b_on = b_space != `SYS_SPACE_VXB_NONE;
  wire       add_c = add == `SYS_VXADD_C;
  wire       add_row = add == `SYS_VXADD_ROW;
  wire       carry = desc_i[`SYS_VX_CARRY];
  wire       empty = desc_i[`SYS_VX_M] == 16'd0 || desc_i[`SYS_VX_N] == 16'd0;
  wire       begin_work = start_i && !empty;

  reg        active_q, done_q, issue_q;
  reg  [10:0] age_q;                   // bit k-1: a word is k cycles old
  wire [11:0] age = {age_q, issue_q};  // bit k: a word is k cycles old
  reg        s_load_q, mul_work_q, b_load_q, b_work_q;
  reg  [5:0] to_add_q;                // bit k: a word is T_ADD - 1 + k cycles old
  reg  [2:0] add_step_q;              // the same, if there is a sum
  reg  [4:0] to_func_q;               // T_FUNC + k
  reg        choose_q, load_q, write_q;  // T_OUT, T_OUT + 1, T_OUT + 2
  reg        vm_write_q, rs_write_q;     // as write_q, if it is there that words go
  // The same for the bit that the last word of a row has beside it.
  wire       row_end, a_last;
  reg  [10:0] age_end_q;
  wire [11:0] age_end = {age_end_q, row_end};
  reg  [5:0] to_add_end_q;
  reg  [4:0] to_func_end_q;
  reg        choose_end_q, load_end_q, write_end_q;
  reg  [1:0] quantised_end_q;
  reg  [3:0] begin_q;                 // bit k: k + 1 cycles after the start
  reg  [2:0] carry_step_q;            // the same with `carry`
  reg  [5:0] tail_q;                  // cycles to the end, once the words are through
  wire       s_end = a_acc_q ? age_end[3] : age_end[0];
  wire       b_end = (b_at_q & {age_end[7], age_end[4:3], age_end[0]}) != 4'd0;
  wire       to_add_end = (add_at_q & {age_end[11], age_end[8:7], age_end[4:3], age_end[0]}) != 6'd0;
  wire       to_func_end = add_q ? to_add_end_q[5] : to_add_end_q[0];
  wire       s_read = mul_q && (a_acc_q ? age[3] : age[0]);
  wire       b_read = (b_at_q & {age[7], age[4:3], age[0]}) != 4'd0;
  wire       to_add = (add_at_q & {age[11], age[8:7], age[4:3], age[0]}) != 6'd0;
  wire       c_read = add_q && to_add;
  wire       to_func = add_q ? to_add_q[5] : to_add_q[0];
  wire       to_choose = func_q ? to_func_q[4] : to_func;
  wire       through = load_q && !choose_q;  // words come without gaps: this is the last
  wire       quantised;

  always @(posedge clk_i) begin
    if (start_i) begin
      a_acc_q <= acc_on;
      a_rs_q <= a_space == `SYS_SPACE_VXA_RS;
      mul_q <= mul_on;
      mul_row_q <= mul == `SYS_VXMUL_ROW;
      b_rs_q <= b_space == `SYS_SPACE_VXB_RS;
      add_q <= add != `SYS_VXADD_NONE;
      add_row_q <= add_row;
      neg_q <= desc_i[`SYS_VX_ADD_NEG];
      from_acc_q <= {Groups{acc_on}};
      from_par_q <= {Groups{a_space == `SYS_SPACE_VXA_PAR}};
      from_vm_q <= {Groups{a_space == `SYS_SPACE_VXA_VM}};
      from_rs_q <= {Groups{a_space == `SYS_SPACE_VXA_RS}};
      swap_q <= {Groups{desc_i[`SYS_VX_SWAP]}};
      converts_q <= {Groups{acc_on}};
      multiplies_q <= {Groups{mul_on}};
      scales_q <= {Groups{b_on}};
      b_par_q <= {Groups{b_space == `SYS_SPACE_VXB_PAR}};
      b_vm_q <= {Groups{b_space == `SYS_SPACE_VXB_VM}};
      adds_q <= {Groups{add != `SYS_VXADD_NONE}};
      add_c_q <= {Groups{add_c}};
      c_par_q <= {Groups{c_space == `SYS_SPACE_VXC_PAR}};
      computes_q <= {Groups{func_on}};
      func_q <= func_on;
      func_code_q <= func;
      relu_q <= func == `SYS_VXFUNC_RELU;
      d_qnt_q <= d_space == `SYS_SPACE_VXD_QNT;
      d_vm_q <= d_space == `SYS_SPACE_VXD_VM;
      d_rs_q <= d_space == `SYS_SPACE_VXD_RS;
      sum_q <= reduce == `SYS_VXREDUCE_SUM;
      sumsq_q <= reduce == `SYS_VXREDUCE_SUMSQ;
      best_q <= reduce == `SYS_VXREDUCE_MAX || reduce == `SYS_VXREDUCE_ABSMAX
             || reduce == `SYS_VXREDUCE_ARGMAX;
      abs_q <= reduce == `SYS_VXREDUCE_ABSMAX;
      arg_q <= reduce == `SYS_VXREDUCE_ARGMAX;
      carry_q <= carry;
      a_row_q <= desc_i[`SYS_VX_A_ROW];
      b_row_q <= desc_i[`SYS_VX_B_ROW];
      c_row_q <= desc_i[`SYS_VX_C_ROW];
      d_row_q <= desc_i[`SYS_VX_D_ROW];
      r_q <= desc_i[`SYS_VX_R];
      x_word_q <= desc_i[`SYS_VX_X];
      mul_imm_q <= desc_i[`SYS_VX_MUL_IMM];
      add_imm_q <= desc_i[`SYS_VX_ADD_IMM];
      b_at_q <= {4{b_on}} & {acc_on && mul_on, !acc_on && mul_on, acc_on && !mul_on, !acc_on && !mul_on};
      add_at_q <= {acc_on && mul_on && b_on, !acc_on && mul_on && b_on, acc_on && mul_on != b_on,
                   !acc_on && mul_on != b_on, acc_on && !mul_on && !b_on, !acc_on && !mul_on && !b_on};
      plain_q <= reduce == `SYS_VXREDUCE_NONE && d_space != `SYS_SPACE_VXD_QNT;
      ending_q <= reduce == `SYS_VXREDUCE_NONE ? 6'd2
                : reduce == `SYS_VXREDUCE_SUM ? SumEnd[5:0]
                : reduce == `SYS_VXREDUCE_SUMSQ ? SumEnd[5:0] + 6'd4
                : reduce == `SYS_VXREDUCE_ARGMAX ? MaxEnd[5:0] + 6'd2 : MaxEnd[5:0];
    end
    done_q <= (start_i && empty) || (through && plain_q) || tail_q == 6'd1;
    if (through && !plain_q) tail_q <= ending_q;
    else if (tail_q != 6'd0) tail_q <= tail_q - 6'd1;
    if (start_i) active_q <= 1'b1;
    else if (done_q) active_q <= 1'b0;
    // What is read in a cycle that needs no word is not taken.
    if (start_i) begin
      acc_re_q <= acc_on;
      par_a_re_q <= a_space == `SYS_SPACE_VXA_PAR;
      vm_a_re_q <= a_space == `SYS_SPACE_VXA_VM;
      par_b_re_q <= b_space == `SYS_SPACE_VXB_PAR;
      vm_b_re_q <= b_space == `SYS_SPACE_VXB_VM;
      par_c_re_q <= add_c && c_space == `SYS_SPACE_VXC_PAR;
      vm_c_re_q <= add_c && c_space == `SYS_SPACE_VXC_VM;
      rs_s_re_q <= a_space == `SYS_SPACE_VXA_RS || mul == `SYS_VXMUL_ROW;
      rs_t_re_q <= b_space == `SYS_SPACE_VXB_RS || add_row || carry;
    end
    if ((done_q && !start_i) || !rst_ni) begin
      acc_re_q <= 1'b0;
      par_a_re_q <= 1'b0;
      vm_a_re_q <= 1'b0;
      par_b_re_q <= 1'b0;
      vm_b_re_q <= 1'b0;
      par_c_re_q <= 1'b0;
      vm_c_re_q <= 1'b0;
      rs_s_re_q <= 1'b0;
      rs_t_re_q <= 1'b0;
    end
    if (begin_work) issue_q <= 1'b1;
    else if (a_last) issue_q <= 1'b0;
    begin_q <= {begin_q[2:0], begin_work};
    carry_step_q <= {carry_step_q[1:0], begin_work && carry};
    age_q <= age[10:0];
    s_load_q <= s_read;
    mul_work_q <= s_load_q;
    b_load_q <= b_read;
    b_work_q <= b_load_q;
    to_add_q <= {to_add_q[4:0], to_add};
    add_step_q <= {add_step_q[1:0], c_read};
    to_func_q <= {to_func_q[3:0], to_func};
    choose_q <= to_choose;
    load_q <= choose_q;
    write_q <= load_q;
    vm_write_q <= load_q && d_vm_q;
    rs_write_q <= load_q && d_rs_q;
    age_end_q <= age_end[10:0];
    to_add_end_q <= {to_add_end_q[4:0], to_add_end};
    to_func_end_q <= {to_func_end_q[3:0], to_func_end};
    choose_end_q <= func_q ? to_func_end_q[4] : to_func_end;
    load_end_q <= choose_end_q;
    write_end_q <= load_end_q;
    quantised_end_q <= {quantised_end_q[0], write_end_q};
    if (start_i || !rst_ni) begin  // words of the last instruction are forgotten
      age_q <= 11'd0;
      to_add_q <= 6'd0;
      add_step_q <= 3'd0;
      to_func_q <= 5'd0;
    end
    if (!rst_ni) begin
      active_q <= 1'b0;
      done_q <= 1'b0;
      issue_q <= 1'b0;
      begin_q <= 4'd0;
      carry_step_q <= 3'd0;
      tail_q <= 6'd0;
      s_load_q <= 1'b0;
      mul_work_q <= 1'b0;
      b_load_q <= 1'b0;
      b_work_q <= 1'b0;
      choose_q <= 1'b0;
      load_q <= 1'b0;
      write_q <= 1'b0;
      vm_write_q <= 1'b0;
      rs_write_q <= 1'b0;
    end
  end

  assign ready_o = !active_q;
  assign active_o = active_q;
  assign done_o = done_q;
  assign cause_o = 4'd`SYS_CAUSE_NONE;

  // ---- Addresses.
  wire [15:0] a_address, b_address, c_address, d_address, s_word, t_word;
  wire [Dim-1:0] s_lane, t_lane;
  reg  [Dim-1:0] s_lane_q, t_lane_q;

  systole_vx_count u_count (
    .clk_i, .start_i, .last_col_i(n_less >> LaneW), .last_row_i(last_row), .step_i(issue_q),
    .row_end_o(row_end), .last_o(a_last)
  );
  systole_vx_walk u_a (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_A]), .stride_i(a_row_q), .step_i(issue_q),
    .row_end_i(row_end), .address_o(a_address)
  );
  systole_vx_walk u_b (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_B]), .stride_i(b_row_q), .step_i(b_read),
    .row_end_i(b_end), .address_o(b_address)
  );
  systole_vx_walk u_c (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_C]), .stride_i(c_row_q), .step_i(c_read),
    .row_end_i(to_add_end), .address_o(c_address)
  );
  systole_vx_walk u_d (
    .clk_i, .start_i(begin_q[0]), .base_i(desc_i[`SYS_VX_D]), .stride_i(d_row_q),
    .step_i(d_qnt_q ? quantised : write_q),
    .row_end_i(d_qnt_q ? quantised_end_q[1] : write_end_q), .address_o(d_address)
  );
  systole_vx_rows #(.Dim(Dim)) u_s (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_S]), .step_i(s_read && s_end),
    .word_o(s_word), .lane_o(s_lane)
  );
  systole_vx_rows #(.Dim(Dim)) u_t (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_C]), .step_i(c_read && to_add_end),
    .word_o(t_word), .lane_o(t_lane)
  );
  wire [15:0] rs_s_word = a_rs_q ? a_address : s_word;
  wire [15:0] rs_t_word = carry_step_q[0] ? r_q : carry_step_q[1] ? x_word_q
                        : b_rs_q ? b_address : t_word;

  assign acc_re_o = acc_re_q;
  assign par_a_re_o = par_a_re_q;
  assign vm_a_re_o = vm_a_re_q;
  assign par_b_re_o = par_b_re_q;
  assign vm_b_re_o = vm_b_re_q;
  assign par_c_re_o = par_c_re_q;
  assign vm_c_re_o = vm_c_re_q;
  assign rs_s_re_o = rs_s_re_q;
  assign rs_t_re_o = rs_t_re_q;
  assign acc_addr_o = a_address[AccAddrW-1:0];
  assign par_a_addr_o = a_address[ParAddrW-1:0];
  assign vm_a_addr_o = a_address[VmAddrW-1:0];
  assign par_b_addr_o = b_address[ParAddrW-1:0];
  assign vm_b_addr_o = b_address[VmAddrW-1:0];
  assign par_c_addr_o = c_address[ParAddrW-1:0];
  assign vm_c_addr_o = c_address[VmAddrW-1:0];
  assign rs_s_addr_o = rs_s_word[RsAddrW-1:0];
  assign rs_t_addr_o = rs_t_word[RsAddrW-1:0];

  // ---- Operands into registers; the way out.
  reg  [63:0]       s_scalar, t_scalar;  // row scalars, from the lower and the upper half of the lanes
  wire [31:0]       a [0:Dim-1];       // as read
  wire [31:0]       result [0:Dim-1];  // after the last unit that is on
  wire [Dim-1:0]    mask;
  reg  [32*Dim-1:0] x_q, b_q, c_first_q, c_q, addend_q, result_q, out_q, carry_r_q, carry_x_q;
  reg  [63:0]       s_q, t_q;
  reg  [Dim-1:0]    out_mask_q;

  always @* begin : scalars
    integer l;
    s_scalar = 64'd0;
    t_scalar = 64'd0;
    for (l = 0; l < Dim / 2; l = l + 1) begin
      s_scalar = s_scalar | ({rs_s_data_i[32*(l+Dim/2) +: 32], rs_s_data_i[32*l +: 32]}
                             & {{32{s_lane_q[l+Dim/2]}}, {32{s_lane_q[l]}}});
      t_scalar = t_scalar | ({rs_t_data_i[32*(l+Dim/2) +: 32], rs_t_data_i[32*l +: 32]}
                             & {{32{t_lane_q[l+Dim/2]}}, {32{t_lane_q[l]}}});
    end
  end

  /* verilator lint_off BLKSEQ */  // of the block's own variables
  always @(posedge clk_i) begin : operands
    integer l;
    reg [31:0] v, k, r;
    if (age[1]) begin
      for (l = 0; l < Dim; l = l + 1) begin
        x_q[32*l +: 32] <= swap_q[Groups*l/Dim] ? a[l^1] : a[l];
      end
    end
    if (s_load_q) s_q <= mul_row_q ? s_scalar : {32'd0, mul_imm_q};
    if (b_load_q) begin
      for (l = 0; l < Groups; l = l + 1)
        b_q[GroupW*l +: GroupW] <= b_par_q[l] ? par_b_data_i[GroupW*l +: GroupW]
                                 : b_vm_q[l] ? vm_b_data_i[GroupW*l +: GroupW] : rs_t_data_i[GroupW*l +: GroupW];
    end
    if (add_step_q[0]) begin
      for (l = 0; l < Groups; l = l + 1)
        c_first_q[GroupW*l +: GroupW] <= c_par_q[l] ? par_c_data_i[GroupW*l +: GroupW]
                                                    : vm_c_data_i[GroupW*l +: GroupW];
      t_q <= add_row_q ? t_scalar : {32'd0, add_imm_q};
    end
    if (add_step_q[1]) begin
      for (l = 0; l < Groups; l = l + 1)
        c_q[GroupW*l +: GroupW] <= (add_c_q[l] ? c_first_q[GroupW*l +: GroupW] : {Dim/Groups{t_q[63:32] | t_q[31:0]}})
                                 ^ {Dim/Groups{{neg_q, 31'b0}}};
      addend_q <= add_in;
    end
    if (choose_q) begin
      for (l = 0; l < Dim; l = l + 1) result_q[32*l +: 32] <= result[l];
    end
    if (load_q) begin
      r = 32'd0 - {31'b0, relu_q};
      for (l = 0; l < Dim; l = l + 1) begin
        v = result_q[32*l +: 32];
        // canon: the units take what they get and give what is canonical, so it
        // is here for a word that passes none of them
        k = (v & 32'h7F800000) == 0 ? v & 32'h80000000 : v;
        v = ((v & 32'h7F800000) == 32'h7F800000) & ((v & 32'h007FFFFF) != 0) ? 32'h7FC00000 : k;
        v = v & ~((32'd0 - (v >> 31)) & r);
        out_q[32*l +: 32] <= mask[l] ? v : 32'd0;
      end
      out_mask_q <= mask;
    end
  end
  /* verilator lint_on BLKSEQ */

  always @(posedge clk_i) begin
    if (s_read) s_lane_q <= s_lane;
    if (c_read) t_lane_q <= t_lane;
    if (carry_step_q[1]) carry_r_q <= rs_t_data_i;
    if (carry_step_q[2]) carry_x_q <= rs_t_data_i;
  end

  // ---- The units.
  wire [32*Dim-1:0] converted, product, product_b, sum, value;
  wire              converted_valid, product_valid, product_b_valid, sum_valid, value_valid;
  wire [32*Dim-1:0] mul_in, b_in, add_in, func_in;

  genvar g;
  generate
    for (g = 0; g < Groups; g = g + 1) begin : gen_group
      assign mul_in[GroupW*g +: GroupW] = converts_q[g] ? converted[GroupW*g +: GroupW] : x_q[GroupW*g +: GroupW];
      assign b_in[GroupW*g +: GroupW] = multiplies_q[g] ? product[GroupW*g +: GroupW] : mul_in[GroupW*g +: GroupW];
      assign add_in[GroupW*g +: GroupW] = scales_q[g] ? product_b[GroupW*g +: GroupW] : b_in[GroupW*g +: GroupW];
      assign func_in[GroupW*g +: GroupW] = adds_q[g] ? sum[GroupW*g +: GroupW] : add_in[GroupW*g +: GroupW];
    end
    for (g = 0; g < Dim; g = g + 1) begin : gen_lane
      localparam Group = Groups * g / Dim;
      assign a[g] = (acc_data_i[32*g +: 32] & {32{from_acc_q[Group]}})
                  | (par_a_data_i[32*g +: 32] & {32{from_par_q[Group]}})
                  | (vm_a_data_i[32*g +: 32] & {32{from_vm_q[Group]}})
                  | (rs_s_data_i[32*g +: 32] & {32{from_rs_q[Group]}});
      assign result[g] = computes_q[Group] ? value[32*g +: 32] : func_in[32*g +: 32];
    end
  endgenerate

  systole_fp_from_int #(.Lanes(Dim)) u_convert (
    .clk_i, .rst_ni, .valid_i(age[2] && a_acc_q), .x_i(x_q),
    .valid_o(converted_valid), .y_o(converted)
  );
  systole_fp_mul #(.Lanes(Dim)) u_mul (
    .clk_i, .rst_ni, .valid_i(mul_work_q), .a_i(mul_in), .b_i({Dim{s_q[63:32] | s_q[31:0]}}),
    .valid_o(product_valid), .p_o(product)
  );
  systole_fp_mul #(.Lanes(Dim)) u_mul_b (
    .clk_i, .rst_ni, .valid_i(b_work_q), .a_i(b_in), .b_i(b_q),
    .valid_o(product_b_valid), .p_o(product_b)
  );
  systole_fp_add #(.Lanes(Dim)) u_add (
    .clk_i, .rst_ni, .valid_i(add_step_q[2]), .a_i(addend_q), .b_i(c_q),
    .valid_o(sum_valid), .s_o(sum)
  );
  systole_fp_func #(.Lanes(Dim)) u_func (
    .clk_i, .rst_ni, .func_i(func_code_q), .valid_i(func_q && to_func_q[0]), .x_i(func_in),
    .valid_o(value_valid), .y_o(value)
  );
  systole_vx_mask #(.Dim(Dim)) u_mask (
    .clk_i, .start_i(begin_q[0]), .n_i(desc_i[`SYS_VX_N]), .limits_i(desc_i[`SYS_VX_LIMITS]),
    .low_i(desc_i[`SYS_VX_LOW]), .high_i(desc_i[`SYS_VX_HIGH]),
    .low_step_i(desc_i[`SYS_VX_LOW_STEP]), .high_step_i(desc_i[`SYS_VX_HIGH_STEP]),
    .step_i(choose_q), .row_end_i(choose_end_q), .mask_o(mask)
  );
  systole_fp_quantise #(.Lanes(Dim)) u_quantise (
    .clk_i, .rst_ni, .valid_i(d_qnt_q && write_q), .x_i(out_q),
    .valid_o(quantised), .y_o(qnt_wdata_o)
  );
  wire              reduce_we;
  wire [15:0]       reduce_waddr;
  wire [32*Dim-1:0] reduce_wdata;
  systole_vx_reduce #(.Dim(Dim)) u_reduce (
    .clk_i, .rst_ni, .start_i(begin_q[0]), .sum_i(sum_q), .sumsq_i(sumsq_q), .best_i(best_q),
    .abs_i(abs_q), .arg_i(arg_q), .carry_i(carry_q),
    .last_row_i(last_row),
    .index_i(desc_i[`SYS_VX_INDEX]), .r_i(desc_i[`SYS_VX_R]),
    .x_i(desc_i[`SYS_VX_X]), .carry_r_i(carry_r_q), .carry_x_i(carry_x_q),
    .first_i(begin_q[3]), .valid_i(write_q), .row_end_i(write_end_q), .v_i(out_q), .mask_i(out_mask_q),
    .we_o(reduce_we), .waddr_o(reduce_waddr), .wdata_o(reduce_wdata)
  );

  // ---- Writes.
  assign vm_we_o = vm_write_q;
  assign vm_waddr_o = d_address[VmAddrW-1:0];
  assign vm_wdata_o = out_q;
  assign qnt_we_o = quantised;
  assign qnt_waddr_o = d_address[QntAddrW-1:0];
  wire [15:0] rs_waddr = d_rs_q ? d_address : reduce_waddr;
  assign rs_we_o = reduce_we || rs_write_q;
  assign rs_waddr_o = rs_waddr[RsAddrW-1:0];
  assign rs_wdata_o = d_rs_q ? out_q : reduce_wdata;

  // The units' own valid bits are not needed here, nor address bits that an SRAM
  // does not have (checked at dispatch).
  /* verilator lint_off UNUSED */
  wire unused = (^a_address) | (^b_address) | (^c_address) | (^d_address) | (^rs_s_word)
              | (^rs_t_word) | (^rs_waddr) | converted_valid | product_valid | product_b_valid
              | sum_valid | value_valid;
  /* verilator lint_on UNUSED */
endmodule

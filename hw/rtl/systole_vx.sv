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
//   2 ..              int32 to fp32 (ACC only), 2 cycles
//   .. T_MUL ..       first product, 2 cycles
//   .. T_B ..         second product, 2 cycles
//   .. T_ADD ..       sum, 3 cycles
//   .. T_FUNC ..      EXP2, RECIP, RSQRT, 4 cycles (RELU costs none)
//   T_OUT             canon, RELU, mask; into out_q
//   T_OUT + 1         write VM or RS; quantise
//   T_OUT + 2         write QNT
//   T_OUT + 1 ..      reduction (systole_vx_reduce), from out_q
// Each of the other operands is read two cycles before the unit that uses it,
// so that no operand is delayed in registers: one cycle for the SRAM, one to
// choose (space, lane of a row scalar, sign) into b_q, c_q or s_q.
//
// Duration, from the cycle of start_i to the cycle of done_o, which is also
// that of the last write: with W = m * ceil(n / Dim), L = log2(Dim),
//   T_OUT = 2 + (A in ACC ? 2 : 0) + (mul ? 2 : 0) + (b_space ? 2 : 0)
//             + (add ? 3 : 0) + (func is EXP2, RECIP or RSQRT ? 4 : 0)
//   D = W + T_OUT + 1 + E,  E by reduce:  NONE: 1 if d_space is QNT, else 0;
//   SUM 3L + 11; SUMSQ 3L + 13; MAX, ABSMAX (L+1)/2 + 2; ARGMAX (L+1)/2 + 4.
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
  input  wire [511:0]        desc_i,   // with start_i
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

  // ---- The instruction: decoded at the start, stable until done.
  reg        a_acc_q, a_par_q, a_vm_q, a_rs_q, swap_q;
  reg        mul_q, mul_row_q, b_on_q, b_par_q, b_vm_q, b_rs_q;
  reg        add_q, add_row_q, add_c_q, neg_q, c_par_q, c_vm_q;
  reg        func_q, relu_q, d_qnt_q, d_vm_q, d_rs_q, reduce_on_q, carry_q;
  reg [2:0]  func_code_q, reduce_q;
  reg [15:0] a_row_q, b_row_q, c_row_q, d_row_q, r_q, x_word_q;
  reg [15:0] last_col_q, last_row_q;
  reg [31:0] mul_imm_q, add_imm_q;
  reg [4:0]  t_mul_q, t_b_q, t_add_q, t_func_q, t_out_q;  // see the header

  wire [2:0] a_space = desc_i[`SYS_VX_A_SPACE];
  wire [2:0] b_space = desc_i[`SYS_VX_B_SPACE];
  wire [2:0] c_space = desc_i[`SYS_VX_C_SPACE];
  wire [2:0] d_space = desc_i[`SYS_VX_D_SPACE];
  wire [1:0] mul = desc_i[`SYS_VX_MUL];
  wire [1:0] add = desc_i[`SYS_VX_ADD];
  wire [2:0] func = desc_i[`SYS_VX_FUNC];
  wire       func_on = func != `SYS_VXFUNC_NONE && func != `SYS_VXFUNC_RELU;
  wire [15:0] n_less = desc_i[`SYS_VX_N] - 16'd1;
  wire [4:0] t_mul = a_space == `SYS_SPACE_VXA_ACC ? 5'd4 : 5'd2;
  wire [4:0] t_b = t_mul + (mul != `SYS_VXMUL_NONE ? 5'd2 : 5'd0);
  wire [4:0] t_add = t_b + (b_space != `SYS_SPACE_VXB_NONE ? 5'd2 : 5'd0);
  wire [4:0] t_func = t_add + (add != `SYS_VXADD_NONE ? 5'd3 : 5'd0);
  wire [4:0] t_out = t_func + (func_on ? 5'd4 : 5'd0);
  wire       empty = desc_i[`SYS_VX_M] == 16'd0 || desc_i[`SYS_VX_N] == 16'd0;
  wire       begin_work = start_i && !empty;

  reg         active_q, noop_q, issue_q;
  reg  [15:0] passed_q;                    // bit k-1: a word is k cycles old
  wire [16:0] age = {passed_q, issue_q};   // bit k: a word is k cycles old
  wire [16:0] in1 = {age[15:0], 1'b0};     // it will be in a cycle
  wire [16:0] in2 = {age[14:0], 2'd0};     // in two
  wire [16:0] ago1 = {1'b0, age[16:1]};    // it was a cycle ago
  reg  [2:0]  carry_step_q;
  wire        a_last, d_last, reduce_done, quantised;
  wire        write_plain = ago1[t_out_q];
  wire        write_word = d_qnt_q ? quantised : write_plain;
  wire        done = noop_q || (reduce_on_q ? reduce_done : write_word && d_last && active_q);

  always @(posedge clk_i) begin
    if (start_i) begin
      a_acc_q <= a_space == `SYS_SPACE_VXA_ACC;
      a_par_q <= a_space == `SYS_SPACE_VXA_PAR;
      a_vm_q <= a_space == `SYS_SPACE_VXA_VM;
      a_rs_q <= a_space == `SYS_SPACE_VXA_RS;
      swap_q <= desc_i[`SYS_VX_SWAP];
      mul_q <= mul != `SYS_VXMUL_NONE;
      mul_row_q <= mul == `SYS_VXMUL_ROW;
      b_on_q <= b_space != `SYS_SPACE_VXB_NONE;
      b_par_q <= b_space == `SYS_SPACE_VXB_PAR;
      b_vm_q <= b_space == `SYS_SPACE_VXB_VM;
      b_rs_q <= b_space == `SYS_SPACE_VXB_RS;
      add_q <= add != `SYS_VXADD_NONE;
      add_row_q <= add == `SYS_VXADD_ROW;
      add_c_q <= add == `SYS_VXADD_C;
      neg_q <= desc_i[`SYS_VX_ADD_NEG];
      c_par_q <= add == `SYS_VXADD_C && c_space == `SYS_SPACE_VXC_PAR;
      c_vm_q <= add == `SYS_VXADD_C && c_space == `SYS_SPACE_VXC_VM;
      func_q <= func_on;
      func_code_q <= func;
      relu_q <= func == `SYS_VXFUNC_RELU;
      d_qnt_q <= d_space == `SYS_SPACE_VXD_QNT;
      d_vm_q <= d_space == `SYS_SPACE_VXD_VM;
      d_rs_q <= d_space == `SYS_SPACE_VXD_RS;
      reduce_q <= desc_i[`SYS_VX_REDUCE];
      reduce_on_q <= desc_i[`SYS_VX_REDUCE] != `SYS_VXREDUCE_NONE;
      carry_q <= desc_i[`SYS_VX_CARRY];
      a_row_q <= desc_i[`SYS_VX_A_ROW];
      b_row_q <= desc_i[`SYS_VX_B_ROW];
      c_row_q <= desc_i[`SYS_VX_C_ROW];
      d_row_q <= desc_i[`SYS_VX_D_ROW];
      r_q <= desc_i[`SYS_VX_R];
      x_word_q <= desc_i[`SYS_VX_X];
      last_col_q <= n_less >> LaneW;
      last_row_q <= desc_i[`SYS_VX_M] - 16'd1;
      mul_imm_q <= desc_i[`SYS_VX_MUL_IMM];
      add_imm_q <= desc_i[`SYS_VX_ADD_IMM];
      t_mul_q <= t_mul;
      t_b_q <= t_b;
      t_add_q <= t_add;
      t_func_q <= t_func;
      t_out_q <= t_out;
    end
    noop_q <= start_i && empty;
    if (start_i) active_q <= 1'b1;
    else if (done) active_q <= 1'b0;
    if (begin_work) issue_q <= 1'b1;
    else if (a_last) issue_q <= 1'b0;
    passed_q <= start_i ? 16'd0 : age[15:0];  // words of the last instruction are forgotten
    carry_step_q <= {carry_step_q[1:0], begin_work && desc_i[`SYS_VX_CARRY]};
    if (!rst_ni) begin
      noop_q <= 1'b0;
      active_q <= 1'b0;
      issue_q <= 1'b0;
      passed_q <= 16'd0;
      carry_step_q <= 3'd0;
    end
  end

  assign ready_o = !active_q;
  assign active_o = active_q;
  assign done_o = done;
  assign cause_o = 4'd`SYS_CAUSE_NONE;

  // ---- Addresses. in2[T] of a unit: time to read its operand.
  wire b_read = b_on_q && in2[t_b_q];
  wire c_read = add_q && in2[t_add_q];
  wire s_read = mul_q && in2[t_mul_q];
  wire [15:0] a_address, b_address, c_address, d_address, s_word, t_word;
  wire [LaneW-1:0] s_lane, t_lane;
  reg  [LaneW-1:0] s_lane_q, t_lane_q;
  wire a_row_end, b_row_end, c_row_end, d_row_end, b_last, c_last;

  systole_vx_walk u_a (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_A]), .stride_i(a_row_q), .last_col_i(last_col_q),
    .last_row_i(last_row_q), .step_i(issue_q), .address_o(a_address), .row_end_o(a_row_end),
    .last_o(a_last)
  );
  systole_vx_walk u_b (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_B]), .stride_i(b_row_q), .last_col_i(last_col_q),
    .last_row_i(last_row_q), .step_i(b_read), .address_o(b_address), .row_end_o(b_row_end),
    .last_o(b_last)
  );
  systole_vx_walk u_c (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_C]), .stride_i(c_row_q), .last_col_i(last_col_q),
    .last_row_i(last_row_q), .step_i(c_read && add_c_q), .address_o(c_address),
    .row_end_o(c_row_end), .last_o(c_last)
  );
  systole_vx_walk u_d (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_D]), .stride_i(d_row_q), .last_col_i(last_col_q),
    .last_row_i(last_row_q), .step_i(write_word), .address_o(d_address),
    .row_end_o(d_row_end), .last_o(d_last)
  );
  systole_vx_rows #(.Dim(Dim)) u_s (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_S]), .last_col_i(last_col_q),
    .step_i(s_read && mul_row_q), .word_o(s_word), .lane_o(s_lane)
  );
  systole_vx_rows #(.Dim(Dim)) u_t (
    .clk_i, .start_i, .base_i(desc_i[`SYS_VX_C]), .last_col_i(last_col_q),
    .step_i(c_read && add_row_q), .word_o(t_word), .lane_o(t_lane)
  );
  wire [15:0] rs_s_word = a_rs_q ? a_address : s_word;
  wire [15:0] rs_t_word = carry_step_q[0] ? r_q : carry_step_q[1] ? x_word_q
                        : b_rs_q ? b_address : t_word;

  assign acc_re_o = issue_q && a_acc_q;
  assign par_a_re_o = issue_q && a_par_q;
  assign vm_a_re_o = issue_q && a_vm_q;
  assign par_b_re_o = b_read && b_par_q;
  assign vm_b_re_o = b_read && b_vm_q;
  assign par_c_re_o = c_read && c_par_q;
  assign vm_c_re_o = c_read && c_vm_q;
  assign rs_s_re_o = (issue_q && a_rs_q) || (s_read && mul_row_q);
  assign rs_t_re_o = (b_read && b_rs_q) || (c_read && add_row_q) || carry_step_q[0]
                   || carry_step_q[1];
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
  wire [32*Dim-1:0] b_read_data = b_par_q ? par_b_data_i : b_vm_q ? vm_b_data_i : rs_t_data_i;
  wire [32*Dim-1:0] c_read_data = c_par_q ? par_c_data_i : vm_c_data_i;
  wire [31:0]       s_scalar = rs_s_data_i[32*s_lane_q +: 32];
  wire [31:0]       t_scalar = rs_t_data_i[32*t_lane_q +: 32];
  wire [31:0]       a [0:Dim-1];       // as read
  wire [31:0]       result [0:Dim-1];  // after the last unit that is on
  wire [Dim-1:0]    mask;
  reg  [32*Dim-1:0] x_q, b_q, c_q, out_q, carry_r_q, carry_x_q;
  reg  [31:0]       s_q;
  reg  [Dim-1:0]    out_mask_q;

  /* verilator lint_off BLKSEQ */  // of the block's own variables
  always @(posedge clk_i) begin : operands
    integer l;
    reg [31:0] v, k, r;
    if (age[1]) begin
      for (l = 0; l < Dim; l = l + 1) begin
        x_q[32*l +: 32] <= swap_q ? a[l^1] : a[l];
      end
    end
    if (mul_q && in1[t_mul_q]) s_q <= mul_row_q ? s_scalar : mul_imm_q;
    if (b_on_q && in1[t_b_q]) b_q <= b_read_data;
    if (add_q && in1[t_add_q]) begin
      c_q <= (add_c_q ? c_read_data : {Dim{add_row_q ? t_scalar : add_imm_q}})
           ^ {Dim{{neg_q, 31'b0}}};
    end
    if (age[t_out_q]) begin
      r = 32'd0 - {31'b0, relu_q};
      for (l = 0; l < Dim; l = l + 1) begin
        v = result[l];
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
  wire [32*Dim-1:0] mul_in = a_acc_q ? converted : x_q;
  wire [32*Dim-1:0] b_in = mul_q ? product : mul_in;
  wire [32*Dim-1:0] add_in = b_on_q ? product_b : b_in;
  wire [32*Dim-1:0] func_in = add_q ? sum : add_in;
  wire [32*Dim-1:0] out_in = func_q ? value : func_in;

  genvar g;
  generate
    for (g = 0; g < Dim; g = g + 1) begin : gen_lane
      assign a[g] = a_acc_q ? acc_data_i[32*g +: 32] : a_par_q ? par_a_data_i[32*g +: 32]
                  : a_vm_q ? vm_a_data_i[32*g +: 32] : rs_s_data_i[32*g +: 32];
      assign result[g] = out_in[32*g +: 32];
    end
  endgenerate

  systole_fp_from_int #(.Lanes(Dim)) u_convert (
    .clk_i, .rst_ni, .valid_i(age[2] && a_acc_q), .x_i(x_q),
    .valid_o(converted_valid), .y_o(converted)
  );
  systole_fp_mul #(.Lanes(Dim)) u_mul (
    .clk_i, .rst_ni, .valid_i(mul_q && age[t_mul_q]), .a_i(mul_in), .b_i({Dim{s_q}}),
    .valid_o(product_valid), .p_o(product)
  );
  systole_fp_mul #(.Lanes(Dim)) u_mul_b (
    .clk_i, .rst_ni, .valid_i(b_on_q && age[t_b_q]), .a_i(b_in), .b_i(b_q),
    .valid_o(product_b_valid), .p_o(product_b)
  );
  systole_fp_add #(.Lanes(Dim)) u_add (
    .clk_i, .rst_ni, .valid_i(add_q && age[t_add_q]), .a_i(add_in), .b_i(c_q),
    .valid_o(sum_valid), .s_o(sum)
  );
  systole_fp_func #(.Lanes(Dim)) u_func (
    .clk_i, .rst_ni, .func_i(func_code_q), .valid_i(func_q && age[t_func_q]), .x_i(func_in),
    .valid_o(value_valid), .y_o(value)
  );
  systole_vx_mask #(.Dim(Dim)) u_mask (
    .clk_i, .start_i, .n_i(desc_i[`SYS_VX_N]), .limits_i(desc_i[`SYS_VX_LIMITS]),
    .low_i(desc_i[`SYS_VX_LOW]), .high_i(desc_i[`SYS_VX_HIGH]),
    .low_step_i(desc_i[`SYS_VX_LOW_STEP]), .high_step_i(desc_i[`SYS_VX_HIGH_STEP]),
    .last_col_i(last_col_q), .step_i(in1[t_out_q]), .mask_o(mask)
  );
  systole_fp_quantise #(.Lanes(Dim)) u_quantise (
    .clk_i, .rst_ni, .valid_i(d_qnt_q && write_plain), .x_i(out_q),
    .valid_o(quantised), .y_o(qnt_wdata_o)
  );
  wire              reduce_we;
  wire [15:0]       reduce_waddr;
  wire [32*Dim-1:0] reduce_wdata;
  systole_vx_reduce #(.Dim(Dim)) u_reduce (
    .clk_i, .rst_ni, .start_i(begin_work), .reduce_i(reduce_q), .carry_i(carry_q),
    .last_col_i(last_col_q), .last_row_i(last_row_q),
    .index_i(desc_i[`SYS_VX_INDEX]), .r_i(desc_i[`SYS_VX_R]),
    .x_i(desc_i[`SYS_VX_X]), .carry_r_i(carry_r_q), .carry_x_i(carry_x_q),
    .valid_i(reduce_on_q && write_plain), .v_i(out_q), .mask_i(out_mask_q),
    .we_o(reduce_we), .waddr_o(reduce_waddr), .wdata_o(reduce_wdata), .done_o(reduce_done)
  );

  // ---- Writes.
  assign vm_we_o = d_vm_q && write_plain;
  assign vm_waddr_o = d_address[VmAddrW-1:0];
  assign vm_wdata_o = out_q;
  assign qnt_we_o = quantised;
  assign qnt_waddr_o = d_address[QntAddrW-1:0];
  wire [15:0] rs_waddr = d_rs_q ? d_address : reduce_waddr;
  assign rs_we_o = reduce_we || (d_rs_q && write_plain);
  assign rs_waddr_o = rs_waddr[RsAddrW-1:0];
  assign rs_wdata_o = d_rs_q ? out_q : reduce_wdata;

  // Ends of rows and units' own valid bits are not needed here (age says it all),
  // nor address bits that an SRAM does not have (checked at dispatch).
  /* verilator lint_off UNUSED */
  wire unused = (^a_address) | (^b_address) | (^c_address) | (^d_address) | (^rs_s_word)
              | (^rs_t_word) | (^rs_waddr) | a_row_end | b_row_end | c_row_end | d_row_end | b_last | c_last | converted_valid
              | product_valid | product_b_valid | sum_valid | value_valid;
  /* verilator lint_on UNUSED */
endmodule

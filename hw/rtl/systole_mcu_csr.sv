// The controller's control and status registers, machine mode only.
//
// An access: select_i takes the address. Later, before the next select_i, in the
// cycle with access_i, rdata_o is the register's value, and unless illegal_o the
// write that op_i asks for (funct3[1:0]: 1 write, 2 set, 3 clear; write_i low for
// CSRRS and CSRRC of x0) is done at the cycle's end; the next instruction sees it.
// illegal_o: no such register, or a write to one that is read-only.
//
//   mstatus   MIE, MPIE; MPP reads 3       mie, mip   bits 11 (external) and 7 (timer)
//   misa      0x40001100, read-only        mtvec      direct or vectored, any word
//   mepc      a word's address             mcause     bit 31 and bits 3..0
//   mtval, mscratch                        all 32 bits
//   mcycle, minstret (and h)               64 bits, written by halves
//   cycle, instret (and h)                 the same, read-only
//   mstatush, mcountinhibit, mhpmcounter3..31, mhpmevent3..31, mvendorid, marchid,
//   mimpid, mhartid, mconfigptr            read 0
//   tselect, tdata1..3                     read 0: there are no triggers
//
// mcycle counts cycles from 0 in the first one out of reset; minstret counts
// instructions that retired. After a write to either, the next instruction reads
// what was written in the cycle after the write.
module systole_mcu_csr (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        count_i,       // mcycle counts
    input  logic        en_i,          // anything else may change
    input  logic        select_i,
    input  logic [11:0] addr_i,
    input  logic        access_i,
    input  logic        write_i,
    input  logic [1:0]  op_i,
    input  logic [31:0] operand_i,
    output logic [31:0] rdata_o,
    output logic        illegal_o,
    // what happens, one at most in a cycle
    input  logic        retire_i,
    input  logic        mret_i,
    input  logic        trap_i,
    input  logic [4:0]  cause_i,       // {interrupt, code}
    input  logic [31:2] epc_i,
    input  logic [31:0] tval_i,
    output logic [31:0] vector_o,      // where the trap goes, by cause_i
    output logic [31:0] epc_o,
    // interrupts
    input  logic        irq_external_i,
    input  logic        irq_timer_i,
    output logic        wake_o,        // one is pending and enabled in mie
    output logic        interrupt_o,   // and MIE is set
    output logic        external_o     // it is the external one
);
  logic mie_q, mpie_q, meie_q, mtie_q;
  logic [31:2] mtvec_q, mepc_q;
  logic vectored_q, cause_interrupt_q;
  logic [3:0] cause_q;
  logic [31:0] mscratch_q, mtval_q;
  logic [63:0] cycle_q, instret_q;

  assign external_o = meie_q && irq_external_i;
  assign wake_o = external_o || (mtie_q && irq_timer_i);
  assign interrupt_o = mie_q && wake_o;
  assign epc_o = {mepc_q, 2'b00};
  always_comb begin
    vector_o = 'x;
    if (trap_i) begin
      vector_o = {mtvec_q, 2'b00};
      if (vectored_q && cause_i[4]) vector_o = vector_o + {26'd0, cause_i[3:0], 2'b00};
    end
  end

  // Which register it is, found a cycle before
  logic mstatus_q, misa_q, ie_q, tvec_q, scratch_q, exception_q, why_q, tval_q, ip_q, cycle_lo_q, cycle_hi_q,
      instret_lo_q, instret_hi_q, known_q, read_only_q;
  always_ff @(posedge clk_i) begin
    if (select_i) begin
      mstatus_q <= addr_i == 12'h300;
      misa_q <= addr_i == 12'h301;
      ie_q <= addr_i == 12'h304;
      tvec_q <= addr_i == 12'h305;
      scratch_q <= addr_i == 12'h340;
      exception_q <= addr_i == 12'h341;
      why_q <= addr_i == 12'h342;
      tval_q <= addr_i == 12'h343;
      ip_q <= addr_i == 12'h344;
      cycle_lo_q <= addr_i == 12'hb00 || addr_i == 12'hc00;
      cycle_hi_q <= addr_i == 12'hb80 || addr_i == 12'hc80;
      instret_lo_q <= addr_i == 12'hb02 || addr_i == 12'hc02;
      instret_hi_q <= addr_i == 12'hb82 || addr_i == 12'hc82;
      case (addr_i[11:5])
        7'h18: known_q <= addr_i[4:1] == 4'd0 || addr_i[4:1] == 4'd2 || addr_i[4:0] == 5'h10;
        7'h19: known_q <= addr_i[4:0] == 5'd0 || addr_i[4:0] > 5'd2;  // mcountinhibit, mhpmevent
        7'h1a: known_q <= addr_i[4:0] <= 5'd4;
        7'h3d: known_q <= addr_i[4:2] == 3'd0;  // tselect, tdata1..3
        7'h58, 7'h5c: known_q <= addr_i[4:0] != 5'd1;  // mcycle, minstret, mhpmcounter
        7'h60, 7'h64: known_q <= addr_i[4:0] == 5'd0 || addr_i[4:0] == 5'd2;
        7'h78: known_q <= addr_i[4:0] >= 5'h11 && addr_i[4:0] <= 5'h15;
        default: known_q <= 1'b0;
      endcase
      read_only_q <= addr_i[11:10] == 2'b11;
    end
  end

  logic write;
  logic [31:0] wdata;
  always_comb begin
    rdata_o = 'x;
    wdata = 'x;
    write = 1'b0;
    illegal_o = 1'b0;
    if (access_i) begin
      write = write_i && known_q && !read_only_q;
      illegal_o = !known_q || (write_i && read_only_q);
      rdata_o = ({32{scratch_q}} & mscratch_q) | ({32{exception_q}} & {mepc_q, 2'b00}) |
                ({32{tval_q}} & mtval_q) | ({32{tvec_q}} & {mtvec_q, 1'b0, vectored_q}) |
                ({32{cycle_lo_q}} & cycle_q[31:0]) | ({32{cycle_hi_q}} & cycle_q[63:32]) |
                ({32{instret_lo_q}} & instret_q[31:0]) | ({32{instret_hi_q}} & instret_q[63:32]) |
                ({32{mstatus_q}} & {19'd0, 2'b11, 3'd0, mpie_q, 3'd0, mie_q, 3'd0}) |
                ({32{misa_q}} & 32'h40001100) |
                ({32{ie_q}} & {20'd0, meie_q, 3'd0, mtie_q, 7'd0}) |
                ({32{why_q}} & {cause_interrupt_q, 27'd0, cause_q}) |
                ({32{ip_q}} & {20'd0, irq_external_i, 3'd0, irq_timer_i, 7'd0});
      wdata = op_i == 2'd1 ? operand_i : op_i == 2'd2 ? rdata_o | operand_i : rdata_o & ~operand_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      mie_q <= 1'b0;
      mpie_q <= 1'b0;
      meie_q <= 1'b0;
      mtie_q <= 1'b0;
      mtvec_q <= 30'd0;
      vectored_q <= 1'b0;
      mepc_q <= 30'd0;
      cause_interrupt_q <= 1'b0;
      cause_q <= 4'd0;
      mscratch_q <= 32'd0;
      mtval_q <= 32'd0;
    end else if (en_i) begin
      if (write) begin
        if (mstatus_q) {mpie_q, mie_q} <= {wdata[7], wdata[3]};
        if (ie_q) {meie_q, mtie_q} <= {wdata[11], wdata[7]};
        if (tvec_q) {mtvec_q, vectored_q} <= {wdata[31:2], wdata[0]};
        if (scratch_q) mscratch_q <= wdata;
        if (exception_q) mepc_q <= wdata[31:2];
        if (why_q) {cause_interrupt_q, cause_q} <= {wdata[31], wdata[3:0]};
        if (tval_q) mtval_q <= wdata;
      end else if (mret_i) begin
        mie_q <= mpie_q;
        mpie_q <= 1'b1;
      end else if (trap_i) begin
        mie_q <= 1'b0;
        mpie_q <= mie_q;
        mepc_q <= epc_i;
        {cause_interrupt_q, cause_q} <= cause_i;
        mtval_q <= tval_i;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) cycle_q <= 64'd0;
    else if (en_i && write && cycle_lo_q) cycle_q[31:0] <= wdata;
    else if (en_i && write && cycle_hi_q) cycle_q[63:32] <= wdata;
    else if (count_i) cycle_q <= cycle_q + 64'd1;

    if (!rst_ni) instret_q <= 64'd0;
    else if (en_i) begin
      if (write && instret_lo_q) instret_q[31:0] <= wdata;
      else if (write && instret_hi_q) instret_q[63:32] <= wdata;
      else if (retire_i) instret_q <= instret_q + 64'd1;
    end
  end
endmodule

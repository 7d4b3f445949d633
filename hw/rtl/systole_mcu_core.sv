// The controller's core: RV32IM, Zicsr, Zifencei, machine mode alone; in order,
// three stages. Fetch gives an address; decode sees the word, reads registers;
// execute does the rest.
//
// Time. An instruction occupies execute for so many cycles, whatever its operands:
//
//   what computes, LUI, AUIPC, CSR access, FENCE        1
//   branch not taken                                    1
//   branch taken, JAL, JALR, MRET, FENCE.I              2
//   trap or interrupt, in place of the instruction      2
//   load from TCM                                       2
//   store to TCM                                        1
//   load or store elsewhere                             1 + cycles of the request
//     refused by the bus                                1 more (the trap)
//   MUL, MULH, MULHSU, MULHU                            2
//   DIV, DIVU, REM, REMU                                34
//   WFI                                                 1 + cycles until an enabled
//                                                       interrupt is pending
//
// The first instruction after reset (from address 0) executes in cycle 34, cycle 0
// being the first with rst_ni high: registers are cleared first. An interrupt is looked for in the first cycle
// of every instruction and taken in its place. An instruction retires in its last
// cycle; a jump's second one is empty.
//
// TCM: TcmBytes (a power of two) from address 0. i_req_o reads the word at
// i_addr_o, which is on i_rdata_i in the next cycle and stays until the next
// i_req_o. t_req_o does the same for loads; for stores (t_we_o) t_be_o says which
// bytes of t_wdata_o are written. A fetch in the cycle of a store of the same word
// gives the old word: the two instructions after a store are fetched before
// it is done. FENCE.I fetches anew.
// Bus: loads and stores elsewhere. d_req_o and what goes with it are registers,
// high from the cycle after the instruction's first until d_done_i, in whose cycle
// d_rdata_i and d_err_i count. d_addr_o is a word's address, d_be_o its bytes (of
// loads too). A refused access traps.
// fence_o is high for one cycle, the one after a FENCE or FENCE.I.
// irq_*: levels. sleep_o: WFI waits; nothing but the interrupts matters then.
// en_i low: nothing changes and nothing is asked for. It may be low only from the
// second cycle of a reset on, and then high in its place: so a core in reset needs
// no more than one cycle of it.
// pc_o is the address of the oldest instruction that has not retired.
// retire_* tell, in the cycle after it, what retired: rd 0 and value 0 if no
// register was written. With retire_trap_o the instruction did not retire but
// trapped (cause {interrupt, code}).
module systole_mcu_core #(
    parameter TcmBytes = 32768
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        en_i,
    // fetch
    output logic        i_req_o,
    output logic [31:0] i_addr_o,
    input  logic [31:0] i_rdata_i,
    // data, TCM
    output logic        t_req_o,
    output logic        t_we_o,
    output logic [31:0] t_addr_o,
    output logic [31:0] t_wdata_o,
    output logic [3:0]  t_be_o,
    input  logic [31:0] t_rdata_i,
    // data, elsewhere
    output logic        d_req_o,
    output logic        d_we_o,
    output logic [31:0] d_addr_o,
    output logic [31:0] d_wdata_o,
    output logic [3:0]  d_be_o,
    input  logic        d_done_i,
    input  logic [31:0] d_rdata_i,
    input  logic        d_err_i,
    output logic        fence_o,
    // interrupts
    input  logic        irq_external_i,
    input  logic        irq_timer_i,
    output logic        sleep_o,
    // what it does
    output logic [31:0] pc_o,
    output logic        retire_valid_o,
    output logic [31:0] retire_pc_o,
    output logic [31:0] retire_instr_o,
    output logic [4:0]  retire_rd_o,
    output logic [31:0] retire_value_o,
    output logic        retire_trap_o,
    output logic [4:0]  retire_cause_o
);
  localparam TcmWidth = $clog2(TcmBytes);

  // Causes of traps, {interrupt, code}
  localparam [4:0] FetchMisaligned = 5'd0, FetchFault = 5'd1, Illegal = 5'd2, Breakpoint = 5'd3,
      LoadMisaligned = 5'd4, LoadFault = 5'd5, StoreMisaligned = 5'd6, StoreFault = 5'd7, Ecall = 5'd11,
      Timer = {1'b1, 4'd7}, External = {1'b1, 4'd11};

  // What execute waits for. First: nothing yet, it is the instruction's first cycle.
  localparam [2:0] First = 3'd0, LoadWait = 3'd1, BusWait = 3'd2, MulWait = 3'd3, DivWait = 3'd4, Sleep = 3'd5;
  logic [2:0] phase_q;

  // active: there is something to do. What is computed below counts only then, and a
  // simulation computes it only then.
  logic active, wake;
  assign active = en_i && (phase_q != Sleep || wake);

  // stall: execute keeps its instruction for another cycle, and all before it waits.
  // redirect: the next instruction is the one at `target`, not the one that follows.
  logic stall, redirect;
  logic [31:0] target;

  // ---- fetch -----------------------------------------------------------------
  logic [31:0] pc_q;  // of the word on i_rdata_i, the one fetched last
  assign i_req_o = !stall;
  always_comb begin
    i_addr_o = 'x;
    if (active) i_addr_o = redirect ? target : pc_q + 32'd4;
  end

  // ---- decode ----------------------------------------------------------------
  logic d_valid_q, outside;
  logic x_valid_q, x_bad_q, x_outside_q, x_link_q, x_jump_reg_q, x_sum_q, x_branch_q, x_auipc_q, x_load_q, x_store_q, x_mul_q,
      x_div_q, x_csr_q, x_fence_q, x_ecall_q, x_ebreak_q, x_mret_q, x_wfi_q, x_add_q, x_left_q, x_right_q, x_logic_q,
      x_compare_q, x_writes_q, x_subtract_q, x_b_imm_q;
  logic [31:0] x_imm_q, x_target_q;
  assign outside = pc_q[31:TcmWidth] != '0;
  systole_mcu_decode decode (
      .clk_i     (clk_i),
      .rst_ni    (rst_ni),
      .en_i      (!stall),
      .outside_i (outside),
      .instr_i   (i_rdata_i),
      .pc_i      (pc_q),
      .bad_o     (x_bad_q),
      .link_o    (x_link_q),
      .jump_reg_o(x_jump_reg_q),
      .sum_o     (x_sum_q),
      .branch_o  (x_branch_q),
      .auipc_o   (x_auipc_q),
      .load_o    (x_load_q),
      .store_o   (x_store_q),
      .mul_o     (x_mul_q),
      .div_o     (x_div_q),
      .csr_o     (x_csr_q),
      .fence_o   (x_fence_q),
      .ecall_o   (x_ecall_q),
      .ebreak_o  (x_ebreak_q),
      .mret_o    (x_mret_q),
      .wfi_o     (x_wfi_q),
      .add_o     (x_add_q),
      .left_o    (x_left_q),
      .right_o   (x_right_q),
      .logic_o   (x_logic_q),
      .compare_o (x_compare_q),
      .writes_o  (x_writes_q),
      .subtract_o(x_subtract_q),
      .b_imm_o   (x_b_imm_q),
      .imm_o     (x_imm_q),
      .target_o  (x_target_q)
  );

  // Registers. What execute is about to write is not in them yet: last_q has it in
  // the next cycle. (Should it not be written, because it traps, what is read here
  // does not matter.) LUI has 0 for rs1, and a CSR's immediate is in its place.
  logic [31:0] regs_q[0:31];
  logic write, forward, clearing, a_imm, csr_imm;
  logic [31:0] result;
  assign csr_imm = i_rdata_i[6:2] == 5'h1c && i_rdata_i[14];
  assign a_imm = i_rdata_i[6:2] == 5'h0d || csr_imm;

  // ---- execute ---------------------------------------------------------------
  logic x_rs1_last_q, x_rs2_last_q;
  logic [31:0] x_pc_q, x_instr_q, x_rs1_q, x_rs2_q, last_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pc_q <= -32'd4;
      d_valid_q <= 1'b0;
      x_valid_q <= 1'b0;
    end else if (!stall) begin
      pc_q <= i_addr_o;
      d_valid_q <= 1'b1;
      x_valid_q <= d_valid_q && !redirect;
      x_pc_q <= pc_q;
      x_instr_q <= i_rdata_i;
      x_outside_q <= outside;
      x_rs1_q <= a_imm ? {27'd0, i_rdata_i[19:15] & {5{csr_imm}}} : regs_q[i_rdata_i[19:15]];
      x_rs1_last_q <= forward && i_rdata_i[19:15] == x_instr_q[11:7] && !a_imm;
      x_rs2_q <= regs_q[i_rdata_i[24:20]];
      x_rs2_last_q <= forward && i_rdata_i[24:20] == x_instr_q[11:7];
      last_q <= result;
    end
  end

  logic [2:0] funct3;
  assign funct3 = x_instr_q[14:12];

  // The operands: as the instruction has them, and b as the adder and the divider want it
  logic [31:0] a, operand_2, b;
  always_comb begin
    a = 'x;
    operand_2 = 'x;
    b = 'x;
    if (active) begin
      a = x_rs1_last_q ? last_q : x_rs1_q;
      operand_2 = x_rs2_last_q ? last_q : x_rs2_q;
      b = (x_b_imm_q ? x_imm_q : operand_2) ^ {32{x_subtract_q}};
    end
  end

  // The first cycle: interrupts, then whether the instruction may be executed.
  // (x_link_q to x_compare_q mean nothing but in an instruction that may.)
  logic first, execute, interrupt, external, csr_access, csr_illegal;
  logic [31:0] csr_rdata, vector, epc;
  always_comb begin
    first = 1'bx;
    execute = 1'bx;
    csr_access = 1'bx;
    if (active) begin
      first = x_valid_q && phase_q == First;
      execute = first && !interrupt && !x_bad_q;
      csr_access = execute && x_csr_q;
    end
  end

  logic [31:0] sum, right_shifted, left_shifted, bitwise, place;
  logic less, equal, taken;
  systole_mcu_alu alu (
      .en_i        (active),
      .carry_i     (x_subtract_q),
      .unsigned_i  (x_branch_q ? funct3[1] : funct3[0]),
      .left_i      (x_left_q),
      .arithmetic_i(x_instr_q[30]),
      .op_i        (funct3[1:0]),
      .a_i         (a),
      .b_i         (b),
      .sum_o       (sum),
      .less_o      (less),
      .equal_o     (equal),
      .right_o     (right_shifted),
      .left_o      (left_shifted),
      .logical_o   (bitwise)
  );
  always_comb begin
    taken = 1'bx;
    place = 'x;
    if (active) begin
      taken = x_link_q || (x_branch_q && funct3[0] != (funct3[2] ? less : equal));
      // Where it jumps, loads or stores
      place = x_sum_q ? {sum[31:1], sum[0] && !x_jump_reg_q} : x_target_q;
    end
  end

  // Memory
  logic memory, misaligned, tcm_access, bus_access;
  assign t_req_o = tcm_access;
  assign t_we_o = x_store_q;
  always_comb begin
    memory = 1'bx;
    misaligned = 1'bx;
    tcm_access = 1'b0;
    bus_access = 1'bx;
    t_addr_o = 'x;
    t_be_o = 'x;
    t_wdata_o = 'x;
    if (active) begin
      memory = execute && (x_load_q || x_store_q);
      misaligned = memory && ((funct3[0] && sum[0]) || (funct3[1] && sum[1:0] != 2'd0));
      tcm_access = memory && !misaligned && sum[31:TcmWidth] == '0;
      bus_access = memory && !misaligned && sum[31:TcmWidth] != '0;
      t_addr_o = {sum[31:2], 2'b00};
      t_be_o = (funct3[1] ? 4'b1111 : funct3[0] ? 4'b0011 : 4'b0001) << sum[1:0];
      t_wdata_o = funct3[1] ? operand_2 : funct3[0] ? {2{operand_2[15:0]}} : {4{operand_2[7:0]}};
    end
  end

  logic d_req_q;
  logic [31:0] address_q, d_wdata_q;  // address_q: of every load and store
  logic [3:0] d_be_q;
  assign d_req_o = d_req_q;
  assign d_we_o = x_store_q;
  assign d_addr_o = {address_q[31:2], 2'b00};
  assign d_wdata_o = d_wdata_q;
  assign d_be_o = d_be_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) d_req_q <= 1'b0;
    else if (active) begin
      if (bus_access) begin
        d_req_q <= 1'b1;
        d_wdata_q <= t_wdata_o;
        d_be_q <= t_be_o;
      end else if (d_done_i) d_req_q <= 1'b0;
      if (memory) address_q <= sum;
    end
  end

  logic [31:0] loaded;
  always_comb begin
    loaded = 'x;
    if (active) begin
      if (phase_q == LoadWait || phase_q == BusWait) begin
        loaded = phase_q == BusWait ? d_rdata_i : t_rdata_i;
        if (address_q[1]) loaded[15:0] = loaded[31:16];
        if (address_q[0]) loaded[7:0] = loaded[15:8];
        if (!funct3[1]) begin
          loaded[31:16] = {16{!funct3[2] && (funct3[0] ? loaded[15] : loaded[7])}};
          if (!funct3[0]) loaded[15:8] = loaded[23:16];
        end
      end
    end
  end

  logic [31:0] product, quotient;
  logic divided;
  systole_mcu_muldiv muldiv (
      .clk_i     (clk_i),
      .rst_ni    (rst_ni),
      .en_i      (active),
      .mul_i     (execute && x_mul_q),
      .div_i     (execute && x_div_q),
      .op_i      (funct3[1:0]),
      .a_i       (a),
      .b_i       (b),
      .product_o (product),
      .done_o    (divided),
      .quotient_o(quotient)
  );

  // The end: the instruction is done in this cycle, or traps.
  logic done, trap;
  logic [4:0] cause;
  logic [31:0] tval;
  always_comb begin
    done = 1'bx;
    stall = 1'b1;
    if (active) begin
      case (phase_q)
        First:
          done = x_valid_q && !(execute && (x_mul_q || x_div_q || (x_wfi_q && !wake))) &&
                 !bus_access && !(tcm_access && x_load_q);
        LoadWait, MulWait: done = 1'b1;
        BusWait: done = d_done_i;
        DivWait: done = divided;
        default: done = wake;
      endcase
      stall = (x_valid_q && !done) || clearing;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) phase_q <= First;
    else if (active) begin
      if (phase_q != First) begin
        if (done) phase_q <= First;
      end else if (first && stall) begin
        phase_q <= bus_access ? BusWait : x_load_q ? LoadWait : x_mul_q ? MulWait : x_div_q ? DivWait : Sleep;
      end
    end
  end
  assign sleep_o = phase_q == Sleep;

  always_comb begin
    trap = 1'bx;
    cause = 'x;
    tval = 'x;
    if (active) begin
      trap = phase_q == BusWait && d_done_i && d_err_i;
      cause = x_store_q ? StoreFault : LoadFault;
      if (first) begin
        trap = interrupt || x_bad_q || csr_illegal || x_ecall_q || x_ebreak_q || (taken && place[1]) || misaligned;
        if (interrupt) cause = external ? External : Timer;
        else if (x_outside_q) cause = FetchFault;
        else if (x_bad_q || csr_illegal) cause = Illegal;
        else if (x_ecall_q) cause = Ecall;
        else if (x_ebreak_q) cause = Breakpoint;
        else if (x_link_q || x_branch_q) cause = FetchMisaligned;
        else cause = x_store_q ? StoreMisaligned : LoadMisaligned;
      end
      if (first && (interrupt || x_ecall_q)) tval = 32'd0;
      else if (x_outside_q || x_ebreak_q) tval = x_pc_q;
      else if (x_bad_q || csr_illegal) tval = x_instr_q;
      else tval = place;
    end
  end

  // Where control goes
  always_comb begin
    redirect = 1'bx;
    target = 'x;
    if (active) begin
      redirect = trap || (execute && (taken || x_mret_q));
      target = trap ? vector : x_mret_q ? epc : place;
    end
  end

  always_comb begin
    forward = 1'bx;
    write = 1'bx;
    result = 'x;
    if (active) begin
      forward = x_valid_q && x_writes_q;
      write = forward && done && !trap;
      result = 32'd0;
      unique case (1'b1)
        x_add_q: result = sum;
        x_right_q: result = right_shifted;
        x_left_q: result = left_shifted;
        x_logic_q: result = bitwise;
        x_compare_q: result = {31'd0, less};
        x_link_q: result = pc_q;  // decode has the word that follows
        x_auipc_q: result = x_target_q;
        x_csr_q: result = csr_rdata;
        x_load_q: result = loaded;
        x_mul_q: result = product;
        x_div_q: result = quotient;
        default: ;
      endcase
    end
  end

  // Out of reset, one register a cycle becomes zero before the first fetch.
  logic [5:0] cleared_q;
  assign clearing = !cleared_q[5];
  always_ff @(posedge clk_i) begin
    if (!rst_ni) cleared_q <= 6'd0;
    else if (active) begin
      if (clearing) cleared_q <= cleared_q + 6'd1;
      if (write || clearing) regs_q[clearing ? cleared_q[4:0] : x_instr_q[11:7]] <= result;
    end
  end

  systole_mcu_csr csrs (
      .clk_i         (clk_i),
      .rst_ni        (rst_ni),
      .count_i       (en_i),
      .en_i          (active),
      .select_i      (!stall),
      .addr_i        (i_rdata_i[31:20]),
      .access_i      (csr_access),
      .write_i       (!funct3[1] || x_instr_q[19:15] != 5'd0),
      .op_i          (funct3[1:0]),
      .operand_i     (a),
      .rdata_o       (csr_rdata),
      .illegal_o     (csr_illegal),
      .retire_i      (done && !trap),
      .mret_i        (execute && x_mret_q),
      .trap_i        (trap),
      .cause_i       (cause),
      .epc_i         (x_pc_q[31:2]),
      .tval_i        (tval),
      .vector_o      (vector),
      .epc_o         (epc),
      .irq_external_i(irq_external_i),
      .irq_timer_i   (irq_timer_i),
      .wake_o        (wake),
      .interrupt_o   (interrupt),
      .external_o    (external)
  );

  // ---- what others see ---------------------------------------------------------
  assign pc_o = x_valid_q ? x_pc_q : d_valid_q ? pc_q : 32'd0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fence_o <= 1'b0;
      retire_valid_o <= 1'b0;
    end else if (active) begin  // neither is high when it falls asleep
      fence_o <= execute && x_fence_q;
      retire_valid_o <= done;
      if (done) begin
        retire_pc_o <= x_pc_q;
        retire_instr_o <= x_outside_q ? 32'd0 : x_instr_q;
        retire_rd_o <= write ? x_instr_q[11:7] : 5'd0;
        retire_value_o <= write ? result : 32'd0;
        retire_trap_o <= trap;
        retire_cause_o <= trap ? cause : 5'd0;
      end
    end
  end
endmodule

// The controller's decoder: one RV32IM + Zicsr + Zifencei instruction to the
// signals that execution needs. No state; with en_i low the outputs mean nothing.
//
// Operands: a is rs1, turned around for left_o, or with a_imm_o the immediate
// a_imm (of CSRs; 0 for LUI); b is rs2 or the immediate imm_o, complemented for
// subtract_o. For what is not illegal exactly one of jump_o ... compare_o is high,
// or none. target_o is pc + immediate, of JAL, branches and AUIPC, and the next
// address for FENCE.I, which jumps there.
module systole_mcu_decode (
    input  logic        en_i,
    input  logic [31:0] instr_i,
    input  logic [31:0] pc_i,
    output logic        illegal_o,
    output logic        jump_o,        // JAL and FENCE.I
    output logic        jump_reg_o,    // JALR
    output logic        branch_o,
    output logic        auipc_o,
    output logic        load_o,
    output logic        store_o,
    output logic        mul_o,
    output logic        div_o,         // and remainder
    output logic        csr_o,
    output logic        fence_o,       // FENCE and FENCE.I
    output logic        ecall_o,
    output logic        ebreak_o,
    output logic        mret_o,
    output logic        wfi_o,
    output logic        add_o,         // and SUB, LUI
    output logic        left_o,        // shifts, by where to
    output logic        right_o,
    output logic        logic_o,
    output logic        compare_o,     // SLT
    output logic        writes_o,      // rd, if it is not x0
    output logic        subtract_o,    // SUB, SLT, branches; divisions
    output logic        a_imm_o,
    output logic        b_imm_o,
    output logic [31:0] imm_o,
    output logic [31:0] target_o
);
  localparam [6:0] Lui = 7'h37, Auipc = 7'h17, Jal = 7'h6f, Jalr = 7'h67, Branch = 7'h63, Load = 7'h03,
      Store = 7'h23, OpImm = 7'h13, Op = 7'h33, MiscMem = 7'h0f, System = 7'h73;

  logic computes;  // by funct3, as OP and OP-IMM
  logic [2:0] funct3;
  logic [6:0] opcode, funct7;
  logic [31:0] imm_target;
  assign opcode = instr_i[6:0];
  assign funct3 = instr_i[14:12];
  assign funct7 = instr_i[31:25];

  always_comb begin
    illegal_o = 'x;
    jump_o = 'x;
    jump_reg_o = 'x;
    branch_o = 'x;
    auipc_o = 'x;
    load_o = 'x;
    store_o = 'x;
    mul_o = 'x;
    div_o = 'x;
    csr_o = 'x;
    fence_o = 'x;
    ecall_o = 'x;
    ebreak_o = 'x;
    mret_o = 'x;
    wfi_o = 'x;
    writes_o = 'x;
    add_o = 'x;
    left_o = 'x;
    right_o = 'x;
    logic_o = 'x;
    compare_o = 'x;
    subtract_o = 'x;
    computes = 1'bx;
    a_imm_o = 'x;
    b_imm_o = 'x;
    imm_o = 'x;
    if (en_i) begin
      illegal_o = 1'b0;
      jump_o = 1'b0;
      jump_reg_o = 1'b0;
      branch_o = 1'b0;
      auipc_o = 1'b0;
      load_o = 1'b0;
      store_o = 1'b0;
      mul_o = 1'b0;
      div_o = 1'b0;
      csr_o = 1'b0;
      fence_o = 1'b0;
      ecall_o = 1'b0;
      ebreak_o = 1'b0;
      mret_o = 1'b0;
      wfi_o = 1'b0;
      writes_o = 1'b0;
      add_o = 1'b0;
      left_o = 1'b0;
      right_o = 1'b0;
      logic_o = 1'b0;
      compare_o = 1'b0;
      subtract_o = 1'b0;
      computes = 1'b0;
      a_imm_o = 1'b0;
      b_imm_o = 1'b1;
      imm_o = {{20{instr_i[31]}}, instr_i[31:20]};
      case (opcode)
        Lui: begin
          writes_o = 1'b1;
          add_o = 1'b1;
          a_imm_o = 1'b1;
          imm_o = {instr_i[31:12], 12'd0};
        end
        Auipc: begin
          writes_o = 1'b1;
          auipc_o = 1'b1;
        end
        Jal: begin
          writes_o = 1'b1;
          jump_o = 1'b1;
        end
        Jalr: begin
          writes_o = 1'b1;
          jump_reg_o = 1'b1;
          illegal_o = funct3 != 3'd0;
        end
        Branch: begin
          branch_o = 1'b1;
          subtract_o = 1'b1;
          b_imm_o = 1'b0;
          illegal_o = funct3[2:1] == 2'b01;
        end
        Load: begin
          writes_o = 1'b1;
          load_o = 1'b1;
          illegal_o = funct3[1:0] == 2'b11 || funct3 == 3'b110;
        end
        Store: begin
          store_o = 1'b1;
          imm_o = {{20{instr_i[31]}}, instr_i[31:25], instr_i[11:7]};
          illegal_o = funct3 > 3'd2;
        end
        OpImm: begin
          writes_o = 1'b1;
          computes = 1'b1;
          illegal_o = (funct3 == 3'b001 && funct7 != 7'h00) ||
                      (funct3 == 3'b101 && (funct7 & 7'h5f) != 7'h00);
        end
        Op: begin
          writes_o = 1'b1;
          b_imm_o = 1'b0;
          computes = !funct7[0];
          subtract_o = funct7[0] ? funct3[2] : funct7[5] && funct3 == 3'b000;
          mul_o = funct7[0] && !funct3[2];
          div_o = funct7[0] && funct3[2];
          illegal_o = funct7 != 7'h00 && funct7 != 7'h01 &&
                      !(funct7 == 7'h20 && (funct3 == 3'b000 || funct3 == 3'b101));
        end
        MiscMem: begin
          fence_o = 1'b1;
          jump_o = funct3[0];
          illegal_o = funct3[2:1] != 2'd0;
        end
        System: begin
          if (funct3[1:0] != 2'd0) begin
            csr_o = 1'b1;
            a_imm_o = funct3[2];
            writes_o = 1'b1;
          end else begin
            ecall_o = instr_i == 32'h00000073;
            ebreak_o = instr_i == 32'h00100073;
            mret_o = instr_i == 32'h30200073;
            wfi_o = instr_i == 32'h10500073;
            illegal_o = !ecall_o && !ebreak_o && !mret_o && !wfi_o;
          end
        end
        default: illegal_o = 1'b1;
      endcase
      if (computes) begin
        case (funct3)
          3'b000: add_o = 1'b1;
          3'b001: left_o = 1'b1;
          3'b010, 3'b011: begin
            compare_o = 1'b1;
            subtract_o = 1'b1;
          end
          3'b101: right_o = 1'b1;
          default: logic_o = 1'b1;
        endcase
      end
    end
  end

  // The adder of branch targets has immediates of its own.
  always_comb begin
    imm_target = 'x;
    if (en_i) begin
      if (opcode[3:2] == 2'b11 && !opcode[6]) imm_target = 32'd4;
      else if (!opcode[6]) imm_target = {instr_i[31:12], 12'd0};
      else if (opcode[2]) imm_target = {{12{instr_i[31]}}, instr_i[19:12], instr_i[20], instr_i[30:21], 1'b0};
      else imm_target = {{20{instr_i[31]}}, instr_i[7], instr_i[30:25], instr_i[11:8], 1'b0};
    end
    target_o = 'x;
    if (en_i) target_o = pc_i + imm_target;
  end
endmodule

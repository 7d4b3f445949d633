// The controller's decode stage: one RV32IM + Zicsr + Zifencei instruction to the
// registers that execution needs. With en_i the instruction is taken; the outputs
// are its own from the next cycle on. (All is written straight into the registers: so
// a simulation does nothing while the stage waits.)
//
// Operands: a is rs1, turned around for left_o (or an immediate, see systole_mcu_core);
// b is rs2 or the immediate imm_o, complemented for subtract_o. For what is not bad_o
// exactly one of link_o ... compare_o is high, or none. target_o is pc + immediate, of
// JAL, branches and AUIPC, and the next address for FENCE.I, which jumps there.
// In reset what chooses the result of execution is low.
module systole_mcu_decode (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        en_i,
    input  logic        outside_i,     // pc_i is no address of the TCM
    input  logic [31:0] instr_i,
    input  logic [31:0] pc_i,
    output logic        bad_o,         // illegal or outside: it will trap, whatever else it might be
    output logic        link_o,        // JAL, JALR, FENCE.I: they jump
    output logic        jump_reg_o,    // JALR
    output logic        sum_o,         // JALR, loads, stores: the sum is an address
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
    output logic        writes_o,      // a register, and not x0
    output logic        subtract_o,    // SUB, SLT, branches; divisions
    output logic        b_imm_o,
    output logic [31:0] imm_o,
    output logic [31:0] target_o
);
  localparam [6:0] Lui = 7'h37, Auipc = 7'h17, Jal = 7'h6f, Jalr = 7'h67, Branch = 7'h63, Load = 7'h03,
      Store = 7'h23, OpImm = 7'h13, Op = 7'h33, MiscMem = 7'h0f, System = 7'h73;

  logic [2:0] funct3;
  logic [6:0] opcode, funct7;
  logic writes;
  assign opcode = instr_i[6:0];
  assign funct3 = instr_i[14:12];
  assign funct7 = instr_i[31:25];
  assign writes = instr_i[11:7] != 5'd0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {add_o, left_o, right_o, logic_o, compare_o, link_o, auipc_o, csr_o, load_o, mul_o, div_o} <= 11'd0;
    end else if (en_i) begin
      bad_o <= outside_i;
      link_o <= 1'b0;
      jump_reg_o <= 1'b0;
      sum_o <= 1'b0;
      branch_o <= 1'b0;
      auipc_o <= 1'b0;
      load_o <= 1'b0;
      store_o <= 1'b0;
      mul_o <= 1'b0;
      div_o <= 1'b0;
      csr_o <= 1'b0;
      fence_o <= 1'b0;
      ecall_o <= 1'b0;
      ebreak_o <= 1'b0;
      mret_o <= 1'b0;
      wfi_o <= 1'b0;
      writes_o <= 1'b0;
      add_o <= 1'b0;
      left_o <= 1'b0;
      right_o <= 1'b0;
      logic_o <= 1'b0;
      compare_o <= 1'b0;
      subtract_o <= 1'b0;
      b_imm_o <= 1'b1;
      imm_o <= {{20{instr_i[31]}}, instr_i[31:20]};
      case (opcode)
        Lui: begin
          writes_o <= writes;
          add_o <= 1'b1;
          imm_o <= {instr_i[31:12], 12'd0};
        end
        Auipc: begin
          writes_o <= writes;
          auipc_o <= 1'b1;
        end
        Jal: begin
          writes_o <= writes;
          link_o <= 1'b1;
        end
        Jalr: begin
          writes_o <= writes;
          link_o <= 1'b1;
          jump_reg_o <= 1'b1;
          sum_o <= 1'b1;
          if (funct3 != 3'd0) bad_o <= 1'b1;
        end
        Branch: begin
          branch_o <= 1'b1;
          subtract_o <= 1'b1;
          b_imm_o <= 1'b0;
          if (funct3[2:1] == 2'b01) bad_o <= 1'b1;
        end
        Load: begin
          writes_o <= writes;
          load_o <= 1'b1;
          sum_o <= 1'b1;
          if (funct3[1:0] == 2'b11 || funct3 == 3'b110) bad_o <= 1'b1;
        end
        Store: begin
          store_o <= 1'b1;
          sum_o <= 1'b1;
          imm_o <= {{20{instr_i[31]}}, instr_i[31:25], instr_i[11:7]};
          if (funct3 > 3'd2) bad_o <= 1'b1;
        end
        OpImm: begin
          writes_o <= writes;
          if ((funct3 == 3'b001 && funct7 != 7'h00) || (funct3 == 3'b101 && (funct7 & 7'h5f) != 7'h00)) bad_o <= 1'b1;
        end
        Op: begin
          writes_o <= writes;
          b_imm_o <= 1'b0;
          subtract_o <= funct7[0] ? funct3[2] : funct7[5] && funct3 == 3'b000;
          mul_o <= funct7[0] && !funct3[2];
          div_o <= funct7[0] && funct3[2];
          if (funct7 != 7'h00 && funct7 != 7'h01 && !(funct7 == 7'h20 && (funct3 == 3'b000 || funct3 == 3'b101)))
            bad_o <= 1'b1;
        end
        MiscMem: begin
          fence_o <= 1'b1;
          link_o <= funct3[0];
          if (funct3[2:1] != 2'd0) bad_o <= 1'b1;
        end
        System: begin
          if (funct3[1:0] != 2'd0) begin
            csr_o <= 1'b1;
            writes_o <= writes;
          end else begin
            case (instr_i)
              32'h00000073: ecall_o <= !outside_i;
              32'h00100073: ebreak_o <= 1'b1;
              32'h30200073: mret_o <= 1'b1;
              32'h10500073: wfi_o <= 1'b1;
              default: bad_o <= 1'b1;
            endcase
          end
        end
        default: bad_o <= 1'b1;
      endcase
      if (opcode == OpImm || (opcode == Op && !funct7[0])) begin
        case (funct3)
          3'b000: add_o <= 1'b1;
          3'b001: left_o <= 1'b1;
          3'b010, 3'b011: begin
            compare_o <= 1'b1;
            subtract_o <= 1'b1;
          end
          3'b101: right_o <= 1'b1;
          default: logic_o <= 1'b1;
        endcase
      end
      // The adder of branch targets has immediates of its own.
      target_o <= pc_i + (!opcode[6] ? (opcode[3:2] == 2'b11 ? 32'd4 : {instr_i[31:12], 12'd0}) :
                          opcode[2] ? {{12{instr_i[31]}}, instr_i[19:12], instr_i[20], instr_i[30:21], 1'b0} :
                          {{20{instr_i[31]}}, instr_i[7], instr_i[30:25], instr_i[11:8], 1'b0});
    end
  end
endmodule

// The arithmetic units side by side on the same operands, each with its own
// valid_o and result.
module systole_fp_bench #(
    parameter Lanes = 8
) (
    input  wire                clk_i,
    input  wire                rst_ni,
    input  wire                valid_i,
    input  wire [2:0]          func_i,
    input  wire [32*Lanes-1:0] a_i,
    input  wire [32*Lanes-1:0] b_i,
    output wire [4:0]          valid_o,  // add, mul, from_int, quantise, func
    output wire [32*Lanes-1:0] add_o,
    output wire [32*Lanes-1:0] mul_o,
    output wire [32*Lanes-1:0] from_int_o,
    output wire [8*Lanes-1:0]  quantise_o,
    output wire [32*Lanes-1:0] func_o
);
  systole_fp_add #(.Lanes(Lanes)) u_add (
    .clk_i, .rst_ni, .valid_i, .a_i, .b_i, .valid_o(valid_o[0]), .s_o(add_o)
  );
  systole_fp_mul #(.Lanes(Lanes)) u_mul (
    .clk_i, .rst_ni, .valid_i, .a_i, .b_i, .valid_o(valid_o[1]), .p_o(mul_o)
  );
  systole_fp_from_int #(.Lanes(Lanes)) u_from_int (
    .clk_i, .rst_ni, .valid_i, .x_i(a_i), .valid_o(valid_o[2]), .y_o(from_int_o)
  );
  systole_fp_quantise #(.Lanes(Lanes)) u_quantise (
    .clk_i, .rst_ni, .valid_i, .x_i(a_i), .valid_o(valid_o[3]), .y_o(quantise_o)
  );
  systole_fp_func #(.Lanes(Lanes)) u_func (
    .clk_i, .rst_ni, .func_i, .valid_i, .x_i(a_i), .valid_o(valid_o[4]), .y_o(func_o)
  );
endmodule

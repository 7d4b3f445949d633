// The matrix engine between its four SRAMs. Pins write ACT, QNT and WGT; a
// second reader of ACC lets a test see the results.
module systole_mx_bench #(
    parameter Dim      = 16,
    parameter LoadRows = 4,
    parameter ActAddrW = 8,
    parameter QntAddrW = 9,
    parameter WgtAddrW = 11,
    parameter AccAddrW = 8
) (
    input  logic                clk_i,
    input  logic                rst_ni,
    output logic                ready_o,
    input  logic                start_i,
    input  logic [511:0]        desc_i,
    output logic                done_o,
    output logic [3:0]          cause_o,
    output logic                active_o,
    output logic                writing_o,
    input  logic                act_we_i,
    input  logic                qnt_we_i,
    input  logic                wgt_we_i,
    input  logic [15:0]         waddr_i,
    input  logic [Dim*8-1:0]    wdata_i,
    input  logic                acc_re_i,
    input  logic [15:0]         acc_raddr_i,
    output logic [Dim*32-1:0]   acc_rdata_o
);
  logic                      act_re, qnt_re, wgt_re, acc_re, acc_we;
  logic [ActAddrW-1:0]       act_addr;
  logic [QntAddrW-1:0]       qnt_addr;
  logic [WgtAddrW-1:0]       wgt_addr;
  logic [AccAddrW-1:0]       acc_raddr, acc_waddr;
  logic [Dim*8-1:0]          act_data, qnt_data;
  logic [LoadRows*Dim*8-1:0] wgt_data;
  logic [Dim*32-1:0]         acc_rdata, acc_wdata;

  systole_mx #(
      .Dim(Dim), .LoadRows(LoadRows), .ActAddrW(ActAddrW), .QntAddrW(QntAddrW),
      .WgtAddrW(WgtAddrW), .AccAddrW(AccAddrW)
  ) u_mx (
      .clk_i(clk_i), .rst_ni(rst_ni),
      .ready_o(ready_o), .start_i(start_i), .desc_i(desc_i), .done_o(done_o),
      .cause_o(cause_o), .active_o(active_o),
      .act_re_o(act_re), .act_addr_o(act_addr), .act_data_i(act_data),
      .qnt_re_o(qnt_re), .qnt_addr_o(qnt_addr), .qnt_data_i(qnt_data),
      .wgt_re_o(wgt_re), .wgt_addr_o(wgt_addr), .wgt_data_i(wgt_data),
      .acc_re_o(acc_re), .acc_raddr_o(acc_raddr), .acc_rdata_i(acc_rdata),
      .acc_we_o(acc_we), .acc_waddr_o(acc_waddr), .acc_wdata_o(acc_wdata)
  );
  assign writing_o = acc_we;

  systole_ram #(.Width(Dim * 8), .Depth(1 << ActAddrW)) u_act (
      .clk_i(clk_i), .we_i(act_we_i), .waddr_i(waddr_i[ActAddrW-1:0]), .wdata_i(wdata_i),
      .re_i(act_re), .raddr_i(act_addr), .rdata_o(act_data)
  );
  systole_ram #(.Width(Dim * 8), .Depth(1 << QntAddrW)) u_qnt (
      .clk_i(clk_i), .we_i(qnt_we_i), .waddr_i(waddr_i[QntAddrW-1:0]), .wdata_i(wdata_i),
      .re_i(qnt_re), .raddr_i(qnt_addr), .rdata_o(qnt_data)
  );
  systole_wgt_ram #(.Width(Dim * 8), .Depth(1 << WgtAddrW), .LoadRows(LoadRows)) u_wgt (
      .clk_i(clk_i), .we_i(wgt_we_i), .waddr_i(waddr_i[WgtAddrW-1:0]), .wdata_i(wdata_i),
      .re_i(wgt_re), .raddr_i(wgt_addr), .rdata_o(wgt_data)
  );
  systole_ram #(.Width(Dim * 32), .Depth(1 << AccAddrW), .Readers(2)) u_acc (
      .clk_i(clk_i), .we_i(acc_we), .waddr_i(acc_waddr), .wdata_i(acc_wdata),
      .re_i({acc_re_i, acc_re}), .raddr_i({acc_raddr_i[AccAddrW-1:0], acc_raddr}),
      .rdata_o({acc_rdata_o, acc_rdata})
  );

  logic unused;
  assign unused = ^{waddr_i, acc_raddr_i};
endmodule

// One engine's queue and what follows from it: waiting for semaphores,
// starting, remembering what was started, and raising at the end.
//
// Offer: with offer_i the parts of the next entry are written to where it would go,
// which is free: quarters of the description as part_i says, the rest as it stands.
// Push: with push_i, what has been offered is taken; only given while full_o is low, and
// after a cycle with offer_i and one each with the last of a quarter and the rest. In an
// empty queue it is the head in the next cycle. Start: start_o is high in the
// first cycle after one in which the head's semaphores are all there (counts as
// registered), in which the engine is ready_i and fewer than InFlight instructions
// are inside; the semaphores are taken in that cycle (take_o is the head's wait
// nibbles), the entry leaves in the next one, and the next, if any, is the head in
// the cycle after. So a queue starts an instruction every third cycle at most.
// End: in the cycle of done_i, index_o is the line of the oldest started
// instruction and raise_o its raise nibbles; the counters follow one cycle later.
// state_o: 0 idle, 1 the head waits for a semaphore (until it may start) and nothing
// is inside, 2 waiting for memory, 3 busy (the cycle of a start included).
// The head lives in a register of its own, so that 512 bits move only when an
// instruction does.
module systole_issue #(
    parameter Depth    = 16,   // entries, head included, a power of two, at least 2
    parameter InFlight = 2,    // started instructions, a power of two, at least 2
    parameter Addresses = 2    // kept per entry: 0 none, 1 addr, 2 index_addr too; the rest reads 0
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         clear_i,       // empties queue and memory of the started
    input  logic         offer_i,
    input  logic [3:0]   part_i,        // a bit for the quarter that offer_part_i is, or none
    input  logic [127:0] offer_part_i,
    input  logic         push_i,
    input  logic [31:0]  push_index_i,
    input  logic [63:0]  push_addr_i,
    input  logic [63:0]  push_index_addr_i,
    output logic         full_o,
    input  logic [31:0]  count_i,       // semaphores e -> self, 8 bits each
    input  logic         ready_i,
    input  logic         done_i,
    input  logic         active_i,
    input  logic         stall_i,
    output logic         start_o,
    output logic [511:0] desc_o,
    output logic [63:0]  addr_o,
    output logic [63:0]  index_addr_o,
    output logic [15:0]  take_o,        // valid with start_o
    output logic [15:0]  raise_o,       // valid with done_i
    output logic [31:0]  index_o,       // valid with done_i
    output logic [63:0]  start_cycle_o, // valid with done_i
    input  logic [63:0]  cycle_i,
    output logic         blocked_o,     // the head, if there is one, waits for a semaphore
    output logic         empty_o,
    output logic [1:0]   state_o,
    output logic [3:0]   waits_for_o,
    output logic [7:0]   queued_o,
    output logic [31:0]  at_o           // line that the engine holds or waits to start, or 0
);
  localparam PtrW = $clog2(Depth);
  localparam FlyW = $clog2(InFlight);
  localparam RestBits = 32 + 64 * Addresses;
  localparam EntryBits = 512 + RestBits;

  // The entries behind the head, and what is offered.
  logic [RestBits-1:0] rest_q[0:Depth-1];
  logic [127:0] first_q[0:Depth-1];     // quarters of the descriptions
  logic [127:0] second_q[0:Depth-1];
  logic [127:0] third_q[0:Depth-1];
  logic [127:0] fourth_q[0:Depth-1];
  logic [PtrW-1:0] wr_q, rd_q;
  logic [PtrW:0] count_q;               // head included
  logic head_valid_q, offered_q;        // offered_q: an entry may be pushed
  logic [EntryBits-1:0] head_q;

  logic [15:0] head_wait;
  logic [31:0] head_index;
  assign desc_o = head_q[511:0];
  assign head_index = head_q[543:512];
  assign head_wait = head_q[31:16];
  assign take_o = head_wait;

  logic [3:0] missing;
  assign missing = {count_i[31:28] == 4'd0 && count_i[27:24] < head_wait[15:12],
                    count_i[23:20] == 4'd0 && count_i[19:16] < head_wait[11:8],
                    count_i[15:12] == 4'd0 && count_i[11:8] < head_wait[7:4],
                    count_i[7:4] == 4'd0 && count_i[3:0] < head_wait[3:0]};

  // The started.
  logic [31:0] fly_index_q[0:InFlight-1];
  logic [15:0] fly_raise_q[0:InFlight-1];
  logic [63:0] fly_start_q[0:InFlight-1];
  logic [FlyW-1:0] fly_wr_q, fly_rd_q;
  logic [FlyW:0] fly_count_q;

  logic able_q;                         // the head's semaphores are there; only it takes them
  logic pop_q;                          // the head has started
  always_ff @(posedge clk_i) begin
    able_q <= rst_ni && !clear_i && head_valid_q && missing == 4'd0 && !start_o && !pop_q;
    pop_q <= rst_ni && !clear_i && start_o;
  end
  assign start_o = able_q && ready_i && !fly_count_q[FlyW];
  assign blocked_o = !head_valid_q || missing != 4'd0;
  assign empty_o = !head_valid_q;
  assign full_o = count_q[PtrW];

  logic more;                           // an entry waits behind the head
  assign more = count_q > {{PtrW{1'b0}}, 1'b1};

  logic [RestBits-1:0] rest;
  generate
    if (Addresses == 2) begin : gen_both
      assign rest = {push_index_addr_i, push_addr_i, push_index_i};
      assign addr_o = head_q[607:544];
      assign index_addr_o = head_q[671:608];
    end else if (Addresses == 1) begin : gen_one
      assign rest = {push_addr_i, push_index_i};
      assign addr_o = head_q[607:544];
      assign index_addr_o = 64'd0;
      logic unused;
      assign unused = ^push_index_addr_i;
    end else begin : gen_none
      assign rest = push_index_i;
      assign addr_o = 64'd0;
      assign index_addr_o = 64'd0;
      logic unused;
      assign unused = ^{push_addr_i, push_index_addr_i};
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      wr_q <= '0;
      rd_q <= '0;
      count_q <= '0;
      head_valid_q <= 1'b0;
    end else if (push_i || pop_q) begin
      if (push_i && !pop_q) count_q <= count_q + 1'b1;
      if (pop_q && !push_i) count_q <= count_q - 1'b1;
      if (pop_q && more) rd_q <= rd_q + 1'b1;
      else head_valid_q <= push_i || !pop_q;
      // Whatever does not become the head at once goes behind it.
      if (push_i && head_valid_q && !(pop_q && !more)) wr_q <= wr_q + 1'b1;
    end
    // With nothing behind the head, rd_q is wr_q, where the entry is that may be pushed.
    offered_q <= offer_i;
    if (pop_q || (offered_q && !head_valid_q))
      head_q <= {rest_q[rd_q], fourth_q[rd_q], third_q[rd_q], second_q[rd_q], first_q[rd_q]};
    if (offer_i) begin  // wr_q: never one that is taken, as the head is not here
      rest_q[wr_q] <= rest;
      if (part_i[0]) first_q[wr_q] <= offer_part_i;
      if (part_i[1]) second_q[wr_q] <= offer_part_i;
      if (part_i[2]) third_q[wr_q] <= offer_part_i;
      if (part_i[3]) fourth_q[wr_q] <= offer_part_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      fly_wr_q <= '0;
      fly_rd_q <= '0;
      fly_count_q <= '0;
    end else if (start_o || done_i) begin
      if (start_o) fly_wr_q <= fly_wr_q + 1'b1;
      if (done_i) fly_rd_q <= fly_rd_q + 1'b1;
      if (start_o && !done_i) fly_count_q <= fly_count_q + 1'b1;
      if (done_i && !start_o) fly_count_q <= fly_count_q - 1'b1;
    end
    // Written before it is known whether the head starts: this one is free.
    if (able_q && !fly_count_q[FlyW]) begin
      fly_index_q[fly_wr_q] <= head_index;
      fly_raise_q[fly_wr_q] <= head_q[47:32];
      fly_start_q[fly_wr_q] <= cycle_i;
    end
  end

  assign raise_o = fly_raise_q[fly_rd_q];
  assign index_o = fly_index_q[fly_rd_q];
  assign start_cycle_o = fly_start_q[fly_rd_q];
  assign queued_o = {{(7 - PtrW) {1'b0}}, count_q};
  assign at_o = active_i ? fly_index_q[fly_rd_q] : head_valid_q ? head_index : 32'd0;

  assign state_o = active_i ? (stall_i ? 2'd2 : 2'd3) :
                   !head_valid_q ? 2'd0 : able_q ? 2'd3 : 2'd1;
  assign waits_for_o = state_o == 2'd1 ? missing : 4'd0;
endmodule

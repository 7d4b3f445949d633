# Packages the kernel: Vivado in batch mode makes an IP of the wrapper and the
# machine, and package_xo an .xo file of that and kernel.xml.
#
#   vivado -mode batch -source package.tcl -tclargs RTL WORK PART
#
# RTL is hw/rtl; WORK has systole_parameters.svh and kernel.xml (generate.c) and
# takes the project, the IP and systole.xo; PART is any part of the card's family.
if {[llength $argv] != 3} {
  puts stderr "usage: package.tcl RTL WORK PART"
  exit 2
}
lassign $argv rtl work part
set here [file dirname [file normalize [info script]]]
foreach needed [list $rtl/systole_top.sv $work/systole_parameters.svh $work/kernel.xml] {
  if {![file readable $needed]} {
    puts stderr "package.tcl: $needed: expected a file: run `make -C hw/fpga/xrt files`"
    exit 2
  }
}

# ---- the project: the wrapper on top, headers as headers -------------------------
create_project -force systole $work/project -part $part
set sources [lsort [glob $rtl/*.sv]]
set headers [concat [lsort [glob $rtl/*.svh]] $work/systole_parameters.svh]
add_files -norecurse [concat $here/systole.v $sources $headers]
set_property file_type {Verilog Header} [get_files $headers]
set_property top systole [current_fileset]
update_compile_order -fileset sources_1

# ---- the IP ------------------------------------------------------------------------
# Every port has to belong to an interface: the AXI ones are found by their
# names, clock, reset and interrupt are named here. An IP of an earlier run goes first.
file delete -force $work/ip
ipx::package_project -root_dir $work/ip -vendor systole -library kernel -taxonomy /KernelIP -import_files -force
set core [ipx::current_core]
set_property name systole $core
set_property version 1.0 $core
set_property display_name Systole $core
ipx::infer_bus_interface ap_clk xilinx.com:signal:clock_rtl:1.0 $core
ipx::infer_bus_interface ap_rst_n xilinx.com:signal:reset_rtl:1.0 $core
ipx::infer_bus_interface interrupt xilinx.com:signal:interrupt_rtl:1.0 $core
foreach bus {s_axi_control m_axi_gmem} {
  ipx::associate_bus_interfaces -busif $bus -clock ap_clk $core
}
ipx::associate_bus_interfaces -clock ap_clk -reset ap_rst_n $core
# What the interconnect may count on: bursts of full beats, 64 at most, and as many on
# the way as systole_axi_rd and systole_axi_wr have room for.
foreach {name value} {HAS_BURST 0 SUPPORTS_NARROW_BURST 0 MAX_BURST_LENGTH 64
                      NUM_READ_OUTSTANDING 64 NUM_WRITE_OUTSTANDING 32} {
  set parameter [ipx::add_bus_parameter $name [ipx::get_bus_interfaces m_axi_gmem -of_objects $core]]
  set_property value $value $parameter
}

set_property sdx_kernel true $core
set_property sdx_kernel_type rtl $core
set_property supported_families {} $core
set_property auto_family_support_level level_2 $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::save_core $core
close_project

# ---- the kernel --------------------------------------------------------------------
# The control protocol, ap_ctrl_hs, is in kernel.xml.
package_xo -force -xo_path $work/systole.xo -kernel_name systole -ip_directory $work/ip -kernel_xml $work/kernel.xml

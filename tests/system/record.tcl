# Stands for Vivado: sources a script and writes each of the vendor's commands
# that it calls to a file, a line each. A command that is not among those
# declared here is an error, as it would be there.
#   tclsh record.tcl OUTPUT SCRIPT ARGUMENT...
set output [open [lindex $argv 0] w]
set script [lindex $argv 1]
set argv [lrange $argv 2 end]
set argc [llength $argv]

proc record {name answer} {
  proc ::$name args "puts \$::output \[list $name {*}\$args\]; return $answer"
}
namespace eval ipx {}
foreach name {create_project add_files set_property update_compile_order close_project package_xo
              ipx::package_project ipx::infer_bus_interface ipx::associate_bus_interfaces
              ipx::create_xgui_files ipx::update_checksums ipx::save_core} {
  record $name {""}
}
# These only name an object, for the commands above.
proc current_fileset {} { return sources_1 }
proc get_files files { return $files }
proc ipx::current_core {} { return core }
proc ipx::get_bus_interfaces {name of core} { return $name }
proc ipx::add_bus_parameter {name bus} { return $bus.$name }

source $script
close $output

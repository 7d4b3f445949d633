# The Verilated machine of one configuration, rebuilt when a source is newer.
#   make -f sim/rtl/rtl.mk HW=edge16            build/rtl/edge16.so
#   make -f sim/rtl/rtl.mk HW=edge16 KIND=trace build/rtl/edge16.trace.so, with waves
#   make -f sim/rtl/rtl.mk HW=edge16 KIND=coverage build/rtl/edge16.coverage.so
HW    ?= edge16
KIND  ?=
BUILD ?= build
NAME   = $(basename $(notdir $(HW)))
OUT    = $(BUILD)/rtl/$(NAME)$(if $(KIND),.$(KIND)).so
INI    = $(if $(findstring /,$(HW)),$(HW),$(if $(filter %.ini,$(HW)),$(HW),hw/configs/$(HW).ini))

$(OUT): $(INI) $(wildcard hw/rtl/*.sv hw/rtl/*.svh hw/isa/*.def hw/isa/isa.h hw/base/status.[ch] \
        hw/configs/config.[ch] sim/dram/*.[ch] sim/machine.h sim/rtl/*)
	BUILD=$(BUILD) sh sim/rtl/build.sh $(HW) $(KIND)

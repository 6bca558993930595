/// @file
/// Runs a test under every instruction set of the machine.
#pragma once

#include "kernels/isa.h"

namespace dpac::test {

/// Puts the instruction set back at the end of a test.
class IsaScope {
 public:
  IsaScope() : before_(active_isa()) {}
  ~IsaScope() { force_isa(before_); }
  IsaScope(const IsaScope&) = delete;
  IsaScope& operator=(const IsaScope&) = delete;

 private:
  Isa before_;
};

}  // namespace dpac::test

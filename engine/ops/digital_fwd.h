/// @file
/// Names of what digital ops run on (engine/ops/digital.h), for the headers that declare ops.
#pragma once

namespace dpac {

/// Which quantiser's grid the output of an op is on (docs/model.md section 3).
enum class Grid {
  own,        ///< One of its own: a quantised tensor.
  of_inputs,  ///< Those of its inputs: every output is one of their values.
};

struct Compiling;
struct DigitalBackward;
struct DigitalMaps;
struct DigitalRun;
struct IntegerMaps;
struct IntegerRun;
struct Pixels;

namespace onednn {
class Primitive;
}

}  // namespace dpac

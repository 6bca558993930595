/// @file
/// The attention that a plan's step is, for one sequence of a run.
#pragma once

#include <cstddef>

#include "engine/ops/attention/attention_head.h"
#include "engine/plans/float/float_plan.h"

namespace dpac {

/// `node` is that of the context. Everything but where operands and result lie, which is left null.
Attention planned_attention(const FloatPlan& plan, std::size_t node, const PlacedSequence& sequence,
                            const NoisePoint& point);

}  // namespace dpac

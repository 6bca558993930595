#include "engine/ops/digital_ops.h"

#include <cassert>
#include <type_traits>

namespace dpac {
namespace {

template <class Op, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<Op, Others> || ...);

/// Ops that the plans compile or run themselves. Any other has to have what engine/ops/digital.h lists.
template <class Op>
inline constexpr bool is_planned =
    is_one_of<Op, InputOp, EmbeddingOp, ConvolutionOp, LinearOp, AttentionScoresOp, AttentionContextOp,
              ImageLayoutOp, MaxPoolOp, GlobalAveragePoolOp, LayerNormOp, TokenPoolOp>;

Grid grid_of(const InputOp&) {
  return Grid::own;
}
Grid grid_of(const EmbeddingOp&) {
  return Grid::own;
}
Grid grid_of(const ConvolutionOp&) {
  return Grid::own;
}
Grid grid_of(const LinearOp&) {
  return Grid::own;
}
Grid grid_of(const AttentionScoresOp&) {
  return Grid::own;
}
Grid grid_of(const AttentionContextOp&) {
  return Grid::own;
}
Grid grid_of(const ImageLayoutOp&) {
  return Grid::of_inputs;
}
Grid grid_of(const MaxPoolOp&) {
  return Grid::of_inputs;
}
Grid grid_of(const GlobalAveragePoolOp&) {
  return Grid::own;
}
Grid grid_of(const LayerNormOp&) {
  return Grid::own;
}
Grid grid_of(const TokenPoolOp& op) {
  return op.kind == TokenPoolOp::Kind::first ? Grid::of_inputs : Grid::own;
}

/// Calls visit(op) on a digital op.
template <class Visit>
void with_digital(const FusedOp& op, const Visit& visit) {
  std::visit(
      [&]<class Op>(const Op& own) {
        if constexpr (!is_planned<Op>)
          visit(own);
        else
          assert(false);
      },
      op);
}

}  // namespace

bool is_digital(const FusedOp& op) {
  return std::visit([]<class Op>(const Op&) { return !is_planned<Op>; }, op);
}

Grid grid_of(const FusedOp& op) {
  return std::visit([](const auto& own) { return grid_of(own); }, op);
}

std::size_t tape_of(const FusedOp& op, const DigitalMaps& maps) {
  std::size_t size = 0;
  with_digital(op, [&](const auto& own) { size = tape_of(own, maps); });
  return size;
}

void run_digital(const FusedOp& op, const DigitalRun& run, int threads) {
  const int64_t blocks = run.maps.out.map().blocks(), all = run.maps.out.count * blocks;
  with_digital(op, [&](const auto& own) {
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (int64_t i = 0; i < all; ++i) run_block(own, run, i / blocks, i % blocks);
  });
}

void run_digital_backward(const FusedOp& op, const DigitalBackward& run) {
  const RunMaps& in = run.maps.in[run.input];
  with_digital(op, [&](const auto& own) {
    for (int64_t map = 0; map < in.count; ++map) {
      for (int64_t block = 0; block < in.map().blocks(); ++block) run_backward(own, run, map, block);
    }
  });
}

}  // namespace dpac

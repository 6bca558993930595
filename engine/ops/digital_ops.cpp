#include "engine/ops/digital_ops.h"

#include <cassert>
#include <type_traits>
#include <utility>

namespace dpac {
namespace {

template <class Op, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<Op, Others> || ...);

/// Reads only the network's input.
template <class Op>
inline constexpr bool is_source = is_one_of<Op, InputOp, EmbeddingOp, ImageLayoutOp>;

/// What the plans run themselves: the images as they come, and what is analog.
template <class Op>
inline constexpr bool is_planned = IsAnalog<Op> || is_one_of<Op, InputOp>;

/// A backward for a part of the run.
template <class Op, class... Part>
concept Backward = is_source<Op> || requires(const Op& op, const DigitalBackward& run, const Part&... part) {
  run_backward(op, run, part...);
};

template <class Op>
concept ByBlocks = Backward<Op, int64_t, int64_t> && requires(const Op& op, const DigitalRun& run) {
  run_block(op, run, int64_t{}, int64_t{});
};
template <class Op>
concept ByPixels = Backward<Op, int64_t, Pixels> && requires(const Op& op, const DigitalRun& run) {
  run_pixels(op, run, int64_t{}, Pixels{});
};
template <class Op>
concept BySequences = Backward<Op, std::size_t> && requires(const Op& op, const DigitalRun& run) {
  run_sequence(op, run, std::size_t{});
};
template <class Op>
concept Compiled = requires(const Op& op, const DigitalMaps& maps, const Compiling& how) {
  compile(op, maps, how);
  compile_backward(op, maps, how);
};
/// Calls visit(op) on a digital op.
template <class Visit>
void with_digital(const FusedNode& node, const Visit& visit) {
  std::visit(
      [&]<class Op>(const Op& op) {
        if constexpr (is_planned<Op>) {
          assert(false);
        } else {
          static_assert(ByBlocks<Op> + ByPixels<Op> + BySequences<Op> + Compiled<Op> == 1,
                        "an op runs, forward and back, in one of the ways of engine/ops/digital.h");
          visit(op);
        }
      },
      node.op);
}

template <class Op>
void run_by_blocks(const Op& op, const DigitalRun& run, int threads) {
  const int64_t blocks = run.maps.out.map().blocks(), all = run.maps.out.count * blocks;
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int64_t i = 0; i < all; ++i) run_block(op, run, i / blocks, i % blocks);
}

/// Of text only those that hold something.
int64_t used_pixels(const DigitalRun& run) {
  if (run.sequences.empty()) return run.maps.out.shape.pixels();
  return run.sequences.back().first + run.sequences.back().tokens.length();
}

template <class Op>
void run_by_pixels(const Op& op, const DigitalRun& run, int threads) {
  const int64_t used = used_pixels(run);
  for (int64_t map = 0; map < run.maps.out.count; ++map) {
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (int t = 0; t < threads; ++t) {
      run_pixels(op, run, map, Pixels{used * t / threads, used * (t + 1) / threads});
    }
  }
}

template <class Op>
void run_map_backward(const Op& op, const DigitalBackward& run, int64_t map) {
  const RunMaps& in = run.maps.in[run.input];
  if constexpr (ByPixels<Op>) {
    run_backward(op, run, map, Pixels{0, in.shape.pixels()});
  } else {
    for (int64_t block = 0; block < in.map().blocks(); ++block) run_backward(op, run, map, block);
  }
}

}  // namespace

bool is_digital(const FusedNode& node) {
  return std::visit([]<class Op>(const Op&) { return !is_planned<Op>; }, node.op);
}

bool is_compiled(const FusedNode& node) {
  return std::visit([]<class Op>(const Op&) { return Compiled<Op>; }, node.op);
}

bool finishes(const FusedNode& node) {
  return std::visit([]<class Op>(const Op&) { return ByPixels<Op>; }, node.op);
}

Grid grid_of(const FusedNode& node) {
  return std::visit([](const auto& op) { return grid_of(op); }, node.op);
}

bool has_integers(const FusedNode& node) {
  bool has = false;
  with_digital(node, [&]<class Op>(const Op&) { has = Op::kIntegers; });
  return has;
}

std::size_t tape_of(const FusedNode& node, const DigitalMaps& maps) {
  std::size_t size = 0;
  with_digital(node, [&]<class Op>(const Op& op) {
    if constexpr (!is_source<Op> && !Compiled<Op>) size = tape_of(op, maps);
  });
  return size;
}

void run_digital(const FusedNode& node, const DigitalRun& run, int threads) {
  with_digital(node, [&]<class Op>(const Op& op) {
    if constexpr (ByBlocks<Op>) run_by_blocks(op, run, threads);
    if constexpr (ByPixels<Op>) run_by_pixels(op, run, threads);
    if constexpr (BySequences<Op>) {
      for (std::size_t s = 0; s < run.sequences.size(); ++s) run_sequence(op, run, s);
    }
    assert(!Compiled<Op>);
  });
}

void run_digital_backward(const FusedNode& node, const DigitalBackward& run) {
  with_digital(node, [&]<class Op>(const Op& op) {
    if constexpr (is_source<Op> || Compiled<Op>) {
      assert(false);
    } else if constexpr (BySequences<Op>) {
      for (std::size_t s = 0; s < run.sequences.size(); ++s) run_backward(op, run, s);
    } else {
      for (int64_t map = 0; map < run.maps.in[run.input].count; ++map) run_map_backward(op, run, map);
    }
  });
}

void run_digital_integer(const FusedNode& node, const IntegerRun& run) {
  with_digital(node, [&]<class Op>(const Op& op) {
    if constexpr (Op::kIntegers && !Compiled<Op>) {
      for (int64_t map = 0; map < run.maps.count; ++map) run_integer(op, run, map);
    } else {
      assert(false);
    }
  });
}

onednn::Primitive compile_digital(const FusedNode& node, const DigitalMaps& maps, const Compiling& how) {
  onednn::Primitive primitive;
  with_digital(node, [&]<class Op>(const Op& op) {
    if constexpr (Compiled<Op>) primitive = compile(op, maps, how);
  });
  return primitive;
}

onednn::Primitive compile_digital_backward(const FusedNode& node, const DigitalMaps& maps,
                                           const Compiling& how) {
  onednn::Primitive primitive;
  with_digital(node, [&]<class Op>(const Op& op) {
    if constexpr (Compiled<Op>) primitive = compile_backward(op, maps, how);
  });
  return primitive;
}

onednn::Primitive compile_digital_integer(const FusedNode& node, const IntegerMaps& maps,
                                          const Compiling& how) {
  onednn::Primitive primitive;
  with_digital(node, [&]<class Op>(const Op& op) {
    if constexpr (Op::kIntegers && Compiled<Op>) primitive = compile_integer(op, maps, how);
  });
  return primitive;
}

}  // namespace dpac
